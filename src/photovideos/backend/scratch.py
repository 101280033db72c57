"""Folders for a while: private, and gone at the latest when the next one is made.

Below one private folder a user (`photovideos-<uid>` in the temp folder) each holder has one of his own, locked for as
long as he lives: the lock ends with its process, however that ends. Whoever makes a new folder removes those that
nobody holds any more. What is put into them is others' business.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from photovideos import disk

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Scratch:
    """A folder of its holder's own, short enough for a socket's path. Raises NoSpace, TryLater."""

    def __init__(self, home: Path | None = None) -> None:
        """`home`: a private folder of this user's, made if it is not there; None: the one in the temp folder."""
        temporary = Path(tempfile.gettempdir())
        with disk.told_as_ours(temporary, disk=disk.TEMPORARY):
            home = _private(home or temporary / f"photovideos-{os.geteuid()}")
            with _alone_in(home):
                _remove_deserted(home)
                self.path = Path(tempfile.mkdtemp(prefix="", dir=home))
                self._fd = os.open(self.path, _FOLDER)
                fcntl.flock(self._fd, fcntl.LOCK_EX)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _private(home: Path) -> Path:
    """The temp folder is everybody's: where somebody else was quicker with the name, a folder of another is used."""
    with suppress(FileExistsError):
        home.mkdir(mode=0o700, parents=True)
    found = os.lstat(home)
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
        return home
    return Path(tempfile.mkdtemp(prefix="photovideos-"))


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """Nobody takes a new folder for a deserted one before it is locked."""
    fd = os.open(home, _FOLDER)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _remove_deserted(home: Path) -> None:
    for entry in os.scandir(home):
        if not entry.is_dir(follow_symlinks=False):
            continue
        with suppress(OSError):  # held, or gone, or not to be opened: then it stays
            fd = os.open(entry.path, _FOLDER)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry.path, ignore_errors=True)
            finally:
                os.close(fd)
