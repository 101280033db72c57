"""Where the beats of a song are: onsets from the spectrum, the tempo they repeat at, and the best path through them.

The method is D. Ellis, "Beat Tracking by Dynamic Programming" (2007), on a perceptual spectral flux. PURE.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOPS_PER_SECOND = 100
_WINDOW_SECONDS = 0.046
_LEAD_MS = 4.5  # a window sees an onset so much before it comes; measured on click tracks
_BANDS = 32
_BAND_WEIGHTS = (1.0 + 1.5 * np.exp(-np.arange(_BANDS) / 4.0)).astype(np.float32) / np.float32(
    _BANDS
)  # basses keep time
_TIGHTNESS = 120.0
_PREFERRED_BPM = 112.0
_SLOWEST_BPM, _FASTEST_BPM = 48.0, 208.0
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Beats:
    """`times_ms` from the start of the samples; empty, with `bpm` None, where nothing beats (silence, drones)."""

    times_ms: tuple[int, ...]
    bpm: float | None


NO_BEATS = Beats((), None)


def find_beats(samples: Floats, rate: int) -> Beats:
    """The beats of mono samples (or the mean of channels first: shape (n,) or (2, n))."""
    mono = samples.mean(axis=0) if samples.ndim == 2 else samples
    if len(mono) < 2 * rate:
        return NO_BEATS
    onsets = onset_strength(band_energies(mono, rate))
    return beats_in(onsets)


def band_energies(mono: Floats, rate: int) -> Floats:
    """Logarithmic energies in bands that widen as hearing does: shape (hops, bands), HOPS_PER_SECOND a second."""
    size = 1 << int(np.log2(_WINDOW_SECONDS * rate))
    hop = rate / HOPS_PER_SECOND
    clean = np.nan_to_num(np.asarray(mono, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    padded = np.pad(clean, (size // 2, size))
    starts = (np.arange(int(len(clean) / hop)) * hop).astype(np.int64)
    window = np.hanning(size).astype(np.float32)
    weights = _bands(size, rate)
    found = np.empty((len(starts), _BANDS), np.float32)
    for first in range(0, len(starts), 512):
        some = starts[first : first + 512]
        frames = padded[some[:, None] + np.arange(size)[None, :]] * window
        power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32)
        found[first : first + 512] = power @ weights
    scale = float(np.percentile(found, 95)) if found.size else 0.0
    return np.log1p(found * np.float32(200.0 / scale)) if scale > 1e-7 else np.zeros_like(found)


def _bands(size: int, rate: int) -> Floats:
    """Triangles, evenly spaced in mel from 40 Hz to 9 kHz."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    mel = 2595 * np.log10(1 + hertz / 700)
    low, high = 2595 * np.log10(1 + 40 / 700), 2595 * np.log10(1 + min(9000, rate * 0.45) / 700)
    edges = np.linspace(low, high, _BANDS + 2)
    weights = np.zeros((len(hertz), _BANDS), np.float32)
    for band in range(_BANDS):
        left, middle, right = edges[band : band + 3]
        rise, fall = (mel - left) / (middle - left), (right - mel) / (right - middle)
        weights[:, band] = np.maximum(0, np.minimum(rise, fall))
    even: Floats = (weights / np.maximum(weights.sum(axis=0), 1e-6)).astype(np.float32)
    return even


def onset_strength(bands: Floats) -> Floats:
    """How much begins at each hop: the rise over the last 30 ms, less what rises all the time."""
    flux = np.zeros(len(bands), np.float32)
    if len(bands) > 3:
        rise = np.maximum(0, bands[3:] - np.maximum(bands[:-3], bands[1:-2]))
        flux[3:] = rise @ _BAND_WEIGHTS
    local = np.convolve(flux, np.ones(101, np.float32) / 101, mode="same")
    flux = np.maximum(0, flux - local)
    shape = np.exp(-0.5 * (np.arange(-4, 5) / 1.6) ** 2).astype(np.float32)
    return np.convolve(flux, shape / shape.sum(), mode="same").astype(np.float32)


