"""Pacing: how long each picture is shown, in whole frames, so that the film is exactly as long as it was asked to be.

A slot is the time from the start of a picture's fade-in to the start of the next one's; the film is the sum of the
slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DEFAULT_SLOT_S = {"slow": 5.0, None: 3.5, "fast": 2.0}
FLOOR_S = 1.0  # nobody sees a photo that is shown for less
SHORTEST_SLOT_S = 0.2
LONGEST_CLIP_S = 12.0
DEFAULT_TRANSITION_S = {"slow": 1.2, None: 0.8, "fast": 0.4}
MOST_OF_NEIGHBOUR = 0.45


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture to be paced. `held_s`: asked for it alone. `clip_s`: how much film a clip has."""

    name: str
    held_s: float | None = None
    clip_s: float | None = None


def natural_length(shown: Sequence[Shown], slot_s: float) -> float:
    """Seconds of a film in which every photo has `slot_s` and every clip its own length, within reason."""
    return sum(_slot_of(one, slot_s) for one in shown)


def _slot_of(one: Shown, slot_s: float) -> float:
    if one.held_s is not None:
        return min(one.held_s, one.clip_s) if one.clip_s is not None else one.held_s
    if one.clip_s is not None:
        return max(SHORTEST_SLOT_S, min(one.clip_s, LONGEST_CLIP_S, max(2.2 * slot_s, 4.0)))
    return slot_s


def fair_slots(shown: Sequence[Shown], length_s: float) -> tuple[float, ...]:
    """Seconds for each picture, adding up to `length_s`: photos alike, holds as asked, clips within what they have."""
    low, high = 0.0, max(length_s, 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        if natural_length(shown, middle) < length_s:
            low = middle
        else:
            high = middle
    slots = [_slot_of(one, high) for one in shown]
    missing = length_s - sum(slots)
    if abs(missing) > 1e-6:  # nothing but holds and clips: they share what is missing or too much
        return tuple(slot * length_s / sum(slots) for slot in slots)
    return tuple(slots)


def to_frames(slots_s: Sequence[float], fps: int) -> tuple[int, ...]:
    """Starts of the slots and the end, in frames; no slot is more than a frame off, and the sum is exact."""
    bounds, total = [0], 0.0
    for slot in slots_s:
        total += slot
        bounds.append(max(bounds[-1] + 1, round(total * fps + 1e-9)))
    return tuple(bounds)


def transition_frames(bounds: Sequence[int], wished_s: float, fps: int) -> tuple[int, ...]:
    """The overlap at the start of each slot: as wished, at most 45 % of the shorter neighbour, even where possible."""
    lengths = [after - before for before, after in pairwise(bounds)]
    wished = round(wished_s * fps)
    shortest = min(lengths, default=0)
    common = min(wished, int(MOST_OF_NEIGHBOUR * shortest))
    if common >= 0.5 * wished:
        return tuple(common for _ in lengths)
    return tuple(
        min(wished, int(MOST_OF_NEIGHBOUR * min(length, lengths[i - 1] if i else length)))
        for i, length in enumerate(lengths)
    )


def on_beats(bounds: Sequence[int], beats_ms: Sequence[int], fps: int) -> tuple[int, ...]:
    """Starts moved to the nearest beat, first and last bound kept; a start without a beat near it stays."""
    beats = [beat * fps / 1000 for beat in beats_ms]
    moved = [bounds[0]]
    for i, bound in enumerate(bounds[1:-1], 1):
        floor, ceiling = moved[-1] + 1, bounds[-1] - (len(bounds) - 1 - i)
        possible = [beat for beat in beats if floor <= beat <= ceiling]
        nearest = min(possible, key=lambda beat: abs(beat - bound), default=float(bound))
        slot = min(bounds[i] - bounds[i - 1], bounds[i + 1] - bounds[i])
        moved.append(round(nearest) if abs(nearest - bound) <= slot * 0.75 else max(floor, bound))
    return (*moved, bounds[-1])


def whole_beats(slot_s: float, beats_ms: Sequence[int]) -> float:
    """A slot near `slot_s` that lasts a whole number of beats."""
    if len(beats_ms) < 3:
        return slot_s
    beat_s = (beats_ms[-1] - beats_ms[0]) / (len(beats_ms) - 1) / 1000
    return max(1, round(slot_s / beat_s)) * beat_s if beat_s > 0.15 else slot_s
