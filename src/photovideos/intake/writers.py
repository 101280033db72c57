"""Does another program have a file of the folder open for writing? A veto against settling, never a proof.

A read lease (F_SETLEASE) is refused while there is a writer. It works where the service owns the file or has CAP_LEASE,
on ext4, tmpfs, overlayfs and their like; elsewhere nothing can be said.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterable

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.intake.descriptors import open_file
from photovideos.model import FileEntry

_MAX_FILES = 2000


def open_for_writing(folder_fd: int, entries: Iterable[FileEntry]) -> tuple[str, ...]:
    """Paths of these files that somebody is writing to just now, as far as can be told."""
    being_written = []
    for count, entry in enumerate(entries):
        if count == _MAX_FILES:
            break
        try:
            file_fd = open_file(folder_fd, entry.path)
        except (FolderMoved, FolderOffline):
            continue
        try:
            if _has_writer(file_fd):
                being_written.append(entry.path)
        finally:
            os.close(file_fd)
    return tuple(being_written)


def _has_writer(file_fd: int) -> bool:
    try:
        # A writer that comes while the lease is held sends a signal: SIGIO would end this process, SIGURG is ignored.
        fcntl.fcntl(file_fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file_fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(file_fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
