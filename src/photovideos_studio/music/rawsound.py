"""Stereo sound in a raw file: interleaved float32 at 48 kHz. Read and written in pieces, so length costs no memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
PIECE = 4 * RATE
_FRAME_BYTES = 8
Stereo = NDArray[np.float32]


def frames_of(milliseconds: float) -> int:
    return round(milliseconds * RATE / 1000)


class RawSound:
    """A file of frames, owned by one thread. What was never written reads as silence; NaN and infinity never get in."""

    def __init__(self, file: BinaryIO, frames: int = 0) -> None:
        self._file, self.frames = file, frames

    @classmethod
    def at(cls, path: Path, frames: int) -> Self:
        """A new file of exactly so many silent frames; one that was there is overwritten."""
        file = path.open("w+b")
        file.truncate(frames * _FRAME_BYTES)
        return cls(file, frames)

    @classmethod
    def temporary(cls, beside: Path) -> Self:
        """A file without a name, in the folder of `beside`, gone when closed."""
        return cls(TemporaryFile(dir=beside.parent))

    def append(self, sides: Stereo) -> None:
        self.write(self.frames, sides)
        self.frames += sides.shape[1]

    def write(self, start: int, sides: Stereo) -> None:
        """`sides`: shape (2, n)."""
        self._file.seek(start * _FRAME_BYTES)
        woven = np.nan_to_num(sides.T, nan=0.0, posinf=0.0, neginf=0.0)
        self._file.write(np.ascontiguousarray(woven, dtype="<f4").tobytes())

    def read(self, start: int, count: int) -> Stereo:
        """Shape (2, count); silence where the file has nothing."""
        sides = np.zeros((2, count), np.float32)
        first, last = max(0, start), min(self.frames, start + count)
        if first < last:
            self._file.seek(first * _FRAME_BYTES)
            woven = np.frombuffer(self._file.read((last - first) * _FRAME_BYTES), "<f4").reshape(-1, 2)
            sides[:, first - start : first - start + len(woven)] = woven.T
        return sides

    def pieces(self) -> Iterator[tuple[int, Stereo]]:
        for start in range(0, self.frames, PIECE):
            yield start, self.read(start, min(PIECE, self.frames - start))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
