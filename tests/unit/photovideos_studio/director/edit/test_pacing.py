"""Slots are fair, whole frames, and add up to exactly what was asked for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.director.edit.pacing import (
    Shown,
    fair_slots,
    on_beats,
    to_frames,
    transition_frames,
    whole_beats,
)


@settings(max_examples=80, deadline=None)
@given(count=st.integers(1, 60), length=st.floats(2, 600), fps=st.sampled_from([24, 25, 30, 60]))
def test_photos_share_the_length_within_a_frame(count: int, length: float, fps: int) -> None:
    if length * fps < count * 4:
        return
    slots = fair_slots([Shown(name=str(i)) for i in range(count)], length)
    bounds = to_frames(slots, fps)
    lengths = [after - before for before, after in pairwise(bounds)]
    assert bounds[-1] == round(sum(slots) * fps + 1e-9)
    assert abs(bounds[-1] - length * fps) <= 1
    assert max(lengths) - min(lengths) <= 1


def test_a_held_photo_has_its_time_and_the_others_share_the_rest() -> None:
    slots = fair_slots([Shown(name="a", held_s=6), Shown(name="b"), Shown(name="c"), Shown(name="d", held_s=8)], 45)
    assert [round(slot, 3) for slot in slots] == [6, 15.5, 15.5, 8]


def test_a_clip_never_lasts_longer_than_it_is() -> None:
    slots = fair_slots([Shown(name="clip", clip_s=2.0), Shown(name="b"), Shown(name="c")], 20)
    assert slots[0] <= 2.0
    assert abs(sum(slots) - 20) < 1e-6


def test_transitions_are_at_most_45_percent_of_the_shorter_neighbour() -> None:
    assert transition_frames((0, 30, 60, 90), 2.0, 30) == (13, 13, 13)
    assert transition_frames((0, 105, 210), 0.8, 30) == (24, 24)


def test_cuts_move_to_beats_and_the_length_stays() -> None:
    moved = on_beats((0, 100, 200, 300), tuple(range(0, 12_000, 500)), 30)
    assert moved == (0, 105, 195, 300)


def test_a_slot_becomes_whole_beats() -> None:
    assert abs(whole_beats(3.5, tuple(range(0, 60_000, 600))) - 3.6) < 1e-9
