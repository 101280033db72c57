"""From the n-th write below a folder on there is no room, until it is said that there is."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("preload.c")
NUMBERS = struct.Struct("5q")  # is it on, writes, first that fails, failed, spare: as in preload.c


class Brink:
    """`environ`: for the processes whose writes below `under` are meant."""

    def __init__(self, place: Path, under: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        library, control = place / "preload.so", place / "control"
        if shutil.which("gcc") is None:
            pytest.skip("the library that makes writes fail needs gcc")
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
        control.write_bytes(bytes(NUMBERS.size))
        with control.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), NUMBERS.size)
        self.environ = {"LD_PRELOAD": str(library), "FULL_CONTROL": str(control), "FULL_UNDER": str(under)}

    def at(self, write: int) -> None:
        """From this write on, counted from now, there is no room."""
        self._map[:] = NUMBERS.pack(1, 0, write, 0, 0)

    def lift(self) -> int:
        """There is room; how many writes found none."""
        failed = self.failed
        self._map[:] = NUMBERS.pack(0, 0, 0, 0, 0)
        return failed

    @property
    def failed(self) -> int:
        return int(NUMBERS.unpack(self._map[:])[3])

    @property
    def writes(self) -> int:
        return int(NUMBERS.unpack(self._map[:])[1])
