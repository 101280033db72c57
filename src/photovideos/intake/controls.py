"""Takes a control file away once its effect is in the ledger: the one thing intake removes (design §2.1)."""

from __future__ import annotations

import os
import stat

from photovideos.intake.naming import MAX_CONTROL_BYTES, control_of
from photovideos.model import FileEntry


def remove_control(folder_fd: int, entry: FileEntry) -> bool:
    """Removes that very file; False where it is not allowed or another file lies there now: then it counts once.

    `entry` is one of a snapshot's `control_files`, at the top of the folder.
    """
    if "/" in entry.path or control_of(entry.path) is None:
        return False
    try:
        status = os.stat(entry.path, dir_fd=folder_fd, follow_symlinks=False)
        is_the_same = (
            stat.S_ISREG(status.st_mode)
            and status.st_size <= MAX_CONTROL_BYTES
            and (status.st_ino, status.st_ctime_ns) == (entry.inode, entry.ctime_ns)
        )
        if not is_the_same:
            return False
        os.unlink(entry.path, dir_fd=folder_fd)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
