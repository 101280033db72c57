"""The cheapest look at a folder that rests: has anything changed since the last real look?

Nothing is opened but directories. A thousand finished folders are looked at in this way for as long as the daemon
lives, so that no more than a few bytes need to be remembered of each (watching.md, A48).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from photovideos.intake.walk import MAX_ENTRIES, MAX_SECONDS, Found, walk

Glance = bytes


def glance(
    folder_fd: int,
    *,
    clock: Callable[[], float] = time.monotonic,
    max_entries: int = MAX_ENTRIES,
    max_seconds: float = MAX_SECONDS,
) -> Glance:
    """Equal glances: a snapshot would be the same too. Litter and our status file do not count; our films do.

    Raises FolderOffline and FolderMoved.
    """
    return glance_of(walk(folder_fd, clock=clock, max_entries=max_entries, max_seconds=max_seconds))


def glance_of(found: Found) -> Glance:
    """The glance of what a walk found."""
    lines = [
        f"{path}\0{size} {mtime_ns} {ctime_ns} {inode}\0"
        for path, size, mtime_ns, ctime_ns, inode in (*found.files, *found.temporaries)
    ]
    lines += [f"{item.file}\0{item.reason}\0" for item in found.left_out]
    whole = "".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(whole, digest_size=16).digest()
