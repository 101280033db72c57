"""Photos that stay where they are: `file:` addresses opened below known roots, and known again by stat and digest.

Nothing is followed: every component of the path is opened by itself with O_NOFOLLOW, so that a folder swapped for a
link in the middle leads nowhere. What is opened is a regular file, and it is opened to be read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from photovideos_studio.store.errors import FileClosed, SourceChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A file outside the store as it was when it was uploaded; times in nanoseconds.

    `path` has no links in it: it is the way that was opened, below a root that was allowed then.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Reference:
        return cls(**{name: value[name] for name in cls.__dataclass_fields__})


class Roots:
    """The folders below which `file:` addresses are opened. Grows while the studio runs; safe from any thread.

    `patience_seconds`: how long an address outside all of them waits for a root that is on its way, because roots come
    through another pipe than requests.
    """

    def __init__(self, roots: tuple[Path, ...] = (), *, patience_seconds: float = 0.0) -> None:
        self._grown = threading.Condition()
        self._resolved: dict[str, str] = {}  # as it was given -> without links; guarded by _grown
        self._patience_seconds = patience_seconds
        for root in roots:
            self.add(root)

    def add(self, root: Path) -> None:
        """The root itself may be reached through links: whoever starts the studio chose it."""
        given = os.path.normpath(os.path.abspath(root))
        resolved = os.path.realpath(given)
        with self._grown:
            self._resolved[given] = resolved
            self._resolved[resolved] = resolved
            self._grown.notify_all()

    def plain_path(self, path: str) -> str:
        """The path below its root, the root's own links resolved. Raises FileClosed for what lies elsewhere."""
        if "\0" in path or not path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise FileClosed("the address is not a plain absolute path")
        with self._grown:
            plain = self._grown.wait_for(lambda: self._below(PurePosixPath(path)), self._patience_seconds)
        if plain is None:
            raise FileClosed("it lies outside the folders this studio was shown")
        return plain

    def _below(self, plain: PurePosixPath) -> str | None:
        for given in sorted(self._resolved, key=len, reverse=True):
            if plain.is_relative_to(given) and plain != PurePosixPath(given):
                return str(PurePosixPath(self._resolved[given]) / plain.relative_to(given))
        return None


def open_plainly(path: str) -> int:
    """A descriptor of a regular file, opened read-only, no link followed anywhere on the way. Raises FileClosed."""
    *folders, name = PurePosixPath(path).parts[1:]
    folder = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            below = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        # O_NONBLOCK: a FIFO would wait for its writer before it could be looked at.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError as error:
        raise FileClosed("it is not there (any more)") from error
    except OSError as error:
        raise FileClosed(f"it cannot be opened without following links ({error.strerror})") from error
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileClosed("it is not a regular file")
    os.set_blocking(descriptor, True)
    return descriptor


def refer(path: str, descriptor: int) -> Reference:
    facts = os.fstat(descriptor)
    return Reference(
        path=path,
        size=facts.st_size,
        mtime_ns=facts.st_mtime_ns,
        ctime_ns=facts.st_ctime_ns,
        device=facts.st_dev,
        inode=facts.st_ino,
    )


def digest(descriptor: int) -> str:
    """SHA-256 of the whole file, hexadecimal."""
    with os.fdopen(os.dup(descriptor), "rb", closefd=True) as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_again(reference: Reference, sha256: str, name: str) -> int:
    """The same file as at the upload, by stat or else by content. Raises SourceChanged naming it.

    No root is asked for: what is opened is the content that was allowed when it was uploaded, and a studio that takes
    up an unfinished render after a restart has not been told its roots yet. A look at the file's stat is enough while
    nothing about it moved; touched files and restored times are read again and judged by their content.
    """
    try:
        descriptor = open_plainly(reference.path)
    except FileClosed as error:
        raise SourceChanged(f"{name}: {error}") from error
    now = refer(reference.path, descriptor)
    if now == reference or (now.size == reference.size and digest(descriptor) == sha256):
        return descriptor
    os.close(descriptor)
    raise SourceChanged(f"{name}: it is no longer the file that was uploaded")
