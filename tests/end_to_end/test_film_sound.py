"""R05, R11, R12, R13, R23 and the sound of clips: what is heard in finished MP4s, decoded again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from photovideos_studio.draft import Draft, MusicSegment
from photovideos_studio.music import MOODS
from photovideos_studio.music.levels import Loudness, Meter
from photovideos_studio.music.mix import SoundFacts, soundtrack
from support.reels import draft_of, flat, make_film, save, write_clip
from support.sounds import RATE, Sounds

Stereo = npt.NDArray[np.float32]


def _music(length_ms: int, **values: object) -> MusicSegment:
    music = MusicSegment(id="m", name="song.wav", start_ms=0, length_ms=length_ms, volume=1.0)
    return replace(music, **values)  # type: ignore[arg-type] # values differ by name, as MusicSegment's do


def _film(draft: Draft, sources: dict[str, Path], folder: Path) -> tuple[Path, SoundFacts]:
    raw = folder / "mixed.raw"
    facts = soundtrack(draft, sources, raw)
    return make_film(draft, sources, folder, np.fromfile(raw, np.float32).reshape(-1, 2)), facts


def _slides(folder: Path, seconds: float, music: MusicSegment, *, slot_ms: int = 1000) -> tuple[Draft, dict[str, Path]]:
    """Small dull pictures: this is about what is heard."""
    photo = save(flat(64, 36, (90, 90, 90)), folder / "photo.png")
    count = round(seconds * 1000 / slot_ms)
    return draft_of([photo] * count, size=(64, 36), fps=24, slot_ms=slot_ms, music=(music,))


def _heard(film: Path) -> tuple[Stereo, float, float]:
    """The film's sound (2 × n), and how long its sound and its pictures are in seconds."""
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        frames, pictures = [], 0
        for frame in container.decode(container.streams.audio[0], container.streams.video[0]):
            if isinstance(frame, av.AudioFrame):
                frames.append(np.asarray(frame.to_ndarray(), np.float32))
            else:
                pictures += 1
        rate = float(container.streams.video[0].average_rate or 0)
        stream = container.streams.audio[0]
        seconds = float((stream.duration or 0) * (stream.time_base or 0))
    return np.concatenate(frames, axis=1), seconds, pictures / rate


def _loudness(sides: Stereo) -> Loudness:
    meter = Meter()
    meter.add(sides)
    return meter.loudness()


def _level_db(sides: Stereo) -> float:
    return 20 * float(np.log10(max(1e-9, np.sqrt((sides.astype(np.float64) ** 2).mean()))))


