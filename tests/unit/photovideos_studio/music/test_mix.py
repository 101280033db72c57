"""The soundtrack of a film: R05, R11, R12, R13, R23 as far as they are decided before encoding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.music import MOODS
from photovideos_studio.music.levels import Loudness, loudness_of
from photovideos_studio.music.mix import SoundError, SoundFacts, soundtrack
from photovideos_studio.music.rawsound import RawSound

if TYPE_CHECKING:
    from photovideos_studio.draft import Draft
from support.reels import write_clip
from support.sounds import Sounds

RATE = 48_000


def made(draft: Draft, sources: dict[str, Path], folder: Path) -> tuple[SoundFacts, NDArray[np.float32], Loudness]:
    path = folder / "sound.raw"
    facts = soundtrack(draft, sources, path)
    sides = np.fromfile(path, "<f4").reshape(-1, 2).T
    assert sides.shape[1] == facts.frames == round(draft.length_ms * 48)
    assert np.isfinite(sides).all()
    assert [item.name for item in folder.glob("*.raw")] == ["sound.raw"]
    with path.open("rb") as file:
        return facts, sides, loudness_of(RawSound(file, sides.shape[1]))


_QUICK = ("calm", "playful", "epic", "electronic")


@pytest.mark.parametrize(
    "mood", [mood if mood in _QUICK else pytest.param(mood, marks=pytest.mark.slow) for mood in MOODS]
)
def test_r23_composed_music_has_the_level_of_a_film(mood: str, tmp_path: Path, sounds: Sounds) -> None:
    facts, _, measured = made(sounds.draft(5, 2400, music=(sounds.music(12_000, mood=mood),)), {}, tmp_path)
    assert measured.lufs == pytest.approx(-16, abs=0.7)
    assert measured.peak_dbtp <= -1.8
    assert facts.loudness_lufs == pytest.approx(measured.lufs, abs=0.15)
    assert facts.true_peak_dbtp is not None
    assert facts.has_music


@pytest.mark.parametrize(("volume", "expected"), [(1.0, -16.0), (0.4, -23.96), (0.1, -36.0)])
def test_r23_music_alone_has_the_share_that_was_asked_for(
    volume: float, expected: float, tmp_path: Path, sounds: Sounds
) -> None:
    facts, _, measured = made(sounds.draft(music=(sounds.music(8000, volume=volume),)), {}, tmp_path)
    assert measured.lufs == pytest.approx(expected, abs=0.7)
    assert facts.target_lufs == pytest.approx(expected, abs=0.05)


def test_music_asked_for_loud_is_louder_than_the_level_of_a_film(tmp_path: Path, sounds: Sounds) -> None:
    facts, _, measured = made(sounds.draft(music=(sounds.music(8000, lift_db=2.5),)), {}, tmp_path)
    assert measured.lufs == pytest.approx(-13.5, abs=0.7)
    assert facts.target_lufs == pytest.approx(-13.5, abs=0.05)
    assert measured.peak_dbtp <= -1.8


@pytest.mark.parametrize("mood", ["calm", "rock", "lofi"])
def test_r11_the_end_is_a_fade_and_then_silence(mood: str, tmp_path: Path, sounds: Sounds) -> None:
    _, sides, _ = made(sounds.draft(5, 3000, music=(sounds.music(15_000, mood=mood),)), {}, tmp_path)
    assert np.abs(sides[:, -2400:]).max() < 10 ** (-50 / 20)
    late = [sounds.level_db(sides[:, round(at * RATE) : round((at + 0.25) * RATE)]) for at in (12.1, 13.2, 14.2, 14.6)]
    assert late == sorted(late, reverse=True)
    assert late[0] - late[-1] > 15


def test_r11_a_song_is_faded_over_the_time_asked_for(tmp_path: Path, sounds: Sounds) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(20 * RATE) / RATE).astype(np.float32)
    song = sounds.write_wav(tmp_path / "song.wav", tone)
    music = sounds.music(12_000, mood=None, upload_id="song", fade_out_ms=3000, fade_in_ms=1000)
    _, sides, _ = made(sounds.draft(4, 3000, music=(music,)), {"song": song}, tmp_path)
    level = [
        sounds.level_db(sides[:, round(at * RATE) : round((at + 0.1) * RATE)]) for at in (0.1, 5.0, 8.7, 10.4, 11.5)
    ]
    assert level[0] < level[1] - 10
    assert level[2] == pytest.approx(level[1], abs=0.2)
    assert level[1] - 8 < level[3] < level[1] - 4
    assert level[4] < level[1] - 18
    assert np.abs(sides[:, -2400:]).max() == 0


def test_r13_a_song_of_nan_or_silence_still_gives_a_film(tmp_path: Path, sounds: Sounds) -> None:
    for level in (np.nan, 0.0):
        song = sounds.write_float_wav(tmp_path / "song.wav", np.full(5 * RATE, level, np.float32))
        music = sounds.music(8000, mood=None, upload_id="song")
        facts, sides, _ = made(sounds.draft(music=(music,)), {"song": song}, tmp_path)
        assert not sides.any()
        assert facts.loudness_lufs is None


def test_r05_without_music_there_is_silence_of_the_exact_length(tmp_path: Path, sounds: Sounds) -> None:
    facts, sides, _ = made(sounds.draft(3, 1234), {}, tmp_path)
    assert not sides.any()
    assert not facts.has_music
    assert facts.loudness_lufs is None


def test_r12_a_short_song_fills_a_long_film(tmp_path: Path, sounds: Sounds) -> None:
    song = sounds.write_wav(tmp_path / "song.wav", sounds.clicks(6.2, 110, 44_100), 44_100)
    music = sounds.music(40_000, mood=None, upload_id="song")
    _, sides, measured = made(sounds.draft(10, 4000, music=(music,)), {"song": song}, tmp_path)
    assert measured.lufs == pytest.approx(-16, abs=1)
    level = [sounds.level_db(sides[:, at * RATE : (at + 2) * RATE]) for at in range(0, 36, 2)]
    assert max(level) - min(level) < 3


def test_a_song_begins_where_it_was_asked_to(tmp_path: Path, sounds: Sounds) -> None:
    time = np.arange(12 * RATE) / RATE
    two = np.where(time < 4, np.sin(2 * np.pi * 300 * time), np.sin(2 * np.pi * 1200 * time)).astype(np.float32) * 0.3
    song = sounds.write_wav(tmp_path / "song.wav", two)
    music = sounds.music(6000, mood=None, upload_id="song", source_start_ms=4500)
    _, sides, _ = made(sounds.draft(3, 2000, music=(music,)), {"song": song}, tmp_path)
    power = np.abs(np.fft.rfft(sides[0, : 2 * RATE]))
    assert np.argmax(power) / 2 == pytest.approx(1200, abs=2)


def test_a_song_that_ends_before_its_beginning_is_begun_at_its_start_and_said(tmp_path: Path, sounds: Sounds) -> None:
    song = sounds.write_wav(tmp_path / "song.wav", sounds.clicks(5, 120))
    music = sounds.music(8000, mood=None, upload_id="song", source_start_ms=45_000)
    facts, sides, _ = made(sounds.draft(music=(music,)), {"song": song}, tmp_path)
    assert sides.any()
    assert any("begins at its start" in note for note in facts.notes)


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\n/etc/hostname\n", b"ID3\x04" + b"\x00" * 500])
def test_a_song_that_cannot_be_played_is_named(content: bytes, tmp_path: Path, sounds: Sounds) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(content)
    music = sounds.music(8000, mood=None, upload_id="song", name="our song.mp3")
    with pytest.raises(SoundError, match=r"our song\.mp3 cannot be played: "):
        soundtrack(sounds.draft(music=(music,)), {"song": song}, tmp_path / "sound.raw")


def test_a_song_that_is_gone_is_named(tmp_path: Path, sounds: Sounds) -> None:
    music = sounds.music(8000, mood=None, upload_id="song", name="our song.mp3")
    with pytest.raises(SoundError, match=r"our song\.mp3 is no longer there"):
        soundtrack(sounds.draft(music=(music,)), {}, tmp_path / "sound.raw")
    with pytest.raises(SoundError, match=r"our song\.mp3 could not be read"):
        soundtrack(sounds.draft(music=(music,)), {"song": tmp_path / "none"}, tmp_path / "sound.raw")


def clip_and_song(tmp_path: Path, sounds: Sounds) -> dict[str, Path]:
    time = np.arange(20 * RATE) / RATE
    song = sounds.write_wav(tmp_path / "song.wav", 0.3 * np.sin(2 * np.pi * 300 * time).astype(np.float32))
    clip = sounds.write_wav(tmp_path / "clip.wav", 0.02 * np.sin(2 * np.pi * 2000 * time).astype(np.float32))
    return {"song": song, "clip": clip}


def at_hertz(sides: NDArray[np.float32], hertz: float) -> float:
    """The level of one tone in dB."""
    window = np.hanning(sides.shape[1])
    power = np.abs(np.fft.rfft(sides[0] * window))
    at = round(hertz * sides.shape[1] / RATE)
    return float(20 * np.log10(power[at - 2 : at + 3].max() / sides.shape[1] + 1e-12))


def test_music_steps_back_while_a_clip_is_heard(tmp_path: Path, sounds: Sounds) -> None:
    music = sounds.music(20_000, mood=None, upload_id="song")
    draft = sounds.draft(5, 4000, music=(music,), clips={2: 1.0})
    facts, sides, measured = made(draft, clip_and_song(tmp_path, sounds), tmp_path)
    before, during, after = (sides[:, round(at * RATE) : round((at + 1) * RATE)] for at in (5, 9.5, 15))
    assert facts.clips_heard == 1
    assert at_hertz(before, 300) - at_hertz(during, 300) == pytest.approx(13, abs=1)
    assert at_hertz(after, 300) == pytest.approx(at_hertz(before, 300), abs=0.5)
    assert at_hertz(during, 2000) > at_hertz(during, 300) + 6
    assert at_hertz(before, 2000) < at_hertz(during, 2000) - 50
    assert measured.lufs == pytest.approx(-16, abs=1)
    assert np.abs(np.diff(sides[0])).max() < 0.5


def test_a_mute_clip_does_not_make_music_step_back(tmp_path: Path, sounds: Sounds) -> None:
    music = sounds.music(20_000, mood=None, upload_id="song")
    quiet = sounds.write_wav(tmp_path / "quiet.wav", np.zeros(5 * RATE, np.float32))
    sources = {**clip_and_song(tmp_path, sounds), "clip": quiet}
    facts, sides, _ = made(sounds.draft(5, 4000, music=(music,), clips={2: 1.0}), sources, tmp_path)
    assert facts.clips_heard == 0
    before, during = (sides[:, round(at * RATE) : round((at + 1) * RATE)] for at in (5, 9.5))
    assert at_hertz(before, 300) == pytest.approx(at_hertz(during, 300), abs=0.2)


def test_a_clip_alone_is_levelled_and_ends_in_silence(tmp_path: Path, sounds: Sounds) -> None:
    draft = sounds.draft(3, 3000, clips={2: 1.0})
    facts, sides, measured = made(draft, clip_and_song(tmp_path, sounds), tmp_path)
    assert facts.clips_heard == 1
    assert not facts.has_music
    assert measured.lufs == pytest.approx(-16, abs=1)
    assert not sides[:, : 6 * RATE].any()
    assert np.abs(sides[:, -2400:]).max() == 0


def test_a_clip_without_sound_or_with_damage_is_mute(tmp_path: Path, sounds: Sounds) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 300)
    facts, sides, _ = made(sounds.draft(3, 2000, clips={1: 1.0}), {"clip": broken}, tmp_path)
    assert facts.clips_heard == 0
    assert not sides.any()
    assert any("1.jpg is mute" in note for note in facts.notes)


def test_a_clip_that_never_had_a_sound_needs_no_word(tmp_path: Path, sounds: Sounds) -> None:
    silent = write_clip(tmp_path / "silent.mp4", [np.zeros((90, 160, 3), np.uint8)] * 5)
    facts, sides, _ = made(sounds.draft(3, 2000, clips={1: 1.0}), {"clip": silent}, tmp_path)
    assert not sides.any()
    assert facts.notes == ()


def test_a_clip_whose_file_is_gone_is_mute_and_noted(tmp_path: Path, sounds: Sounds) -> None:
    facts, sides, _ = made(sounds.draft(3, 2000, clips={1: 1.0}), {"clip": tmp_path / "none"}, tmp_path)
    assert not sides.any()
    assert any("1.jpg is mute" in note for note in facts.notes)


def test_photo_changes_and_the_last_chord_are_told(tmp_path: Path, sounds: Sounds) -> None:
    draft = sounds.draft(8, 2500, music=(sounds.music(20_000, mood="upbeat"),))
    facts, _, _ = made(draft, {}, tmp_path)
    assert facts.bpm is not None
    assert facts.last_chord_ms == 17_500
    for picture in draft.pictures[1:]:
        assert min(abs(picture.start_ms - beat) for beat in facts.beats_ms) <= 2


def test_music_may_begin_late_and_end_early(tmp_path: Path, sounds: Sounds) -> None:
    music = sounds.music(8000, start_ms=4000)
    _, sides, _ = made(sounds.draft(8, 2000, music=(music,)), {}, tmp_path)
    assert not sides[:, : 4 * RATE].any()
    assert sides[:, 5 * RATE : 6 * RATE].any()
    assert not sides[:, 12 * RATE :].any()


def test_the_same_draft_gives_the_same_bytes(tmp_path: Path, sounds: Sounds) -> None:
    draft = sounds.draft(4, 2000, music=(sounds.music(8000, mood="jazz"),))
    _, first, _ = made(draft, {}, tmp_path)
    _, second, _ = made(draft, {}, tmp_path)
    assert np.array_equal(first, second)


@pytest.mark.slow
def test_r04_a_quarter_of_an_hour_takes_no_more_memory_than_half_a_minute(tmp_path: Path, sounds: Sounds) -> None:
    import tracemalloc

    peaks = []
    for slots in (10, 300):
        music = sounds.music(slots * 3000, mood="lofi")
        tracemalloc.start()
        soundtrack(sounds.draft(slots, 3000, music=(music,)), {}, tmp_path / "sound.raw")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 150 * 2**20
