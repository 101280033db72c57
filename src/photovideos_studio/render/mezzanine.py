"""One photo made ready for its shot: the part the view will wander over, at a little more than the film's resolution,
in the film's colours, with what is to be seen beyond the picture already around it.

Everything that is the same for all frames of a shot happens here, once; a frame is then one resize per plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from photovideos_studio import photos
from photovideos_studio.draft import Canvas, PictureSegment
from photovideos_studio.facts import Box
from photovideos_studio.render import ground
from photovideos_studio.render.grade import to_film
from photovideos_studio.render.planes import Plane, Planes

# Pixels for each film pixel in the narrowest view: what the frames' linear kernel wants.
OVERSAMPLING: Final = 1.13
# What a linear kernel takes from fine detail on average is put back beforehand.
_EMPHASIS: Final = 0.28
_EMPHASIS_RADIUS: Final = 0.8
# A view this much wider than the narrowest is sampled from planes of half the size, so that nothing flickers.
_HALVED_FROM: Final = 2.0
# Pixels around the part that is seen: room for the placement's lead and the kernel.
MARGIN: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Mezzanine:
    """`planes` with picture (fraction 0) at (`left`, `top`) and a full picture `width` × `height` pixels large."""

    planes: Planes
    left: float
    top: float
    width: float
    height: float
    halved: Planes | None = None

    def view(self, box: Box, film_width: int) -> tuple[Planes, tuple[float, float, float, float]]:
        """A box in fractions of the picture as x, y, width, height in pixels of the planes to take it from."""
        view = (
            self.left + box.x * self.width,
            self.top + box.y * self.height,
            box.w * self.width,
            box.h * self.height,
        )
        if self.halved is not None and view[2] > _HALVED_FROM * film_width:
            x, y, width, height = view
            return self.halved, (x / 2, y / 2, width / 2, height / 2)
        return self.planes, view


@dataclass(frozen=True, slots=True)
class _Cut:
    """A rectangle of whole source pixels, `x` … `right`, `y` … `bottom`."""

    x: int
    y: int
    right: int
    bottom: int


def make(path: Path, segment: PictureSegment, canvas: Canvas, film_filter: str | None) -> Mezzanine:
    """Raises photos.Unreadable."""
    source = photos.read_jpeg_planes(path) or _from_rgb(path)
    stored_height, stored_width = source.y.shape
    turned = source.orientation >= 5
    width, height = (stored_height, stored_width) if turned else (stored_width, stored_height)
    seen = union(segment.motion.start, segment.motion.end)
    narrowest = min(segment.motion.start.w, segment.motion.end.w) * width
    scale = OVERSAMPLING * canvas.width / narrowest
    cut = _cut(seen, width, height, margin=MARGIN / scale)
    size = (_even((cut.right - cut.x) * scale), _even((cut.bottom - cut.y) * scale))
    stored = stored_rectangle(cut.x, cut.y, cut.right, cut.bottom, width, height, source.orientation)
    stored_size = size[::-1] if turned else size
    half = (stored_size[0] // 2, stored_size[1] // 2)
    y = _scaled(source.y, _Cut(*stored), (stored_width, stored_height), stored_size)
    cb = _scaled(source.cb, _Cut(*stored), (stored_width, stored_height), half)
    cr = _scaled(source.cr, _Cut(*stored), (stored_width, stored_height), half)
    y, cb, cr = (np.ascontiguousarray(photos.turn(plane, source.orientation)) for plane in (y, cb, cr))
    del source  # 18 MB of a photo of 12 megapixels, before what follows takes its own
    y = _emphasised(y)
    picture = to_film(y, cb, cr, film_filter)
    del y, cb, cr
    scale_x, scale_y = size[0] / (cut.right - cut.x), size[1] / (cut.bottom - cut.y)
    around = _surroundings(seen, cut, width, height, scale_x, scale_y)
    planes = ground.surround(picture, around, segment.fit)
    widest = max(segment.motion.start.w, segment.motion.end.w) * width
    return Mezzanine(
        planes=planes,
        halved=_halved(planes) if widest * scale_x > _HALVED_FROM * canvas.width else None,
        left=around.left - cut.x * scale_x,
        top=around.top - cut.y * scale_y,
        width=width * scale_x,
        height=height * scale_y,
    )


def _from_rgb(path: Path) -> photos.JpegPlanes:
    """Pictures that are no plain JPEG, brought to JFIF's planes, so that one road leads on from here."""
    rgb = photos.read_rgb(path)
    rgb = rgb.repeat(2, axis=0) if rgb.shape[0] < 2 else rgb
    rgb = rgb.repeat(2, axis=1) if rgb.shape[1] < 2 else rgb
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return photos.JpegPlanes(y=y, cb=cb, cr=cr, orientation=1)


