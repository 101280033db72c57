"""What was decided is done: into the ledger first, then into the folder's status file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from photovideos.jobs.ledger import Problem
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, InstructionRecord, SessionId
from photovideos.reception.deeds import PROMPT_CUT
from support.front_desk import Office


def test_behind_the_gate_nothing_is_taken_and_the_folder_says_why(offices: Callable[..., Office]) -> None:
    waiting = 11
    office = offices(backend=BackendKind.NEMO, is_gated=lambda: waiting)
    office.fill("Trip")
    seen = office.settle("Trip")
    assert office.states() == {}
    assert office.status_of("Trip") == "on hold"
    assert "READY into the inbox itself" in office.told("Trip")
    assert seen.held_back == "on hold"
    waiting = 0
    office.settle("Trip")
    assert office.states() == {"Trip": JobState.QUEUED}


def test_after_a_switch_to_the_cloud_refining_waits_for_ready_and_begins_anew_there(
    offices: Callable[..., Office],
) -> None:
    here = offices()
    folder = here.fill("Trip")
    here.settle("Trip")
    here.done("Trip")
    here.ledger.close()
    office = offices(backend=BackendKind.NEMO)
    office.settle("Trip")
    (folder / "prompt.txt").write_text("a calm film\nwith a title", encoding="utf-8")
    office.settle("Trip")
    assert office.states() == {"Trip": JobState.DONE}
    assert office.status_of("Trip") == "on hold"
    assert "READY into this folder" in office.told("Trip")
    (folder / "READY").touch()
    office.settle("Trip")
    job = office.job("Trip")
    assert job.state is JobState.QUEUED
    assert job.backend is BackendKind.NEMO
    assert job.prompt == "a calm film\nwith a title"
    assert not (folder / "READY").exists()


def test_cancel_of_a_job_at_work_interrupts_it_and_leaves_the_end_to_the_worker(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    job = office.ledger.put(office.job("Trip").id, JobState.WORKING)
    (folder / "CANCEL").touch()
    office.look("Trip")
    assert office.interrupted == [job.id]
    assert office.job("Trip").cancel_asked
    assert office.job("Trip").state is JobState.WORKING
    assert not (folder / "CANCEL").exists()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RETRYING, JobState.PARKED, JobState.FAILED])
def test_cancel_of_a_job_that_waits_ends_it(office: Office, state: JobState) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    job = office.job("Trip")
    if state is not JobState.QUEUED:
        office.ledger.put(job.id, JobState.WORKING)
        office.ledger.put(job.id, state, problem=Problem(message="it did not work"), due_at=1e12)
    (folder / "CANCEL").touch()
    office.look("Trip")
    job = office.job("Trip")
    assert (job.state, job.problem, job.due_at) == (JobState.CANCELLED, None, None)
    assert office.status_of("Trip") == "cancelled"


def test_retry_ends_the_pause_of_the_queue(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    job = office.job("Trip")
    office.ledger.put(job.id, JobState.WORKING)
    office.ledger.put(job.id, JobState.PARKED, parked_by="NoCredits")
    office.ledger.pause(BackendKind.STUDIO, "NoCredits", Problem(message="no credits"))
    (folder / "RETRY").touch()
    office.look("Trip")
    assert office.ledger.pauses() == []
    assert office.states() == {"Trip": JobState.QUEUED}


def test_a_failed_job_is_taken_up_afresh(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    job = office.job("Trip")
    road = office.ledger.road(job.id)
    record = InstructionRecord(text="t", digest_before="d", intended_at=0.0)
    office.ledger.put(job.id, JobState.WORKING)
    office.ledger.put(
        job.id,
        JobState.FAILED,
        road=type(road)(session_id=SessionId("1"), instruction=record, fingerprint=job.fingerprint),
        problem=Problem(message="it failed"),
        attempts=7,
        failing_since=1.0,
        due_at=2.0,
    )
    (folder / "RETRY").touch()
    office.settle("Trip")
    job = office.job("Trip")
    assert (job.state, job.attempts, job.failing_since, job.due_at) == (JobState.QUEUED, 0, None, None)
    assert job.problem is None
    assert office.ledger.road(job.id).session_id == "1", "on from the last safe step"


def test_photos_that_come_later_are_shown_and_start_nothing(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    office.done("Trip")
    office.settle("Trip")
    (folder / "2.jpg").write_bytes((folder / "1.jpg").read_bytes() + b"2")
    for _ in range(4):  # photos may be the rest of a copy that paused: they get five minutes
        office.settle("Trip")
    assert office.states() == {"Trip": JobState.DONE}
    assert office.status_of("Trip") == "new photos"


def test_a_prompt_that_was_cut_is_told_in_the_summary(office: Office) -> None:
    office.fill("Trip", text="a calm film " * 10_000)
    office.settle("Trip")
    assert office.ledger.road(office.job("Trip").id).notes == (PROMPT_CUT,)


def test_a_waiting_folder_says_what_for_under_a_reference_that_the_log_knows(office: Office) -> None:
    office.fill("Trip", text=None)
    seen = office.settle("Trip")
    assert office.status_of("Trip") == "waiting for prompt.txt"
    assert office.told("Trip").rstrip().endswith(f"Reference: {seen.reference}")


def test_a_blank_prompt_is_called_blank(office: Office) -> None:
    office.fill("Trip", text=" \n")
    office.settle("Trip")
    assert "The prompt.txt in this folder is empty." in office.told("Trip")
