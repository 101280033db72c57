"""Do the boxes of an ISO media file (HEIC, AVIF, MP4, MOV, M4A) add up, and are its data there?"""

from __future__ import annotations

from photovideos.intake.endings import END_MISSING, ZERO_TAIL
from photovideos.intake.pieces import Pieces

_MAX_BOXES = 100_000
_DATA_KINDS = frozenset({b"mdat", b"moov", b"moof", b"meta", b"idat", b"mpvd"})
_PHOTO_ZEROS_BYTES = 1024
_CLIP_ZEROS_BYTES = 64 * 1024  # digital silence in a clip's last stretch is zeros too


def missing_of_boxes(pieces: Pieces) -> str | None:
    """What is missing, or None. A box that cannot be one is damage, not a missing end."""
    offset = 0
    seen: dict[bytes, tuple[int, int]] = {}
    for _ in range(_MAX_BOXES):
        if offset == pieces.size:
            break
        head = pieces.small(offset, 16)
        length, header_bytes = _box_length(head, pieces.size - offset)
        kind = head[4:8]
        if not _is_box_kind(kind) or length < header_bytes:
            return _beyond_the_boxes(head, seen)
        if offset + length > pieces.size:
            is_garbage = kind not in _DATA_KINDS and b"mdat" in seen and _has_all(seen)
            return None if is_garbage else END_MISSING
        seen[kind] = (offset + header_bytes, offset + length)
        offset += length
    if not _has_all(seen):
        return END_MISSING
    return _blank_data(pieces, seen)


def _box_length(head: bytes, rest: int) -> tuple[int, int]:
    """The length of a box and of its header. A length of 0 goes to the end of the file, of 1 means 64 bits follow."""
    if len(head) < 8:
        return 0, 8
    length = int.from_bytes(head[:4], "big")
    if length == 1:
        return (int.from_bytes(head[8:16], "big"), 16) if len(head) == 16 else (rest + 16, 16)
    if length == 0 and head[4:8] != b"\0\0\0\0":
        return rest, 8
    return length, 8


def _is_box_kind(kind: bytes) -> bool:
    return len(kind) == 4 and all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)


def _has_all(seen: dict[bytes, tuple[int, int]]) -> bool:
    """A photo's `meta`, or a clip's `moov`, and something to show."""
    return b"meta" in seen or (b"moov" in seen and (b"mdat" in seen or b"moof" in seen))


def _beyond_the_boxes(head: bytes, seen: dict[bytes, tuple[int, int]]) -> str | None:
    if _has_all(seen) and b"mdat" in seen:
        return None  # whole, and something behind it
    return END_MISSING if len(head) < 8 or not head.strip(b"\0") else None


def _blank_data(pieces: Pieces, seen: dict[bytes, tuple[int, int]]) -> str | None:
    """Space was set aside for the whole file and the data are not in it yet."""
    start, end = seen.get(b"mdat", (0, 0))
    zeros = _PHOTO_ZEROS_BYTES if b"meta" in seen and b"moov" not in seen else _CLIP_ZEROS_BYTES
    length = min(end - start, zeros)
    return ZERO_TAIL if length >= 64 and pieces.is_zero(end - length, length) else None
