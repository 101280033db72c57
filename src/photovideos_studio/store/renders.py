"""Renders on disk: the draft they are to make, how far they are, and the film.

    renders/<id>/render.json   draft.json   film.mp4

An id is the client's; it is a plain word, so that it can name a folder.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import shutil
import threading
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from photovideos_studio.draft import Draft
from photovideos_studio.draft.codec import dumps, loads
from photovideos_studio.store import disk
from photovideos_studio.store.errors import RenderExists, RenderMissing
from photovideos_studio.store.tokens import Account

_RECORDS = frozenset({"render.json", "draft.json", "film.mp4"})
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class RenderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (RenderStatus.COMPLETED, RenderStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """`key` opens the film's address without a token. `duration_seconds`, `size_bytes`: of the finished film."""

    id: str
    session_id: str
    token_digest: str
    key: str
    queued_at: float
    status: RenderStatus = RenderStatus.PENDING
    progress: float = 0.0
    label: str | None = None
    error: str | None = None
    duration_seconds: float | None = None
    size_bytes: int | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Render:
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        status, notes = RenderStatus(known["status"]), tuple(known.get("notes") or ())
        return cls(**{**known, "status": status, "notes": notes})


def is_plain_id(render_id: str) -> bool:
    return _PLAIN_ID.fullmatch(render_id) is not None


class Renders:
    """All renders. Safe from any thread: `_lock` guards every change; progress alone lives in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = disk.make_folder(folder)
        self._lock = threading.RLock()
        self._progress: dict[str, float] = {}  # by _lock
        self._waits_for: dict[str, str] = {}  # by _lock

    def create(
        self, *, render_id: str, session_id: str, account: Account, draft: Draft, label: str | None, now: float
    ) -> Render:
        """Raises RenderExists; on disk when this returns."""
        with self._lock:
            folder = self._folder / render_id
            if (folder / "render.json").exists():
                raise RenderExists(render_id)
            disk.make_folder(folder)
            disk.write_bytes(folder / "draft.json", dumps(draft).encode())
            render = Render(
                id=render_id,
                session_id=session_id,
                token_digest=account.token_digest,
                key=secrets.token_urlsafe(24),
                queued_at=now,
                label=label,
            )
            self.save(render)
            return render

    def get(self, render_id: str, account: Account) -> Render:
        """A render of this very token (contract §8: the token carries the render). Raises RenderMissing."""
        render = self._read(render_id)
        if render is None or not hmac.compare_digest(render.token_digest, account.token_digest):
            raise RenderMissing(render_id)
        return render

    def by_key(self, render_id: str, key: str) -> Render:
        render = self._read(render_id)
        if render is None or not hmac.compare_digest(render.key.encode(), key.encode("utf-8", "replace")):
            raise RenderMissing(render_id)
        return render

    def _read(self, render_id: str) -> Render | None:
        if not is_plain_id(render_id):
            return None
        with self._lock:  # the record and the progress are of one moment
            value = disk.read_json(self._folder / render_id / "render.json")
            if value is None:
                return None
            render = Render.from_json(value)
            return replace(render, progress=self._progress.get(render_id, render.progress))

    def save(self, render: Render) -> None:
        with self._lock:
            self._progress.pop(render.id, None)
            disk.write_json(self._folder / render.id / "render.json", asdict(render))

    def note_waiting(self, render_id: str, reason: str | None) -> None:
        """Why it does not go on, a sentence; None: it does. In memory alone: the disk may be what is lacking."""
        with self._lock:
            if reason is None:
                self._waits_for.pop(render_id, None)
            else:
                self._waits_for[render_id] = reason

    def waits_for(self, render_id: str) -> str | None:
        with self._lock:
            return self._waits_for.get(render_id)

    def note_progress(self, render_id: str, fraction: float) -> None:
        """Only ever forwards; lost with the process, as the work itself is."""
        with self._lock:
            self._progress[render_id] = max(self._progress.get(render_id, 0.0), min(max(fraction, 0.0), 1.0))

    def draft(self, render: Render) -> Draft:
        """Raises DraftError."""
        return loads((self._folder / render.id / "draft.json").read_bytes())

    def film(self, render: Render) -> Path:
        return self._folder / render.id / "film.mp4"

    def new_part(self, render: Render) -> Path:
        """Where a film grows; whatever an earlier attempt left is removed."""
        for entry in os.scandir(self._folder / render.id):
            if entry.name not in _RECORDS and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.name not in _RECORDS:
                os.unlink(entry.path)
        return self._folder / render.id / f"part-{secrets.token_hex(4)}.mp4"

    def unfinished(self) -> list[Render]:
        """What a studio that went down left behind, in the order in which it was asked for."""
        renders = (self._read(name) for name in os.listdir(self._folder))
        return sorted(
            (render for render in renders if render and not render.status.is_final), key=lambda render: render.queued_at
        )

    def by_age(self) -> list[tuple[float, str]]:
        """(last change, id) of finished renders, the oldest first."""
        found = []
        for name in os.listdir(self._folder):
            render = self._read(name)
            if render is None or render.status.is_final:
                found.append((_changed_at(self._folder / name), name))
        return sorted(found)

    def remove(self, render_id: str) -> int:
        """Bytes that became free."""
        with self._lock:
            return disk.remove_folder(self._folder / render_id)


def _changed_at(folder: Path) -> float:
    try:
        return max(folder.stat().st_mtime, (folder / "render.json").stat().st_mtime)
    except OSError:
        return 0.0
