"""Errands are run by the clock, again after a failure, and at start if they were missed."""

import threading
from collections.abc import Callable

from photovideos.schedule import Errand, Schedule


def counted(times: int) -> tuple[Callable[[], None], threading.Event, list[str]]:
    """An errand that sets its event when it was run so often."""
    done, runs = threading.Event(), list[str]()

    def run() -> None:
        runs.append(threading.current_thread().name)
        if len(runs) >= times:
            done.set()

    return run, done, runs


def test_an_errand_comes_again_and_again() -> None:
    run, done, _ = counted(3)
    schedule = Schedule([Errand(name="often", run=run, seconds=0.05)])
    schedule.start()
    try:
        assert done.wait(10)
    finally:
        schedule.stop()


def test_what_was_missed_is_made_up_at_start_and_the_rest_waits_its_time() -> None:
    run, done, _ = counted(1)
    later, not_yet, runs = counted(1)
    schedule = Schedule(
        [
            Errand(name="weekly", run=run, seconds=7 * 86400, at_start=True),
            Errand(name="later", run=later, seconds=3600),
        ]
    )
    schedule.start()
    try:
        assert done.wait(10)
        assert not runs
        assert not not_yet.is_set()
    finally:
        schedule.stop()


def test_an_errand_that_fails_comes_again_and_takes_no_other_along() -> None:
    other, done, _ = counted(2)
    failures = []

    def fail() -> None:
        failures.append(1)
        raise RuntimeError("the disk is gone")

    schedule = Schedule([Errand(name="fails", run=fail, seconds=0.05), Errand(name="goes on", run=other, seconds=0.1)])
    schedule.start()
    try:
        assert done.wait(10)
    finally:
        schedule.stop()
    assert len(failures) > 1


def test_stopped_before_it_began_it_is_simply_stopped() -> None:
    Schedule([]).stop()
