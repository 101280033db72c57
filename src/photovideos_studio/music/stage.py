"""Performing a score: notes into a stereo picture with a room around it, in chunks, so that length costs no memory.

A chunk is done when every note that begins in it is in the buffer; what rings on stays there for the next one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.percussion import drum
from photovideos_studio.music.reverb import Reverb
from photovideos_studio.music.score import Note, Player, Score
from photovideos_studio.music.synth import RATE, held, struck
from photovideos_studio.music.voices import VOICES, Held, Struck

CHUNK = 4 * RATE
_LONGEST_NOTE_SECONDS = 12.0
_CACHE_BYTES = 48 * 2**20
_Wave = NDArray[np.float32]


class _Sampler:
    """Notes that come again are not made again; what was not used for longest goes first."""

    def __init__(self) -> None:
        self._waves: OrderedDict[tuple[str, int, int], _Wave] = OrderedDict()
        self._bytes = 0

    def note(self, instrument: str, note: Note) -> _Wave:
        """The note's sound with its beginning and end, mono (n,) or stereo (2, n)."""
        recipe = VOICES[instrument]
        seconds = min(_LONGEST_NOTE_SECONDS, note.length_ms / 1000)
        if isinstance(recipe, Struck):
            full = self._kept(
                (instrument, note.pitch, 0), lambda: struck(recipe, note.pitch, _LONGEST_NOTE_SECONDS / 2)
            )
            return _released(full, seconds, recipe.release_ms / 1000)
        steps = int((seconds + recipe.release_ms / 1000) * 4) + 1  # quarter seconds: fewer different lengths to keep
        full = self._kept((instrument, note.pitch, steps), lambda: held(recipe, note.pitch, steps / 4))
        return _shaped(full, seconds, recipe)

    def _kept(self, key: tuple[str, int, int], make: Callable[[], _Wave]) -> _Wave:
        if key in self._waves:
            self._waves.move_to_end(key)
            return self._waves[key]
        wave = self._waves[key] = make()
        self._bytes += wave.nbytes
        while self._bytes > _CACHE_BYTES and len(self._waves) > 1:
            _, dropped = self._waves.popitem(last=False)
            self._bytes -= dropped.nbytes
        return wave


def _released(full: _Wave, seconds: float, release: float) -> _Wave:
    end, tail = int(seconds * RATE), int(release * RATE)
    if end + tail >= len(full):
        wave = full.copy()
        tail = min(960, len(wave))
        wave[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)
        return wave
    wave = full[: end + tail].copy()
    wave[end:] *= _half_cosine(tail)[::-1]
    return wave


def _shaped(full: _Wave, seconds: float, recipe: Held) -> _Wave:
    end, tail = int(seconds * RATE), int(recipe.release_ms * RATE / 1000)
    wave = full[:, : end + tail].copy()
    attack = max(48, min(int(recipe.attack_ms * RATE / 1000), (end + tail) // 2))
    wave[:, :attack] *= _half_cosine(attack)
    tail = min(wave.shape[1] - 1, tail)
    wave[:, wave.shape[1] - tail :] *= _half_cosine(tail)[::-1]
    return wave


_COSINES: dict[int, _Wave] = {}


def _half_cosine(count: int) -> _Wave:
    """From 0 to 1 without a corner."""
    if count not in _COSINES:
        if len(_COSINES) > 64:
            _COSINES.clear()
        _COSINES[count] = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, max(1, count), dtype=np.float32))).astype(
            np.float32
        )
    return _COSINES[count]


def perform(score: Score) -> Iterator[_Wave]:
    """The piece as chunks of shape (2, n), float32 at 48 kHz, together exactly round(length_ms · 48) frames."""
    total = round(score.length_ms * RATE / 1000)
    sampler, room = _Sampler(), Reverb(score.room.seconds, score.room.wet, score.room.dark, CHUNK)
    reach = CHUNK + int((_LONGEST_NOTE_SECONDS + 4) * RATE)
    body, beat, send = np.zeros((2, reach), np.float32), np.zeros((2, reach), np.float32), np.zeros(reach, np.float32)
    upcoming = iter(score.notes)
    note = next(upcoming, None)
    for start in range(0, total, CHUNK):
        while note is not None and note.start_ms * RATE / 1000 < start + CHUNK:
            player = score.players[note.player]
            wave = _stroke(note, player) if player.is_drum else sampler.note(player.instrument, note)
            _lay(beat if player.is_drum else body, send, wave, note, player, start)
            note = next(upcoming, None)
        _pump(body, score, start)
        chunk = body[:, :CHUNK] + beat[:, :CHUNK] + room.through(send[:CHUNK])
        yield chunk[:, : total - start]
        for buffer in (body, beat, send):
            buffer[..., : reach - CHUNK] = buffer[..., CHUNK:]
            buffer[..., reach - CHUNK :] = 0


def _stroke(note: Note, player: Player) -> _Wave:
    return drum(player.instrument, round(note.start_ms) % 3)


def _lay(buffer: _Wave, send: _Wave, wave: _Wave, note: Note, player: Player, start: int) -> None:
    at = max(0, round(note.start_ms * RATE / 1000) - start)
    length = min(wave.shape[-1], buffer.shape[1] - at)
    gain = player.gain * note.velocity**1.3
    angle = (player.pan + 1) * np.pi / 4
    left, right = np.float32(gain * np.cos(angle) * 1.414), np.float32(gain * np.sin(angle) * 1.414)
    sides = wave[:, :length] if wave.ndim == 2 else (wave[:length], wave[:length])
    buffer[0, at : at + length] += sides[0] * left
    buffer[1, at : at + length] += sides[1] * right
    if player.send:
        middle = (sides[0] + sides[1]) * np.float32(0.5) if wave.ndim == 2 else sides[0]
        send[at : at + length] += middle * np.float32(gain * player.send)


def _pump(body: _Wave, score: Score, start: int) -> None:
    """Each bass drum makes room for itself and lets the others come back within a beat."""
    if not score.pump:
        return
    span = int(0.45 * RATE)
    curve = _dip(score.pump, span)
    for kick in score.kicks_ms:
        at = round(kick * RATE / 1000) - start
        if at + span <= 0 or at >= CHUNK:
            continue
        first, last = max(0, at), min(CHUNK, at + span)
        body[:, first:last] *= curve[first - at : last - at]


def _dip(depth: float, span: int) -> _Wave:
    time = np.arange(span, dtype=np.float32) / np.float32(RATE)
    curve = 1.0 - depth * np.exp(-time / 0.11) * (1.0 - np.exp(-time / 0.004))
    tail = span // 4
    curve[-tail:] = curve[-tail:] + (1.0 - curve[-tail:]) * _half_cosine(tail)
    smooth: _Wave = curve.astype(np.float32)
    return smooth
