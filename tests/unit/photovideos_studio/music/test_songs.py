"""A user's song: what is known of it, and how it is made as long as a film."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.music import stage
from photovideos_studio.music.compose import compose
from photovideos_studio.music.media_sound import SoundUnreadable
from photovideos_studio.music.rawsound import RawSound
from photovideos_studio.music.songs import find_loop, load_song, playing, unpack

if TYPE_CHECKING:
    from support.sounds import Sounds

RATE = 48_000


def raw(tmp_path: Path, sides: NDArray[np.float32]) -> RawSound:
    sound = RawSound.temporary(tmp_path / "x")
    sound.append(np.broadcast_to(sides, (2, sides.shape[-1])))
    return sound


def played(sound: RawSound, seconds: float) -> NDArray[np.float32]:
    return np.concatenate(list(playing(sound, int(seconds * RATE))), axis=1)


def test_a_song_has_a_length_and_beats(tmp_path: Path, sounds: Sounds) -> None:
    path = sounds.write_wav(tmp_path / "a.wav", sounds.clicks(12, 100))
    with path.open("rb") as file:
        song = load_song(file)
    assert song.length_ms == pytest.approx(12_000, abs=5)
    assert song.beats.bpm == pytest.approx(100, rel=0.01)
    assert not song.is_silent


@pytest.mark.parametrize("level", [0.0, float("nan")])
def test_a_song_of_silence_or_nan_is_known_for_silent(tmp_path: Path, sounds: Sounds, level: float) -> None:
    path = sounds.write_float_wav(tmp_path / "a.wav", np.full(3 * RATE, level, np.float32))
    with path.open("rb") as file:
        song = load_song(file)
    assert song.is_silent
    assert song.length_ms == pytest.approx(3000, abs=5)
    assert song.beats.bpm is None


def test_what_is_no_song_says_why() -> None:
    with pytest.raises(SoundUnreadable, match="not a sound file"):
        load_song(io.BytesIO(b"#EXTM3U\nfile:///etc/passwd\n"))


def test_a_long_enough_song_is_cut_and_nothing_else(tmp_path: Path, sounds: Sounds) -> None:
    wave = sounds.clicks(5, 120)
    with raw(tmp_path, wave) as sound:
        assert np.array_equal(played(sound, 3.0)[0], wave[: 3 * RATE])


@pytest.mark.parametrize("seconds", [8.0, 31.7, 90.0])
def test_a_short_song_is_repeated_to_the_frame_with_its_beat_going_on(
    tmp_path: Path, sounds: Sounds, seconds: float
) -> None:
    with raw(tmp_path, sounds.clicks(7.3, 120)) as sound:
        out = played(sound, seconds)
    assert out.shape == (2, int(seconds * RATE))
    onsets = (np.flatnonzero(np.abs(out[0]) > 0.25) / RATE).tolist()
    strokes = [onset for index, onset in enumerate(onsets) if index == 0 or onset - onsets[index - 1] > 0.1]
    gaps = np.diff(strokes)
    assert np.abs(gaps - 0.5).max() < 0.03
    assert len(strokes) >= 2 * (seconds - 1.5)


def test_a_tone_goes_through_the_seam_without_a_dip_or_a_click(tmp_path: Path) -> None:
    time = np.arange(6 * RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    with raw(tmp_path, tone) as sound:
        out = played(sound, 40)[0]
    level = np.sqrt(np.mean(out[: 40 * RATE].reshape(-1, 2400) ** 2, axis=1))
    assert 20 * np.log10(level.max() / level.min()) < 1.0
    assert np.abs(np.diff(out)).max() < 1.15 * np.abs(np.diff(tone)).max()


def test_noise_goes_through_the_seam_at_its_level(tmp_path: Path) -> None:
    hiss = (0.1 * np.random.default_rng(3).standard_normal(6 * RATE)).astype(np.float32)
    with raw(tmp_path, hiss) as sound:
        out = played(sound, 40)[0]
    level = np.sqrt(np.mean(out.reshape(-1, 4800) ** 2, axis=1))
    assert 20 * np.log10(level.max() / level.min()) < 2.0


def test_music_is_looped_in_whole_beats_and_its_fade_out_left_out(tmp_path: Path) -> None:
    piece = compose("upbeat", 4, 24_000, [2000 * index for index in range(1, 12)])
    wave = np.concatenate(list(stage.perform(piece)), axis=1)
    wave[:, -4 * RATE :] *= np.linspace(1, 0, 4 * RATE, dtype=np.float32)
    with raw(tmp_path, wave) as sound:
        loop = find_loop(sound)
    beat = 60 / piece.bpm * RATE
    beats = loop.period / beat
    assert abs(beats - round(beats)) < 0.06
    assert loop.leave < 22.5 * RATE
    assert loop.period > 6 * RATE


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3, 1.0])
def test_scraps_of_sound_are_played_without_harm(tmp_path: Path, seconds: float) -> None:
    scrap = np.full(int(seconds * RATE), 0.1, np.float32)
    with raw(tmp_path, scrap) as sound:
        out = played(sound, 4.0)
    assert out.shape == (2, 4 * RATE)
    assert np.abs(out).max() <= 0.2


def test_five_minutes_of_loop_drift_by_less_than_a_frame(tmp_path: Path, sounds: Sounds) -> None:
    """R12: the loop's own period is what repeats, to the sample; mixed rates are resampled before."""
    path = sounds.write_wav(tmp_path / "a.wav", sounds.clicks(9, 120, 44_100), 44_100)
    with RawSound.temporary(tmp_path / "x") as sound:
        unpack(path, into=sound, start_ms=0, length_ms=None)
        loop = find_loop(sound)
        late = np.zeros((2, 0), np.float32)
        for piece in playing(sound, 300 * RATE):
            late = np.concatenate((late, piece), axis=1)[:, -8 * RATE :]
    strokes = np.flatnonzero(np.abs(late[0]) > 0.25)
    first = strokes[0] / RATE + 292
    expected = 0.5 + 0.5 * round((first - 0.5) / 0.5)
    assert abs(loop.period / RATE / 0.5 - round(loop.period / RATE / 0.5)) < 0.002
    assert abs(first - expected) < 0.033 + 0.002
