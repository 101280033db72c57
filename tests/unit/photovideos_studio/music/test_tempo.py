"""Which tempo suits a cut, and where the beats fall."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.music.tempo import SHORTEST_RING_MS, BeatMap, TempoRange, grid_for_slot, map_to_cut

CALM = TempoRange(low=60, high=84)
FAST = TempoRange(low=120, high=146)


def distance_to_half_beats(beat_map: BeatMap, moment: float) -> float:
    """How far a moment is from the nearest half beat, in ms."""
    halves = (beat_map.ms(half / 2) for half in range(2 * (int(beat_map.final_beat) + 40)))
    return min(abs(moment - beat) for beat in halves)


@pytest.mark.parametrize(("slot", "beats"), [(3000, 4), (4000, 4), (6000, 8), (2000, 2), (1000, 1)])
def test_a_slot_gets_whole_beats_and_bars_before_half_bars(slot: int, beats: float) -> None:
    tempo = TempoRange(low=58, high=86)
    assert grid_for_slot(tempo, slot, 72).beats_per_slot in (beats, beats * 1.5)


def test_a_grid_holds_exactly_its_slot() -> None:
    grid = grid_for_slot(CALM, 2750, 70)
    assert grid.beat_ms * grid.beats_per_slot == pytest.approx(2750)
    assert grid.bpm == pytest.approx(60_000 / grid.beat_ms)


@given(slot=st.integers(1500, 9000))
def test_slots_of_usual_length_nearly_always_keep_a_mood_in_its_range(slot: int) -> None:
    grid = grid_for_slot(CALM, slot, 70)
    assert CALM.excess(grid.bpm) < 0.13


def test_a_slot_that_no_beat_of_the_mood_fills_says_so() -> None:
    assert not grid_for_slot(TempoRange(low=70, high=72), 1000, 71).is_fit


@settings(max_examples=40)
@given(slot=st.integers(900, 8000), count=st.integers(2, 30))
def test_equal_slots_fall_on_half_beats_to_the_millisecond(slot: int, count: int) -> None:
    cuts = [slot * index for index in range(1, count)]
    beat_map = map_to_cut(CALM, slot * count, cuts, 70)
    assert max(distance_to_half_beats(beat_map, cut) for cut in cuts) < 1.0


@settings(max_examples=50)
@given(slots=st.lists(st.integers(1200, 9000), min_size=2, max_size=25))
def test_unequal_slots_fall_on_half_beats_too_without_bending_the_tempo_much(slots: list[int]) -> None:
    cuts = [float(sum(slots[:index])) for index in range(1, len(slots))]
    beat_map = map_to_cut(FAST, sum(slots), cuts, 130)
    assert max(distance_to_half_beats(beat_map, cut) for cut in cuts) < 1.0
    lengths = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(beat_map.anchors)]
    assert max(lengths) / min(lengths) < 1.25


def test_the_final_beat_is_the_last_photo() -> None:
    beat_map = map_to_cut(CALM, 30_000, [3000 * index for index in range(1, 10)], 70)
    assert beat_map.ms(beat_map.final_beat) == pytest.approx(27_000)


def test_a_last_photo_too_short_to_ring_leaves_the_ending_to_the_one_before() -> None:
    beat_map = map_to_cut(CALM, 10_400, [2500, 5000, 7500, 10_000], 70)
    assert beat_map.ms(beat_map.final_beat) == pytest.approx(7500)


def test_a_long_last_photo_is_played_into() -> None:
    beat_map = map_to_cut(CALM, 43_000, [3000, 6000], 70)
    assert 43_000 - 7500 < beat_map.ms(beat_map.final_beat) < 43_000 - 4000


@given(length=st.integers(300, 900_000))
def test_without_cuts_the_ending_still_has_time_to_ring(length: int) -> None:
    beat_map = map_to_cut(FAST, length, [], 133)
    assert 0 <= beat_map.ms(beat_map.final_beat) <= max(0.0, length - min(SHORTEST_RING_MS, 0.3 * length))


@given(cuts=st.lists(st.floats(-5000, 100_000, allow_nan=False), max_size=40))
def test_any_cuts_at_all_give_beats_that_go_forward(cuts: list[float]) -> None:
    beat_map = map_to_cut(CALM, 60_000, cuts, 70)
    for (beat_a, ms_a), (beat_b, ms_b) in pairwise(beat_map.anchors):
        assert beat_b > beat_a
        assert ms_b > ms_a
    times = beat_map.beats_ms(beat_map.final_beat, 60_000)
    assert all(b > a for a, b in pairwise(times))
    assert math.isfinite(beat_map.bpm)
