"""A room: convolution with a decaying, softening noise, chunk by chunk, at half the rate (a room has no sparkle)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.synth import RATE

_HALF = RATE // 2
_PREDELAY_SECONDS = 0.018
_Wave = NDArray[np.float32]


class Reverb:
    """Takes mono sends of at most `chunk` frames, gives stereo of `chunk` frames; keeps what rings on."""

    def __init__(self, seconds: float, wet: float, dark: float, chunk: int) -> None:
        self._chunk = chunk // 2
        response = _response(seconds, wet, dark)
        self._size = _fast_size(self._chunk + response.shape[1])
        self._spectrum = np.fft.rfft(response, self._size)
        self._ringing = np.zeros((2, self._size), np.float32)
        self._last = np.zeros((2, 1), np.float32)

    def through(self, send: _Wave) -> _Wave:
        send = np.pad(send, (0, 2 * self._chunk - len(send)))
        slow = (send[0::2] + send[1::2]) * np.float32(0.5)
        self._ringing += np.fft.irfft(np.fft.rfft(slow, self._size) * self._spectrum, self._size)
        out = self._ringing[:, : self._chunk].copy()
        self._ringing[:, : self._size - self._chunk] = self._ringing[:, self._chunk :]
        self._ringing[:, self._size - self._chunk :] = 0
        full = np.empty((2, 2 * self._chunk), np.float32)
        before = np.concatenate((self._last, out[:, :-1]), axis=1)
        full[:, 0::2] = (before + out) * np.float32(0.5)
        full[:, 1::2] = out
        self._last = out[:, -1:].copy()
        return full


def _response(seconds: float, wet: float, dark: float) -> _Wave:
    """Noise that decays by 60 dB in `seconds`, its treble (above `dark` Hz) faster; different left and right."""
    count = int(min(seconds * 1.05, 4.5) * _HALF)
    random = np.random.Generator(np.random.PCG64(20_240_614))
    white = random.standard_normal((2, count), dtype=np.float32)
    spectrum, hertz = np.fft.rfft(white), np.fft.rfftfreq(count, 1 / _HALF)
    rumble = 1.0 / (1.0 + (140.0 / np.maximum(hertz, 1.0)) ** 4)  # a room that rumbles muddies everything
    low = np.fft.irfft(spectrum * rumble / (1.0 + (hertz / (0.35 * dark)) ** 2), count)
    high = np.fft.irfft(spectrum * rumble / (1.0 + (hertz / dark) ** 4), count) - low
    time = np.arange(count) / _HALF
    response = low * np.exp(-6.9 * time / seconds) + high * np.exp(-6.9 * time / (0.55 * seconds))
    response *= 1.0 - np.exp(-time / 0.012)
    response *= wet * 1.6 / np.sqrt(np.sum(response**2, axis=1, keepdims=True))
    return np.pad(response, ((0, 0), (int(_PREDELAY_SECONDS * _HALF), 0))).astype(np.float32)


def _fast_size(least: int) -> int:
    """The next product of 2, 3 and 5: what the FFT is quick at."""
    best = 1 << (least - 1).bit_length()
    for three in (1, 3, 9, 27):
        for five in (1, 5, 25):
            odd = three * five
            size = odd << max(0, (-(-least // odd) - 1).bit_length())
            best = min(best, size)
    return best
