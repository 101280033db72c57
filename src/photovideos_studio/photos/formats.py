"""Which format a file has, by its first bytes alone: names lie. Tells the one demuxer or plugin that may open it.

PURE: looks at bytes it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

HEAD_BYTES: Final = 64
MOV_DEMUXER: Final = "mov"
_HEIF_BRANDS: Final = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_SONG_BRANDS: Final = {b"M4A ", b"M4B "}
_QUICKTIME_ATOMS: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


class Family(StrEnum):
    STILL = "still"
    MOVING = "moving"  # has to be opened to know whether there is a picture in it
    SOUND = "sound"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFormat:
    """`plugin`: the Pillow plugin of a still. `demuxer`: libavformat's name for what moves or sounds."""

    name: str
    family: Family
    plugin: str | None = None
    demuxer: str | None = None


JPEG: Final = MediaFormat(name="JPEG", family=Family.STILL, plugin="JPEG")
PNG: Final = MediaFormat(name="PNG", family=Family.STILL, plugin="PNG")
WEBP: Final = MediaFormat(name="WebP", family=Family.STILL, plugin="WEBP")
TIFF: Final = MediaFormat(name="TIFF", family=Family.STILL, plugin="TIFF")
HEIC: Final = MediaFormat(name="HEIC", family=Family.STILL, plugin="HEIF")
AVIF: Final = MediaFormat(name="AVIF", family=Family.STILL, plugin="AVIF")
GIF: Final = MediaFormat(name="GIF", family=Family.STILL, plugin="GIF", demuxer="gif")
MP4: Final = MediaFormat(name="MP4", family=Family.MOVING, demuxer=MOV_DEMUXER)
MATROSKA: Final = MediaFormat(name="Matroska", family=Family.MOVING, demuxer="matroska")
AVI: Final = MediaFormat(name="AVI", family=Family.MOVING, demuxer="avi")
M4A: Final = MediaFormat(name="M4A", family=Family.SOUND, demuxer=MOV_DEMUXER)
MP3: Final = MediaFormat(name="MP3", family=Family.SOUND, demuxer="mp3")
WAV: Final = MediaFormat(name="WAV", family=Family.SOUND, demuxer="wav")
FLAC: Final = MediaFormat(name="FLAC", family=Family.SOUND, demuxer="flac")
OGG: Final = MediaFormat(name="Ogg", family=Family.SOUND, demuxer="ogg")
AAC: Final = MediaFormat(name="AAC", family=Family.SOUND, demuxer="aac")
AIFF: Final = MediaFormat(name="AIFF", family=Family.SOUND, demuxer="aiff")

_BEGINNINGS: Final[tuple[tuple[bytes, MediaFormat], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"\x1aE\xdf\xa3", MATROSKA),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"ID3", MP3),
)
_RIFF: Final = {b"WEBP": WEBP, b"AVI ": AVI, b"WAVE": WAV}


def sniff(head: bytes) -> MediaFormat | None:
    """The format that the first `HEAD_BYTES` bytes of a file speak of; None for what is neither picture nor sound."""
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return AIFF
    return _sniff_boxes(head) or _sniff_frames(head)


def sniff_file(file: BinaryIO) -> MediaFormat | None:
    """As `sniff`, of an open file, which is left at its beginning."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return sniff(head)


def _sniff_boxes(head: bytes) -> MediaFormat | None:
    """ISO base media (ISO 14496-12 §4.3: brands) and QuickTime older than brands."""
    kind = head[4:8]
    if kind in _QUICKTIME_ATOMS:
        return MP4
    if kind != b"ftyp":
        return None
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    brands = {major} | {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIF_BRANDS:
        return HEIC
    return M4A if major in _SONG_BRANDS else MP4


def _sniff_frames(head: bytes) -> MediaFormat | None:
    """MPEG audio without a tag: a frame's sync word (ISO 11172-3 §2.4.1.3, 13818-7 §6.2)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    has_version, has_layer = head[1] & 0x18 != 0x08, head[1] & 0x06 == 0x02
    has_rate = head[2] & 0xF0 not in {0x00, 0xF0} and head[2] & 0x0C != 0x0C
    return MP3 if has_version and has_layer and has_rate else None
