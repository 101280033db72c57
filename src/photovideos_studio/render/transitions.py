"""How one shot gives way to the next. Draws with what it is given; when a transition happens is the timeline's.

Slides, wipes and zooms are eased; cross-fades are even, which is how they are seen as even.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio.draft import TransitionKind
from photovideos_studio.render.planes import BLACK, WHITE, Plane, Planes, Sheet, blend, towards
from photovideos_studio.render.shots import Shot
from photovideos_studio.render.timeline import Scene

_WIPE_EDGE: Final = 0.12
_ZOOM: Final = 0.45


def eased(mix: float) -> float:
    return mix * mix * (3.0 - 2.0 * mix)


def draw_transition(scene: Scene, under: Shot, over: Shot, sheet: Sheet, spare: Sheet) -> Planes:
    """The frame, on `sheet` or on `spare`."""
    assert scene.over is not None
    kind, mix = scene.kind, scene.mix
    if kind in {TransitionKind.FADE_BLACK, TransitionKind.FADE_WHITE}:
        out = under.draw(scene.under, sheet) if mix < 0.5 else over.draw(scene.over, sheet)
        towards(out, BLACK if kind is TransitionKind.FADE_BLACK else WHITE, eased(abs(1.0 - 2.0 * mix)))
        return out
    if kind is TransitionKind.ZOOM:
        mix = eased(mix)
        out = under.draw(scene.under, sheet, nearer=1.0 + _ZOOM * mix)
        new = over.draw(scene.over, spare, nearer=1.0 + _ZOOM * 0.35 * (1.0 - mix))
    else:
        out = under.draw(scene.under, sheet)
        new = over.draw(scene.over, spare)
    if kind is TransitionKind.SLIDE:
        _slide(out, new, eased(mix))
    elif kind is TransitionKind.WIPE:
        _wipe(out, new, eased(mix))
    else:
        blend(out, new, mix, out)
    return out


def _slide(out: Planes, new: Planes, along: float) -> None:
    """The new picture pushes the old one out to the left; by an even number of pixels, so that chroma goes along."""
    shift = round(out.y.shape[1] * along / 2) * 2
    for plane, coming, by in ((out.y, new.y, shift), (out.uv, new.uv, shift // 2)):
        if by:
            plane[:, : plane.shape[1] - by] = plane[:, by:].copy()
            plane[:, plane.shape[1] - by :] = coming[:, :by]


def _wipe(out: Planes, new: Planes, along: float) -> None:
    """A soft edge runs from left to right and uncovers the new picture."""
    width = out.y.shape[1]
    soft = width * _WIPE_EDGE
    edge = -soft / 2 + (width + soft) * along
    across = np.arange(width, dtype=np.float32) + 0.5
    shares = np.clip((edge + soft / 2 - across) / soft, 0.0, 1.0).astype(np.float32)
    _mix_columns(out.y, new.y, shares)
    _mix_columns(out.uv, new.uv, shares.reshape(-1, 2).mean(axis=1))


def _mix_columns(plane: Plane, new: Plane, shares: npt.NDArray[np.float32]) -> None:
    weights = np.ascontiguousarray(np.broadcast_to(shares, plane.shape[:2]), dtype=np.float32)
    np.copyto(plane, cv2.blendLinear(new, plane, weights, 1.0 - weights))
