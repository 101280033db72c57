"""What a file is, without unpacking it: kind, size upright, length. Full decoding is `director.look`'s check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import av
from PIL import Image

from photovideos_studio.facts import MediaKind
from photovideos_studio.photos import coded
from photovideos_studio.photos.clips import ClipReader, open_container
from photovideos_studio.photos.formats import AVIF, GIF, HEIC, JPEG, Family, MediaFormat, sniff_file
from photovideos_studio.photos.refusal import Unreadable
from photovideos_studio.photos.stills import frame_count, open_still, orientation_of

_GAIN_MAP: Final = re.compile(rb"hdrgm:|HDRGainMap|urn:com:apple:photo:2020:aux:hdrgainmap|urn:iso:std:iso:ts:21496")
_GAIN_MAP_WITHIN_BYTES: Final = 256 * 1024
# All pictures of an animation together: each is painted whole to get at the next. 2,400 of 4K, say.
_MOST_GIF_PIXELS: Final = 20_000_000_000
_TONE_MAPPED: Final = b"tmap"  # the kind of item that a gain map and its base make together (ISO 21496-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`width`, `height` upright; `length_ms` of clips and songs; `is_hdr`: a gain map, PQ or HLG is in it."""

    kind: MediaKind
    format: str
    width: int = 0
    height: int = 0
    length_ms: int | None = None
    has_sound: bool = False
    is_hdr: bool = False


def probe(path: Path, name: str) -> Probe:  # noqa: ARG001 - callers have names; the content decides
    """Raises Unreadable for what cannot be part of a film."""
    with path.open("rb") as file:
        if file.read(1) == b"":
            raise Unreadable("is empty")
        found = sniff_file(file)
        if found is None:
            raise Unreadable("is neither a picture, a clip nor a song")
        if found.family is Family.STILL:
            return _probe_still(path, file)
        if found.family is Family.SOUND:
            return _probe_song(file, found)
        return _probe_moving(path, file, found)


def _probe_still(path: Path, file: BinaryIO) -> Probe:
    image, found = open_still(file)
    width, height = image.size
    if found is GIF and (pictures := frame_count(image)) > 1:
        if pictures * width * height > _MOST_GIF_PIXELS:
            raise Unreadable(f"takes too long to decode ({pictures} pictures of {width} × {height})")
        return _probe_clip(path, found)
    if orientation_of(image) >= 5:
        width, height = height, width
    return Probe(
        kind=MediaKind.PHOTO, format=found.name, width=width, height=height, is_hdr=_is_hdr_still(image, found, file)
    )


def _is_hdr_still(image: Image.Image, found: MediaFormat, file: BinaryIO) -> bool:
    points = coded.code_points_of(image, found, file)
    if points is not None and points.is_hdr:
        return True
    if found not in (JPEG, HEIC, AVIF):
        return False
    file.seek(0)
    head = file.read(_GAIN_MAP_WITHIN_BYTES)
    if found is AVIF:
        return _TONE_MAPPED in head.partition(b"mdat")[0]
    return _GAIN_MAP.search(head) is not None


def _probe_song(file: BinaryIO, found: MediaFormat) -> Probe:
    with open_container(file) as container:
        if not container.streams.audio:
            raise Unreadable("has no sound in it")
        return Probe(kind=MediaKind.SONG, format=found.name, length_ms=_sound_length_ms(container), has_sound=True)


def _sound_length_ms(container: av.container.InputContainer) -> int | None:
    stream = container.streams.audio[0]
    if stream.duration and stream.time_base:
        return round(stream.duration * stream.time_base * 1000)
    return round(container.duration / 1000) if container.duration else None


def _probe_moving(path: Path, file: BinaryIO, found: MediaFormat) -> Probe:
    """A container of film may hold a song alone (with, at most, a picture of its cover)."""
    with open_container(file) as container:
        films = [stream for stream in container.streams.video if not _is_cover(stream)]
        if not films and container.streams.audio:
            return Probe(kind=MediaKind.SONG, format=found.name, length_ms=_sound_length_ms(container), has_sound=True)
    return _probe_clip(path, found)


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _probe_clip(path: Path, found: MediaFormat) -> Probe:
    with ClipReader(path) as reader:
        facts = reader.facts()
    return Probe(
        kind=MediaKind.CLIP,
        format=found.name,
        width=facts.width,
        height=facts.height,
        length_ms=facts.length_ms,
        has_sound=facts.has_sound,
        is_hdr=facts.is_hdr,
    )
