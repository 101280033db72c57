"""A file that is being fetched: `<name>.part` beside its target, and what is needed to go on with it after a crash.

Its room is checked before and while it grows; it takes its name only when it is whole and on the disk. What is fetched
and from where, others decide. Used by one thread.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photovideos import disk
from photovideos.errors import NoSpace

SPARE_BYTES = 64 * 1024 * 1024  # is left to everybody else on that disk
CHECKED_EVERY_BYTES = 16 * 1024 * 1024
_MAX_NOTE_BYTES = 8192
_FULL = disk.FULL | {errno.EFBIG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the server calls the file it sends. Without an `etag` or `modified` date nobody can tell it is the same."""

    etag: str | None = None
    modified: str | None = None
    total: int | None = None

    @property
    def validator(self) -> str | None:
        """For `If-Range`. A weak tag is no promise of equal bytes."""
        if self.etag is not None:
            return None if self.etag.startswith("W/") else self.etag
        return self.modified


class PartFile:
    """The part of `target` that is there. `size`: bytes that count; what lies beyond is overwritten."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._part = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._checked_at = 0
        self.size = 0
        self.version = Version()
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with _in_words(target):
            self._fd = os.open(self._part, flags, 0o600)
        self._recall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._fd)

    def restart(self, version: Version) -> None:
        """From the first byte on, of a file the server calls `version`."""
        self.size, self._checked_at, self.version = 0, 0, version
        self._note.unlink(missing_ok=True)
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)

    def need(self, more_bytes: int) -> None:
        """Raises NoSpace where `more_bytes` do not fit on the disk with something to spare."""
        if disk.is_short_of(self.target.parent, more_bytes + SPARE_BYTES):
            self.drop()
            raise _no_space(self.target, more_bytes)

    def write(self, piece: bytes) -> None:
        """Raises NoSpace; then what was fetched is dropped, so that it does not fill the disk."""
        try:
            rest = memoryview(piece)
            while rest:
                written = os.write(self._fd, rest)
                self.size += written
                rest = rest[written:]
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self.drop()
            raise _no_space(self.target, len(piece)) from error
        if self.size - self._checked_at >= CHECKED_EVERY_BYTES:
            self._check()

    def finish(self) -> Path:
        """The whole file under its name, on the disk."""
        with _in_words(self.target):
            os.ftruncate(self._fd, self.size)
            os.fsync(self._fd)
            self._part.replace(self.target)
            self._note.unlink(missing_ok=True)
            folder = os.open(self.target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self.target

    def drop(self) -> None:
        """Gives the room back."""
        self.restart(Version())
        self._part.unlink(missing_ok=True)

    def _check(self) -> None:
        """What has been fetched so far outlives a crash, and there is room for more."""
        self._checked_at = self.size
        self.need(0)
        if self.version.validator is None:
            return
        with _in_words(self.target):
            os.fsync(self._fd)
            note = {
                "etag": self.version.etag,
                "modified": self.version.modified,
                "total": self.version.total,
                "size": self.size,
            }
            fresh = self._note.with_name(self._note.name + ".new")
            fresh.write_text(json.dumps(note), encoding="utf-8")
            fresh.replace(self._note)

    def _recall(self) -> None:
        """Goes on where the last checked byte was left by a process that is gone."""
        note = _read_note(self._note)
        size, there = note.get("size"), os.fstat(self._fd).st_size
        version = Version(
            etag=_text(note.get("etag")), modified=_text(note.get("modified")), total=_count(note.get("total"))
        )
        if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= there or version.validator is None:
            self.restart(Version())
            return
        self.version, self.size, self._checked_at = version, size, size
        os.ftruncate(self._fd, size)
        os.lseek(self._fd, 0, os.SEEK_END)


def _read_note(path: Path) -> Mapping[str, object]:
    with suppress(OSError, ValueError):
        text = path.read_text(encoding="utf-8")
        value = json.loads(text) if len(text) <= _MAX_NOTE_BYTES else None
        if isinstance(value, dict):
            return value
    return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@contextmanager
def _in_words(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _no_space(target, 0) from error
        raise


def _no_space(target: Path, more_bytes: int) -> NoSpace:
    return disk.no_space(target.parent, more_bytes + SPARE_BYTES)
