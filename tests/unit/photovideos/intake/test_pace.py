"""The waits of an inbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake.pace import Pace, pace_of


def local(settle_seconds: float | None = None) -> Pace:
    return pace_of(settle_seconds=settle_seconds, is_network=False, is_polled=False)


def test_the_defaults_of_a_local_disk() -> None:
    pace = local()
    assert (pace.settle_seconds, pace.hot_seconds, pace.quick_seconds) == (30, 2, 2)
    assert (pace.idle_seconds, pace.finished_seconds, pace.longest_rest_seconds) == (60, 300, 300)
    assert pace.stale_after_seconds == 15 * 60
    assert (pace.named_after_seconds, pace.given_up_after_seconds) == (600, 24 * 3600)
    assert pace.trusts_renames


def test_the_defaults_of_a_share() -> None:
    pace = pace_of(settle_seconds=None, is_network=True, is_polled=True)
    assert (pace.settle_seconds, pace.hot_seconds, pace.idle_seconds) == (60, 5, 10)
    assert not pace.trusts_renames


def test_looks_grow_rarer_while_nothing_happens() -> None:
    pace = local()
    assert [pace.look_every(quiet) for quiet in (0, 599, 600, 3599, 3600, 10**6)] == [2, 2, 30, 30, 60, 60]


def test_the_rest_grows_with_the_pauses_a_copy_shows_up_to_five_minutes() -> None:
    assert [local().rest_after_pause(pause) for pause in (0, 2, 10, 20, 100, 10**6)] == [30, 30, 30, 60, 300, 300]


@pytest.mark.parametrize("settle", [5.0, 12.0, 30.0, 60.0])
def test_long_waits_do_not_shrink_with_a_persons_settle_time(settle: float) -> None:
    assert local(settle).stale_after_seconds == 15 * 60
    assert local(settle).given_up_after_seconds == 24 * 3600


def test_everything_is_quick_where_settling_is() -> None:
    pace = local(0.5)
    assert pace.quick_seconds == 0.5
    assert pace.hot_seconds == 0.125
    assert pace.idle_seconds == 1
    assert pace.longest_rest_seconds == 5
    assert pace.stale_after_seconds == 15
    assert pace_of(settle_seconds=0.5, is_network=True, is_polled=True).idle_seconds == 0.25


@given(st.floats(0.0, 10_000), st.booleans(), st.booleans())
def test_no_setting_makes_a_wait_of_nothing_or_a_busy_loop(settle: float, is_network: bool, is_polled: bool) -> None:
    pace = pace_of(settle_seconds=settle, is_network=is_network, is_polled=is_polled)
    assert pace.hot_seconds >= 0.02
    assert pace.idle_seconds >= 0.25
    assert pace.quick_seconds <= pace.settle_seconds
    assert pace.rest_after_pause(10**9) >= pace.settle_seconds
    assert pace.named_after_seconds <= pace.given_up_after_seconds
