"""Opens a file of the folder by the folder's descriptor, one component after the other, never through a link."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import BinaryIO

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a FIFO put where a photo was must not be waited for; it changes nothing for a regular file.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LINKS = (errno.ELOOP, errno.EMLINK, errno.ENXIO)  # ENXIO: a socket, or a FIFO


class NotTheFile(Exception):
    """What lies there now is not the file that the scan saw."""


def open_original(folder_fd: int, relative: str, *, inode: int | None = None, size: int | None = None) -> BinaryIO:
    """The file `relative` (`/`-separated), read-only; NotTheFile where it is gone, a link, a device or another."""
    parts = relative.split("/")
    if not relative or any(part in ("", ".", "..") for part in parts):
        raise NotTheFile
    try:
        fd = _walk(folder_fd, parts)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotTheFile from error
    except OSError as error:
        if error.errno in _LINKS:
            raise NotTheFile from error
        raise
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or inode not in (None, found.st_ino) or size not in (None, found.st_size):
        os.close(fd)
        raise NotTheFile
    return os.fdopen(fd, "rb")


def _walk(folder_fd: int, parts: list[str]) -> int:
    here = os.dup(folder_fd)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, _DIRECTORY, dir_fd=here)
            os.close(here)
            here = deeper
        return os.open(parts[-1], _FILE, dir_fd=here)
    finally:
        os.close(here)


def create(directory_fd: int, name: str) -> BinaryIO:
    """A new private file in the job's own work folder; what an earlier try left under this name goes first."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=directory_fd)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(name, flags, 0o600, dir_fd=directory_fd), "w+b")
