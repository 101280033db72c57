"""Which characters a font file has a glyph for: its `cmap` table (OpenType 1.9, formats 4 and 12). PURE, of bytes."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_TTC: Final = b"ttcf"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Ranges of code points, sorted, both ends included."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, code: int) -> bool:
        at = bisect_right(self.starts, code) - 1
        return at >= 0 and code <= self.ends[at]


def read_coverage(font: bytes | memoryview, index: int = 0) -> Coverage:
    """Of face `index` of a font file or collection."""
    at = struct.unpack_from(">I", font, 12 + 4 * index)[0] if bytes(font[:4]) == _TTC else 0
    (tables,) = struct.unpack_from(">H", font, at + 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, at + 12 + 16 * number)
        if tag == b"cmap":
            return _read_cmap(font, offset)
    return Coverage((), ())


def _read_cmap(font: bytes | memoryview, at: int) -> Coverage:
    (count,) = struct.unpack_from(">H", font, at + 2)
    ranges: list[tuple[int, int]] = []
    for number in range(count):
        _, _, offset = struct.unpack_from(">HHI", font, at + 4 + 8 * number)
        (kind,) = struct.unpack_from(">H", font, at + offset)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", font, at + offset + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, at + offset + 16 + 12 * group)
                ranges.append((first, last))
        elif kind == 4:
            ranges += _read_segments(font, at + offset)
    merged = _merged(ranges)
    return Coverage(tuple(first for first, _ in merged), tuple(last for _, last in merged))


def _read_segments(font: bytes | memoryview, at: int) -> list[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + doubled)
    return [(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF]


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
