"""Harmony: chords from roman numerals, voicings that move as little as they can, the notes a melody may use. PURE.

Pitches are MIDI note numbers (60 is middle C); pitch classes are 0–11 above C.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
}
_DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "9": (0, 4, 10, 14),
    "13": (0, 4, 10, 21),
    "maj9": (0, 4, 11, 14),
    "m9": (0, 3, 10, 14),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
}
_SYMBOL = re.compile(r"^([b#]?)([iv]+|[IV]+)([a-z0-9]*?)(?:/([0-9]+))?$")
NOTE_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Chord:
    """`root` and `bass` are pitch classes, `intervals` semitones above the root."""

    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.root + step) % 12 for step in self.intervals))


@dataclass(frozen=True, slots=True)
class Key:
    tonic: int
    mode: str

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        return tuple((self.tonic + step) % 12 for step in SCALES[self.mode])

    def __str__(self) -> str:
        return f"{NOTE_NAMES[self.tonic]} {self.mode}"


def chord(symbol: str, key: Key) -> Chord:
    """A chord by its roman numeral over the tonic's major scale: `vi7`, `bVII`, `IVmaj7`, `V/3` (bass on the third)."""
    match = _SYMBOL.match(symbol)
    if match is None:
        raise ValueError(f"not a chord: {symbol!r}")
    accidental, numeral, suffix, bass = match.groups()
    root = (key.tonic + _DEGREES[numeral.lower()] + {"": 0, "b": -1, "#": 1}[accidental]) % 12
    if numeral.islower():
        suffix = {"": "m", "7": "m7", "9": "m9", "6": "m6", "add9": "madd9"}.get(suffix, suffix)
    intervals = _QUALITIES[suffix]
    lowest = root if bass is None else (root + intervals[{"3": 1, "5": 2, "7": 3}[bass]]) % 12
    return Chord(root, intervals, lowest)


def voicing(wanted: Chord, low: int, high: int, before: Sequence[int] = (), size: int = 4) -> tuple[int, ...]:
    """`size` pitches of the chord between `low` and `high`, as near as can be to the voicing before."""
    best: tuple[int, ...] = ()
    best_cost = float("inf")
    for candidate in _close_positions(wanted, low, high, size):
        cost = _movement(candidate, before) if before else abs(sum(candidate) / len(candidate) - (low + high) / 2)
        cost += 0.08 * abs(sum(candidate) / len(candidate) - (low + high) / 2)
        cost += 3.0 * sum(b - a == 1 for a, b in pairwise(candidate))  # a semitone rub sounds sour in a pad
        if cost < best_cost:
            best, best_cost = candidate, cost
    return best


def _close_positions(wanted: Chord, low: int, high: int, size: int) -> list[tuple[int, ...]]:
    tones = wanted.pitch_classes
    ladder = [pitch for pitch in range(low, high + 1) if pitch % 12 in tones]
    positions = [tuple(ladder[start : start + size]) for start in range(max(1, len(ladder) - size + 1))]
    opened = [  # drop the second voice from the top by an octave: the open position of strings and guitars
        tuple(sorted((*position[:-2], position[-2] - 12, position[-1])))
        for position in positions
        if len(position) >= 3 and position[-2] - 12 >= low and position[-2] - 12 not in position
    ]
    return [position for position in positions + opened if position]


def _movement(candidate: Sequence[int], before: Sequence[int]) -> float:
    return sum(min(abs(pitch - other) for other in before) for pitch in candidate) + 0.5 * abs(
        candidate[-1] - before[-1]
    )


def melody_ladder(key: Key, under: Chord, low: int, high: int) -> tuple[int, ...]:
    """The pitches a melody may walk on over a chord: chord tones, and tones of the key that do not rub against them."""
    tones = set(under.pitch_classes)
    calm = {
        tone
        for tone in key.pitch_classes
        if tone in tones or ((tone - 1) % 12 not in tones and (tone + 1) % 12 not in tones)
    }
    allowed = tones | calm
    return tuple(pitch for pitch in range(low, high + 1) if pitch % 12 in allowed)


def near_pitch(pitch_class: int, centre: float) -> int:
    """The pitch of that class nearest to `centre`."""
    lowest = int(centre) - 6
    return lowest + (pitch_class - lowest) % 12
