"""Look: what is in one file. Decodes it (this room's only trip into pixels), so it runs in the farm's processes alone.

A photo is decoded small and upright; clips and songs are decoded to their end or a few frames. Raises
photos.Unreadable with a reason for a person. Faces come from `faces`, where the eye goes from `saliency`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio import photos
from photovideos_studio.director.faces import find_faces
from photovideos_studio.director.saliency import subject_of
from photovideos_studio.director.taken import content_id_of, taken_of_clip, taken_of_photo
from photovideos_studio.facts import MediaFacts, MediaKind
from photovideos_studio.music.media_sound import SoundUnreadable
from photovideos_studio.music.songs import load_song

_LOOKED_AT_EDGE = 1024
_MEASURED_EDGE = 512
_Rgb = npt.NDArray[np.uint8]


def look(path: Path, name: str) -> MediaFacts:
    """The facts of a file. `name` serves the words alone: what it is, is found out from its content."""
    found = photos.probe(path, name)
    if found.kind is MediaKind.SONG:
        return _song(path)
    if found.kind is MediaKind.CLIP:
        picture = _middle_frame(path)
        measures = measured(picture) if picture is not None else {}
        measures.pop("dhash", None)
        return MediaFacts(
            kind=MediaKind.CLIP,
            width=found.width,
            height=found.height,
            length_ms=found.length_ms,
            has_sound=found.has_sound,
            taken=taken_of_clip(path),
            content_id=content_id_of(path, is_clip=True),
            is_hdr=found.is_hdr,
            **measures,  # type: ignore[arg-type] # values differ by name, as MediaFacts' do
        )
    picture = photos.read_rgb(path, longest_edge=_LOOKED_AT_EDGE)
    return MediaFacts(
        kind=MediaKind.PHOTO,
        width=found.width,
        height=found.height,
        taken=taken_of_photo(path),
        content_id=content_id_of(path, is_clip=False),
        is_hdr=found.is_hdr,
        **measured(picture),  # type: ignore[arg-type] # values differ by name, as MediaFacts' do
    )


def measured(picture: _Rgb) -> dict[str, object]:
    """What is found out from the pixels (H x W x 3, sRGB): dhash, sharpness, brightness, faces, subject."""
    small = _no_larger(picture, _MEASURED_EDGE)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    faces = find_faces(_no_larger(picture, _LOOKED_AT_EDGE))
    return {
        "dhash": dhash(luma),
        "sharpness": round(float(cv2.Laplacian(luma, cv2.CV_64F).var()), 2),
        "brightness": round(float(luma.mean()) / 255, 4),
        "faces": faces,
        "subject": None if faces else subject_of(small),
    }


def dhash(luma: npt.NDArray[Any]) -> str:
    """64 bits: is each of 8 x 8 places brighter than its right neighbour? 16 hex digits."""
    tiny = cv2.resize(luma, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (tiny[:, 1:] > tiny[:, :-1]).flatten()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _no_larger(picture: _Rgb, edge: int) -> _Rgb:
    height, width = picture.shape[:2]
    scale = edge / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _song(path: Path) -> MediaFacts:
    try:
        with path.open("rb") as file:
            song = load_song(file)
    except SoundUnreadable as error:
        raise photos.Unreadable(str(error)) from error
    return MediaFacts(
        kind=MediaKind.SONG,
        length_ms=song.length_ms,
        has_sound=not song.is_silent,
        beats_ms=tuple(song.beats.times_ms),
        bpm=song.beats.bpm,
    )


def _middle_frame(path: Path) -> _Rgb | None:
    """A frame from the middle of a clip, upright; None if none can be decoded there."""
    with photos.ClipReader(path) as clip:
        facts = clip.facts()
        for _, frame in clip.frames(from_seconds=facts.length_ms / 2000):
            is_coded = photos.needs_conversion(int(frame.color_trc), int(frame.color_primaries))
            plain = photos.to_sdr(frame, frame.width, frame.height) if is_coded else frame
            picture = np.asarray(plain.to_ndarray(format="rgb24"), np.uint8)
            return np.ascontiguousarray(np.rot90(picture, k=-facts.rotation // 90))
    return None
