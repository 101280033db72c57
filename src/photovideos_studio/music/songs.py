"""A user's song: decoded once into a raw file, its beats found, and played for as long as a film needs it.

A song shorter than its segment is repeated from a beat that sounds like the one where it leaves off, the two
cross-faded with their waves in step: there is no seam to hear (R12).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music import beats as beat_tracking
from photovideos_studio.music.beats import Beats
from photovideos_studio.music.media_sound import SoundUnreadable, decode
from photovideos_studio.music.rawsound import PIECE, RATE, RawSound, Stereo

_ANALYSIS_RATE = 16_000
_LONGEST_ANALYSED_SECONDS = 900  # beats are wanted for a film, not for an audiobook
_LONGEST_SONG_SECONDS = 4 * 3600
_Mono = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """What the director wants to know of a song. `is_silent`: there is nothing to hear in it."""

    length_ms: int
    beats: Beats
    is_silent: bool


def load_song(file: BinaryIO) -> Song:
    """Length and beats of a song from an open file, decoded to its end. SoundUnreadable says why not, for a person."""
    pieces: list[_Mono] = []
    frames, loudest = 0, 0.0
    for sides in decode(file, rate=_ANALYSIS_RATE):
        if frames < _LONGEST_ANALYSED_SECONDS * _ANALYSIS_RATE:
            pieces.append(sides.mean(axis=0))
        frames += sides.shape[1]
        loudest = max(loudest, float(np.abs(sides).max()))
        if frames > _LONGEST_SONG_SECONDS * _ANALYSIS_RATE:
            raise SoundUnreadable("it is longer than four hours")
    mono = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    found = beat_tracking.find_beats(mono, _ANALYSIS_RATE)
    return Song(length_ms=round(frames * 1000 / _ANALYSIS_RATE), beats=found, is_silent=loudest < 1e-4)


def unpack(path: Path, *, into: RawSound, start_ms: float, length_ms: float | None) -> None:
    """Decodes a song or a clip's sound into a raw file. SoundUnreadable if there is none."""
    with path.open("rb") as file:
        for sides in decode(file, start_ms=start_ms, length_ms=length_ms):
            into.append(sides)


@dataclass(frozen=True, slots=True)
class Loop:
    """Play to `leave`, then from `enter` on, cross-faded over `overlap` frames.

    `likeness`: the correlation of the two, 0–1, by which the cross-fade keeps its level.
    """

    enter: int
    leave: int
    overlap: int
    likeness: float = 0.0

    @property
    def period(self) -> int:
        return self.leave - self.enter


def playing(sound: RawSound, frames: int) -> Iterator[Stereo]:
    """The sound for exactly `frames`: cut, or repeated without a seam."""
    if sound.frames >= frames or sound.frames < RATE // 10:
        for start in range(0, frames, PIECE):
            yield sound.read(start, min(PIECE, frames - start))
        return
    loop = find_loop(sound)
    for start in range(0, frames, PIECE):
        yield _looped(sound, loop, start, min(PIECE, frames - start))


def _looped(sound: RawSound, loop: Loop, start: int, count: int) -> Stereo:
    """Frames `start` to `start + count` of the endless song."""
    out = np.zeros((2, count), np.float32)
    passage = max(0, (start - loop.leave - loop.overlap) // loop.period)
    while (offset := passage * loop.period) + (0 if passage == 0 else loop.enter) < start + count:
        first = offset + (0 if passage == 0 else loop.enter)  # in the film, where this passage begins to be heard
        last = offset + loop.leave + loop.overlap
        a, b = max(first, start), min(last, start + count)
        if a < b:
            sides = sound.read(a - offset, b - a)
            places = np.arange(a - offset, b - offset)
            gain = np.ones(b - a, np.float32)
            if passage:
                gain *= _fade((places - loop.enter) / loop.overlap, loop.likeness)
            gain *= _fade(1 - (places - loop.leave) / loop.overlap, loop.likeness)
            out[:, a - start : b - start] += sides * gain
        passage += 1
    return out


def _fade(place: NDArray[np.float64], likeness: float) -> NDArray[np.float32]:
    """0 to 1; two of them, crossing, keep the level of two sounds that are as alike as that."""
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(place, 0.0, 1.0))
    return (rise / np.sqrt(rise**2 + (1 - rise) ** 2 + 2 * likeness * rise * (1 - rise))).astype(np.float32)


