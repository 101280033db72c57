"""Drums are short, clean strokes."""

from __future__ import annotations

import numpy as np
import pytest

from photovideos_studio.music.percussion import DRUMS, drum
from photovideos_studio.music.synth import RATE


@pytest.mark.parametrize("name", DRUMS)
def test_a_stroke_begins_and_ends_in_silence(name: str) -> None:
    wave = drum(name, 0)
    peak = float(np.abs(wave).max())
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    assert 0.01 < peak < 1.6
    assert abs(float(wave[0])) < 0.01 * peak
    assert abs(float(wave[-1])) < 0.01 * peak


def test_strokes_vary_and_repeat() -> None:
    assert not np.array_equal(drum("snare", 0), drum("snare", 1))
    assert np.array_equal(drum("snare", 2), drum("snare", 2))


def test_drums_lie_where_they_belong() -> None:
    def centre(name: str) -> float:
        power = np.abs(np.fft.rfft(drum(name, 0))) ** 2
        hertz = np.fft.rfftfreq(len(drum(name, 0)), 1 / RATE)
        return float((power * hertz).sum() / power.sum())

    assert centre("kick") < 200
    assert centre("taiko") < 250
    assert 500 < centre("snare") < 5000
    assert 5000 < centre("hat") < 12_000
