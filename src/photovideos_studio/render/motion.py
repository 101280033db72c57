"""PURE: where the view is at each moment of a shot."""

from __future__ import annotations

import math
from typing import Final

from photovideos_studio.draft import Motion
from photovideos_studio.facts import Box

# A marker may change its speed by this much at most, in output pixels per frame² (rendering R01 allows 0.05).
MOST_ACCELERATION: Final = 0.018


def view_at(motion: Motion, progress: float, ease: float) -> Box:
    """The view at `progress` (0–1): its edges move in proportion, so lines of motion are straight; its size changes by
    equal factors in equal times. `ease` 0–1: from an even motion to one that starts and ends at rest."""
    start, end = motion.start, motion.end
    eased = (1.0 - ease) * progress + ease * (0.5 - 0.5 * math.cos(math.pi * progress))
    ratio = end.w / start.w
    along = eased if abs(ratio - 1.0) < 1e-6 else (ratio**eased - 1.0) / (ratio - 1.0)
    return Box(
        x=start.x + (end.x - start.x) * along,
        y=start.y + (end.y - start.y) * along,
        w=start.w + (end.w - start.w) * along,
        h=start.h + (end.h - start.h) * along,
    )


def ease_for(motion: Motion, *, width: int, height: int, frames: int) -> float:
    """How much easing the distance allows: the farther the way and the shorter the time, the more even the motion."""
    travel = max(_corner_travel(motion, corner, width, height) for corner in ((0, 0), (1, 0), (0, 1), (1, 1)))
    if travel < 0.01:
        return 1.0
    hardest = travel * math.pi**2 / 2.0 / max(1, frames) ** 2
    return min(1.0, MOST_ACCELERATION / hardest)


def _corner_travel(motion: Motion, corner: tuple[int, int], width: int, height: int) -> float:
    """How far, in output pixels, what is in a corner of the first view moves until the last."""
    start, end = motion.start, motion.end
    x = (start.x + corner[0] * start.w - end.x) / end.w - corner[0]
    y = (start.y + corner[1] * start.h - end.y) / end.h - corner[1]
    return math.hypot(x * width, y * height)


def zoomed(view: Box, factor: float) -> Box:
    """The view drawn in around its middle by `factor` (above 1: nearer)."""
    w, h = view.w / factor, view.h / factor
    return Box(x=view.x + (view.w - w) / 2, y=view.y + (view.h - h) / 2, w=w, h=h)
