"""Puts files into a folder by its descriptor: a hidden part, synced, then renamed; never through a link.

What cannot be done is told as one of our errors, with the figures that a person needs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from photovideos import disk
from photovideos.errors import FolderMoved, FolderOffline, NoRights, NoSpace, PhotoVideosError
from photovideos.intake.ignore import OWN_HIDDEN_PREFIX

_PART_PREFIX = f"{OWN_HIDDEN_PREFIX}-part-"  # hidden, and no name that a scan takes for an unfinished copy
_PART = re.compile(re.escape(_PART_PREFIX) + r"[0-9a-f]{16}")
_WRITE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_RENAME_NOREPLACE = 1
_NO_SUCH_RENAME = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_NO_SUCH_LINK = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EACCES)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_RIGHTS = 0o666  # of a folder's bits, what a file can have


@contextmanager
def told_as_ours(folder_fd: int, *, needed_bytes: int = 0) -> Iterator[None]:
    """Translates OSErrors once, at this door. `needed_bytes`: for the sentence about a full disk."""
    try:
        yield
    except OSError as error:
        raise _ours(folder_fd, error, needed_bytes) from error


def _ours(folder_fd: int, error: OSError, needed_bytes: int) -> PhotoVideosError:
    detail = f"{errno.errorcode.get(error.errno or 0, '?')}: {error.strerror}"
    if error.errno in disk.FULL:
        return no_space(folder_fd, needed_bytes, detail=detail)
    if error.errno == errno.EFBIG:
        return NoRights(
            "The film is larger than a file may be on the disk that this folder is on.",
            advice="Move the folder to another disk, or ask for a shorter film.",
            detail=detail,
        )
    if error.errno in _FORBIDDEN:
        return NoRights(
            "The film cannot be put into this folder: writing is not allowed here."
            if error.errno != errno.EROFS
            else "The film cannot be put into this folder: the disk is read-only.",
            advice="Allow the service to write into the folder (its group, or the share's settings), then drop a file "
            "RETRY. “photovideos doctor” says which user it runs as.",
            detail=detail,
        )
    if _is_deleted(folder_fd):
        return FolderMoved("The folder is not there any more.", detail=detail)
    return FolderOffline(
        "The folder cannot be written to just now.", advice="Is the disk or share connected?", detail=detail
    )


def _is_deleted(folder_fd: int) -> bool:
    try:
        return os.fstat(folder_fd).st_nlink == 0
    except OSError:
        return False


def no_space(folder_fd: int, needed_bytes: int, *, detail: str = "") -> NoSpace:
    """The figures: what is needed and what is free."""
    free: int | None = None
    with suppress(OSError):
        free = free_space(folder_fd)
    return NoSpace.on("the disk that this folder is on", needed_bytes=needed_bytes, free_bytes=free, detail=detail)


def free_space(folder_fd: int) -> int:
    """Bytes that may be written to the folder's disk by whoever is not root."""
    room = os.fstatvfs(folder_fd)
    return room.f_bavail * room.f_frsize


@contextmanager
def new_part(folder_fd: int) -> Iterator[tuple[str, int]]:
    """A new hidden file with the folder's group and rights: (name, descriptor). Gone at the end if not renamed."""
    name = _PART_PREFIX + secrets.token_hex(8)
    fd = os.open(name, _WRITE, 0o600, dir_fd=folder_fd)
    try:
        _take_rights(folder_fd, fd)
        yield name, fd
    finally:
        os.close(fd)
        with suppress(OSError):
            os.unlink(name, dir_fd=folder_fd)


def _take_rights(folder_fd: int, fd: int) -> None:
    """Group first: changing it may take bits away. A file system without rights says no, and nothing is lost."""
    folder = os.fstat(folder_fd)
    with suppress(OSError):
        os.fchown(fd, -1, folder.st_gid)
    with suppress(OSError):
        os.fchmod(fd, stat.S_IMODE(folder.st_mode) & _RIGHTS | stat.S_IRUSR | stat.S_IWUSR)


def sync_folder(folder_fd: int) -> None:
    with suppress(OSError):  # not every file system can sync a directory; the rename itself has happened
        os.fsync(folder_fd)


def rename_new(folder_fd: int, part: str, name: str) -> None:
    """Gives the part its name. FileExistsError when the name is taken: nothing is ever overwritten."""
    try:
        _rename_noreplace(folder_fd, part, name)
    except OSError as error:
        if error.errno not in _NO_SUCH_RENAME:
            raise
        _rename_by_link(folder_fd, part, name)
    sync_folder(folder_fd)


def _rename_noreplace(folder_fd: int, part: str, name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    source, target = os.fsencode(part), os.fsencode(name)
    if libc.renameat2(folder_fd, source, folder_fd, target, _RENAME_NOREPLACE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


def _rename_by_link(folder_fd: int, part: str, name: str) -> None:
    try:
        os.link(part, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_SUCH_LINK:
            raise
        _rename_after_looking(folder_fd, part, name)
    else:
        os.unlink(part, dir_fd=folder_fd)


def _rename_after_looking(folder_fd: int, part: str, name: str) -> None:
    """File systems with neither (some FUSE mounts): look, then rename at once. A gap of microseconds is left."""
    if exists(folder_fd, name):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    os.rename(part, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)


def exists(folder_fd: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def read_regular(folder_fd: int, name: str, limit_bytes: int) -> bytes | None:
    """A regular file of at most `limit_bytes`; None for anything else, or for nothing at all."""
    try:
        fd = os.open(name, _READ, dir_fd=folder_fd)
    except OSError:
        return None
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit_bytes:
            return None
        with os.fdopen(os.dup(fd), "rb") as file:
            return file.read(limit_bytes + 1)
    except OSError:
        return None
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def remove_leftovers(folder_fd: int) -> None:
    """Parts that a crash left behind: of our name, ordinary files, and of ours or the folder's owner."""
    owners = {os.geteuid(), os.fstat(folder_fd).st_uid}
    for name in os.listdir(folder_fd):
        if not _PART.fullmatch(name):
            continue
        with suppress(OSError):
            found = os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode) and found.st_uid in owners:
                os.unlink(name, dir_fd=folder_fd)
