"""The store: everything the studio remembers, on one disk, below one folder that one studio works on at a time.

    tokens.json   sessions/   renders/   facts/   incoming/   studio.lock

`sessions`, `renders` and `tokens` know their own files; here they come together, with the room there is and the
clean-up. Knows no HTTP and no film-making.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from photovideos_studio.facts import MediaFacts
from photovideos_studio.store import disk
from photovideos_studio.store.accepted import AcceptedMessages
from photovideos_studio.store.errors import NoRoom, StoreBusy
from photovideos_studio.store.references import Roots
from photovideos_studio.store.renders import Renders
from photovideos_studio.store.sessions import Sessions
from photovideos_studio.store.tokens import LIFETIME_SECONDS, Tokens

FACTS_VERSION = 1  # raised whenever a look at a photo learns to see more
SPARE_BYTES = 50_000_000  # left on the disk for the records themselves and for everybody else
FRESH_SECONDS = 3600.0  # what was used within the hour is never thrown out for room


class Store:
    """Open while the studio runs; `close` lets the next one in."""

    def __init__(
        self,
        folder: Path,
        *,
        own_secret: str | None = None,
        token_lifetime_seconds: float = LIFETIME_SECONDS,
        keep_days: float = 30.0,
        limit_bytes: int = 20_000_000_000,
        roots: Roots | None = None,
    ) -> None:
        self.folder = disk.make_folder(folder)
        self._lock_file = _take_lock(folder / "studio.lock")
        disk.remove_parts(folder)
        self.tokens = Tokens(folder / "tokens.json", own_secret=own_secret, lifetime_seconds=token_lifetime_seconds)
        self.sessions = Sessions(folder / "sessions")
        self.accepted = AcceptedMessages(folder / "sessions")
        self.renders = Renders(folder / "renders")
        self.roots = roots or Roots()
        self._facts = disk.make_folder(folder / "facts")
        self._incoming = folder / "incoming"
        shutil.rmtree(self._incoming, ignore_errors=True)  # uploads that were cut off with the last studio
        disk.make_folder(self._incoming)
        self._keep_seconds = keep_days * 86400
        self._limit_bytes = limit_bytes
        self._room_lock = threading.Lock()
        self._used_bytes: int | None = None  # by _room_lock; None: to be counted

    def close(self) -> None:
        os.close(self._lock_file)

    def new_part(self) -> Path:
        """A place for a file that is being received."""
        return self._incoming / secrets.token_hex(8)

    # --- facts -----------------------------------------------------------------------------------------------------

    def known_facts(self, sha256: str, name: str) -> MediaFacts | None:
        """What an earlier look at the same content found, whatever session it was in."""
        value = disk.read_json(self._facts_path(sha256, name))
        if value is None or value.get("version") != FACTS_VERSION:
            return None
        return MediaFacts.from_json(value["facts"])

    def keep_facts(self, sha256: str, name: str, facts: MediaFacts) -> None:
        """Best effort: a file that could not be remembered is looked at again."""
        with contextlib.suppress(OSError):
            disk.write_json(self._facts_path(sha256, name), {"version": FACTS_VERSION, "facts": facts.to_json()})

    def _facts_path(self, sha256: str, name: str) -> Path:
        # The name's ending is part of the key: it has a say in how a file is opened.
        ending = "".join(char for char in os.path.splitext(name)[1].lower() if char.isascii() and char.isalnum())
        return self._facts / f"{sha256}.{ending[:8]}.json"

    # --- room ------------------------------------------------------------------------------------------------------

    def make_room(self, needed_bytes: int, *, now: float) -> None:
        """Raises NoRoom when that much cannot be stored, even after old sessions and films have gone."""
        with self._room_lock:
            if self._used_bytes is None:
                self._used_bytes = disk.size_of(self.folder)
            if self._used_bytes + needed_bytes > self._limit_bytes:
                self._thin_out(self._limit_bytes - needed_bytes, now=now)
            if self._used_bytes + needed_bytes > self._limit_bytes:
                free = self._limit_bytes - self._used_bytes
                raise NoRoom("its own limit", needed_bytes=needed_bytes, free_bytes=free)
            free = shutil.disk_usage(self.folder).free - SPARE_BYTES
            if free < needed_bytes:
                raise NoRoom("the disk", needed_bytes=needed_bytes, free_bytes=free)
            self._used_bytes += needed_bytes

    def told_as_no_room(self, error: NoRoom | OSError) -> str:
        """A sentence with figures, also where it was the disk itself that said no."""
        if isinstance(error, NoRoom):
            return str(error)
        free = shutil.disk_usage(self.folder).free - SPARE_BYTES
        return str(NoRoom("the disk", needed_bytes=SPARE_BYTES, free_bytes=free))

    def _thin_out(self, target_bytes: int, *, now: float) -> None:
        """The longest untouched goes first; what is being made stays. Called with the room's lock held."""
        self._used_bytes = disk.size_of(self.folder)
        busy = {render.session_id for render in self.renders.unfinished()}
        old: list[tuple[float, Callable[[str], int], str]]
        old = [(at, self.renders.remove, name) for at, name in self.renders.by_age()]
        old += [(at, self.sessions.remove, name) for at, name in self.sessions.by_age() if name not in busy]
        for at, remove, name in sorted(old, key=lambda entry: entry[0]):
            if self._used_bytes <= target_bytes or now - at < FRESH_SECONDS:
                return
            self._used_bytes -= remove(name)

    def clean(self, *, now: float) -> int:
        """Removes what nobody has touched for `keep_days`; how many sessions and renders that were."""
        busy = {render.session_id for render in self.renders.unfinished()}
        sessions = [name for at, name in self.sessions.by_age() if now - at > self._keep_seconds and name not in busy]
        renders = [name for at, name in self.renders.by_age() if now - at > self._keep_seconds]
        for name in sessions:
            self.sessions.remove(name)
        for name in renders:
            self.renders.remove(name)
        for entry in os.scandir(self._facts):
            with contextlib.suppress(FileNotFoundError):  # the part of facts that are being written got its name
                if now - entry.stat().st_mtime > self._keep_seconds:
                    os.unlink(entry.path)
        with self._room_lock:
            self._used_bytes = None
        return len(sessions) + len(renders)


def _take_lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise StoreBusy(f"another studio works on the store {path.parent}") from error
        raise
    return descriptor
