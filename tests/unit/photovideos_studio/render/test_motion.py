from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.draft import Motion
from photovideos_studio.facts import Box
from photovideos_studio.render.motion import MOST_ACCELERATION, ease_for, view_at, zoomed

WIDE = Box(x=0.0, y=0.1, w=1.0, h=0.8)
NEAR = Box(x=0.06, y=0.14, w=0.9, h=0.72)
ZOOM = Motion(kind="zoom_in", start=WIDE, end=NEAR)


def test_the_view_begins_and_ends_where_the_motion_says() -> None:
    for ease in (0.0, 0.5, 1.0):
        assert view_at(ZOOM, 0.0, ease) == WIDE
        end = view_at(ZOOM, 1.0, ease)
        assert (end.x, end.y, end.w, end.h) == pytest.approx((NEAR.x, NEAR.y, NEAR.w, NEAR.h))


def test_a_zoom_changes_by_equal_factors_in_equal_times() -> None:
    widths = [view_at(ZOOM, step / 4, 0.0).w for step in range(5)]
    ratios = np.array(widths[1:]) / np.array(widths[:-1])
    assert np.ptp(ratios) < 1e-9


@given(st.floats(0.0, 1.0), st.integers(10, 300))
def test_easing_never_accelerates_more_than_it_may(reach: float, frames: int) -> None:
    motion = Motion(kind="pan", start=Box(x=0, y=0, w=0.4, h=1), end=Box(x=0.6 * reach, y=0, w=0.4, h=1))
    ease = ease_for(motion, width=1920, height=1080, frames=frames)
    places = np.array([view_at(motion, n / frames, ease).x for n in range(frames + 1)]) / 0.4 * 1920
    assert np.abs(np.diff(places, 2)).max() <= MOST_ACCELERATION * 1.02 + 1e-6


def test_zooming_in_keeps_the_middle() -> None:
    nearer = zoomed(WIDE, 2.0)
    assert (nearer.w, nearer.h) == (0.5, 0.4)
    assert nearer.x + nearer.w / 2 == pytest.approx(0.5)
    assert nearer.y + nearer.h / 2 == pytest.approx(0.5)