def _emphasised(y: Plane) -> Plane:
    soft = cv2.GaussianBlur(y, (0, 0), _EMPHASIS_RADIUS)
    emphasised: Plane = cv2.addWeighted(y, 1.0 + _EMPHASIS, soft, -_EMPHASIS, 0.0, dst=soft)
    return emphasised


def _halved(planes: Planes) -> Planes:
    """At half the size; the margins are even, so that everything keeps its place."""
    y, uv = (
        cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)
        for plane in (planes.y, planes.uv)
    )
    return Planes(y, uv)


def union(first: Box, second: Box) -> Box:
    x, y = min(first.x, second.x), min(first.y, second.y)
    right, bottom = max(first.x + first.w, second.x + second.w), max(first.y + first.h, second.y + second.h)
    return Box(x=x, y=y, w=right - x, h=bottom - y)


def _cut(seen: Box, width: int, height: int, *, margin: float) -> _Cut:
    """The source pixels that are seen, with the margin as far as there are any; even, so that chroma falls in place."""
    x, y = max(0.0, seen.x * width - margin), max(0.0, seen.y * height - margin)
    right = min(float(width), (seen.x + seen.w) * width + margin)
    bottom = min(float(height), (seen.y + seen.h) * height + margin)
    left, top = min(math.floor(x / 2) * 2, width - 2), min(math.floor(y / 2) * 2, height - 2)
    return _Cut(
        left,
        top,
        max(left + 2, min(math.ceil(right / 2) * 2, width // 2 * 2)),
        max(top + 2, min(math.ceil(bottom / 2) * 2, height // 2 * 2)),
    )


def stored_rectangle(
    x: int, y: int, right: int, bottom: int, width: int, height: int, orientation: int
) -> tuple[int, int, int, int]:
    """A rectangle of the upright picture (`width` × `height`) where the file stores it (EXIF orientation 1–8)."""
    if orientation in {2, 3, 6, 7}:
        x, right = width - right, width - x
    if orientation in {3, 4, 7, 8}:
        y, bottom = height - bottom, height - y
    return (y, x, bottom, right) if orientation >= 5 else (x, y, right, bottom)


def _scaled(plane: Plane, cut: _Cut, full: tuple[int, int], size: tuple[int, int]) -> Plane:
    """The cut of a plane (luma, or chroma of any subsampling) at `size`; the cubic kernel widens as it reduces."""
    across, down = plane.shape[1] / full[0], plane.shape[0] / full[1]
    step_x, step_y = (2 if across < 0.75 else 1), (2 if down < 0.75 else 1)
    part = plane[cut.y // step_y : cut.bottom // step_y, cut.x // step_x : cut.right // step_x]
    if (part.shape[1], part.shape[0]) == size:
        return part.copy()
    if min(part.shape) < 16 or min(size) < 16:  # swscale has no filters for slivers
        sliver: Plane = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return sliver
    frame = av.VideoFrame.from_numpy_buffer(part, format="gray")
    scaled = frame.reformat(width=size[0], height=size[1], interpolation="BICUBIC", threads=1)
    rows = np.frombuffer(memoryview(scaled.planes[0]), np.uint8).reshape(-1, scaled.planes[0].line_size)
    return rows[: size[1], : size[0]]


def _surroundings(seen: Box, cut: _Cut, width: int, height: int, scale_x: float, scale_y: float) -> ground.Surroundings:
    """How many pixels to add on each side: what the view needs beyond the picture, and the margin."""

    beyond = (
        (cut.x - seen.x * width) * scale_x,
        (cut.y - seen.y * height) * scale_y,
        ((seen.x + seen.w) * width - cut.right) * scale_x,
        ((seen.y + seen.h) * height - cut.bottom) * scale_y,
    )
    left, top, right, bottom = (_even(max(0.0, side) + MARGIN) for side in beyond)
    return ground.Surroundings(
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        is_seen=max(beyond) > 2.0,
    )


def _even(value: float, *, least: int = 2) -> int:
    return max(least, round(value / 2) * 2)