def beats_in(onsets: Floats) -> Beats:
    deviation = float(onsets.std())
    if deviation < 1e-4:
        return NO_BEATS
    onsets = onsets / np.float32(deviation)
    period = _period(onsets)
    if period is None:
        return NO_BEATS
    path = _path(onsets, period)
    path = _without_silent_ends(path, onsets)
    if len(path) < 4:
        return NO_BEATS
    times = tuple(round(_exact(onsets, hop) * 1000 / HOPS_PER_SECOND + _LEAD_MS) for hop in path)
    spacing = float(np.median(np.diff(times)))
    slope = float(np.polyfit(np.round(np.cumsum(np.concatenate(([0.0], np.diff(times) / spacing)))), times, 1)[0])
    return Beats(times, round(60_000 / slope, 2))


def _period(onsets: Floats) -> float | None:
    """Hops from beat to beat: the peak of the autocorrelation, weighted towards tempos that people tap."""
    size = 1 << (2 * len(onsets) - 1).bit_length()
    spectrum = np.fft.rfft(onsets - onsets.mean(), size)
    repeats = np.fft.irfft(np.abs(spectrum) ** 2, size)[: len(onsets)]
    if repeats[0] <= 0:
        return None
    repeats = repeats / repeats[0]
    shortest = int(HOPS_PER_SECOND * 60 / _FASTEST_BPM)
    longest = min(int(HOPS_PER_SECOND * 60 / _SLOWEST_BPM), len(repeats) // 2 - 2)
    lags = np.arange(shortest, longest + 1)
    if len(lags) < 3:
        return None
    prior = np.exp(-0.5 * (np.log2(HOPS_PER_SECOND * 60 / lags / _PREFERRED_BPM) / 0.9) ** 2)
    last = len(repeats) - 1
    double = np.array([repeats[min(2 * lag, last) - 1 : 2 * lag + 2].max(initial=0.0) for lag in lags.tolist()])
    score = (repeats[lags] + 0.5 * double) * prior
    best = int(np.argmax(score))
    if repeats[lags[best]] < 0.05:
        return None
    return _peak(np.asarray(score), best) + shortest


def _peak(values: NDArray[np.floating], at: int) -> float:
    """The summit of the parabola through three points."""
    if not 0 < at < len(values) - 1:
        return float(at)
    a, b, c = (float(value) for value in values[at - 1 : at + 2])
    bend = a - 2 * b + c
    return at + (0.5 * (a - c) / bend if bend < 0 else 0.0)


def _path(onsets: Floats, period: float) -> list[int]:
    """The chain of hops that gathers most onset while its steps stay near the period."""
    count = len(onsets)
    shape = np.exp(-0.5 * (np.arange(-round(period), round(period) + 1) * 32 / period) ** 2)
    local = np.convolve(onsets, shape, mode="same") if len(shape) < count else onsets.astype(np.float64)
    steps = np.arange(round(period / 2), round(2 * period) + 1)
    penalty = -_TIGHTNESS * np.log(steps / period) ** 2
    score, before = local.astype(np.float64).copy(), np.full(count, -1)
    for hop in range(steps[0], count):
        usable = steps[steps <= hop]
        ways = score[hop - usable] + penalty[: len(usable)]
        best = int(np.argmax(ways))
        if ways[best] > 0:
            score[hop] += ways[best]
            before[hop] = hop - usable[best]
    tail = max(0, count - round(1.5 * period))
    hop = tail + int(np.argmax(score[tail:]))
    path = []
    while hop >= 0:
        path.append(int(hop))
        hop = before[hop]
    return path[::-1]


def _without_silent_ends(path: list[int], onsets: Floats) -> list[int]:
    """Beats that the chain puts into silence before and after the music are none."""
    strengths = np.array([onsets[max(0, hop - 3) : hop + 4].max() for hop in path])
    loud = np.flatnonzero(strengths > 0.1 * float(np.median(strengths)) + 1e-3)
    return path[loud[0] : loud[-1] + 1] if len(loud) else []


def _exact(onsets: Floats, hop: int) -> float:
    """Between the hops, where the onset near a beat is highest."""
    first = max(0, hop - 2)
    near = onsets[first : hop + 3]
    at = int(np.argmax(near)) if near.max() > 0.3 else hop - first
    return first + _peak(near, at)
