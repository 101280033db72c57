"""What each player plays in a bar: chords, broken chords, bass lines, bells, drums. PURE; times are in beats."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from photovideos_studio.music.form import Bar
from photovideos_studio.music.harmony import Chord, near_pitch, voicing
from photovideos_studio.music.style import Groove, Part


class Event(NamedTuple):
    """A note in beats of the film; `lag_ms` delays it within a strum."""

    beat: float
    beats: float
    pitch: int
    velocity: float
    lag_ms: float = 0.0


def steps_of(pattern: str, bar: Bar) -> Iterator[tuple[float, float, str]]:
    """(offset, length, sign) of each sounding step of a pattern within the bar, both in beats."""
    per_beat = {4: 1, 8: 2, 12: 3, 16: 4}[len(pattern)]
    for index, sign in enumerate(pattern):
        if sign in "-.":
            continue
        held = 1
        while index + held < len(pattern) and pattern[index + held] == "-":
            held += 1
        offset = index / per_beat - bar.skip
        if 0 <= offset < bar.beats:
            yield offset, min(held / per_beat, bar.beats - offset), sign


def _accent(offset: float) -> float:
    """The first beat leads, the others follow, what lies between is light: so one hears where the beat is."""
    if offset == 0:
        return 1.0
    return 0.8 if offset == int(offset) else 0.6


class Harmonist:
    """Keeps one player's last voicing, so that its voices move as little as they can."""

    def __init__(self, part: Part, pattern: str) -> None:
        self._part, self._pattern = part, pattern
        self._before: tuple[int, ...] = ()

    def voices(self, harmony: Chord) -> tuple[int, ...]:
        self._before = voicing(harmony, self._part.low, self._part.high, self._before, self._part.size)
        return self._before

    def pad(self, bar: Bar) -> list[Event]:
        voices = self.voices(bar.harmony)
        return [Event(bar.beat, bar.beats * 1.06, pitch, 0.75 + 0.2 * bar.energy) for pitch in voices]

    def comp(self, bar: Bar) -> list[Event]:
        voices = self.voices(bar.harmony)
        events = []
        for offset, length, sign in steps_of(self._pattern, bar):
            chosen = {"x": voices, "o": voices[1:], "b": voices[:1]}[sign]
            loud = {"x": 0.9, "o": 0.62, "b": 0.85}[sign] * (1.0 if offset % 2 == 0 else 0.9)
            order = chosen if sign != "o" else tuple(reversed(chosen))  # up-strokes sweep from the top
            for rank, pitch in enumerate(order):
                events.append(Event(bar.beat + offset, length * 0.95, pitch, loud, rank * self._part.strum_ms))
        return events

    def arp(self, bar: Bar) -> list[Event]:
        voices = self.voices(bar.harmony)
        events = []
        for offset, _, sign in steps_of(self._pattern, bar):
            rung = int(sign)
            pitch = voices[rung % len(voices)] + 12 * (rung // len(voices))
            loud = _accent(offset)
            events.append(Event(bar.beat + offset, bar.beats - offset if self._part.ring else 0.9, pitch, loud))
        return events

    def bells(self, bar: Bar, random: Random) -> list[Event]:
        """A few high tones of the chord: one as the bar begins, the others here and there."""
        voices = self.voices(bar.harmony)
        eighths = range(1, max(2, round(bar.beats * 2)))
        places = [0, *sorted(random.sample(eighths, k=min(len(eighths), random.choice((0, 1, 1, 2)))))]
        return [Event(bar.beat + place / 2, 2.0, random.choice(voices), random.uniform(0.45, 0.75)) for place in places]


def bass(part: Part, pattern: str, bar: Bar, following: Chord) -> list[Event]:
    root = near_pitch(bar.harmony.bass, (part.low + part.high) / 2)
    fifth = near_pitch((bar.harmony.root + 7) % 12, root + 3)
    third = near_pitch(bar.harmony.pitch_classes[min(1, len(bar.harmony.pitch_classes) - 1)], root + 3)
    approach = near_pitch(following.bass, root) + (-1 if near_pitch(following.bass, root) > root else 1)
    pitches = {"r": root, "5": fifth, "o": root + 12, "3": third, "a": approach}
    return [
        Event(
            bar.beat + offset,
            bar.beats - offset if part.ring else length * (0.99 if length >= 1.5 else 0.9),
            pitches[sign],
            0.95 if offset == 0 else 0.8,
        )
        for offset, length, sign in steps_of(pattern, bar)
    ]


def walk(part: Part, bar: Bar, following: Chord, random: Random) -> list[Event]:
    """A walking bass: the root, two tones of the chord, and a half step into the next root."""
    root = near_pitch(bar.harmony.bass, (part.low + part.high) / 2)
    target = near_pitch(following.bass, root)
    tones = [pitch for pitch in range(part.low, part.high + 1) if pitch % 12 in bar.harmony.pitch_classes]
    line = [root]
    for _ in range(max(0, int(bar.beats) - 2)):
        near = sorted(tones, key=lambda pitch: abs(pitch - line[-1]))[1:4]
        line.append(random.choice(near))
    if bar.beats >= 2:
        line.append(
            target + random.choice((-1, 1))
            if target != line[-1]
            else target + 7
            if target < part.low + 9
            else target - 5
        )
    return [Event(bar.beat + index, 0.9, pitch, 0.9 if index % 2 == 0 else 0.78) for index, pitch in enumerate(line)]


def drums(groove: Groove, bar: Bar) -> Iterator[tuple[str, Event]]:
    """The groove of a bar, or its fill where a phrase ends."""
    fills = bar.is_last_of_phrase and bar.phrase_bars >= 4 and groove.fill
    for instrument, pattern in groove.fill if fills else groove.steps:
        for offset, _, sign in steps_of(pattern, bar):
            loud = {"X": 1.0, "x": 0.85, "o": 0.5}[sign]
            yield instrument, Event(bar.beat + offset, 0.25, 60, loud)
