"""How one shot gives way to the next. Draws with what it is given; when a transition happens is the timeline's.

Slides, wipes and zooms are eased; cross-fades are even, which is how they are seen as even.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from photovideos_studio.draft import TransitionKind
from photovideos_studio.render.planes import BLACK, WHITE, Plane, Planes, blend, towards
from photovideos_studio.render.shots import Shot
from photovideos_studio.render.timeline import Scene

_WIPE_EDGE: Final = 0.12
_ZOOM: Final = 0.45


def eased(mix: float) -> float:
    return mix * mix * (3.0 - 2.0 * mix)


def draw_transition(scene: Scene, under: Shot, over: Shot, out: Planes, spare: Planes) -> None:
    """`spare`: planes of the same size, overwritten."""
    assert scene.over is not None
    kind, mix = scene.kind, scene.mix
    if kind in {TransitionKind.FADE_BLACK, TransitionKind.FADE_WHITE}:
        luma = BLACK if kind is TransitionKind.FADE_BLACK else WHITE
        if mix < 0.5:
            under.draw(scene.under, out)
        else:
            over.draw(scene.over, out)
        towards(out, luma, eased(abs(1.0 - 2.0 * mix)))
        return
    if kind is TransitionKind.ZOOM:
        along = eased(mix)
        under.draw(scene.under, out, nearer=1.0 + _ZOOM * along)
        over.draw(scene.over, spare, nearer=1.0 + _ZOOM * 0.35 * (1.0 - along))
        blend(out, spare, along, out)
        return
    under.draw(scene.under, out)
    over.draw(scene.over, spare)
    if kind is TransitionKind.SLIDE:
        _slide(out, spare, eased(mix))
    elif kind is TransitionKind.WIPE:
        _wipe(out, spare, eased(mix))
    else:
        blend(out, spare, mix, out)


def _slide(out: Planes, over: Planes, along: float) -> None:
    """The new picture pushes the old one out to the left; by an even number of pixels, so that chroma goes along."""
    width = out.y.shape[1]
    shift = round(width * along / 2) * 2
    for plane, new, by in ((out.y, over.y, shift), (out.u, over.u, shift // 2), (out.v, over.v, shift // 2)):
        if by:
            plane[:, : plane.shape[1] - by] = plane[:, by:].copy()
            plane[:, plane.shape[1] - by :] = new[:, :by]


def _wipe(out: Planes, over: Planes, along: float) -> None:
    """A soft edge runs from left to right and uncovers the new picture."""
    width = out.y.shape[1]
    soft = width * _WIPE_EDGE
    edge = -soft / 2 + (width + soft) * along
    across = np.arange(width, dtype=np.float32) + 0.5
    shares = np.clip((edge + soft / 2 - across) / soft, 0.0, 1.0).astype(np.float32)
    _mix_columns(out.y, over.y, shares)
    halved = shares.reshape(-1, 2).mean(axis=1)
    _mix_columns(out.u, over.u, halved)
    _mix_columns(out.v, over.v, halved)


def _mix_columns(plane: Plane, new: Plane, shares: np.ndarray) -> None:
    weights = np.ascontiguousarray(np.broadcast_to(shares, plane.shape), dtype=np.float32)
    np.copyto(plane, cv2.blendLinear(new, plane, weights, 1.0 - weights))
