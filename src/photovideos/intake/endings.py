"""Does a JPEG, PNG, GIF, TIFF, RIFF or Matroska file reach its own end? Each function says what is missing, or None.

Trailing garbage after a file's own end is nobody's business; damage inside is not looked for.
"""

from __future__ import annotations

from photovideos.intake.pieces import Pieces

END_MISSING = "its end is missing"
ZERO_TAIL = "its end is still zeros"

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers without a length
_MAX_STEPS = 200_000


def missing_of_jpeg(pieces: Pieces) -> str | None:
    """The end-of-image marker must follow the first scan: an EXIF thumbnail has one of its own before it."""
    offset = 2
    for _ in range(_MAX_STEPS):
        marker = pieces.at(offset, 4)
        if marker[:2] == b"\xff\xd9":
            return None
        if len(marker) < 4:
            return END_MISSING
        if marker[0] != 0xFF:
            # Zeros are bytes yet to come; anything else is damage, for the decoder to judge.
            return END_MISSING if pieces.is_zero(offset, 64) else None
        if marker[1] == 0xDA:
            return None if pieces.has(b"\xff\xd9", offset + 4) else END_MISSING
        if marker[1] == 0xFF:
            offset += 1
        elif marker[1] in _STANDALONE:
            offset += 2
        else:
            offset += 2 + int.from_bytes(marker[2:4], "big")
    return None


def missing_of_png(pieces: Pieces) -> str | None:
    if b"IEND\xaeB`\x82" in pieces.small(pieces.size - 12, 12):
        return None
    offset = 8
    for _ in range(_MAX_STEPS):
        head = pieces.small(offset, 8)
        if len(head) < 8:
            return END_MISSING
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if not kind.isalpha():
            return END_MISSING if not head.strip(b"\0") else None
        offset += 12 + length
        if offset > pieces.size:
            return END_MISSING
        if kind == b"IEND":
            return None
    return None


def missing_of_gif(pieces: Pieces) -> str | None:
    head = pieces.at(0, 13)
    if len(head) < 13:
        return END_MISSING
    offset = 13 + _gif_colours(head[10])
    for _ in range(_MAX_STEPS):
        block = pieces.at(offset, 10)
        if block[:1] == b"\x3b":
            return None
        if block[:1] == b"\x2c" and len(block) == 10:
            data = offset + 11 + _gif_colours(block[9])
        elif block[:1] == b"\x21":
            data = offset + 2
        else:  # zeros and nothing are bytes yet to come; anything else is damage
            return END_MISSING if block[:1] in (b"", b"\0", b"\x2c") else None
        end = _after_gif_data(pieces, data)
        if end is None:
            return END_MISSING
        offset = end
    return None


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_gif_data(pieces: Pieces, offset: int) -> int | None:
    """Where the chain of sub-blocks ends; None if the file ends before."""
    while True:
        length = pieces.at(offset, 1)
        if not length:
            return None
        offset += 1 + length[0]
        if not length[0]:
            return offset


def missing_of_riff(pieces: Pieces) -> str | None:
    """WebP, AVI, WAV: the outer chunks must add up. A size of 0 or of all ones is a writer that could not go back."""
    offset = 0
    for _ in range(_MAX_STEPS):
        head = pieces.small(offset, 8)
        if len(head) < 8 or head[:4] not in (b"RIFF", b"RF64"):
            return None
        length = int.from_bytes(head[4:], "little")
        if length in (0, 0xFFFFFFFF):
            return None
        offset += 8 + length
        if offset > pieces.size:
            return END_MISSING
    return None


def missing_of_tiff(pieces: Pieces) -> str | None:
    """The first directory must lie in the file; it is written last by many."""
    order = "little" if pieces.at(0, 2) == b"II" else "big"
    offset = int.from_bytes(pieces.at(4, 4), order)  # type: ignore[arg-type]  # one of the two words just given
    if offset + 2 > pieces.size:
        return END_MISSING
    count = int.from_bytes(pieces.at(offset, 2), order)  # type: ignore[arg-type]  # as above
    return END_MISSING if count == 0 or offset + 2 + 12 * count > pieces.size else None


def missing_of_matroska(pieces: Pieces) -> str | None:
    """The header and the segment must fit; a segment of unknown size is a live recording."""
    offset = 0
    for _ in range(2):
        head = pieces.at(offset, 12)
        if len(head) < 5:
            return END_MISSING
        length, size_bytes = _matroska_size(head[4:])
        if length is None:
            return None
        offset += 4 + size_bytes + length
        if offset > pieces.size:
            return END_MISSING
    return None


def _matroska_size(field: bytes) -> tuple[int | None, int]:
    """The size after a four-byte id, and how many bytes it takes; None: unknown, or no size at all."""
    size_bytes = 9 - field[0].bit_length()
    if size_bytes > 8 or len(field) < size_bytes:
        return None, size_bytes
    marker = 1 << (7 * size_bytes)
    value = int.from_bytes(field[:size_bytes], "big") - marker
    return (None if value == marker - 1 else value), size_bytes
