"""PURE: how a view with real-valued edges is sampled from whole pixels, one axis at a time.

A plain resize takes whole source pixels to whole output pixels, and is several times faster than an affine warp. So a
little more than the view is resized, and cut: how many pixels more (the size) sets the scale, how many of them come
before the view (the lead) sets the sub-pixel position. Among some thousand pairs there is nearly always one that lands
within a hundredth of a pixel; only scales next to a ratio of small whole numbers may have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

# Output pixels of a resize beyond those that are wanted.
MOST_SPARE: Final = 144
# Pixels kept on either side of the view, so that the kernel never meets the region's edge.
_LEAST_LEAD: Final = 2
_SPARES: Final = np.arange(2.0 * _LEAST_LEAD, MOST_SPARE + 1.0)
# Sizes tried: a few have a lead that fits; more would only be time.
_MOST_SIZES: Final = 8
_LEADS: Final = np.arange(float(_LEAST_LEAD), MOST_SPARE - _LEAST_LEAD + 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One axis of a resize: source pixels `corner` to `end` become `size` output pixels; those from `lead` on are the
    view. `error`: the largest misplacement in output pixels, at the view's edges."""

    corner: int
    end: int
    size: int
    lead: int
    error: float


def place(start: float, length: float, out_length: int, source_length: int, *, near: float) -> Placement:
    """`start`, `length`: the view in source pixels (edges, not centres), at least a margin of real pixels around it.
    `near`: the smallest resize that misses by no more output pixels is taken; else the one that misses least."""
    step, middle = length / out_length, out_length / 2.0
    before, behind = int((start - 1.0) / step), int((source_length - start - length - 1.0) / step)
    if min(before, behind) < _LEAST_LEAD:
        raise ValueError("the view begins nearer to the picture's border than its margin")
    sizes = _SPARES[: before + behind - 2 * _LEAST_LEAD + 1] + out_length
    wanted = sizes * step
    regions = np.rint(wanted)
    drifts = np.abs(regions - wanted) * (middle / sizes)  # at the view's edges, with none in its middle
    near_pixels = near * step
    fit = np.flatnonzero(drifts <= near_pixels)[:_MOST_SIZES]
    if not fit.size:
        fit = np.array([drifts.argmin()])
    sizes, regions, drifts = (column[fit][:, None] for column in (sizes, regions, drifts))
    exact = (start + middle * step) - (_LEADS + middle) * (regions / sizes)
    corners = np.rint(exact)
    misses = np.abs(exact - corners) + drifts
    tails = sizes - out_length - _LEADS
    misses[(before < _LEADS) | (tails > behind) | (tails < _LEAST_LEAD)] = np.inf
    best = int((misses <= near_pixels).argmax())  # the first; sizes and leads rise
    if misses.flat[best] > near_pixels:
        best = int(misses.argmin())
    row, at = divmod(best, _LEADS.size)
    corner = int(corners[row, at])
    return Placement(
        corner=corner,
        end=corner + int(regions[row, 0]),
        size=int(sizes[row, 0]),
        lead=int(_LEADS[at]),
        error=float(misses.flat[best]) / step,
    )
