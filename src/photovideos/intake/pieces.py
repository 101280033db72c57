"""Reads a file at given places, a piece at a time: no mapping, so that a file cut short meanwhile is no crash."""

from __future__ import annotations

import os

_PIECE_BYTES = 256 * 1024


class Pieces:
    """A file's bytes by offset; one piece is kept. `size` is the size it is taken to have. Raises OSError."""

    def __init__(self, file_fd: int, size: int) -> None:
        self._file_fd = file_fd
        self.size = size
        self._start = 0
        self._piece = b""

    def at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes (at most 256 KiB); fewer at the end of the file."""
        offset = max(offset, 0)
        end = offset + length
        if not self._start <= offset <= end <= self._start + len(self._piece):
            self._start = offset
            self._piece = os.pread(self._file_fd, max(length, _PIECE_BYTES), offset)
        return self._piece[offset - self._start : end - self._start]

    def small(self, offset: int, length: int) -> bytes:
        """As `at`, reading no more than asked for: for hops over large stretches."""
        offset = max(offset, 0)
        if self._start <= offset and offset + length <= self._start + len(self._piece):
            return self.at(offset, length)
        return os.pread(self._file_fd, length, offset)

    def has(self, needle: bytes, start: int) -> bool:
        """Does it occur from `start` on? The end is looked at first, where it mostly is."""
        tail = max(start, self.size - 64 * 1024)
        if needle in self.at(tail, self.size - tail):
            return True
        overlap = len(needle) - 1
        offset = start
        while offset < self.size:
            piece = self.at(offset, _PIECE_BYTES)
            if needle in piece:
                return True
            if len(piece) <= overlap:
                return False
            offset += len(piece) - overlap
        return False

    def is_zero(self, offset: int, length: int) -> bool:
        return not self.at(offset, length).strip(b"\0")
