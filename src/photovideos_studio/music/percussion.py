"""Drums and small percussion, each sound made once from tones and noise; float32 at 48 kHz, mono."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from photovideos_studio.music.synth import RATE, Samples, noise


@lru_cache(maxsize=64)
def drum(instrument: str, take: int) -> Samples:
    """One stroke; `take` varies it a little, as no two strokes are the same."""
    wave = _without_rumble(_KIT[instrument](take))
    fade = min(len(wave) // 2, 960)
    wave[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    wave[:24] *= np.linspace(0, 1, 24, dtype=np.float32)
    return wave


def _without_rumble(wave: Samples) -> Samples:
    """A falling tone leaves an offset behind, which only eats headroom."""
    size = 2 * len(wave)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    kept = np.fft.irfft(np.fft.rfft(wave, size) * (hertz**4 / (hertz**4 + 24.0**4)), size)
    return kept[: len(wave)].astype(np.float32)


def _time(seconds: float) -> Samples:
    return np.arange(int(seconds * RATE), dtype=np.float32) / np.float32(RATE)


def _fall(time: Samples, tau: float) -> Samples:
    curve: Samples = np.exp(-time / np.float32(tau))
    return curve


def _sweep(time: Samples, low: float, more: float, tau: float) -> Samples:
    """A tone that falls from `low + more` Hz to `low`."""
    turns = low * time + more * tau * (1.0 - _fall(time, tau))
    return np.sin(np.float32(2 * np.pi) * turns).astype(np.float32)


def _hiss(time: Samples, low: float, high: float, take: int) -> Samples:
    return noise(len(time), low, high, 1000 + take) * np.float32(0.3)


def _kick(take: int) -> Samples:
    t = _time(0.45)
    return 0.95 * _sweep(t, 47, 130, 0.035) * _fall(t, 0.14) + 0.12 * _hiss(t, 900, 4000, take) * _fall(t, 0.006)


def _softkick(take: int) -> Samples:
    t = _time(0.4)
    return 0.85 * _sweep(t, 50, 60, 0.03) * _fall(t, 0.12) * (1 - _fall(t, 0.003)) + 0.05 * _hiss(
        t, 300, 1200, take
    ) * _fall(t, 0.01)


def _snare(take: int) -> Samples:
    t = _time(0.32)
    body = 0.4 * _sweep(t, 185, 60, 0.02) * _fall(t, 0.07)
    return body + 0.55 * _hiss(t, 1100, 6500, take) * _fall(t, 0.085)


def _rim(take: int) -> Samples:
    t = _time(0.12)
    return 0.35 * _sweep(t, 820, 200, 0.006) * _fall(t, 0.018) + 0.3 * _hiss(t, 900, 3500, take) * _fall(t, 0.02)


def _brush(take: int) -> Samples:
    t = _time(0.28)
    return 0.42 * _hiss(t, 1500, 6000, take) * _fall(t, 0.07) * (1 - _fall(t, 0.012))


def _hat(take: int) -> Samples:
    t = _time(0.09)
    return 0.3 * _hiss(t, 6500, 11500, take) * _fall(t, 0.022)


def _openhat(take: int) -> Samples:
    t = _time(0.32)
    return 0.27 * _hiss(t, 6000, 11000, take) * _fall(t, 0.09)


def _shaker(take: int) -> Samples:
    t = _time(0.13)
    return 0.26 * _hiss(t, 4500, 9000, take) * _fall(t, 0.035) * (1 - _fall(t, 0.009))


def _tamb(take: int) -> Samples:
    t = _time(0.2)
    return 0.24 * _hiss(t, 6000, 10500, take) * (_fall(t, 0.03) + 0.3 * _fall(t, 0.09))


def _clap(take: int) -> Samples:
    t = _time(0.26)
    curve = np.zeros_like(t)
    for late, loud, tau in ((0.0, 0.7, 0.006), (0.011, 0.7, 0.006), (0.021, 0.7, 0.006), (0.026, 0.8, 0.06)):
        curve += np.float32(loud) * np.where(t >= late, _fall(np.maximum(t - late, 0), tau), 0)  # several hands
    return 0.5 * _hiss(t, 900, 4200, take) * curve


def _snap(take: int) -> Samples:
    t = _time(0.15)
    return 0.6 * _hiss(t, 1500, 4000, take) * (_fall(t, 0.009) + 0.25 * _fall(t, 0.035))


def _woodblock(take: int) -> Samples:
    t = _time(0.14)
    pitch = 760 if take % 2 == 0 else 1010
    return 0.4 * _sweep(t, pitch, 40, 0.01) * _fall(t, 0.028) + 0.05 * _hiss(t, 1000, 3000, take) * _fall(t, 0.01)


def _tom(take: int) -> Samples:
    t = _time(0.6)
    skin = 0.7 * _sweep(t, (92, 118, 150)[take % 3], 50, 0.04) * _fall(t, 0.16)
    return skin + 0.08 * _hiss(t, 300, 2000, take) * _fall(t, 0.02)


def _taiko(take: int) -> Samples:
    t = _time(1.1)
    skin: Samples = 0.85 * _sweep(t, 58, 45, 0.05) * _fall(t, 0.26) + 0.3 * _sweep(t, 96, 30, 0.04) * _fall(t, 0.15)
    slap: Samples = 0.22 * _hiss(t, 150, 1400, take) * _fall(t, 0.035)
    return skin + slap


def _ride(take: int) -> Samples:
    t = _time(0.7)
    ping = np.zeros_like(t)
    for hertz in (3150, 4420, 5230):
        ping += np.sin(np.float32(2 * np.pi * hertz) * t)
    wash = _hiss(t, 4500, 10000, take) * (_fall(t, 0.05) + 0.35 * _fall(t, 0.3))
    stroke: Samples = 0.05 * ping * _fall(t, 0.09) + 0.14 * wash
    return stroke


def _crash(take: int) -> Samples:
    t = _time(2.6)
    return 0.45 * _hiss(t, 2500, 9500, take) * (0.6 * _fall(t, 0.12) + 0.5 * _fall(t, 0.75)) * (1 - _fall(t, 0.004))


def _swell(take: int) -> Samples:
    """A soft cymbal roll that opens and dies: for a last chord without a blow."""
    t = _time(3.2)
    return 0.3 * _hiss(t, 1800, 7500, take) * (1 - _fall(t, 0.12)) * _fall(t, 0.8)


_KIT: dict[str, Callable[[int], Samples]] = {
    "kick": _kick,
    "softkick": _softkick,
    "snare": _snare,
    "rim": _rim,
    "brush": _brush,
    "hat": _hat,
    "openhat": _openhat,
    "shaker": _shaker,
    "tamb": _tamb,
    "clap": _clap,
    "snap": _snap,
    "woodblock": _woodblock,
    "tom": _tom,
    "taiko": _taiko,
    "ride": _ride,
    "crash": _crash,
    "swell": _swell,
}
DRUMS = tuple(_KIT)
