"""The note in an inbox, for people whose only screen is the folder: how to use it, and how the service is.

Rewritten on change, else hourly, so that its age tells whether the service runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from photovideos import logs
from photovideos.delivery import files
from photovideos.delivery.ours import BOM, MAX_TEXT_BYTES, Kind, is_ours
from photovideos.errors import PhotoVideosError
from photovideos.intake.ignore import OWN_NOTE_PREFIX
from photovideos.logs import clean
from photovideos.model import BackendKind, Balance

_log = logs.get("inbox_file")

NAME = f"{OWN_NOTE_PREFIX}inbox.txt"
REWRITE_SECONDS = 3600.0
_NEWLINE = "\r\n"
_LOOKED = "Last look: "
_MAX_LISTED = 20
_HOW_TO = (
    "1. Put a folder with photos in here, and into it a text file prompt.txt that says what film you would like.",
    "2. When the copy has come to rest, a film and a summary appear in that folder. Your own files are never changed.",
    "3. A file “_photovideos - …” in the folder says what is going on, and what to do when help is needed.",
    "4. To change a film, write what should be different at the end of prompt.txt and save it.",
    "5. Empty files do the rest: READY (the copy is complete), HOLD (wait), CANCEL (stop), RETRY (again, or anew).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A folder on its way: its name and its state, as in its status file."""

    folder: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxNote:
    """What the note says.

    `trouble`: why the backend cannot be reached or used, or None: connected and ready. `looked_at`: the last scan, in
    seconds since the epoch. `watching`: how the inbox is watched, a sentence. `problems`: what holds everything up, or
    needs a person. `astray`: what lies wrong. `library`: folders that were there before the service and are left alone.
    `notices`: whatever else is worth a line.
    """

    backend: BackendKind
    looked_at: float
    watching: str
    trouble: str | None = None
    queue: tuple[Waiting, ...] = ()
    problems: tuple[str, ...] = ()
    credits: Balance | None = None
    astray: tuple[str, ...] = ()
    library: int = 0
    notices: tuple[str, ...] = ()


def text_of(note: InboxNote) -> str:
    """PURE: CRLF; the last line says when the note is too old to be true."""
    moment = f"{datetime.fromtimestamp(note.looked_at).astimezone():%Y-%m-%d %H:%M}"
    paragraphs = [
        list(_HOW_TO),
        [_readiness(note), f"{_LOOKED}{moment}. {clean(note.watching, 300)}".rstrip()],
        list(_cleaned(note.notices)),
        _queue(note.queue),
        _listed("Needs help:", _cleaned(note.problems)),
        _credits(note.credits),
        _listed("Not where it belongs:", _cleaned(note.astray)),
        _library(note.library),
        [Kind.INBOX.value],
    ]
    return _NEWLINE.join(_NEWLINE.join([*lines, ""]) for lines in paragraphs if lines)


def _readiness(note: InboxNote) -> str:
    by = "on this machine" if note.backend is BackendKind.STUDIO else "by NemoVideo"
    if note.trouble is None:
        return f"Connected and ready: films are made {by}."
    return f"Not ready: {clean(note.trouble, 300)} Films are made {by}."


def _cleaned(lines: Iterable[str]) -> Iterator[str]:
    return (clean(line, 500) for line in lines if line.strip())


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    if not listed:
        return []
    more = [f"  and {len(listed) - _MAX_LISTED} more"] if len(listed) > _MAX_LISTED else []
    return [title, *(f"  {line}" for line in listed[:_MAX_LISTED]), *more]


def _queue(queue: tuple[Waiting, ...]) -> list[str]:
    if not queue:
        return ["Nothing is waiting."]
    count = f"{len(queue)} {'folder is' if len(queue) == 1 else 'folders are'} on the way:"
    return _listed(count, (f"{clean(one.folder, 120)}: {clean(one.state, 60)}" for one in queue))


def _credits(balance: Balance | None) -> list[str]:
    return [] if balance is None else [f"Credits: {balance.available:g} available."]


def _library(count: int) -> list[str]:
    if not count:
        return []
    what = "1 folder was" if count == 1 else f"{count} folders were"
    return [f"{what} here before and are left alone, each until it gets a prompt.txt or a file READY."]


def show(inbox_fd: int, note: InboxNote, *, now: float) -> bool:
    """Makes the inbox's note say this; False where it could not, or where a file of somebody's own bears its name.

    `now`: seconds since the epoch. Written when more than the time of the last look has changed, else hourly.
    """
    data = (BOM + text_of(note)).encode(errors="replace")
    try:
        old = files.read_regular(inbox_fd, NAME, MAX_TEXT_BYTES)
        if old is None and files.exists(inbox_fd, NAME):
            return False
        if old is not None and not is_ours(Kind.INBOX, old):
            return False
        if old is not None and _says_the_same(old, data) and _is_fresh(inbox_fd, now):
            return True
        _put(inbox_fd, data, now=now, is_new=old is None)
    except (OSError, PhotoVideosError) as error:
        _log.warning("inbox_file.unwritten", reason=str(error))
        return False
    return True


def _says_the_same(old: bytes, new: bytes) -> bool:
    def _said(data: bytes) -> list[bytes]:
        return [line for line in data.splitlines() if not line.startswith(_LOOKED.encode())]

    return _said(old) == _said(new)


def _is_fresh(inbox_fd: int, now: float) -> bool:
    written = os.stat(NAME, dir_fd=inbox_fd, follow_symlinks=False).st_mtime
    return 0 <= now - written < REWRITE_SECONDS


def _put(inbox_fd: int, data: bytes, *, now: float, is_new: bool) -> None:
    with files.new_part(inbox_fd) as (part, fd):
        files.write_all(fd, data)
        with suppress(OSError):
            os.utime(fd, (now, now))  # by our own clock; a server's may be another
        if is_new:
            files.rename_new(inbox_fd, part, NAME)
        else:
            os.rename(part, NAME, src_dir_fd=inbox_fd, dst_dir_fd=inbox_fd)


def remove(inbox_fd: int) -> None:
    """Takes the note away, if it is ours."""
    with suppress(OSError):
        if is_ours(Kind.INBOX, files.read_regular(inbox_fd, NAME, MAX_TEXT_BYTES)):
            os.unlink(NAME, dir_fd=inbox_fd)
