"""Draws frame n of a draft. Holds at most three shots at a time, whatever the film's length (rendering R04).

Any frame can be drawn first; frames drawn in order are drawn fastest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from photovideos_studio import photos
from photovideos_studio.draft import Draft
from photovideos_studio.render.planes import BLACK, Planes, new_sheet, towards
from photovideos_studio.render.shots import Shot, open_shot
from photovideos_studio.render.texts import Overlays
from photovideos_studio.render.timeline import Scene, Timeline
from photovideos_studio.render.transitions import draw_transition

MOST_SHOTS: Final = 3


class FilmUnmakeable(Exception):
    """This film cannot be made from these files; `reason` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FrameMaker:
    """For one process and one thread. `close` it."""

    def __init__(self, draft: Draft, sources: Mapping[str, Path]) -> None:
        self._draft = draft
        self._sources = sources
        self._timeline = Timeline(draft)
        self._shots: dict[int, Shot] = {}
        self._sheets = tuple(new_sheet(draft.canvas.width, draft.canvas.height) for _ in range(2))
        self._overlays = Overlays(draft, self._draw_scene_of)

    def draw(self, frame: int) -> Planes:
        """The frame, on memory that the next call draws on again.

        Raises FilmUnmakeable if a file the film needs cannot be read any more.
        """
        for text, _ in self._timeline.visible_texts(frame):
            self._overlays.prepare(text)  # may draw another frame to see what the text will lie on
        scene = self._timeline.scene(frame)
        out = self._draw_scene(scene)
        for text, strength in self._timeline.visible_texts(frame):
            self._overlays.lay(text, strength, out)
        if scene.light < 1.0:
            towards(out, BLACK, scene.light)
        return out

    def close(self) -> None:
        for shot in self._shots.values():
            shot.close()
        self._shots.clear()

    def _draw_scene_of(self, frame: int) -> Planes:
        """A frame without its texts and fades: what a text will lie on."""
        return self._draw_scene(self._timeline.scene(min(frame, self._draft.frame_count - 1)))

    def _draw_scene(self, scene: Scene) -> Planes:
        under = self._shot(scene.under.segment)
        sheet, spare = self._sheets
        if scene.over is None:
            return under.draw(scene.under, sheet)
        return draw_transition(scene, under, self._shot(scene.over.segment), sheet, spare)

    def _shot(self, segment: int) -> Shot:
        shot = self._shots.pop(segment, None)
        if shot is None:
            while len(self._shots) >= MOST_SHOTS - 1:
                self._shots.pop(next(iter(self._shots))).close()
            shot = self._open(segment)
        self._shots[segment] = shot  # the most recently used comes last
        return shot

    def _open(self, segment: int) -> Shot:
        picture = self._draft.pictures[segment]
        try:
            return open_shot(self._draft, segment, self._sources)
        except photos.Unreadable as error:
            raise FilmUnmakeable(f"{picture.name} {error.reason}.") from error
        except (KeyError, FileNotFoundError) as error:
            raise FilmUnmakeable(f"{picture.name} is not there any more.") from error
