"""A shot: one segment's picture or clip, ready to be drawn at any moment of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from photovideos_studio.draft import Draft
from photovideos_studio.render import footage, mezzanine
from photovideos_studio.render.motion import ease_for, view_at, zoomed
from photovideos_studio.render.planes import Planes, Sheet
from photovideos_studio.render.sampling import sample
from photovideos_studio.render.timeline import Layer


class Shot(Protocol):
    def draw(self, layer: Layer, sheet: Sheet, nearer: float = 1.0) -> Planes:
        """The shot at a moment, on the sheet; `nearer` draws it in around the middle (1: as it is)."""

    def close(self) -> None: ...


class StillShot:
    """A photo under a moving view."""

    def __init__(self, draft: Draft, segment: int, path: Path) -> None:
        self._motion = draft.pictures[segment].motion
        self._still = mezzanine.make(path, draft.pictures[segment], draft.canvas, draft.filter)
        self._ease = ease_for(
            self._motion,
            width=draft.canvas.width,
            height=draft.canvas.height,
            frames=round(draft.pictures[segment].length_ms * draft.fps / 1000),
        )

    def draw(self, layer: Layer, sheet: Sheet, nearer: float = 1.0) -> Planes:
        view = view_at(self._motion, layer.progress, self._ease)
        return sample(*self._still.view(zoomed(view, nearer), sheet.width), sheet)

    def close(self) -> None:
        """Nothing is held open."""


def open_shot(draft: Draft, segment: int, sources: Mapping[str, Path]) -> Shot:
    """Raises photos.Unreadable, and KeyError for an upload nobody has."""
    picture = draft.pictures[segment]
    path = sources[picture.upload_id]
    return footage.ClipShot(draft, segment, path) if picture.is_clip else StillShot(draft, segment, path)
