"""A shot from a clip: its frames by time, turned upright, scaled once to the film's canvas, under the same kind of view
as a photo. Clips that end before their segment hold their last frame; animated GIFs begin again.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from photovideos_studio import photos
from photovideos_studio.draft import Draft
from photovideos_studio.photos.clips import clockwise
from photovideos_studio.render import ground
from photovideos_studio.render.grade import filtered
from photovideos_studio.render.mezzanine import MARGIN, Mezzanine, union
from photovideos_studio.render.motion import ease_for, view_at, zoomed
from photovideos_studio.render.planes import Planes, Sheet, planes_of
from photovideos_studio.render.sampling import sample
from photovideos_studio.render.timeline import Layer

_ORIENTATION_OF_TURN: Final = {0: 1, 90: 6, 180: 3, 270: 8}
_CONVERSION_SPACES: Final = {1: "ITU709", 5: "ITU601", 6: "SMPTE170M", 7: "SMPTE240M", 9: "BT2020"}


class ClipShot:
    """Reads on as time goes on; a jump back begins again at the nearest key frame."""

    def __init__(self, draft: Draft, segment: int, path: Path) -> None:
        self._draft = draft
        self._picture = draft.pictures[segment]
        self._reader = photos.ClipReader(path)
        self._facts = self._reader.facts()
        self._ease = ease_for(
            self._picture.motion,
            width=draft.canvas.width,
            height=draft.canvas.height,
            frames=round(self._picture.length_ms * draft.fps / 1000),
        )
        self._frames: Iterator[tuple[Fraction, av.VideoFrame]] | None = None
        self._next: tuple[Fraction, av.VideoFrame] | None = None
        self._shown: tuple[Fraction, av.VideoFrame] | None = None
        self._ready: tuple[Fraction, Mezzanine] | None = None

    def close(self) -> None:
        self._frames = None
        self._reader.close()

    def draw(self, layer: Layer, sheet: Sheet, nearer: float = 1.0) -> Planes:
        seconds = self._picture.source_start_ms / 1000 + layer.seconds
        length = self._facts.length_ms / 1000
        if self._facts.repeats:
            seconds %= length
        moment, frame = self._frame_at(seconds)
        if self._ready is None or self._ready[0] != moment:
            self._ready = (moment, self._prepared(frame))
        still = self._ready[1]
        view = zoomed(view_at(self._picture.motion, layer.progress, self._ease), nearer)
        return sample(*still.view(view, sheet.width), sheet)

    def _frame_at(self, seconds: float) -> tuple[Fraction, av.VideoFrame]:
        if self._frames is None or self._shown is None or seconds < self._shown[0]:
            self._frames = self._reader.frames(from_seconds=seconds)
            self._shown = next(self._frames, None)
            self._next = next(self._frames, None)
        if self._shown is None:
            raise photos.Unreadable("has no picture that can be decoded")
        while self._next is not None and self._next[0] <= seconds:
            self._shown, self._next = self._next, next(self._frames, None)
        return self._shown

    def _prepared(self, frame: av.VideoFrame) -> Mezzanine:
        """The frame in the film's colours, no larger than the view needs, with its ground around it."""
        motion = self._picture.motion
        width, height = self._facts.width, self._facts.height
        narrowest = min(motion.start.w, motion.end.w) * width
        scale = min(1.0, self._draft.canvas.width / narrowest)
        size = (max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2))
        picture = filtered(self._upright(frame, size), self._draft.filter)
        seen = union(motion.start, motion.end)
        beyond = (
            -seen.x * size[0],
            -seen.y * size[1],
            (seen.x + seen.w - 1) * size[0],
            (seen.y + seen.h - 1) * size[1],
        )
        left, top, right, bottom = (round((max(0.0, side) + MARGIN) / 2) * 2 for side in beyond)
        around = ground.Surroundings(left=left, top=top, right=right, bottom=bottom, is_seen=max(beyond) > 2.0)
        return Mezzanine(
            planes=ground.surround(picture, around, self._picture.fit),
            left=left,
            top=top,
            width=size[0],
            height=size[1],
        )

    def _upright(self, frame: av.VideoFrame, size: tuple[int, int]) -> Planes:
        turn = clockwise(frame.rotation) if frame.rotation else self._facts.rotation
        stored = size[::-1] if turn in {90, 270} else size
        if frame.format.name in {"bgra", "rgba", "pal8", "yuva420p"}:
            frame = _on_ground(frame)
        if photos.needs_conversion(int(frame.color_trc), int(frame.color_primaries)):
            frame = photos.to_sdr(frame, *stored)
        converted = frame.reformat(
            width=stored[0],
            height=stored[1],
            format="nv12",
            src_colorspace=_CONVERSION_SPACES.get(int(frame.colorspace), "ITU601" if frame.height < 720 else "ITU709"),
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
            interpolation="BICUBIC",
            threads=1,
        )
        planes = planes_of(converted)
        orientation = _ORIENTATION_OF_TURN[turn]
        if orientation == 1:
            return planes
        y, uv = (np.ascontiguousarray(photos.turn(plane, orientation)) for plane in (planes.y, planes.uv))
        return Planes(y, uv)


def _on_ground(frame: av.VideoFrame) -> av.VideoFrame:
    from PIL import Image

    image = Image.fromarray(frame.to_ndarray(format="rgba"), "RGBA")
    flat = photos.lay_on_ground(image.convert("RGB"), image.getchannel("A"))
    return av.VideoFrame.from_ndarray(np.asarray(flat), format="rgb24")
