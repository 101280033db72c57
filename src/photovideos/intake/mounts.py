"""Which file system an inbox lies on, and what may be expected of it: events, true renames, a stable device number.

Read from /proc, of an open descriptor: exact also for bind mounts and btrfs subvolumes. Where /proc is not there the
answer is a plain local disk. A probe by writing a file proves nothing (watching.md) and is not made.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass

_NETWORK = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "lustre", "glusterfs",
        "ocfs2", "gfs2", "davfs", "ncpfs", "coda", "beegfs", "orangefs", "vboxsf", "vmhgfs", "prl_fs",
    }
)  # fmt: skip
_SILENT = frozenset({"overlay", "aufs", "unionfs"})  # writes behind them make no events
_FAT = frozenset({"vfat", "msdos", "exfat", "fat"})
_LOCAL_FUSE = frozenset({"fuseblk", "fuse.ntfs-3g", "fuse.ntfs", "fuse.exfat"})  # a disk of this machine
_BY_UUID = "/dev/disk/by-uuid"
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file system as mounted. `kind`: its type as the kernel names it; `source`: the device or share."""

    kind: str
    source: str = ""

    @property
    def is_network(self) -> bool:
        """Others may write to it, unseen by this machine, and slowly."""
        return self.kind in _NETWORK or self._is_fuse

    @property
    def hides_writes(self) -> bool:
        """Writes may happen without an event: it is polled."""
        return self.is_network or self.kind in _SILENT

    @property
    def is_fat(self) -> bool:
        """Coarse times, unstable inodes, few characters in names, neither rights nor links."""
        return self.kind in _FAT or self.kind == "fuse.exfat"

    @property
    def trusts_renames(self) -> bool:
        """Does a rename leave its trace in the change time of the folder alone?"""
        return not (self.hides_writes or self.is_fat or self.kind in _LOCAL_FUSE)

    @property
    def _is_fuse(self) -> bool:
        return self.kind not in _LOCAL_FUSE and (self.kind == "fuse" or self.kind.startswith("fuse."))


PLAIN = Mount(kind="unknown")


def mount_of(directory_fd: int, *, proc: str = "/proc/self") -> Mount:
    """The mount an open file or directory lies on."""
    mount_id = _mount_id(directory_fd, proc)
    if mount_id is None:
        return PLAIN
    try:
        with open(f"{proc}/mountinfo", "rb") as lines:
            for line in lines:
                if line.split(b" ", 1)[0] == mount_id:
                    return read_mountinfo(line.decode("utf-8", "surrogateescape"))
    except OSError:
        return PLAIN
    return PLAIN


def _mount_id(directory_fd: int, proc: str) -> bytes | None:
    try:
        with open(f"{proc}/fdinfo/{directory_fd}", "rb") as lines:
            for line in lines:
                if line.startswith(b"mnt_id:"):
                    return line.split()[1]
    except OSError:
        return None
    return None


def read_mountinfo(line: str) -> Mount:
    """PURE. One line of mountinfo (proc(5)): type and source follow a lone `-`, behind any number of fields."""
    _, _, tail = line.rstrip("\n").partition(" - ")
    fields = tail.split(" ")
    if len(fields) < 2:
        return PLAIN
    return Mount(kind=_unescaped(fields[0]), source=_unescaped(fields[1]))


def _unescaped(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def device_of(directory_fd: int) -> int:
    """A number for the file system that outlives a restart of the machine where that can be had.

    `st_dev` of shares, and of disks found in another order, changes from boot to boot; an inbox would then seem to lie
    on another disk. So: the share's name, the file system's own id, the disk's UUID, and `st_dev` only where none of
    them is to be had. Raises OSError.
    """
    mount = mount_of(directory_fd)
    if mount.is_network and mount.source:
        return _number(f"{mount.kind}\0{mount.source}")
    own_id, device = os.fstatvfs(directory_fd).f_fsid, os.fstat(directory_fd).st_dev
    if own_id not in (0, _kernel_number(device)):
        return own_id & 0x7FFF_FFFF_FFFF_FFFF
    uuid = _uuid_of(device)  # xfs, f2fs and FAT give out the disk's number as their own id
    return _number(uuid) if uuid else device


def _kernel_number(device: int) -> int:
    """A device number as the kernel writes it into a file system's id."""
    major, minor = os.major(device), os.minor(device)
    return (minor & 0xFF) | (major << 8) | ((minor & ~0xFF) << 12)


def _uuid_of(device: int) -> str | None:
    try:
        with os.scandir(_BY_UUID) as links:
            return next((link.name for link in links if link.stat().st_rdev == device), None)
    except OSError:
        return None


def _number(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:7], "big")
