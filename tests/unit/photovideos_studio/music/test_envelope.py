"""Fades and stepping back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.music.envelope import Envelope, photo_changes, spans_joined

RATE = 48_000


def test_it_is_silent_outside_and_full_inside() -> None:
    gains = Envelope(begin=100, end=200).gains(0, 300)
    assert not gains[:100].any()
    assert not gains[200:].any()
    assert (gains[100:200] == 1).all()


def test_fades_are_smooth_and_end_in_silence() -> None:
    gains = Envelope(begin=0, end=10 * RATE, fade_in=RATE, fade_out=2 * RATE).gains(0, 10 * RATE)
    assert gains[0] == 0
    assert gains[-1] < 1e-6
    assert gains[5 * RATE] == 1
    assert np.abs(np.diff(gains)).max() < 1e-3
    assert (np.diff(gains[8 * RATE :]) <= 0).all()


_STEPS = ((120_000, 200_000, 0.2), (300_000, 310_000, 0.5))
_ENVELOPE = Envelope(begin=1000, end=420_000, fade_in=9000, fade_out=100_000, stepped_back=_STEPS)
_WHOLE = _ENVELOPE.gains(0, 450_000)


@given(start=st.integers(0, 400_000), count=st.integers(1, 50_000))
def test_a_part_is_the_same_as_in_the_whole(start: int, count: int) -> None:
    assert np.array_equal(_ENVELOPE.gains(start, count), _WHOLE[start : start + count])


def test_stepping_back_begins_before_and_ends_after_without_a_corner() -> None:
    gains = Envelope(begin=0, end=10 * RATE, stepped_back=((4 * RATE, 6 * RATE, 0.25),)).gains(0, 10 * RATE)
    assert np.allclose(gains[4 * RATE : 6 * RATE], 0.25, atol=1e-3)
    assert gains[2 * RATE] == 1
    assert gains[8 * RATE] == 1
    assert np.abs(np.diff(gains)).max() < 1e-3


def test_spans_close_together_become_one() -> None:
    spans = [(400_000, 500_000, 0.3), (0, 100_000, 0.3), (110_000, 200_000, 0.2)]
    assert spans_joined(spans) == ((0, 200_000, 0.2), (400_000, 500_000, 0.3))


def test_photo_changes_are_counted_from_the_music() -> None:
    assert photo_changes([0, 3000, 6000, 9000], 1000, 8000) == (2000, 5000)
