"""PURE: photo, clip, song or nothing, by extension and magic bytes; what the bytes say wins.

It reads the head it is given and decodes nothing: whether a photo can be shown is for the media child to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from photovideos.model import MediaKind

HEAD_BYTES = 64

_PHOTO_EXTENSIONS = frozenset(
    {"jpg", "jpeg", "jpe", "jfif", "png", "heic", "heif", "avif", "webp", "gif", "tif", "tiff", "bmp"}
)
_CLIP_EXTENSIONS = frozenset({"mp4", "m4v", "mov", "avi", "webm", "mkv", "3gp"})
_SONG_EXTENSIONS = frozenset({"mp3", "wav", "m4a", "m4b", "aac"})
_RAW_EXTENSIONS = frozenset(
    {"dng", "cr2", "cr3", "nef", "nrw", "arw", "srf", "sr2", "orf", "rw2", "raf", "pef", "srw", "3fr", "iiq", "rwl"}
)
_FOREIGN_CLIPS = frozenset({"mpg", "mpeg", "mts", "m2ts", "ts", "wmv", "flv", "vob", "ogv", "mxf"})
_FOREIGN_SONGS = frozenset({"flac", "ogg", "oga", "opus", "wma", "aif", "aiff", "mid", "midi", "ape"})
_SIDECARS = frozenset({"thm", "lrv", "aae", "xmp"})  # a camera's previews and notes beside the real file

_IMAGE_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 avif avis avio".split())
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_QUICKTIME_FIRST = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})

NOT_A_PHOTO = "it is named like a photo but does not hold one"
NOT_A_CLIP = "it is named like a clip but does not hold one"
NOT_A_SONG = "it is named like a song but does not hold one"
RAW_PHOTO = "camera raw files are not supported; save it as JPEG"
FOREIGN_CLIP = "this kind of clip is not supported; MP4, MOV, AVI, WebM and MKV are"
FOREIGN_SONG = "this kind of sound file is not supported; MP3, WAV, M4A and AAC are"
DRAWING = "drawings (SVG) are not supported; save it as PNG or JPEG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """`kind` None: no input. `reason`: why not, where a person would expect it to be one."""

    kind: MediaKind | None
    reason: str | None = None


def extension_of(name: str) -> str:
    """Lower case, without the dot; empty if there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if stem and dot else ""


def by_extension(name: str) -> MediaKind | None:
    extension = extension_of(name)
    if extension in _PHOTO_EXTENSIONS:
        return MediaKind.PHOTO
    if extension in _CLIP_EXTENSIONS:
        return MediaKind.CLIP
    if extension in _SONG_EXTENSIONS:
        return MediaKind.SONG
    return None


def sniff(name: str, head: bytes) -> Sniffed:
    """What a file is. `head`: its first `HEAD_BYTES` bytes, fewer if it is shorter."""
    extension = extension_of(name)
    if extension in _SIDECARS:
        return Sniffed(kind=None)
    if refused := _refused(extension):
        return Sniffed(kind=None, reason=refused)
    named = by_extension(name)
    found = _photo(head) or _boxes(head, named) or _container(head) or _sound(head, named, extension)
    if found is not None:
        return found
    if _is_still_blank(head):  # the bytes are yet to come: the name is all there is to go by
        return Sniffed(kind=named)
    return _unknown(named)


def _refused(extension: str) -> str | None:
    if extension in _RAW_EXTENSIONS:  # most of them begin like a TIFF
        return RAW_PHOTO
    if extension in _FOREIGN_CLIPS:
        return FOREIGN_CLIP
    if extension in _FOREIGN_SONGS:
        return FOREIGN_SONG
    return DRAWING if extension in ("svg", "svgz") else None


def _unknown(named: MediaKind | None) -> Sniffed:
    match named:
        case MediaKind.PHOTO:
            return Sniffed(kind=None, reason=NOT_A_PHOTO)
        case MediaKind.CLIP:
            return Sniffed(kind=None, reason=NOT_A_CLIP)
        case MediaKind.SONG:
            return Sniffed(kind=None, reason=NOT_A_SONG)
    return Sniffed(kind=None)


def _is_still_blank(head: bytes) -> bool:
    return len(head) < 4 or not head.strip(b"\0")


def _photo(head: bytes) -> Sniffed | None:
    is_photo = (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 26)
    )
    return Sniffed(kind=MediaKind.PHOTO) if is_photo else None


def _boxes(head: bytes, named: MediaKind | None) -> Sniffed | None:
    """ISO media files: HEIC, AVIF, MP4, MOV, M4A."""
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if brand == b"crx ":
            return Sniffed(kind=None, reason=RAW_PHOTO)
        if brand in _IMAGE_BRANDS:
            return Sniffed(kind=MediaKind.PHOTO)
        is_song = brand in _SOUND_BRANDS or named is MediaKind.SONG
        return Sniffed(kind=MediaKind.SONG if is_song else MediaKind.CLIP)
    if kind in _QUICKTIME_FIRST and named is MediaKind.CLIP:
        return Sniffed(kind=MediaKind.CLIP)
    return None


def _container(head: bytes) -> Sniffed | None:
    if head.startswith(b"\x1a\x45\xdf\xa3") or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return Sniffed(kind=MediaKind.CLIP)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Sniffed(kind=MediaKind.SONG)
    return None


def _sound(head: bytes, named: MediaKind | None, extension: str) -> Sniffed | None:
    """A frame sync is two bytes, too little to go by (UTF-16 text begins alike): the name must say song, or nothing."""
    if head.startswith(b"ID3"):
        return Sniffed(kind=MediaKind.SONG)
    if len(head) < 4 or (named is not MediaKind.SONG and extension):
        return None
    is_frame = head[0] == 0xFF and (_is_mp3_frame(head) or head[1] & 0xF6 == 0xF0)
    return Sniffed(kind=MediaKind.SONG) if is_frame else None


def _is_mp3_frame(head: bytes) -> bool:
    is_layer_three = head[1] & 0xE6 == 0xE2
    return is_layer_three and head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C