def find_loop(sound: RawSound) -> Loop:
    """Where to leave the song and where to enter it again."""
    mono, step = _thinned(sound)
    rate = RATE // step
    bands = beat_tracking.band_energies(mono, rate)
    found = beat_tracking.find_beats(mono, rate)
    first, last = _audible(bands)
    times = [round(ms * RATE / 1000) for ms in found.times_ms]
    times = [frame for frame in times if first <= frame <= last]
    if len(times) < 6:
        overlap = max(RATE // 100, min(2 * RATE, (last - first) // 4))
        return _in_step(mono, step, Loop(first, max(first + overlap + 1, last - overlap), overlap))
    beat = int(np.median(np.diff(times)))
    enter, leave = _alike(times, bands)
    overlap = max(RATE // 50, min(beat // 2, RATE // 3, sound.frames - leave))
    return _in_step(mono, step, Loop(enter, leave, overlap))


def _thinned(sound: RawSound) -> tuple[_Mono, int]:
    """The sound in mono at a third of the rate, enough to compare by."""
    step = 3
    pieces = []
    for _, sides in sound.pieces():
        mono = sides.mean(axis=0)
        mono = mono[: len(mono) // step * step]
        pieces.append(mono.reshape(-1, step).mean(axis=1))
        if len(pieces) * PIECE > _LONGEST_ANALYSED_SECONDS * RATE:
            break
    return np.concatenate(pieces), step


def _audible(bands: NDArray[np.float32]) -> tuple[int, int]:
    """First and last frame where the song is at its level: not the silence around it, nor its own fade-out."""
    hop = RATE // beat_tracking.HOPS_PER_SECOND
    level = np.convolve(bands.mean(axis=1), np.ones(20, np.float32) / 20, mode="same")
    loud = np.flatnonzero(level > 0.6 * float(np.median(level)))
    if len(loud) < 50:
        return 0, len(bands) * hop
    return int(loud[0]) * hop, int(loud[-1]) * hop


def _alike(times: list[int], bands: NDArray[np.float32]) -> tuple[int, int]:
    """A beat near the beginning and one near the end, whole bars apart, around which it sounds alike."""
    hop = RATE / beat_tracking.HOPS_PER_SECOND
    beats = np.array([_around(bands, round(frame / hop)) for frame in times])
    best, score = (times[0], times[-1]), -math.inf
    earliest_leave = len(times) - max(4, min(24, len(times) // 3))
    for enter in range(min(16, len(times) // 3)):
        for leave in range(max(enter + 4, earliest_leave), len(times)):
            if (leave - enter) % 4:
                continue
            likeness = float(beats[enter] @ beats[leave])
            lost = 0.0015 * (enter + len(times) - leave)
            if likeness - lost > score:
                best, score = (times[enter], times[leave]), likeness - lost
    return best


def _around(bands: NDArray[np.float32], hop: int) -> NDArray[np.float32]:
    """What is heard from a quarter of a second before to half a second after, as a direction."""
    near = bands[max(0, hop - 25) : hop + 50]
    parts = (
        np.concatenate([part.mean(axis=0) for part in np.array_split(near, 3)])
        if len(near) >= 3
        else np.zeros(96, np.float32)
    )
    parts = parts - parts.mean()
    direction: NDArray[np.float32] = parts / np.float32(max(float(np.linalg.norm(parts)), 1e-6))
    return direction


def _in_step(mono: _Mono, step: int, loop: Loop) -> Loop:
    """Moves the entry by up to 12 ms to where its wave runs along with the one that is left."""
    reach, length = int(0.012 * RATE / step), max(256, loop.overlap // step)
    old = mono[loop.leave // step : loop.leave // step + length]
    first = max(0, loop.enter // step - reach)
    new = mono[first : first + len(old) + 2 * reach]
    if len(new) < len(old) or len(old) < 64:
        return loop
    size = 1 << (len(new) + len(old)).bit_length()
    match = np.fft.irfft(np.fft.rfft(new, size) * np.conj(np.fft.rfft(old, size)), size)[: len(new) - len(old) + 1]
    energy = np.concatenate(([0.0], np.cumsum(new.astype(np.float64) ** 2)))
    energy = energy[len(old) :] - energy[: len(energy) - len(old)]
    likeness = match / np.sqrt(np.maximum(energy * float(np.sum(old.astype(np.float64) ** 2)), 1e-12))
    best = int(np.argmax(likeness))
    alike = float(np.clip(likeness[best], 0.0, 1.0))
    return Loop((first + best) * step, loop.leave // step * step, loop.overlap, alike)
