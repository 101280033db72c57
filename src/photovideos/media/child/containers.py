"""Moving pictures (GIF, animated WebP) without what they carry beside the pictures: blocks are copied, or left out.

Nothing is decoded, so nothing is lost. What does not follow its own format to the end raises ValueError.
"""

from __future__ import annotations

from typing import BinaryIO

_GIF_EXTENSION, _GIF_PICTURE, _GIF_END = 0x21, 0x2C, 0x3B
_GIF_TIMING, _GIF_APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_WEBP_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_WEBP_HAS_EXIF_OR_XMP = 0x0C


def strip(file: BinaryIO, into: BinaryIO, kind: str) -> None:
    """`kind`: GIF or WEBP."""
    file.seek(0)
    if kind == "GIF":
        _strip_gif(file, into)
    else:
        _strip_webp(file, into)


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise ValueError("it ends in the middle")
    return data


def _strip_gif(file: BinaryIO, into: BinaryIO) -> None:
    head = _exactly(file, 13)
    into.write(head + _exactly(file, _colour_table_bytes(head[10])))
    while True:
        mark = _exactly(file, 1)[0]
        if mark == _GIF_END:
            into.write(bytes([mark]))
            return
        if mark == _GIF_PICTURE:
            place = _exactly(file, 9)
            table = _exactly(file, _colour_table_bytes(place[8]))
            into.write(bytes([mark]) + place + table + _exactly(file, 1))
            _sub_blocks(file, into)
        elif mark == _GIF_EXTENSION:
            _gif_extension(file, into)
        else:
            raise ValueError("a block of no known kind")


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_extension(file: BinaryIO, into: BinaryIO) -> None:
    """Timing and looping stay; comments, text and what applications put there go."""
    label = _exactly(file, 1)
    if label[0] == _GIF_TIMING:
        into.write(bytes([_GIF_EXTENSION]) + label)
        _sub_blocks(file, into)
        return
    size = _exactly(file, 1)
    first = _exactly(file, size[0])
    loops = label[0] == _GIF_APPLICATION and first in _LOOPS
    if loops:
        into.write(bytes([_GIF_EXTENSION]) + label + size + first)
    if size[0]:
        _sub_blocks(file, into if loops else None)


def _sub_blocks(file: BinaryIO, into: BinaryIO | None) -> None:
    while True:
        size = _exactly(file, 1)
        data = _exactly(file, size[0])
        if into is not None:
            into.write(size + data)
        if not size[0]:
            return


def _strip_webp(file: BinaryIO, into: BinaryIO) -> None:
    head = _exactly(file, 12)
    left = int.from_bytes(head[4:8], "little") - 4
    into.write(head)
    written = 4
    while left >= 8:
        name_and_size = _exactly(file, 8)
        name, size = name_and_size[:4], int.from_bytes(name_and_size[4:], "little")
        padded = size + size % 2
        left -= 8 + padded
        if left < -1:
            raise ValueError("a chunk is larger than the file")
        if name not in _WEBP_KEPT:
            file.seek(padded, 1)
            continue
        data = bytearray(_exactly(file, size))
        if size % 2:
            data += file.read(1) or b"\0"  # the last chunk's padding is often forgotten
        if name == b"VP8X":
            data[0] &= ~_WEBP_HAS_EXIF_OR_XMP & 0xFF
        into.write(name_and_size + data)
        written += 8 + padded
    into.seek(4)
    into.write(written.to_bytes(4, "little"))
    into.seek(0, 2)
