"""Melodies: motifs of rhythm and direction that come back, walked over whatever chords lie below. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from photovideos_studio.music.form import Bar
from photovideos_studio.music.harmony import Key, melody_ladder

# (offset, length) in beats over one bar of four; the sparse first, the busy last
_RHYTHMS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0, 3.5),),
    ((0, 2), (2, 2)),
    ((0, 3), (3, 1)),
    ((0, 1.5), (1.5, 2.5)),
    ((0, 2), (2, 1), (3, 1)),
    ((0, 1), (1, 1), (2, 2)),
    ((0, 1.5), (1.5, 0.5), (2, 1.5)),
    ((0.5, 0.5), (1, 1), (2, 1.5), (3.5, 0.5)),
    ((0, 0.5), (0.5, 0.5), (1, 1), (2, 1), (3, 1)),
    ((0, 1.5), (1.5, 0.5), (2, 0.5), (2.5, 0.5), (3, 1)),
    ((0, 0.5), (0.5, 0.5), (1, 0.5), (1.5, 1), (2.5, 0.5), (3, 1)),
)
_LAST_BAR = (((0.0, 2.5),), ((0.0, 1.0), (1.0, 2.0)), ((0.0, 3.0),))
_TURNS = (-2, -1, -1, 1, 1, 2)


@dataclass(frozen=True, slots=True)
class Tone:
    """`beat` within the film, `beats` long."""

    beat: float
    beats: float
    pitch: int
    accent: float


@dataclass(frozen=True, slots=True)
class _Motif:
    """Two bars of rhythm, with a step (in rungs of the ladder) before each tone."""

    rhythm: tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]
    steps: tuple[tuple[int, ...], tuple[int, ...]]


class Melodist:
    """Writes one player's melody bar by bar; the same section gets the same motif, so that it is recognised."""

    def __init__(self, key: Key, low: int, high: int, density: float, random: Random) -> None:
        self._key, self._low, self._high, self._random = key, low, high, random
        self._motifs = {
            name: self._motif(min(1.0, density + more)) for name, more in (("verse", 0.0), ("chorus", 0.12))
        }
        self._closing = random.choice(_LAST_BAR)
        self._at = (low + high) // 2

    def _motif(self, density: float) -> _Motif:
        top = len(_RHYTHMS)
        centre = density * (top - 1)
        near = [r for index, r in enumerate(_RHYTHMS) if abs(index - centre) <= 2.2]
        first, second = self._random.choice(near), self._random.choice(near)
        if self._random.random() < 0.4:
            second = first
        lean = self._random.choice((-1, 1))  # the first bar goes one way, the second answers
        return _Motif(
            (first, second),
            (tuple(self._step(lean) for _ in first), tuple(self._step(-lean) for _ in second)),
        )

    def _step(self, lean: int) -> int:
        return lean * abs(self._random.choice(_TURNS)) if self._random.random() < 0.65 else self._random.choice(_TURNS)

    def write(self, bar: Bar) -> list[Tone]:
        if bar.section in ("intro", "break") or bar.skip:
            return []
        motif = self._motifs["chorus" if bar.section == "chorus" else "verse"]
        closes = bar.is_last_of_phrase or (bar.index % 4 == 3)
        rhythm = self._closing if closes else motif.rhythm[bar.index % 2]
        steps = (0,) * len(rhythm) if closes else motif.steps[bar.index % 2]
        ladder = melody_ladder(self._key, bar.harmony, self._low, self._high)
        firm = [pitch for pitch in ladder if pitch % 12 in bar.harmony.pitch_classes]
        tones = []
        for (offset, length), step in zip(rhythm, steps, strict=True):
            if offset >= bar.beats:
                break
            strong = offset % 2 == 0 or length >= 1.5 or closes
            self._at = self._walk(ladder, firm if strong else ladder, step)
            beats = min(length, bar.beats - offset)
            tones.append(Tone(bar.beat + offset, beats * 0.96, self._at, 1.0 if offset % 2 == 0 else 0.85))
        return tones

    def _walk(self, ladder: tuple[int, ...], allowed: tuple[int, ...] | list[int], step: int) -> int:
        """`step` rungs from here, turned around at the edges, then to the nearest allowed pitch."""
        here = min(range(len(ladder)), key=lambda index: abs(ladder[index] - self._at))
        middle = len(ladder) / 2
        if abs(here + step - middle) > 0.42 * len(ladder):
            step = -step
        aim = ladder[min(max(here + step, 0), len(ladder) - 1)]
        return min(allowed, key=lambda pitch: (abs(pitch - aim), pitch))
