"""How loud something is over time: fades at its ends, and stepping back while something else speaks. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.rawsound import RATE

_STEP_BACK = round(0.45 * RATE)
_COME_BACK = round(0.8 * RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Gains by frame of the film: heard from `begin` to `end`, faded in and out over so many frames.

    `stepped_back`: spans (first frame, last frame, gain) that are joined without a corner, disjoint and rising.
    """

    begin: int
    end: int
    fade_in: int = 0
    fade_out: int = 0
    stepped_back: tuple[tuple[int, int, float], ...] = ()

    def gains(self, start: int, count: int) -> NDArray[np.float32]:
        places = np.arange(start, start + count, dtype=np.float64)
        gain = ((places >= self.begin) & (places < self.end)).astype(np.float32)
        if self.fade_in:
            gain *= _eased((places - self.begin) / self.fade_in)
        if self.fade_out:
            gain *= _eased((self.end - places) / self.fade_out)
        for first, last, least in self.stepped_back:
            if first - _STEP_BACK < start + count and last + _COME_BACK > start:
                back = _eased((places - first) / _STEP_BACK + 1) * _eased((last - places) / _COME_BACK + 1)
                gain *= 1 - np.float32(1 - least) * back
        return gain


def _eased(place: NDArray[np.float64]) -> NDArray[np.float32]:
    """0 to 1 with level ends, as equal-power fades have."""
    return (np.sin(0.5 * np.pi * np.clip(place, 0.0, 1.0)) ** 2).astype(np.float32)


def spans_joined(spans: Iterable[tuple[int, int, float]]) -> tuple[tuple[int, int, float], ...]:
    """Spans in order; those less than it takes to come back apart become one, with the lower gain."""
    joined: list[tuple[int, int, float]] = []
    for first, last, gain in sorted(spans):
        if joined and first - joined[-1][1] < _STEP_BACK + _COME_BACK:
            before = joined.pop()
            joined.append((before[0], max(before[1], last), min(before[2], gain)))
        else:
            joined.append((first, last, gain))
    return tuple(joined)


def photo_changes(starts_ms: Sequence[int], music_start_ms: int, music_end_ms: int) -> tuple[int, ...]:
    """The moments at which pictures begin, counted from the start of the music, within it."""
    return tuple(sorted({start - music_start_ms for start in starts_ms if music_start_ms < start < music_end_ms}))
