"""How long a job waits for its next try, and when it is given up."""

from __future__ import annotations

import pytest

from photovideos.errors import FolderOffline, NoSpace, RateLimited, ServiceTrouble, TokenLimited, TryLater, Unreachable
from photovideos.jobs.ledger import Job
from photovideos.jobs.states import JobState
from support.rooms import Rooms

HOUR = 3600.0


def failed(rooms: Rooms, job: Job, error: TryLater) -> Job:
    """The next try of the job ended in `error`."""
    ledger = rooms.house.ledger
    working = ledger.put(job.id, JobState.WORKING)
    rooms.house.workers._judge(working, error)
    ended = ledger.get(job.id)
    assert ended is not None
    return ended


@pytest.mark.parametrize("error", [TokenLimited("x", retry_after_seconds=HOUR), NoSpace("x"), FolderOffline("x")])
def test_what_waits_for_ever_is_not_given_up(rooms: Rooms, error: TryLater) -> None:
    """Not even by the first other trouble, days later."""
    job = rooms.job()
    for _ in range(6):
        rooms.now.at += 20 * HOUR
        job = failed(rooms, job, error)
        assert job.state is JobState.RETRYING
    assert failed(rooms, job, Unreachable("gone")).state is JobState.RETRYING


def test_trouble_is_given_up_after_a_day(rooms: Rooms) -> None:
    job = failed(rooms, rooms.job(), Unreachable("gone"))
    rooms.now.at += 23.9 * HOUR
    assert failed(rooms, job, RateLimited("busy")).state is JobState.RETRYING
    rooms.now.at += 0.2 * HOUR
    assert failed(rooms, job, Unreachable("gone")).state is JobState.FAILED


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (RateLimited("busy", retry_after_seconds=5), 5, 5),
        (RateLimited("busy", retry_after_seconds=2 * HOUR), 2 * HOUR, 2 * HOUR),
        (RateLimited("busy", retry_after_seconds=7 * 24 * HOUR), 24 * HOUR, 24 * HOUR),
        (RateLimited("busy"), 24, 36),
        (ServiceTrouble("503", retry_after_seconds=7 * HOUR), HOUR, HOUR),
        (Unreachable("gone"), 24, 36),
    ],
)
def test_a_limit_is_honoured_and_everything_else_waits_with_jitter(
    rooms: Rooms, error: TryLater, least: float, most: float
) -> None:
    waits = {(failed(rooms, rooms.job(f"Job {n}"), error).due_at or 0.0) - rooms.now() for n in range(4)}
    assert all(least <= round(wait, 6) <= most for wait in waits), waits
    assert (len(waits) > 1) is (most > least)


def test_each_further_failure_waits_longer(rooms: Rooms) -> None:
    job, waits = rooms.job(), []
    for _ in range(6):
        job = failed(rooms, job, RateLimited("busy"))
        waits.append((job.due_at or 0.0) - rooms.now())
    assert all(later > earlier for earlier, later in zip(waits, waits[2:], strict=False)), waits
    assert max(waits) <= HOUR
