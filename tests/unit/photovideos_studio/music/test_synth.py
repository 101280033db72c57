"""Notes sound at their pitch, begin without a click, and are all about equally loud."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.music.synth import RATE, frequency, held, noise, struck
from photovideos_studio.music.voices import VOICES, Held, Struck

PITCHES = {"sub": 36, "upright": 38, "bassguitar": 40, "synthbass": 38, "cello": 48, "drive": 52}


def sound(name: str, pitch: int, seconds: float = 1.0) -> NDArray[np.float32]:
    recipe = VOICES[name]
    return struck(recipe, pitch, seconds) if isinstance(recipe, Struck) else held(recipe, pitch, seconds).mean(axis=0)


@pytest.mark.parametrize("name", VOICES)
def test_an_instrument_sounds_at_its_pitch(name: str) -> None:
    pitch = PITCHES.get(name, 69)
    wave = sound(name, pitch)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 8 * RATE))
    expected = frequency(pitch)
    near = slice(round(expected * 8 * 0.97), round(expected * 8 * 1.03))
    peak = (near.start + int(np.argmax(spectrum[near]))) / 8
    assert abs(1200 * np.log2(peak / expected)) < 16
    assert spectrum[near].max() > 0.15 * spectrum.max()


@pytest.mark.parametrize("name", VOICES)
def test_an_instrument_is_finite_free_of_offset_and_not_harsh(name: str) -> None:
    wave = sound(name, PITCHES.get(name, 69))
    assert np.isfinite(wave).all()
    assert wave.dtype == np.float32
    assert abs(float(wave.mean())) < 0.02 * float(np.abs(wave).max())
    power = np.abs(np.fft.rfft(wave)) ** 2
    high = power[np.fft.rfftfreq(len(wave), 1 / RATE) > 8000].sum() / power.sum()
    assert high < 0.01


@pytest.mark.parametrize("name", [name for name, recipe in VOICES.items() if isinstance(recipe, Struck)])
def test_what_is_struck_begins_from_nothing_and_dies_away(name: str) -> None:
    wave = sound(name, PITCHES.get(name, 64), 5.0)
    peak = float(np.abs(wave).max())
    assert abs(float(wave[0])) < 0.001 * peak
    assert float(np.abs(np.diff(wave[:200])).max()) < 0.2 * peak
    assert float(np.abs(wave[-480:]).max()) < 0.12 * peak


def test_loudness_hardly_depends_on_the_instrument() -> None:
    levels = []
    for name, recipe in VOICES.items():
        wave = sound(name, PITCHES.get(name, 64))[: RATE // 4]
        levels.append(20 * np.log10(np.sqrt(np.mean(wave**2))) - (8 if isinstance(recipe, Struck) else 0))
    assert max(levels) - min(levels) < 9


def test_a_low_note_of_many_players_does_not_come_and_go() -> None:
    recipe = VOICES["cello"]
    assert isinstance(recipe, Held)
    wave = held(recipe, 38, 8.0).mean(axis=0)
    level = np.sqrt(np.mean(wave[: len(wave) // RATE * RATE].reshape(-1, RATE) ** 2, axis=1))
    assert level.max() / level.min() < 2.0


def test_noise_keeps_to_its_band_and_is_the_same_each_time() -> None:
    wave = noise(RATE, 2000, 4000, 5)
    assert np.array_equal(wave, noise(RATE, 2000, 4000, 5))
    assert not np.array_equal(wave, noise(RATE, 2000, 4000, 6))
    power = np.abs(np.fft.rfft(wave)) ** 2
    assert power[1500:5500].sum() > 0.95 * power.sum()
    assert len(noise(400_000, 2000, 4000, 5)) == 400_000
