"""Whose inbox is it? Time and markers come in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake.ownership import (
    BEAT_SECONDS,
    NO_MARKER,
    OTHER_DISK,
    STANDSTILL_SECONDS,
    Deed,
    Judgement,
    Marker,
    OwnerState,
    Standing,
    judge,
    own_marker,
    read_marker,
    write_marker,
)

ME, OTHER = "a" * 32, "b" * 32
NEW = OwnerState(own_id=ME, device=None, boot="c" * 16)
SEEN = replace(NEW, device=7)


def asked(
    state: OwnerState, found: Marker | None, *, device: int = 7, now: float = 1000.0, is_unlocked: bool = False
) -> tuple[OwnerState, Judgement]:
    return judge(state, found, device=device, now=now, is_unlocked=is_unlocked)


def test_who_sees_an_inbox_first_writes_the_marker() -> None:
    state, judgement = asked(NEW, None)
    assert (judgement.standing, judgement.deed) == (Standing.MINE, Deed.CREATE)
    assert state.device == 7
    assert own_marker(state).owner == ME


def test_an_inbox_seen_before_without_its_marker_is_offline() -> None:
    _, judgement = asked(SEEN, None)
    assert (judgement.standing, judgement.deed, judgement.reason) == (Standing.OFFLINE, Deed.NOTHING, NO_MARKER)


def test_an_inbox_on_another_disk_is_offline_even_with_our_marker() -> None:
    for found in (None, Marker(owner=ME), Marker(owner=None), Marker(owner=OTHER)):
        _, judgement = asked(SEEN, found, device=8)
        assert (judgement.standing, judgement.deed, judgement.reason) == (Standing.OFFLINE, Deed.NOTHING, OTHER_DISK)


def test_our_own_marker_means_to_go_on_at_once_also_after_a_crash() -> None:
    state, judgement = asked(SEEN, Marker(owner=ME, counter=41))
    assert (judgement.standing, judgement.deed) == (Standing.MINE, Deed.REPLACE)
    assert own_marker(state).counter == 42


def test_an_emptied_marker_is_free_for_whoever_comes() -> None:
    for state in (NEW, SEEN):
        _, judgement = asked(state, Marker(owner=None))
        assert (judgement.standing, judgement.deed) == (Standing.MINE, Deed.REPLACE)


def test_the_counter_is_raised_every_ten_minutes_and_not_in_between() -> None:
    state, _ = asked(NEW, None, now=0)
    deeds = []
    for now in range(60, 3000, 60):
        state, judgement = asked(state, own_marker(state), now=now)
        assert judgement.standing is Standing.MINE
        if judgement.deed is Deed.REPLACE:
            deeds.append(now)
    assert deeds == [600, 1200, 1800, 2400]
    assert state.counter == 5


def test_anothers_inbox_is_left_alone_while_its_counter_moves() -> None:
    state = NEW
    for beat in range(100):
        state, judgement = asked(state, Marker(owner=OTHER, counter=beat), now=beat * BEAT_SECONDS)
        assert (judgement.standing, judgement.deed) == (Standing.OTHERS, Deed.NOTHING)


def test_an_owner_that_stood_still_for_25_minutes_is_taken_over_and_that_is_told() -> None:
    dead = Marker(owner=OTHER, counter=3)
    for begin in (NEW, SEEN):
        state, judgement = asked(begin, dead, now=0)
        assert judgement.standing is Standing.OTHERS
        state, judgement = asked(state, dead, now=STANDSTILL_SECONDS - 1)
        assert judgement.standing is Standing.OTHERS
        state, judgement = asked(state, dead, now=STANDSTILL_SECONDS)
        assert (judgement.standing, judgement.deed, judgement.took_over) == (Standing.MINE, Deed.REPLACE, True)
        assert own_marker(state) != dead


def test_standing_still_is_measured_by_ones_own_watching_and_not_by_dates() -> None:
    dead = Marker(owner=OTHER, counter=3)
    state, _ = asked(NEW, dead, now=0)
    state, _ = asked(state, replace(dead, counter=4), now=STANDSTILL_SECONDS - 1)
    _, judgement = asked(state, replace(dead, counter=4), now=STANDSTILL_SECONDS + 1)
    assert judgement.standing is Standing.OTHERS


def test_an_owner_that_died_on_this_very_system_is_not_waited_for() -> None:
    dead = Marker(owner=OTHER, counter=3, boot=NEW.boot)
    assert asked(NEW, dead, is_unlocked=True)[1].took_over
    assert asked(NEW, dead, is_unlocked=False)[1].standing is Standing.OTHERS
    assert asked(NEW, replace(dead, boot="d" * 16), is_unlocked=True)[1].standing is Standing.OTHERS
    assert asked(NEW, replace(dead, boot=None), is_unlocked=True)[1].standing is Standing.OTHERS


def test_a_marker_that_makes_no_sense_is_anothers() -> None:
    found = read_marker(b"something else")
    assert asked(NEW, found)[1].standing is Standing.OTHERS
    assert found == read_marker(b"something else")
    assert found != read_marker(b"something other")


@given(st.binary(max_size=300))
def test_any_bytes_are_some_marker_and_never_ours_by_accident(raw: bytes) -> None:
    assert read_marker(raw).owner != ME


@given(st.sampled_from([None, ME, OTHER]), st.integers(0, 10**17), st.one_of(st.none(), st.just("0123456789abcdef")))
def test_a_marker_comes_back_as_it_was_written(owner: str | None, counter: int, boot: str | None) -> None:
    marker = Marker(owner=owner, counter=counter, boot=boot)
    expected = Marker(owner=None) if owner is None else marker
    assert read_marker(write_marker(marker)) == expected


@given(st.lists(st.tuples(st.booleans(), st.floats(1, 900)), max_size=60))
def test_of_two_daemons_looking_in_any_order_only_one_ever_works(turns: list[tuple[bool, float]]) -> None:
    states = [OwnerState(own_id=ME, device=None), OwnerState(own_id=OTHER, device=None)]
    lies: Marker | None = None
    now = 0.0
    last = [0.0, 0.0]
    mine: list[int] = []
    for who, pause in ((int(turn), wait) for turn, wait in turns):
        now += pause
        states[who], judgement = judge(states[who], lies, device=1, now=now)
        if judgement.deed is not Deed.NOTHING:
            lies = own_marker(states[who])
        if judgement.standing is Standing.MINE and mine and mine[-1] != who:
            assert judgement.took_over
            assert now - last[1 - who] >= STANDSTILL_SECONDS - BEAT_SECONDS
        if judgement.standing is Standing.MINE:
            mine.append(who)
            last[who] = now
