"""A disk of a few megabytes that can be filled and emptied by changing its size: nothing is written for that."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PAGE = 4096


class SmallDisk:
    """A mounted tmpfs."""

    def __init__(self, at: Path, megabytes: int) -> None:
        self.at = at
        self._bytes = megabytes * 1_000_000

    def leave(self, free_bytes: int) -> None:
        """So much is free from now on; what lies there stays."""
        for _ in range(50):  # somebody may write between the look and the change
            if self._resized(self._used() + max(free_bytes, PAGE)):
                return
        pytest.fail("the small disk would not be filled")

    def fill(self) -> None:
        self.leave(0)

    def empty(self) -> None:
        """There is room again."""
        assert self._resized(self._used() + self._bytes)

    def _used(self) -> int:
        room = os.statvfs(self.at)
        return (room.f_blocks - room.f_bfree) * room.f_frsize

    def _resized(self, size: int) -> bool:
        command = ["mount", "-o", f"remount,size={size}", str(self.at)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def small_disk(at: Path, megabytes: int = 300) -> Iterator[SmallDisk]:
    """Mounted at `at` and gone afterwards, whatever happens and whoever still uses it."""
    at.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(at)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield SmallDisk(at, megabytes)
    finally:
        subprocess.run(["umount", "-l", str(at)], check=False, capture_output=True)
