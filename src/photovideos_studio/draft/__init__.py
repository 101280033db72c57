"""The draft: what a film is made of, as tracks of segments in milliseconds. `draft.codec` knows its JSON form.

The director writes drafts, the render reads them, the client carries them back untouched. Nothing here knows photos.

Time: a segment lasts from `start_ms` (the first moment of its fade-in) for `length_ms` (to the last of its fade-out),
so neighbours overlap by the transition between them. Frame n of a film shows the moment n / fps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from photovideos_studio.facts import Box


class DraftError(ValueError):
    """A draft that cannot be read; the message begins with the JSON path."""


class Fit(StrEnum):
    """What is seen where the view reaches beyond the picture (with CROP it never does)."""

    CROP = "crop"
    BLUR = "blur"
    LETTERBOX = "letterbox"


class TransitionKind(StrEnum):
    NONE = "none"
    CROSSFADE = "crossfade"
    FADE_BLACK = "fade_black"
    FADE_WHITE = "fade_white"
    SLIDE = "slide"
    WIPE = "wipe"
    ZOOM = "zoom"


class TextRole(StrEnum):
    TITLE = "title"
    END = "end"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """The view wanders from `start` to `end`, eased. Both have the canvas's aspect in the upright picture's pixels.

    `kind` is for people and for telling motions apart: none, zoom_in, zoom_out, ken_burns, pan.
    """

    kind: str
    start: Box
    end: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How a segment comes in over the one before; `length_ms` of overlap (0 with NONE)."""

    kind: TransitionKind
    length_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSegment:
    """A photo or a clip on the video track. `source_start_ms` and `volume` (0–1, of its own sound) are a clip's."""

    id: str
    name: str
    start_ms: int
    length_ms: int
    upload_id: str
    is_clip: bool
    fit: Fit
    motion: Motion
    transition: Transition
    source_start_ms: int = 0
    volume: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicSegment:
    """Background music: the user's song (`upload_id`), or music the studio composes (`mood`, `seed`).

    `volume` is 0–1 as asked for (1: the film's full level), `lift_db` what was asked for above that. A song shorter
    than the segment is looped without a seam.
    """

    id: str
    name: str
    start_ms: int
    length_ms: int
    volume: float
    lift_db: float = 0.0
    mood: str | None = None
    seed: int = 0
    upload_id: str | None = None
    source_start_ms: int = 0
    fade_in_ms: int = 0
    fade_out_ms: int = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSegment:
    id: str
    text: str
    start_ms: int
    length_ms: int
    role: TextRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    start_ms: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`filter`: None, bw, sepia, warm, cool, vintage. `fade_in_ms`/`fade_out_ms`: of the picture, from and to black.

    `photovideos` is what the studio tells beyond the contract (design §3): wishes, receipt, left_out, outputs.
    `created`: ISO 8601 of the photos, for the file's creation date. `title`: for the file.
    """

    canvas: Canvas
    fps: int
    length_ms: int
    pictures: tuple[PictureSegment, ...]
    music: tuple[MusicSegment, ...] = ()
    texts: tuple[TextSegment, ...] = ()
    filter: str | None = None
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    title: str | None = None
    created: str | None = None
    chapters: tuple[Chapter, ...] = ()
    photovideos: dict[str, Any] = field(default_factory=dict)

    @property
    def frame_count(self) -> int:
        return round(self.length_ms * self.fps / 1000)

    def to_json(self) -> dict[str, Any]:
        """The draft in the keys of contract §6; `from_json` gives back an equal draft."""
        from photovideos_studio.draft.codec import encode

        return encode(self)

    @classmethod
    def from_json(cls, value: object) -> Draft:
        """Strict: a missing, unknown or wrong value raises DraftError, whose message begins with the JSON path."""
        from photovideos_studio.draft.codec import decode

        return decode(value)

    def with_photovideos(self, **values: Any) -> Draft:
        return replace(self, photovideos={**self.photovideos, **values})
