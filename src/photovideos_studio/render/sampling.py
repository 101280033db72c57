"""A view of real-valued place and size, sampled from planes into a film frame's planes: the inner loop of every film.

`cv2.resize` is several times faster than an affine warp; `placing` finds the one that holds the view. Where none is
near enough (scales next to a ratio of small whole numbers), the warp stands in. The kernel is linear: on a mezzanine of
1.13 times the film's resolution, sharpened by what the kernel softens, it is as near to an ideal resampler as a cubic
one (47–52 dB) at half the cost.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from photovideos_studio.render.placing import place
from photovideos_studio.render.planes import Plane, Planes, Sheet

# Output pixels. A resize misses by this at the edges of the view and by nothing in its middle.
_WORST_LUMA_ERROR: Final = 0.02
_WORST_CHROMA_ERROR: Final = 0.13
_NEAR: Final = 0.4  # of the worst: good enough to look no further
_HAS_INTELS: Final = cv2.ipp.useIPP()  # x86-64
View = tuple[float, float, float, float]


def sample(source: Planes, view: View, sheet: Sheet) -> Planes:
    """A frame on the sheet. `view`: x, y, width, height in luma pixels of `source`, from the outer edge of pixel 0.

    Chroma of the film is sited left (H.264's default), chroma of the source in the middle of its four luma pixels.
    """
    x, y, width, height = view
    luma = _sampled(source.y, view, sheet.room.y, (sheet.width, sheet.height), _WORST_LUMA_ERROR)
    half = (sheet.width // 2, sheet.height // 2)
    step = width / sheet.width
    around = (x / 2 - step / 4, y / 2, width / 2, height / 2)
    return Planes(luma, _sampled(source.uv, around, sheet.room.uv, half, _WORST_CHROMA_ERROR))


def _sampled(source: Plane, view: View, room: Plane, size: tuple[int, int], worst_error: float) -> Plane:
    """The view as a part of `room`, `size` (width, height) pixels large."""
    x, y, width, height = view
    if (width, height) == size and x == round(x) >= 0 and y == round(y) >= 0:
        out = room[: size[1], : size[0]]
        np.copyto(out, source[round(y) : round(y) + size[1], round(x) : round(x) + size[0]])
        return out
    across = place(x, width, size[0], source.shape[1], near=_NEAR * worst_error)
    down = place(y, height, size[1], source.shape[0], near=_NEAR * worst_error)
    if max(across.error, down.error) > worst_error:
        return _warped(source, view, room[: size[1], : size[0]])
    region = source[down.corner : down.end, across.corner : across.end]
    target = room[: down.size, : across.size]
    _resize(region, target)
    return target[down.lead : down.lead + size[1], across.lead : across.lead + size[0]]


def _resize(region: Plane, target: Plane) -> None:
    """Luma by Intel's routine where the wheel has it: 60 % of the time of OpenCV's own, which moreover cuts fractions
    off. It is asked for here alone, so that nothing else depends on what was drawn before."""
    is_luma = target.ndim == 2
    kernel = cv2.INTER_LINEAR_EXACT if is_luma and not _HAS_INTELS else cv2.INTER_LINEAR
    cv2.ipp.setUseIPP_NotExact(is_luma)
    cv2.resize(region, target.shape[1::-1], dst=target, interpolation=kernel)
    cv2.ipp.setUseIPP_NotExact(False)


def _warped(source: Plane, view: View, out: Plane) -> Plane:
    x, y, width, height = view
    size = (out.shape[1], out.shape[0])
    step_x, step_y = width / size[0], height / size[1]
    matrix = np.array([[step_x, 0.0, x + step_x / 2 - 0.5], [0.0, step_y, y + step_y / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    np.copyto(out, cv2.warpAffine(source, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
    return out
