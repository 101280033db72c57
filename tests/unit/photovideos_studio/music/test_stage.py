"""A performance: exact in length, clean, pleasant as far as that can be measured, and bounded in memory."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.music import MOODS, stage
from photovideos_studio.music.compose import compose

RATE = 48_000


@lru_cache(maxsize=32)
def performed(mood: str, seed: int = 7, slot: int = 2000, count: int = 8) -> NDArray[np.float32]:
    score = compose(mood, seed, slot * count, [slot * index for index in range(1, count)])
    return np.concatenate(list(stage.perform(score)), axis=1)


def share_above(wave: NDArray[np.float32], hertz: float) -> float:
    power = np.abs(np.fft.rfft(wave.mean(axis=0))) ** 2
    return float(power[np.fft.rfftfreq(wave.shape[1], 1 / RATE) > hertz].sum() / power.sum())


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_is_whole_clean_and_not_harsh(mood: str) -> None:
    wave = performed(mood)
    assert wave.shape == (2, 16 * RATE)
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    peak = float(np.abs(wave).max())
    assert 0.1 < peak < 3.0
    assert abs(float(wave.mean())) < 0.002 * peak
    assert float(np.abs(np.diff(wave, axis=1)).max()) < 0.6 * peak  # a click is a jump of the whole wave
    assert share_above(wave, 5000) < 0.03
    assert share_above(wave, 10_000) < 0.01
    assert 0.0 < share_above(wave, 1000) < 0.7  # neither a rumble nor a hiss


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_is_heard_throughout_and_fades_by_itself(mood: str) -> None:
    wave = performed(mood)
    level = np.sqrt(np.mean(wave.reshape(2, 16, RATE) ** 2, axis=(0, 2)))
    assert level.min() > 0.02 * level.max()
    assert level[-1] < level[-4:-1].max()


def test_the_same_score_sounds_the_same() -> None:
    first = performed("acoustic")
    performed.cache_clear()
    assert np.array_equal(first, performed("acoustic"))


def test_stereo_is_wide_but_holds_in_mono() -> None:
    for mood in ("calm", "rock", "electronic"):
        left, right = performed(mood)
        likeness = float(np.corrcoef(left, right)[0, 1])
        assert 0.3 < likeness < 0.999


def test_pieces_arrive_one_after_the_other_and_each_is_small() -> None:
    score = compose("ambient", 1, 30_500, [3050 * index for index in range(1, 10)])
    sizes = [piece.shape[1] for piece in stage.perform(score)]
    assert max(sizes) == stage.CHUNK
    assert sum(sizes) == (30_500 * 48)


def test_there_is_no_seam_between_pieces() -> None:
    wave = performed("ambient", slot=3000, count=5)
    bend = np.abs(np.diff(wave, n=2, axis=1)).max(axis=0)
    for seam in range(stage.CHUNK, wave.shape[1], stage.CHUNK):
        assert bend[seam - 3 : seam + 3].max() <= bend[seam - 2400 : seam + 2400].max() * 1.01
        assert bend[seam - 3 : seam + 3].max() < 0.05


def test_a_bass_drum_makes_room_for_itself() -> None:
    score = compose("electronic", 7, 30_000, [3000 * index for index in range(1, 10)])
    assert score.pump > 0.3
    assert len(score.kicks_ms) > 20
