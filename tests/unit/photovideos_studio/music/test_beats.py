"""Beats are found where they are, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photovideos_studio.music import stage
from photovideos_studio.music.beats import NO_BEATS, find_beats
from photovideos_studio.music.compose import compose
from photovideos_studio.music.media_sound import decode

if TYPE_CHECKING:
    from support.sounds import Sounds

RATE = 48_000


def share_near(found: tuple[int, ...], truth: tuple[int, ...], tolerance: int = 50) -> float:
    return sum(min(abs(beat - other) for other in truth) <= tolerance for beat in found) / max(1, len(found))


@pytest.mark.parametrize("bpm", [63, 84, 97.3, 120, 128, 160])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_click_track_is_found_to_12_ms(bpm: float, rate: int, sounds: Sounds) -> None:
    found = find_beats(sounds.clicks(20, bpm, rate), rate)
    truth = tuple(round(1000 * (0.5 + index * 60 / bpm)) for index in range(int(19.4 * bpm / 60) + 1))
    assert found.bpm is not None
    ratio = found.bpm / bpm
    assert min(abs(ratio - 1), abs(ratio - 2), abs(ratio - 0.5)) < 0.01
    if abs(ratio - 2) > 0.1:
        assert share_near(found.times_ms, truth, 12) > 0.95
    assert share_near(truth, found.times_ms, 12) > (0.45 if ratio < 0.6 else 0.9)


@pytest.mark.parametrize("mood", ["upbeat", "rock", "electronic", "happy", "piano", "acoustic"])
def test_the_beats_of_composed_music_are_found(mood: str) -> None:
    piece = compose(mood, 11, 24_000, [3000 * index for index in range(1, 8)])
    wave = np.concatenate(list(stage.perform(piece)), axis=1)
    found = find_beats(wave, RATE)
    assert found.bpm is not None
    halves = tuple(round((a + b) / 2) for a, b in zip(piece.beats_ms, piece.beats_ms[1:], strict=False))
    assert share_near(found.times_ms, piece.beats_ms + halves, 70) > 0.9
    assert share_near(piece.beats_ms, found.times_ms, 70) > 0.75


def test_a_real_song_has_its_known_tempo(sounds: Sounds) -> None:
    with sounds.sample("audio/awakening-15s.m4a").open("rb") as file:
        wave = np.concatenate(list(decode(file)), axis=1)
    found = find_beats(wave, RATE)
    assert found.bpm == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("kind", ["silence", "nothing", "drone", "nan"])
def test_where_nothing_beats_there_are_no_beats(kind: str) -> None:
    time = np.arange(8 * RATE) / RATE
    wave = {
        "silence": np.zeros(8 * RATE),
        "nothing": np.zeros(0),
        "drone": 0.3 * np.sin(2 * np.pi * 110 * time),
        "nan": np.full(8 * RATE, np.nan),
    }[kind]
    assert find_beats(wave.astype(np.float32), RATE) == NO_BEATS


def test_silence_before_and_after_the_music_gets_no_beats(sounds: Sounds) -> None:
    quiet = np.zeros(4 * RATE, np.float32)
    found = find_beats(np.concatenate((quiet, sounds.clicks(12, 120), quiet)), RATE)
    assert found.times_ms[0] > 3900  # where its chord begins
    assert found.times_ms[-1] < 16_200
