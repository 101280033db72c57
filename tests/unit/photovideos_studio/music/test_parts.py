"""What players do with a bar."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.music import parts
from photovideos_studio.music.form import Bar
from photovideos_studio.music.grooves import ROCK
from photovideos_studio.music.harmony import Key, chord
from photovideos_studio.music.style import Part, Role

KEY = Key(0, "major")


def bar(symbol: str = "I", *, beats: float = 4, skip: float = 0, index: int = 0) -> Bar:
    harmony = chord(symbol, KEY)
    return Bar(beat=8, beats=beats, skip=skip, harmony=harmony, section="verse", energy=1, index=index, phrase_bars=4)


def part(role: Role, **values: int) -> Part:
    return Part(role=role, instruments=("piano",), **{"low": 48, "high": 72, **values})  # type: ignore[arg-type]  # ints only


@pytest.mark.parametrize(
    ("pattern", "unit"), [("x-x-", 1), ("x...x...", 0.5), ("x..x..x..x..", 1 / 3), ("x" + "." * 15, 0.25)]
)
def test_a_pattern_tells_its_own_grid(pattern: str, unit: float) -> None:
    offset, length, sign = next(parts.steps_of(pattern, bar()))
    assert (offset, sign) == (0, "x")
    assert length == pytest.approx(unit * (2 if pattern.startswith("x-") else 1))


def test_a_short_bar_takes_the_beginning_and_a_pickup_the_end() -> None:
    assert [offset for offset, _, _ in parts.steps_of("x.x.x.x.", bar(beats=3))] == [0, 1, 2]
    assert [sign for _, _, sign in parts.steps_of("r...5...", bar(beats=2, skip=2))] == ["5"]


def test_a_pad_holds_its_chord_into_the_next_bar() -> None:
    events = parts.Harmonist(part(Role.PAD), "").pad(bar())
    assert len(events) == 4
    assert all(event.beat == 8 and event.beats > 4 for event in events)


def test_a_strum_sweeps_down_and_up() -> None:
    strummed = Part(role=Role.COMP, instruments=("ukulele",), low=55, high=76, strum_ms=10)
    events = parts.Harmonist(strummed, "x...o...").comp(bar())
    down = [event for event in events if event.beat == 8]
    up = [event for event in events if event.beat == 10]
    assert [event.pitch for event in down] == sorted(event.pitch for event in down)
    assert [event.pitch for event in up] == sorted((event.pitch for event in up), reverse=True)
    assert [event.lag_ms for event in down] == [0, 10, 20, 30]


def test_a_broken_chord_is_heard_to_lead_on_the_first_beat() -> None:
    events = parts.Harmonist(part(Role.ARP), "01230123").arp(bar())
    assert len(events) == 8
    assert events[0].velocity == max(event.velocity for event in events)


def test_under_a_pedal_notes_ring_to_the_end_of_the_bar() -> None:
    pedalled = Part(role=Role.ARP, instruments=("piano",), low=48, high=72, ring=True)
    for event in parts.Harmonist(pedalled, "01230123").arp(bar()):
        assert event.beat + event.beats == pytest.approx(12)


@pytest.mark.parametrize(("sign", "tone"), [("r", 0), ("5", 7), ("o", 0), ("3", 4)])
def test_a_bass_knows_root_fifth_octave_and_third(sign: str, tone: int) -> None:
    (event,) = parts.bass(part(Role.BASS, low=33, high=47), sign + "-------", bar(), chord("V", KEY))
    assert event.pitch % 12 == tone


@given(seed=st.integers(0, 200), following=st.sampled_from(["I", "ii7", "V13", "vi7"]))
def test_a_walking_bass_steps_on_each_beat_and_leads_into_the_next_root(seed: int, following: str) -> None:
    target = chord(following, KEY)
    events = parts.walk(part(Role.WALK, low=30, high=48), bar("ii7"), target, Random(seed))
    assert [event.beat for event in events] == [8, 9, 10, 11]
    assert all(event.beats < 1 for event in events)
    assert (events[-1].pitch - target.bass) % 12 in (1, 11, 5, 7)


def test_bells_mark_the_beginning_of_a_bar() -> None:
    events = parts.Harmonist(part(Role.BELLS), "").bells(bar(), Random(3))
    assert events[0].beat == 8


def test_a_phrase_ends_in_a_fill() -> None:
    plain = {instrument for instrument, _ in parts.drums(ROCK[0], bar(index=0))}
    fill = {instrument for instrument, _ in parts.drums(ROCK[0], bar(index=3))}
    assert "tom" not in plain
    assert "tom" in fill
