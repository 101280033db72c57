"""Luma and chroma of one picture in memory: BT.709, limited range, 4:2:0. What happens to whole planes happens here.

Chroma is one array of pairs (Cb, Cr), as x264 keeps it (NV12): half of the luma's width and height, two channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio.render.placing import MOST_SPARE

Plane = npt.NDArray[np.uint8]
BLACK: Final = 16
WHITE: Final = 235
NEUTRAL: Final = 128


@dataclass(frozen=True, slots=True)
class Planes:
    """`y`: H × W. `uv`: H/2 × W/2 × 2."""

    y: Plane
    uv: Plane


@dataclass(frozen=True, slots=True)
class Sheet:
    """Room that frames are drawn on again and again, as large as any placement wants it; a frame is a view of a part of
    it, so that nothing is copied."""

    width: int
    height: int
    room: Planes

    @property
    def frame(self) -> Planes:
        """The part at the upper left corner."""
        return Planes(self.room.y[: self.height, : self.width], self.room.uv[: self.height // 2, : self.width // 2])


def new_planes(width: int, height: int) -> Planes:
    return Planes(np.empty((height, width), np.uint8), np.empty((height // 2, width // 2, 2), np.uint8))


def new_sheet(width: int, height: int) -> Sheet:
    spare = MOST_SPARE  # of luma and of chroma
    y = np.empty((height + spare, width + spare), np.uint8)
    return Sheet(width, height, Planes(y, np.empty((height // 2 + spare, width // 2 + spare, 2), np.uint8)))


def frame_of(planes: Planes) -> av.VideoFrame:
    """An NV12 frame on the planes' own memory, to be used up before they are drawn on again."""
    height, width = planes.y.shape
    return av.VideoFrame.from_dlpack((planes.y, planes.uv), format="nv12", width=width, height=height)


def planes_of(frame: av.VideoFrame) -> Planes:
    """Views of an NV12 frame's own memory."""
    y, uv = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]
        for plane in frame.planes
    )
    width = frame.width
    return Planes(y[:, :width], uv[:, : width // 2 * 2].reshape(uv.shape[0], width // 2, 2))


def copy(source: Planes, into: Planes) -> None:
    np.copyto(into.y, source.y)
    np.copyto(into.uv, source.uv)


def blend(under: Planes, over: Planes, mix: float, into: Planes) -> None:
    """`into` may be one of the two."""
    cv2.addWeighted(under.y, 1.0 - mix, over.y, mix, 0.0, dst=into.y)
    cv2.addWeighted(under.uv, 1.0 - mix, over.uv, mix, 0.0, dst=into.uv)


def towards(planes: Planes, luma: int, strength: float) -> None:
    """Draws a picture towards black or white: 1 leaves it, 0 is the ground alone."""
    cv2.convertScaleAbs(planes.y, dst=planes.y, alpha=strength, beta=luma * (1.0 - strength))
    cv2.convertScaleAbs(planes.uv, dst=planes.uv, alpha=strength, beta=NEUTRAL * (1.0 - strength))
