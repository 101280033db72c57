"""Loudness is measured as everybody measures it, and set where it was asked for."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.music.levels import CEILING_DBTP, Meter, bring_to, loudness_of
from photovideos_studio.music.rawsound import RawSound

RATE = 48_000


def sine(level_db: float, seconds: float = 5.0, hertz: float = 997.0) -> NDArray[np.float32]:
    time = np.arange(int(seconds * RATE)) / RATE
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * time)
    return np.stack((wave, wave)).astype(np.float32)


def sound(tmp_path: Path, sides: NDArray[np.float32]) -> RawSound:
    raw = RawSound.at(tmp_path / "x.raw", sides.shape[1])
    raw.write(0, sides)
    return raw


def test_the_meter_reads_what_the_standard_says() -> None:
    """EBU Tech 3341: a stereo 1 kHz sine at -23 dBFS peak is -23 LUFS."""
    meter = Meter()
    meter.add(sine(-23.0, 20))
    measured = meter.loudness()
    assert measured.lufs == pytest.approx(-23.0, abs=0.1)
    assert measured.peak_dbtp == pytest.approx(-23.0, abs=0.2)


def test_silence_and_nothing_have_no_loudness() -> None:
    assert Meter().loudness().is_silent
    meter = Meter()
    meter.add(np.zeros((2, RATE), np.float32))
    assert meter.loudness().is_silent
    assert meter.loudness().peak_dbtp == -math.inf


def test_one_gain_is_enough_for_what_has_room(tmp_path: Path) -> None:
    with sound(tmp_path, sine(-40)) as raw:
        before = raw.read(0, 48_000)
        reached = bring_to(raw, loudness_of(raw), -16.0)
        after = raw.read(0, 48_000)
        assert reached.lufs == pytest.approx(-16, abs=0.1)
        assert loudness_of(raw).lufs == pytest.approx(-16, abs=0.1)
    assert np.allclose(after, before * (after[0, 12] / before[0, 12]), atol=1e-6)


def test_peaks_are_held_down_and_loudness_still_reached(tmp_path: Path) -> None:
    sides = sine(-30, 10)
    for at in range(RATE, 10 * RATE, RATE):  # one stroke a second, 26 dB above the rest
        sides[:, at : at + 200] *= 20
    with sound(tmp_path, sides) as raw:
        told = bring_to(raw, loudness_of(raw), -16.0)
        measured = loudness_of(raw)
    assert measured.peak_dbtp <= -1.5
    assert measured.lufs == pytest.approx(-16, abs=1.0)
    assert told.lufs == pytest.approx(measured.lufs, abs=0.1)
    assert told.peak_dbtp <= CEILING_DBTP + 0.5


def test_holding_peaks_down_bends_without_a_corner(tmp_path: Path) -> None:
    sides = sine(-12, 4, hertz=100)
    sides[:, 96_000:96_400] *= 3
    sides[:, :96_000] *= 0.5
    with sound(tmp_path, sides) as raw:
        bring_to(raw, loudness_of(raw), -10.0)
        after = raw.read(0, raw.frames)
    gain = after[0, 94_000:99_000] / np.where(np.abs(sides[0, 94_000:99_000]) > 0.01, sides[0, 94_000:99_000], np.nan)
    steps = np.abs(np.diff(gain))
    assert np.nanmax(steps) < 0.02 * np.nanmax(gain)


def test_silence_is_left_alone(tmp_path: Path) -> None:
    with sound(tmp_path, np.zeros((2, RATE), np.float32)) as raw:
        assert bring_to(raw, loudness_of(raw), -16.0).is_silent
        assert not raw.read(0, RATE).any()