@pytest.mark.parametrize("source", ["composed", "song"])
def test_r11_the_music_fades_out_and_ends_with_the_picture(source: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 20 * RATE)).astype(np.float32)
    song = Sounds.write_wav(tmp_path / "song.wav", noise)
    music = _music(12_000, mood="calm") if source == "composed" else _music(12_000, upload_id="song")
    draft, sources = _slides(tmp_path, 12, music)
    film, _ = _film(draft, {**sources, "song": song}, tmp_path)
    sides, sound_seconds, picture_seconds = _heard(film)
    assert abs(sound_seconds - picture_seconds) <= 1 / 24
    end = round(12 * RATE)
    assert 20 * np.log10(max(1e-9, float(np.abs(sides[:, end - RATE // 20 : end]).max()))) < -50
    if source == "song":  # as loud as ever three seconds before the end, far down one second before it
        steady = _level_db(sides[:, 5 * RATE : 8 * RATE])
        levels = [_level_db(sides[:, end - round(s * RATE) : end - round((s - 0.2) * RATE)]) for s in (3.2, 1.3, 0.4)]
        assert abs(levels[0] - steady) < 1.0
        assert levels[0] > levels[1] + 2 > levels[2] + 8


@pytest.mark.slow
def test_r12_a_looped_song_of_another_rate_keeps_time_for_five_minutes(tmp_path: Path) -> None:
    """Clicks at 120 a minute, mono at 44.1 kHz, 17.3 s long: after five minutes they still fall on half seconds."""
    song = Sounds.write_wav(tmp_path / "song.wav", Sounds.clicks(17.3, 120, rate=44_100), rate=44_100)
    draft, sources = _slides(tmp_path, 300, _music(300_000, upload_id="song"), slot_ms=10_000)
    draft = replace(draft, fps=8)  # fewer pictures to draw; time is kept by the clock all the same
    film, _ = _film(draft, {**sources, "song": song}, tmp_path)
    sides, sound_seconds, picture_seconds = _heard(film)
    assert abs(sound_seconds - picture_seconds) <= 1 / 30
    mono = np.abs(sides.mean(axis=0))
    strikes = []
    for start in range(RATE, 295 * RATE, RATE // 2):  # half seconds from a quarter before to a quarter after a click
        part = mono[start - RATE // 4 : start + RATE // 4]
        first = int(np.argmax(part > 0.5 * part.max()))
        strikes.append((first - RATE // 4) / RATE)
    assert abs(np.median(strikes[:20]) - np.median(strikes[-20:])) < 1 / 30
    assert np.abs(np.array(strikes) - np.median(strikes[:20])).max() < 1 / 30, "a beat is missing at a seam"


@pytest.mark.parametrize("content", ["nan", "silence"])
def test_r13_a_song_of_nothing_still_gives_a_film(content: str, tmp_path: Path) -> None:
    mono = np.full(5 * RATE, np.nan if content == "nan" else 0.0, np.float32)
    song = Sounds.write_float_wav(tmp_path / "song.wav", mono)
    draft, sources = _slides(tmp_path, 4, _music(4000, upload_id="song"))
    film, facts = _film(draft, {**sources, "song": song}, tmp_path)
    sides, sound_seconds, picture_seconds = _heard(film)
    assert facts.loudness_lufs is None
    assert np.isfinite(sides).all()
    assert abs(sound_seconds - picture_seconds) <= 1 / 24


@pytest.mark.slow
@pytest.mark.parametrize("mood", sorted(MOODS))
def test_r23_the_film_has_the_loudness_of_a_film_in_every_mood(mood: str, tmp_path: Path) -> None:
    assert len(MOODS) >= 8
    draft, sources = _slides(tmp_path, 15, _music(15_000, mood=mood, seed=7), slot_ms=2500)
    film, facts = _film(draft, sources, tmp_path)
    sides, _, _ = _heard(film)
    measured = _loudness(sides)
    assert measured.lufs == pytest.approx(-16, abs=1)
    assert measured.peak_dbtp <= -1.5
    assert facts.last_chord_ms == 12_500  # the last photo's beginning
    assert all(min(abs(beat - cut) for beat in facts.beats_ms) <= 20 for cut in range(2500, 12_501, 2500))
    _is_pleasant(sides)


def _is_pleasant(sides: Stereo) -> None:
    """No click (a step that its surroundings do not explain), no offset, little of what is harsh or mud."""
    mono = sides.mean(axis=0).astype(np.float64)
    assert abs(float(mono.mean())) < 1e-3
    bend = np.abs(np.diff(mono, 2))
    around = np.sqrt(np.convolve(bend**2, np.ones(480) / 480, "same")) + 1e-4
    assert float((bend / around).max()) < 20
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
    hertz = np.fft.rfftfreq(len(mono), 1 / RATE)
    assert power[(hertz > 2500) & (hertz < 6000)].sum() < 0.12 * power.sum()
    assert power[hertz > 10_000].sum() < 0.02 * power.sum()


@pytest.mark.parametrize("volume", [0.3, 0.5])
def test_r23_music_alone_is_as_quiet_as_was_asked(volume: float, tmp_path: Path) -> None:
    draft, sources = _slides(tmp_path, 12, _music(12_000, mood="ambient", volume=volume))
    film, _ = _film(draft, sources, tmp_path)
    assert _loudness(_heard(film)[0]).lufs == pytest.approx(-16 + 20 * np.log10(volume), abs=1)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi"])
def test_a_clip_among_photos_is_heard_and_the_music_steps_back(name: str, tmp_path: Path) -> None:
    """The clip hums at 440 Hz, the song at 1000 Hz: each can be told by its own line in the spectrum."""
    time = np.arange(2 * RATE) / RATE
    hum = np.repeat((0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)[:, None], 2, axis=1)
    codec = {".webm": "libvpx-vp9", ".avi": "mpeg4"}.get(Path(name).suffix, "libx264")
    clip = write_clip(tmp_path / name, [flat(64, 36, (40, 60, 210))] * 50, codec=codec, sound=hum)
    tone = (0.2 * np.sin(2 * np.pi * 1000 * np.arange(20 * RATE) / RATE)).astype(np.float32)
    song = Sounds.write_wav(tmp_path / "song.wav", tone)
    photo = save(flat(64, 36, (210, 40, 40)), tmp_path / "photo.png")
    music = _music(10_000, upload_id="song")
    draft, sources = draft_of(
        [photo, photo, clip, photo, photo], size=(64, 36), slot_ms=2000, clips=[2], music=(music,)
    )
    pictures = tuple(replace(one, volume=1.0) if one.is_clip else one for one in draft.pictures)
    film, facts = _film(replace(draft, pictures=pictures), {**sources, "song": song}, tmp_path)
    assert facts.clips_heard == 1
    sides, _, _ = _heard(film)
    before, during, after = (_lines(sides[:, s * RATE + RATE // 2 : s * RATE + RATE * 3 // 2]) for s in (1, 4, 6))
    assert during[0] > before[0] + 30
    assert before[1] - during[1] > 8
    assert abs(before[1] - after[1]) < 2


def _lines(sides: Stereo) -> tuple[float, float]:
    """How strong 440 and 1000 Hz are, in decibels."""
    mono = sides.mean(axis=0).astype(np.float64)
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2 + 1e-9
    low, high = (10 * float(np.log10(power[hz - 4 : hz + 5].sum())) for hz in (440, 1000))
    return low, high
