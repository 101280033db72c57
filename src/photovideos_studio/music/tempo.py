"""Time in the music: which tempo suits a cut, and the map from beats to milliseconds. PURE and cheap; knows no sound.

Film music is written to the picture: here the photo changes come first, and the tempo is chosen, within what the mood
allows, so that each of them falls on a beat (or, where slots are short or odd, on the half beat).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

SHORTEST_SLOT_MS = 150.0  # cuts closer than this are one cut to the ear
FARTHEST_STRETCH = 0.09  # a slot may bend the tempo by 9 %; beyond, the ear hears a stumble and the cut goes free
SHORTEST_RING_MS = 800.0  # a last chord needs as much to be heard as an ending
LONGEST_RING_MS = 9000.0  # longer last photos are played into; the chord then comes a ring before the end
RING_MS = 6000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoRange:
    """What a mood can bear, in beats per minute."""

    low: float
    high: float

    def excess(self, bpm: float) -> float:
        """How far outside (0 inside), as a logarithm of the ratio."""
        return max(0.0, math.log(self.low / bpm), math.log(bpm / self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatGrid:
    """How a slot (the time from one photo to the next) and a mood go together.

    The slot is exactly `beats_per_slot` beats (a multiple of a half) of `beat_ms` at `bpm`; `is_fit` tells whether
    the mood keeps its character at that tempo (otherwise it is the nearest that there is).
    """

    bpm: float
    beat_ms: float
    beats_per_slot: float
    is_fit: bool


def favourite_bpm(tempo: TempoRange, random: Random) -> float:
    """What the seed alone would choose: anywhere in the middle four fifths of the range."""
    return tempo.low * math.pow(tempo.high / tempo.low, random.uniform(0.1, 0.9))


def grid_for_slot(tempo: TempoRange, slot_ms: float, favourite: float) -> BeatGrid:
    """The tempo at which a slot holds whole beats, best a bar of them."""
    counts = [half / 2 for half in range(1, max(2, math.ceil(2 * slot_ms * tempo.high / 60_000)) + 3)]
    best = min(counts, key=lambda count: _grid_cost(tempo, slot_ms, count, favourite))
    bpm = 60_000 * best / slot_ms
    return BeatGrid(bpm=bpm, beat_ms=slot_ms / best, beats_per_slot=best, is_fit=tempo.excess(bpm) < 0.06)


def _grid_cost(tempo: TempoRange, slot_ms: float, count: float, favourite: float) -> float:
    bpm = 60_000 * count / slot_ms
    return 12 * tempo.excess(bpm) + _oddness(count) + 0.25 * abs(math.log(bpm / favourite))


def _oddness(count: float) -> float:
    """Bars are better than half bars, those better than odd counts, and half beats come last."""
    if count != int(count):
        return 0.4
    return 0.0 if count % 4 == 0 else 0.03 if count % 2 == 0 else 0.05 if count % 3 == 0 else 0.1


@dataclass(frozen=True, slots=True)
class BeatMap:
    """Beats to milliseconds, piecewise linear: `anchors` are (beat, ms), rising; outside them the tempo goes on."""

    anchors: tuple[tuple[float, float], ...]
    bpm: float
    final_beat: float
    slot_beats: float | None

    def ms(self, beat: float) -> float:
        beats = [anchor[0] for anchor in self.anchors]
        index = min(max(bisect_right(beats, beat) - 1, 0), len(beats) - 2)
        (beat_a, ms_a), (beat_b, ms_b) = self.anchors[index], self.anchors[index + 1]
        return ms_a + (beat - beat_a) * (ms_b - ms_a) / (beat_b - beat_a)

    def beats_ms(self, phase: float, length_ms: float) -> tuple[int, ...]:
        """The moments of all whole beats counted from `phase`, within the film."""
        found, beat = [], phase % 1.0
        while (moment := self.ms(beat)) < length_ms:
            found.append(round(moment))
            beat += 1.0
        return tuple(found)


def map_to_cut(tempo: TempoRange, length_ms: float, cuts_ms: Sequence[float], favourite: float) -> BeatMap:
    """The beat map of a film of `length_ms` whose photos change at `cuts_ms`; the final beat is the last chord's."""
    cuts = _distinct(cuts_ms, length_ms)
    final_cut = next((cut for cut in reversed(cuts) if length_ms - cut >= SHORTEST_RING_MS), None)
    if final_cut is None:
        return _free_map(tempo, length_ms, favourite)
    inner = [cut for cut in cuts if cut <= final_cut]
    slots = [b - a for a, b in zip([0.0, *inner], inner, strict=False)]
    beat_ms = _best_beat(tempo, slots, favourite)
    anchors = [(0.0, 0.0), *_anchors(slots, beat_ms)]
    if anchors[-1][1] < final_cut:  # a last slot that fits no beat: the chord still lands on its photo
        beat = anchors[-1][0] + max(0.5, round(2 * (final_cut - anchors[-1][1]) / beat_ms) / 2)
        anchors.append((beat, final_cut))
    final_beat = anchors[-1][0]
    anchors.append((final_beat + 1.0, final_cut + beat_ms))
    rest = length_ms - final_cut
    if rest > LONGEST_RING_MS:
        final_beat += max(0, math.floor((rest - RING_MS) / beat_ms))
    counts = {round(2 * slot / beat_ms) / 2 for slot in slots}
    return BeatMap(tuple(anchors), 60_000 / beat_ms, final_beat, counts.pop() if len(counts) == 1 else None)


