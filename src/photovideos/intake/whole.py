"""Which photos, clips and songs are not wholly there yet, by their file formats' own ends (watching.md, settled).

Incomplete means: what is there is the beginning of a good file, more bytes would mend it. A file that is wrong in
itself is none of that: it goes on, and the media child says what is wrong with it. Nothing is decoded.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.intake.boxes import missing_of_boxes
from photovideos.intake.descriptors import offline, open_file, stat_key
from photovideos.intake.endings import (
    END_MISSING,
    ZERO_TAIL,
    missing_of_gif,
    missing_of_jpeg,
    missing_of_matroska,
    missing_of_png,
    missing_of_riff,
    missing_of_tiff,
)
from photovideos.intake.pieces import Pieces
from photovideos.model import FileEntry, Snapshot

EMPTY = "it is empty"
ONLY_ZEROS = "it holds nothing but zeros so far"

_ZERO_TAIL_BYTES = 4096


def incomplete_media(
    folder_fd: int, snapshot: Snapshot, known: MutableMapping[str, str | None] | None = None
) -> dict[str, str]:
    """Path and reason of each of the snapshot's media that is not whole.

    `known`: what was found before, by `stat_key` (`Memory.incomplete`); it is added to. A file that went away or may
    not be read is not named here. Raises FolderOffline.
    """
    known = {} if known is None else known
    incomplete: dict[str, str] = {}
    for entry in snapshot.media:
        key = stat_key(entry)
        if key not in known:
            known[key] = _missing(folder_fd, entry)
        reason = known[key]
        if reason is not None:
            incomplete[entry.path] = reason
    return incomplete


def _missing(folder_fd: int, entry: FileEntry) -> str | None:
    if entry.size == 0:
        return EMPTY
    try:
        file_fd = open_file(folder_fd, entry.path)
    except FolderMoved:
        return None
    except FolderOffline as error:
        if isinstance(error.__cause__, PermissionError):
            return None
        raise
    try:
        return missing_at_end(Pieces(file_fd, os.fstat(file_fd).st_size))
    except OSError as error:
        raise offline(f"‘{entry.path}’", error) from error
    finally:
        os.close(file_fd)


def missing_at_end(pieces: Pieces) -> str | None:
    """What a file lacks, or None if it is whole as far as its format can tell. Raises OSError."""
    head = pieces.at(0, 64)
    if not head.strip(b"\0"):
        return ONLY_ZEROS
    if head.startswith(b"\xff\xd8"):
        return missing_of_jpeg(pieces)
    if head.startswith(b"\x89PNG"):
        return missing_of_png(pieces)
    if head.startswith((b"GIF87a", b"GIF89a")):
        return missing_of_gif(pieces)
    if head.startswith((b"II*\0", b"MM\0*")):
        return missing_of_tiff(pieces)
    return _missing_of_container(pieces, head)


def _missing_of_container(pieces: Pieces, head: bytes) -> str | None:
    if head.startswith((b"RIFF", b"RF64")):
        missing = missing_of_riff(pieces)
        is_sound = head[8:12] == b"WAVE"  # silence is zeros
        return missing or (None if is_sound else _zero_tail(pieces))
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return missing_of_matroska(pieces) or _zero_tail(pieces)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return missing_of_boxes(pieces)
    if head.startswith(b"BM"):
        size = int.from_bytes(head[2:6], "little")
        return END_MISSING if size > pieces.size else None  # black pixels are zeros
    return _zero_tail(pieces)


def _zero_tail(pieces: Pieces) -> str | None:
    size = min(_ZERO_TAIL_BYTES, pieces.size // 2)
    return ZERO_TAIL if size >= 64 and pieces.is_zero(pieces.size - size, size) else None
