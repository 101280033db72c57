"""Sound from recipes: one note at a time, as float32 at 48 kHz. Knows no music; `stage` puts the notes together.

Phases are counted in 32-bit integers, which wrap by themselves: exact at any length, and the cheapest in numpy.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.voices import Held, Struck

RATE = 48_000
Samples = NDArray[np.float32]
_TABLE_BITS = 14
_TURN = 2.0**32
_SILENCE = 1e-3  # partials below −60 dB are not worth computing
_HIGHEST_HZ = 11_000.0


def frequency(pitch: int) -> float:
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def struck(recipe: Struck, pitch: int, seconds: float) -> Samples:
    """A note of its full natural length (at most `seconds`), mono; to be cut and released by who plays it."""
    hertz = frequency(pitch)
    decay = recipe.decay * 2.0 ** ((60 - pitch) / 22)
    count = int(min(seconds, max(0.25, 6.0 * decay)) * RATE)
    out = np.zeros(count, np.float32)
    ticks = np.arange(count, dtype=np.uint32)
    for number, (ratio, level) in enumerate(_partials(recipe)):
        if hertz * ratio > _HIGHEST_HZ:
            continue
        tau = decay / (1.0 + recipe.damping * (ratio - 1.0)) if ratio > 1 else decay
        length = min(count, int(-math.log(_SILENCE / max(level, _SILENCE)) * tau * RATE) + 480)
        wave = _sine(ticks[:length], hertz * ratio, number)
        wave *= _falling(length, tau, level)
        out[:length] += wave
    if recipe.noise:
        burst = noise(int(0.05 * RATE), *recipe.noise_band, pitch)[:count] * np.float32(recipe.noise)
        out[: len(burst)] += burst * np.exp(-np.arange(len(burst), dtype=np.float32) / np.float32(0.012 * RATE))
    if recipe.tremolo:
        out *= 1.0 - recipe.tremolo * (0.5 + 0.5 * _sine(ticks, 4.6, 1))
    out = _driven(_levelled(out, 0.3), recipe.drive, hertz) * np.float32(recipe.loudness)
    _rise(out, recipe.attack_ms)
    return out


def held(recipe: Held, pitch: int, seconds: float) -> NDArray[np.float32]:
    """A note held for `seconds`, without its attack and release, as two channels: shape (2, n)."""
    count = int(seconds * RATE)
    hertz = frequency(pitch)
    ticks = np.arange(count, dtype=np.uint32)
    table = _period(recipe, pitch)
    sides = np.zeros((2, count), np.float32)
    wobble = _vibrato(recipe, ticks, hertz)
    for voice in range(recipe.voices):
        place, weight = _chair(voice, recipe.voices)
        tuned = hertz * 2.0 ** (recipe.detune * place / 1200)
        phase = ticks * np.uint32(round(tuned * _TURN / RATE)) + np.uint32(
            (voice * 1_640_531_527 + pitch * 97_003) % 2**32
        )
        if wobble is not None:
            phase = phase + wobble
        wave = table.take((phase >> np.uint32(32 - _TABLE_BITS)).astype(np.intp), mode="clip")
        sides[0] += wave * np.float32(weight * (1.0 - 0.6 * place))
        sides[1] += wave * np.float32(weight * (1.0 + 0.6 * place))
    if recipe.breath:
        air = noise(count, 0.8 * hertz, min(6 * hertz, 7000.0), pitch)
        sides += air * np.float32(recipe.breath * recipe.voices)
    if recipe.fall:
        sides *= _falling(count, recipe.fall, 1.0)
    if recipe.bite:
        sides *= 1.0 + np.float32(recipe.bite) * _falling(count, 0.09, 1.0)
    return _levelled(sides, 0.12) * np.float32(recipe.loudness)


def _chair(voice: int, voices: int) -> tuple[float, float]:
    """Where a voice sits (−1 to 1, in pitch and in stereo) and how loud: the first in the middle and above the rest,

    for voices of one loudness cancel each other out as they drift apart, low ones audibly.
    """
    if voice == 0:
        return 0.0, 1.0
    rank = (voice + 1) // 2 / (voices // 2)
    return (rank if voice % 2 else -rank), 0.5


def _partials(recipe: Struck) -> list[tuple[float, float]]:
    if recipe.ratios:
        return list(zip(recipe.ratios, recipe.levels, strict=True))
    found = []
    for k in range(1, recipe.partials + 1):
        level = float(k**-recipe.tilt)
        if recipe.pluck:
            level *= 0.15 + abs(math.sin(math.pi * k * recipe.pluck))
        found.append((k * math.sqrt(1 + recipe.stretch * k * k), level))
    return found


def _sine(ticks: NDArray[np.uint32], hertz: float, start: int = 0) -> Samples:
    phase = ticks * np.uint32(round(hertz * _TURN / RATE)) + np.uint32(start * 715_827_883 % 2**32)
    wave: Samples = np.sin(phase.view(np.int32).astype(np.float32) * np.float32(math.pi / 2**31))
    return wave


def _falling(count: int, tau: float, level: float) -> Samples:
    curve: Samples = np.exp(np.arange(count, dtype=np.float32) * np.float32(-1.0 / (tau * RATE))) * np.float32(level)
    return curve


@lru_cache(maxsize=128)
def _period(recipe: Held, pitch: int) -> Samples:
    """One period, without any partial above the ceiling: nothing can alias."""
    hertz = frequency(pitch)
    size = 1 << _TABLE_BITS
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    for k in range(1, max(2, int(recipe.ceiling / hertz) + 1)):
        level = k**-recipe.tilt * (recipe.odd if k % 2 == 0 else 1.0)
        level *= 1.0 + sum(gain * math.exp(-(((k * hertz - at) / width) ** 2)) for at, width, gain in recipe.formants)
        level *= max(0.0, 1.0 - (k * hertz / recipe.ceiling) ** 2) if k > 1 else 1.0
        spectrum[k] = level * np.exp(1j * (k * k * 0.7))  # spread phases: no spike in the period
    wave = np.fft.irfft(spectrum, size)
    wave /= np.sqrt(np.mean(wave**2))
    if recipe.drive:  # saturated here, where what it adds above the ceiling and below the note can be taken out again
        bent = np.fft.rfft(np.tanh(wave * 1.2 * recipe.drive))
        reach = np.arange(len(bent)) * hertz / (1.6 * recipe.ceiling)
        bent *= np.maximum(0.0, 1.0 - reach**2)
        bent[0] = 0.0
        wave = np.fft.irfft(bent, size)
        wave /= np.sqrt(np.mean(wave**2))
    period: Samples = wave.astype(np.float32)
    return period


def _vibrato(recipe: Held, ticks: NDArray[np.uint32], hertz: float) -> NDArray[np.uint32] | None:
    """A phase that swings around its place; it begins gently, as players do."""
    if not recipe.vibrato:
        return None
    depth = hertz * (2.0 ** (recipe.vibrato / 1200) - 1.0) / (2 * math.pi * recipe.vibrato_hz)  # in turns
    swing = _sine(ticks, recipe.vibrato_hz)
    onset = np.minimum(ticks.astype(np.float32) * np.float32(1.0 / (0.4 * RATE)), np.float32(1.0))
    turns = swing * onset * np.float32(depth)
    phase: NDArray[np.uint32] = (turns.astype(np.float64) * _TURN).astype(np.int64).astype(np.uint32)
    return phase


def noise(count: int, low: float, high: float, seed: int) -> Samples:
    """Noise between two frequencies, with an RMS of one. It repeats every 2.7 s, without a seam."""
    wave = _noise_period(min(1 << 17, 1 << max(8, (count - 1).bit_length())), low, high, seed)
    return np.tile(wave, -(-count // len(wave)))[:count]


@lru_cache(maxsize=24)
def _noise_period(size: int, low: float, high: float, seed: int) -> Samples:
    random = np.random.Generator(np.random.PCG64(seed))
    hertz = np.fft.rfftfreq(size, 1.0 / RATE).astype(np.float32)
    shape = 1.0 / ((1.0 + (low / np.maximum(hertz, 1.0)) ** 6) * (1.0 + (hertz / high) ** 6))
    spectrum = shape * np.exp(2j * np.pi * random.random(len(hertz), dtype=np.float32))
    wave = np.fft.irfft(spectrum, size)
    even: Samples = (wave / np.sqrt(np.mean(wave**2))).astype(np.float32)
    return even


def _rise(wave: Samples, attack_ms: float) -> None:
    count = min(len(wave), max(48, int(attack_ms * RATE / 1000)))
    wave[:count] *= np.float32(0.5) - np.float32(0.5) * np.cos(np.linspace(0, np.pi, count, dtype=np.float32))


def _levelled(wave: NDArray[np.float32], loud: float) -> NDArray[np.float32]:
    """All instruments leave here equally loud: `loud` is the RMS of the first quarter second."""
    head = wave[..., : RATE // 4]
    level = float(np.sqrt(np.mean(head * head)))
    return wave * np.float32(loud * 0.4 / max(level, 1e-6))


def _driven(wave: Samples, drive: float, hertz: float) -> Samples:
    """Saturation of a note that dies away, without the offset that it brings about."""
    if not drive:
        return wave
    gain = 1.0 + 12.0 * drive
    warmed = np.tanh(wave * np.float32(gain)) / np.float32(gain**0.6)
    span = round(max(2.0, 0.04 * hertz) // 1 / hertz * RATE)  # whole periods: their mean is the offset and nothing else
    padded = np.cumsum(np.pad(warmed, (span // 2 + 1, span - span // 2), mode="edge"), dtype=np.float64)
    offset = (padded[span:] - padded[:-span])[: len(warmed)] / span
    level: Samples = warmed - offset.astype(np.float32)
    return level
