from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.render.placing import place


@given(st.floats(120, 400), st.floats(1.05, 1.6), st.integers(100, 2000))
def test_a_placement_puts_every_output_pixel_where_it_says(start: float, step: float, out: int) -> None:
    length = step * out
    placed = place(start, length, out, int(start + length) + 240, near=0.01)
    pixels = np.arange(out)
    wanted = start + (pixels + 0.5) * step
    sampled = placed.corner + (pixels + placed.lead + 0.5) * (placed.end - placed.corner) / placed.size
    assert np.abs(sampled - wanted).max() / step <= placed.error + 1e-9
    assert placed.corner >= 0
    assert placed.lead >= 2 <= placed.size - placed.lead - out


@given(st.floats(20, 60), st.floats(0.9, 1.9), st.integers(60, 2000), st.floats(20, 60))
def test_a_placement_never_leaves_the_source_however_narrow_its_margins(
    start: float, step: float, out: int, margin: float
) -> None:
    source = int(start + step * out + margin)
    placed = place(start, step * out, out, source, near=0.05)
    assert 0 <= placed.corner < placed.end <= source
    assert placed.size - placed.lead - out >= 2 <= placed.lead


def test_nearly_every_scale_of_a_zoom_has_a_placement_within_a_fiftieth_of_a_pixel() -> None:
    rng = np.random.default_rng(5)
    views = zip(rng.uniform(120, 121, 500), 1920 * rng.uniform(1.13, 1.3, 500), strict=True)
    errors = [place(start, length, 1920, 3000, near=0.01).error for start, length in views]
    assert np.median(errors) < 0.01
    assert np.mean(np.array(errors) > 0.02) < 0.1


def test_of_placements_that_are_near_enough_the_smallest_is_taken() -> None:
    assert place(150.3, 1.17 * 960, 960, 1500, near=0.05).size < place(150.3, 1.17 * 960, 960, 1500, near=0.005).size


def test_a_resize_from_a_placement_shows_the_view() -> None:
    """A ramp tells where each pixel was taken from."""
    ramp = np.arange(900, dtype=np.float32)[None, :].repeat(9, axis=0)
    placed = place(130.37, 1.1731 * 500, 500, 900, near=0.01)
    made = cv2.resize(ramp[:, placed.corner : placed.end], (placed.size, 9), interpolation=cv2.INTER_LINEAR)
    taken = made[4, placed.lead : placed.lead + 500]
    wanted = 130.37 + (np.arange(500) + 0.5) * 1.1731 - 0.5
    assert np.abs(taken - wanted).max() < 0.03


def test_a_view_nearer_to_the_border_than_any_lead_is_refused() -> None:
    with pytest.raises(ValueError, match="margin"):
        place(1.0, 640.0, 500, 900, near=0.01)
