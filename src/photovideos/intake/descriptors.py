"""Opens inboxes, folders and files by directory descriptor; never through a link.

Whoever may write into an inbox is not trusted: a name is opened below a descriptor that is already held, component by
component with O_NOFOLLOW, so that a folder swapped for a link in the middle leads nowhere. Read-only throughout.
"""

from __future__ import annotations

import errno
import os
import stat

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.model import FileEntry, FolderKey

StatKey = str
"""What a content digest is remembered by: it changes with everything a file system tells of a change."""

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a FIFO put in the place of a photo must not hold the scan.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO})


def stat_key(entry: FileEntry) -> StatKey:
    return f"{entry.inode:x}-{entry.size:x}-{entry.mtime_ns:x}-{entry.ctime_ns:x}"


def key_of(inbox: str, name: str, folder_fd: int) -> FolderKey:
    """The key of a folder that is open. Raises FolderOffline."""
    try:
        status = os.fstat(folder_fd)
    except OSError as error:
        raise offline(f"The folder ‘{name}’", error) from error
    return FolderKey(inbox=inbox, name=name, device=status.st_dev, inode=status.st_ino)


def open_inbox(inbox: str) -> int:
    """A descriptor of the inbox. Its own path may lead through links: the owner of the config chose it.

    Raises FolderOffline.
    """
    try:
        return os.open(inbox, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise offline("The inbox", error) from error


def open_folder(inbox: str, name: str) -> int:
    """A descriptor of a folder of the inbox; it stays with the folder through a rename.

    Raises FolderOffline (the inbox or the folder cannot be read just now) and FolderMoved (it is not there any more).
    """
    inbox_fd = open_inbox(inbox)
    try:
        return open_folder_at(inbox_fd, name)
    finally:
        os.close(inbox_fd)


def open_folder_at(directory_fd: int, name: str) -> int:
    """As `open_folder`, below a descriptor that is already held; `name` is one component."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise FolderMoved("This is not the name of a folder in the inbox.")
    try:
        return os.open(name, FOLDER_FLAGS, dir_fd=directory_fd)
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise FolderMoved(f"The folder ‘{name}’ is not there any more.") from error
        raise offline(f"The folder ‘{name}’", error) from error


def open_file(folder_fd: int, relative: str) -> int:
    """A read-only descriptor of a regular file of the folder.

    `relative`: `/`-separated, as the scan gave it. Raises FolderMoved (not there any more, or no regular file any
    more) and FolderOffline.
    """
    try:
        file_fd = _open_below(folder_fd, relative)
        try:
            is_regular = stat.S_ISREG(os.fstat(file_fd).st_mode)
        except OSError:
            os.close(file_fd)
            raise
    except (ValueError, OSError) as error:
        if isinstance(error, ValueError) or error.errno in _NOT_THERE:
            raise FolderMoved(f"‘{relative}’ is not there any more.") from error
        raise offline(f"‘{relative}’", error) from error
    if not is_regular:
        os.close(file_fd)
        raise FolderMoved(f"‘{relative}’ is not an ordinary file any more.")
    return file_fd


def _open_below(folder_fd: int, relative: str) -> int:
    parts = relative.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(relative)
    held: int | None = None
    try:
        for part in parts[:-1]:
            deeper = os.open(part, FOLDER_FLAGS, dir_fd=folder_fd if held is None else held)
            if held is not None:
                os.close(held)
            held = deeper
        return os.open(parts[-1], FILE_FLAGS, dir_fd=folder_fd if held is None else held)
    finally:
        if held is not None:
            os.close(held)


def read_up_to(file_fd: int, limit_bytes: int) -> bytes:
    """The first bytes of a file, however many a single read returns. Raises OSError."""
    pieces: list[bytes] = []
    offset = 0
    while offset < limit_bytes:
        piece = os.pread(file_fd, limit_bytes - offset, offset)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
    return b"".join(pieces)


def offline(what: str, error: OSError) -> FolderOffline:
    """The error for something that cannot be read just now."""
    detail = f"{errno.errorcode.get(error.errno or 0, '?')}: {error.strerror}"
    if error.errno in (errno.EACCES, errno.EPERM):
        advice = "Give the service the right to read it."
        return FolderOffline(f"{what} may not be read by the service.", advice=advice, detail=detail)
    return FolderOffline(f"{what} cannot be read just now.", advice="Is the disk or share connected?", detail=detail)