def _distinct(cuts_ms: Sequence[float], length_ms: float) -> list[float]:
    kept: list[float] = []
    for cut in sorted(cuts_ms):
        if cut - (kept[-1] if kept else 0.0) >= SHORTEST_SLOT_MS and cut < length_ms:
            kept.append(float(cut))
    return kept


def _free_map(tempo: TempoRange, length_ms: float, favourite: float) -> BeatMap:
    """No cut to follow: the seed's own tempo, and a ring at the end."""
    del tempo
    beat_ms = 60_000 / favourite
    ring = min(5000.0, max(1500.0, 0.3 * length_ms))
    beats = max(0, math.floor((length_ms - ring) / beat_ms))
    return BeatMap(((0.0, 0.0), (1.0, beat_ms)), favourite, float(beats), None)


def _best_beat(tempo: TempoRange, slots: Sequence[float], favourite: float) -> float:
    """The beat length, in ms, that fits most slots with the least bending."""
    lengths = sorted({round(slot, 1) for slot in slots})
    common = sorted(lengths, key=lambda length: -sum(abs(slot - length) < 2 for slot in slots))[:6]
    candidates = {grid_for_slot(tempo, slot, favourite).beat_ms for slot in common}
    low, high = 60_000 / tempo.high, 60_000 / tempo.low
    if len(lengths) > 1 and lengths[-1] - lengths[0] > 2:  # unequal slots: look at the whole range
        candidates |= {low * (high / low) ** (step / 40) for step in range(41)}
        candidates |= {length / (half / 2) for length in common for half in range(1, 33)}
    return min(sorted(candidates), key=lambda beat_ms: _beat_cost(tempo, slots, beat_ms, favourite))


def _beat_cost(tempo: TempoRange, slots: Sequence[float], beat_ms: float, favourite: float) -> float:
    bpm, total = 60_000 / beat_ms, 0.0
    for slot in slots[:400]:
        count = max(0.5, round(2 * slot / beat_ms) / 2)
        bend = abs(math.log(slot / (count * beat_ms)))
        total += 6 * bend + (4.0 if bend > FARTHEST_STRETCH else 0.0) + _oddness(count)
    return 12 * tempo.excess(bpm) + total / len(slots[:400]) + 0.1 * abs(math.log(bpm / favourite))


def _anchors(slots: Sequence[float], beat_ms: float) -> list[tuple[float, float]]:
    """Where beats meet cuts. A slot that would bend the tempo too far is joined with the next one."""
    anchors, beat, moment, open_ms = [], 0.0, 0.0, 0.0
    for slot in slots:
        open_ms += slot
        count = max(0.5, round(2 * open_ms / beat_ms) / 2)
        if abs(math.log(open_ms / (count * beat_ms))) <= FARTHEST_STRETCH:
            beat, moment, open_ms = beat + count, moment + open_ms, 0.0
            anchors.append((beat, moment))
    return anchors
