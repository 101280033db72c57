"""Disks that are full when a test wants it: real small ones, and single writes that find no room.

`SmallDisk` is a tmpfs whose size is changed while it is in use: it is full at once, and has room at once. `Brink` makes
the chosen write below a folder, and all after it, fail in the processes that load its library.
"""

from support.full_disks.brink import Brink
from support.full_disks.small_disk import SmallDisk, small_disk

__all__ = ["Brink", "SmallDisk", "small_disk"]
