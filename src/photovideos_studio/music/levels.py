"""Loudness: measured as EBU R 128 does, set by one linear gain; peaks are held down gently where that will not do.

The measuring is libavfilter's `ebur128`; R23: −16 LUFS ± 1 integrated, true peak ≤ −1.5 dBTP.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.rawsound import RATE, RawSound, Stereo

TARGET_LUFS = -16.0
CEILING_DBTP = -2.5  # AAC may add up to a decibel to a peak; −1.5 is what the finished file may have
SILENT_LUFS = -65.0
_ATTEMPTS = 5
_BLOCK = 64
_WINDOW = 49  # blocks, about 65 ms: slow enough not to be heard as distortion


@dataclass(frozen=True, slots=True)
class Loudness:
    """`lufs` is −inf for silence (also for what is too short or too quiet to measure); `peak_dbtp` likewise."""

    lufs: float
    peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        return self.lufs < SILENT_LUFS

    def raised(self, decibels: float) -> Loudness:
        return Loudness(self.lufs + decibels, self.peak_dbtp + decibels)


class Meter:
    """Takes sound piece by piece, and tells the loudness of the whole."""

    def __init__(self) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
        meter = self._graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._frames = 0
        self._last: dict[str, str] = {}
        self._peak = 0.0

    def add(self, sides: Stereo) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sides, np.float32), format="fltp", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = self._frames
        self._frames += sides.shape[1]
        self._peak = max(self._peak, float(np.abs(sides).max(initial=0.0)))
        self._graph.push(frame)
        self._drain()

    def loudness(self) -> Loudness:
        if self._frames == 0:
            return Loudness(-math.inf, -math.inf)
        silence = np.zeros((2, RATE // 2), np.float32)  # pushes the last tenths of a second through the meter
        self.add(silence)
        lufs = float(self._last.get("lavfi.r128.I", "-inf"))
        peak = max(float(self._last.get("lavfi.r128.true_peak", "0")), self._peak)
        return Loudness(lufs if lufs > SILENT_LUFS else -math.inf, 20 * math.log10(peak) if peak > 0 else -math.inf)

    def _drain(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._last = dict(frame.metadata) or self._last


def loudness_of(sound: RawSound) -> Loudness:
    meter = Meter()
    for _, sides in sound.pieces():
        meter.add(sides)
    return meter.loudness()


def bring_to(sound: RawSound, measured: Loudness, target_lufs: float) -> Loudness:
    """Sets the whole file to the target by one gain, peaks held below the ceiling; gives what came of it."""
    if measured.is_silent:
        return measured
    gain_db = target_lufs - measured.lufs
    if measured.peak_dbtp + gain_db <= CEILING_DBTP:
        _amplify(sound, 10 ** (gain_db / 20))
        return measured.raised(gain_db)
    peaks, ceiling_db = _block_peaks(sound), CEILING_DBTP
    for attempt in range(_ATTEMPTS):
        curve = _limiting(peaks * np.float32(10 ** (gain_db / 20)), 10 ** ((ceiling_db - 0.3) / 20))
        reached = _preview(sound, 10 ** (gain_db / 20), curve)
        over, short = reached.peak_dbtp - CEILING_DBTP, target_lufs - reached.lufs
        if (over <= 0.1 and abs(short) <= 0.3) or attempt == _ATTEMPTS - 1:
            break
        ceiling_db -= max(0.0, over)
        gain_db += short  # holding peaks down costs loudness, which is given back
    _amplify(sound, 10 ** (gain_db / 20), curve)
    return reached


def _amplify(sound: RawSound, gain: float, curve: NDArray[np.float32] | None = None) -> None:
    for start, sides in sound.pieces():
        sound.write(start, _gained(sides, start, gain, curve))


def _preview(sound: RawSound, gain: float, curve: NDArray[np.float32]) -> Loudness:
    meter = Meter()
    for start, sides in sound.pieces():
        meter.add(_gained(sides, start, gain, curve))
    return meter.loudness()


def _gained(sides: Stereo, start: int, gain: float, curve: NDArray[np.float32] | None) -> Stereo:
    if curve is None:
        return sides * np.float32(gain)
    first = start // _BLOCK
    blocks = curve[first : first + sides.shape[1] // _BLOCK + 2]
    if blocks.min() > 0.9999:
        return sides * np.float32(gain)
    places = np.arange(sides.shape[1], dtype=np.float32) + np.float32(start % _BLOCK)
    fine = np.interp(places, np.arange(len(blocks)) * _BLOCK, blocks).astype(np.float32)
    held: Stereo = sides * (fine * np.float32(gain))
    return held


def _block_peaks(sound: RawSound) -> NDArray[np.float32]:
    """The highest sample of each block of the whole file."""
    found = []
    for _, sides in sound.pieces():
        high = np.abs(sides).max(axis=0)
        high = np.pad(high, (0, -len(high) % _BLOCK))
        found.append(high.reshape(-1, _BLOCK).max(axis=1))
    return np.concatenate(found) if found else np.zeros(1, np.float32)


def _limiting(peaks: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """A gain per block edge that keeps every block below the ceiling and bends without a corner.

    The least gain within a window, averaged over a window of the same width, never exceeds what its middle needs.
    """
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    edge = _WINDOW // 2
    wide = np.pad(needed, edge + 1, mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(wide, _WINDOW + 2).min(axis=1)  # a block's both edges included
    shape = np.hanning(_WINDOW + 2)[1:-1]
    smooth = np.convolve(np.pad(least, edge, mode="edge"), shape / shape.sum(), mode="valid")
    return np.append(smooth, smooth[-1]).astype(np.float32)
