"""What is seen beyond a picture: its own colours, blurred and darkened (a calm ground that belongs to it), or bars.

Where nothing beyond is seen, the border pixels go on, so that sampling near the edge has something to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from photovideos_studio.draft import Fit
from photovideos_studio.render.grade import dithered
from photovideos_studio.render.planes import BLACK, NEUTRAL, Plane, Planes

_GROUND_WIDTH: Final = 64
_BLUR: Final = 3.2
_DIMMED: Final = 0.62
_MUTED: Final = 0.85
_SHADOW: Final = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Pixels to add on each side (even numbers). `is_seen`: the view reaches beyond the picture."""

    left: int
    top: int
    right: int
    bottom: int
    is_seen: bool


def surround(picture: Planes, around: Surroundings, fit: Fit) -> Planes:
    sides = (around.top, around.bottom, around.left, around.right)
    halves = (around.top // 2, around.bottom // 2, around.left // 2, around.right // 2)
    if not around.is_seen or fit is Fit.CROP:
        return Planes(
            cv2.copyMakeBorder(picture.y, *sides, cv2.BORDER_REPLICATE),
            cv2.copyMakeBorder(picture.uv, *halves, cv2.BORDER_REPLICATE),
        )
    if fit is Fit.LETTERBOX:
        return Planes(
            cv2.copyMakeBorder(picture.y, *sides, cv2.BORDER_CONSTANT, value=BLACK),
            cv2.copyMakeBorder(picture.uv, *halves, cv2.BORDER_CONSTANT, value=(NEUTRAL, NEUTRAL)),
        )
    width = picture.y.shape[1] + around.left + around.right
    height = picture.y.shape[0] + around.top + around.bottom
    chroma = [_blurred(plane, (width // 2, height // 2), _MUTED, NEUTRAL) for plane in cv2.split(picture.uv)]
    out = Planes(_blurred(picture.y, (width, height), _DIMMED, BLACK), cv2.merge(chroma))
    _shade(out.y, picture.y.shape, around)
    out.y[around.top : height - around.bottom, around.left : width - around.right] = picture.y
    top, left = around.top // 2, around.left // 2
    out.uv[top : top + picture.uv.shape[0], left : left + picture.uv.shape[1]] = picture.uv
    return out


def _blurred(plane: Plane, size: tuple[int, int], strength: float, zero: int) -> Plane:
    """The plane, cropped to the ground's shape and stretched over it far out of focus; no steps in its gradients."""
    small_size = (_GROUND_WIDTH, max(2, round(_GROUND_WIDTH * size[1] / size[0])))
    height, width = plane.shape
    wanted = size[0] / size[1]
    if width / height > wanted:
        keep = max(2, round(height * wanted))
        plane = plane[:, (width - keep) // 2 : (width + keep) // 2]
    else:
        keep = max(2, round(width / wanted))
        plane = plane[(height - keep) // 2 : (height + keep) // 2]
    small = cv2.resize(plane, small_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), _BLUR, borderType=cv2.BORDER_REPLICATE)
    small = (small - zero) * strength + zero
    return dithered(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), 16, 240)


def _shade(luma: Plane, shape: tuple[int, ...], around: Surroundings) -> None:
    """A soft shadow around the picture lifts it from its ground."""
    height, width = luma.shape
    mask = np.zeros((max(2, height // 16), max(2, width // 16)), np.float32)
    top, left = around.top // 16, around.left // 16
    mask[top : top + shape[0] // 16 + 1, left : left + shape[1] // 16 + 1] = 1.0
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, min(mask.shape) / 40))
    shade = 1.0 - _SHADOW * cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    np.copyto(luma, dithered((luma.astype(np.float32) - BLACK) * shade + BLACK, 16, 235))
