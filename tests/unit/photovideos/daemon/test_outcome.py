"""When `once` is done, what its exit status says, and what a restart cures."""

from __future__ import annotations

from typing import Any

import pytest

from photovideos.daemon import outcome
from photovideos.jobs.ledger import Problem
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, FolderKey
from support.rooms import Rooms


def test_an_empty_inbox_is_quiet_once_it_was_looked_at(rooms: Rooms) -> None:
    rooms.watcher.scans = 0
    assert not outcome.is_quiet(rooms.house)
    rooms.watcher.scans = 1
    assert outcome.is_quiet(rooms.house)
    assert outcome.exit_status(rooms.house) == 0


def test_a_folder_that_may_still_settle_is_waited_for(rooms: Rooms) -> None:
    rooms.sees(unsettled=("Rome",))
    assert not outcome.is_quiet(rooms.house)


@pytest.mark.parametrize(
    ("state", "values", "moves"),
    [
        (JobState.QUEUED, {}, True),
        (JobState.QUEUED, {"is_held": True}, False),
        (JobState.WORKING, {}, True),
        (JobState.RETRYING, {"due_at": 59.0}, True),
        (JobState.RETRYING, {"due_at": 61.0}, False),
        (JobState.RETRYING, {"due_at": 1.0, "is_held": True}, False),
        (JobState.SETTLING, {}, False),
        (JobState.PARKED, {}, False),
        (JobState.FAILED, {}, False),
        (JobState.CANCELLED, {}, False),
        (JobState.DONE, {}, False),
    ],
)
def test_only_what_moves_by_itself_within_a_minute_is_waited_for(
    rooms: Rooms, state: JobState, values: dict[str, Any], moves: bool
) -> None:
    if "due_at" in values:
        values = {**values, "due_at": rooms.now() + values["due_at"]}
    job = rooms.job("Rome", state, **values)
    assert outcome.is_quiet(rooms.house) is not moves
    assert outcome.is_at_rest(rooms.house, job.key) is not moves


def test_a_queue_that_is_paused_does_not_move_and_the_other_backend_s_does(rooms: Rooms) -> None:
    rooms.house.ledger.pause(BackendKind.NEMO, "NoCredits", Problem(message="none left"))
    cloudy = rooms.job("Cloudy")
    assert outcome.is_quiet(rooms.house)
    local = rooms.job("Local", backend=BackendKind.STUDIO)
    assert outcome.is_at_rest(rooms.house, cloudy.key)
    assert not outcome.is_at_rest(rooms.house, local.key)
    assert not outcome.is_quiet(rooms.house)


def test_a_folder_that_changed_under_its_job_is_waited_for_while_it_may_settle(rooms: Rooms) -> None:
    job = rooms.job("Rome", JobState.SETTLING)
    rooms.sees(unsettled=("Rome",))
    assert not outcome.is_at_rest(rooms.house, job.key)
    rooms.sees(unsettled=())
    assert outcome.is_at_rest(rooms.house, job.key)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (JobState.DONE, 0),
        (JobState.CANCELLED, 0),
        (JobState.PARKED, 1),
        (JobState.FAILED, 1),
        (JobState.RETRYING, 1),
        (JobState.QUEUED, 1),
    ],
)
def test_the_exit_status_says_whether_anything_is_left_undone(rooms: Rooms, state: JobState, status: int) -> None:
    rooms.job("Done", JobState.DONE)
    job = rooms.job("Rome", state)
    assert outcome.exit_status(rooms.house) == status
    assert outcome.exit_status_of(rooms.house, [job.key]) == status


def test_a_deleted_folder_and_another_inbox_are_nothing_undone(rooms: Rooms) -> None:
    gone = rooms.job("Gone", JobState.FAILED)
    rooms.house.ledger.put(gone.id, JobState.GONE)
    rooms.job("Elsewhere", JobState.FAILED, inbox="/another/inbox")
    assert outcome.exit_status(rooms.house) == 0


@pytest.mark.parametrize("seen", [{"waiting": {"Rome": "waiting for prompt.txt"}}, {"is_online": False}])
def test_a_folder_that_waits_and_an_inbox_that_is_away_are_something_undone(rooms: Rooms, seen: dict[str, Any]) -> None:
    rooms.sees(**seen)
    assert outcome.exit_status(rooms.house) == 1


def test_a_named_folder_that_became_no_job_is_undone(rooms: Rooms) -> None:
    nobody = FolderKey(inbox=str(rooms.inbox), name="Nobody", device=1, inode=1)
    assert outcome.is_at_rest(rooms.house, nobody)
    assert outcome.exit_status_of(rooms.house, [nobody]) == 1


def test_another_token_at_start_resumes_the_queue_and_the_same_one_does_not(rooms: Rooms) -> None:
    outcome.resume_if_cured(rooms.house, "free")
    parked = rooms.job("Poor", JobState.PARKED, parked_by="NoCredits")
    rooms.house.ledger.pause(BackendKind.NEMO, "NoCredits", Problem(message="none left"))
    outcome.resume_if_cured(rooms.house, "free")
    assert len(rooms.house.ledger.pauses()) == 1
    outcome.resume_if_cured(rooms.house, "0123456789ab")
    assert rooms.house.ledger.pauses() == []
    assert getattr(rooms.house.ledger.get(parked.id), "state", None) is JobState.QUEUED


def test_a_paused_studio_is_not_resumed_by_a_token(rooms: Rooms) -> None:
    rooms.house.ledger.remember("token.studio", "free")
    rooms.house.ledger.pause(BackendKind.STUDIO, "NoCredits", Problem(message="x"))
    outcome.resume_if_cured(rooms.house, "0123456789ab")
    assert len(rooms.house.ledger.pauses()) == 1
