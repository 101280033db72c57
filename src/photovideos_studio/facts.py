"""What the studio knows of one uploaded file, found out once by `director.look` and kept in the store. Pure data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class MediaKind(StrEnum):
    PHOTO = "photo"
    CLIP = "clip"  # anything that moves: mp4, mov, webm, mkv, avi, an animated GIF
    SONG = "song"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in fractions of the upright picture; (0, 0) is its upper left corner. May reach beyond [0, 1]."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """One file. Sizes in pixels after turning upright, lengths in ms; None or empty where it does not apply.

    `taken`: ISO 8601 with sub-seconds and offset as far as EXIF has them. `dhash`: 64-bit perceptual hash, 16 hex
    digits. `sharpness`: variance of the Laplacian at 512 px, `brightness`: mean luma 0–1. `faces`: boxes, largest
    first. `subject`: where the eye goes (faces, else saliency). `beats_ms`, `bpm`: of a song. `content_id`: Apple's
    live-photo id. `is_hdr`: a gain map or PQ/HLG is there and the base image is used.
    """

    kind: MediaKind
    width: int = 0
    height: int = 0
    length_ms: int | None = None
    has_sound: bool = False
    taken: str | None = None
    dhash: str | None = None
    sharpness: float | None = None
    brightness: float | None = None
    faces: tuple[Box, ...] = ()
    subject: Box | None = None
    beats_ms: tuple[int, ...] = ()
    bpm: float | None = None
    content_id: str | None = None
    is_hdr: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> MediaFacts:
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        known["kind"] = MediaKind(known["kind"])
        known["faces"] = tuple(Box(**box) for box in known.get("faces") or ())
        known["subject"] = Box(**known["subject"]) if known.get("subject") else None
        known["beats_ms"] = tuple(known.get("beats_ms") or ())
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An uploaded file as the director sees it: `id` is the upload's, `name` its name on the wire, in upload order."""

    id: str
    name: str
    facts: MediaFacts
