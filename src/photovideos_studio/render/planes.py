"""Y, Cb and Cr of one picture in memory: BT.709, limited range, 4:2:0. What happens to whole planes happens here.

Chroma planes have half of the luma's width and height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
BLACK: Final = 16
WHITE: Final = 235
NEUTRAL: Final = 128


@dataclass(frozen=True, slots=True)
class Planes:
    y: Plane
    u: Plane
    v: Plane

    def each(self, do: Callable[[Plane], None]) -> None:
        do(self.y)
        do(self.u)
        do(self.v)


def new_planes(width: int, height: int) -> Planes:
    half = (height // 2, width // 2)
    return Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))


def planes_of(frame: av.VideoFrame) -> Planes:
    """Views of a yuv420p frame's own memory: writing to them writes the frame."""
    return Planes(_view(frame, 0), _view(frame, 1), _view(frame, 2))


def _view(frame: av.VideoFrame, index: int) -> Plane:
    plane = frame.planes[index]
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def copy(source: Planes, into: Planes) -> None:
    np.copyto(into.y, source.y)
    np.copyto(into.u, source.u)
    np.copyto(into.v, source.v)


def fill(into: Planes, luma: int) -> None:
    into.y[:] = luma
    into.u[:] = NEUTRAL
    into.v[:] = NEUTRAL


def blend(under: Planes, over: Planes, mix: float, into: Planes) -> None:
    """`into` may be one of the two."""
    for a, b, out in ((under.y, over.y, into.y), (under.u, over.u, into.u), (under.v, over.v, into.v)):
        cv2.addWeighted(a, 1.0 - mix, b, mix, 0.0, dst=out)


def towards(planes: Planes, luma: int, strength: float) -> None:
    """Draws a picture towards black or white: 1 leaves it, 0 is the ground alone."""
    for plane, ground in ((planes.y, luma), (planes.u, NEUTRAL), (planes.v, NEUTRAL)):
        cv2.convertScaleAbs(plane, dst=plane, alpha=strength, beta=ground * (1.0 - strength))
