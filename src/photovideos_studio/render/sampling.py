"""A view of real-valued place and size, sampled from planes into a film frame's planes: the inner loop of every film.

`cv2.resize` with real-valued factors is several times faster than an affine warp; `motion.place` finds where it has to
begin. Where no such place is near enough (scales near a ratio of small whole numbers), the warp stands in.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from photovideos_studio.render.motion import place
from photovideos_studio.render.planes import Plane, Planes

# Output pixels. A resize misses by this at the edges of the view and by nothing in its middle.
_WORST_MISPLACEMENT: Final = 0.03


def sample(source: Planes, view: tuple[float, float, float, float], out: Planes) -> None:
    """`view`: x, y, width, height in luma pixels of `source`, edges counted from the outer edge of pixel 0.

    Chroma of the film is sited left (H.264's default), chroma of the source in the middle of its four luma pixels.
    """
    x, y, width, height = view
    _sample_plane(source.y, (x, y, width, height), out.y, cv2.INTER_CUBIC)
    step = width / out.y.shape[1]
    chroma = (x / 2 - step / 4, y / 2, width / 2, height / 2)
    _sample_plane(source.u, chroma, out.u, cv2.INTER_LINEAR)
    _sample_plane(source.v, chroma, out.v, cv2.INTER_LINEAR)


def _sample_plane(source: Plane, view: tuple[float, float, float, float], out: Plane, kernel: int) -> None:
    x, y, width, height = view
    if _is_whole(x, y, width, height, out):
        np.copyto(out, source[round(y) : round(y) + out.shape[0], round(x) : round(x) + out.shape[1]])
        return
    across = place(x, width, out.shape[1], source.shape[1])
    down = place(y, height, out.shape[0], source.shape[0])
    if max(across.error, down.error) > _WORST_MISPLACEMENT:
        _warp(source, view, out, kernel)
        return
    region = source[down.corner : down.end, across.corner : across.end]
    larger = cv2.resize(region, None, fx=across.scale, fy=down.scale, interpolation=kernel)
    np.copyto(out, larger[down.lead : down.lead + out.shape[0], across.lead : across.lead + out.shape[1]])


def _is_whole(x: float, y: float, width: float, height: float, out: Plane) -> bool:
    """A view that falls on pixels exactly is copied."""
    return (width, height) == (out.shape[1], out.shape[0]) and x == round(x) and y == round(y) and x >= 0 and y >= 0


def _warp(source: Plane, view: tuple[float, float, float, float], out: Plane, kernel: int) -> None:
    x, y, width, height = view
    step_x, step_y = width / out.shape[1], height / out.shape[0]
    matrix = np.array([[step_x, 0.0, x + step_x / 2 - 0.5], [0.0, step_y, y + step_y / 2 - 0.5]])
    size = (out.shape[1], out.shape[0])
    np.copyto(
        out,
        cv2.warpAffine(source, matrix, size, flags=kernel | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE),
    )
