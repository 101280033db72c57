"""What the status file says of a job that is not being worked on."""

from __future__ import annotations

from typing import Any

import pytest

from photovideos.delivery.status import State
from photovideos.jobs.ledger import Pause, Problem
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind
from photovideos.pipeline.standing import note_of
from support.front_desk import a_job

PROBLEM = Problem(message="The credits are used up.", advice="Buy some.")


def pause_of(backend: BackendKind) -> Pause:
    return Pause(backend=backend, cause="NoCredits", problem=PROBLEM, since=0.0)


@pytest.mark.parametrize(
    ("job", "state", "words"),
    [
        ({"state": JobState.QUEUED}, State.QUEUED, "as soon as it is this folder's turn"),
        ({"state": JobState.QUEUED, "is_held": True}, State.ON_HOLD, "Remove it to go on."),
        ({"state": JobState.FAILED, "problem": PROBLEM}, State.NEEDS_HELP, "The credits are used up. Buy some. To try"),
        ({"state": JobState.PARKED, "problem": PROBLEM}, State.NEEDS_HELP, "The credits are used up. Buy some. To try"),
        ({"state": JobState.CANCELLED}, State.CANCELLED, "nothing was put into the folder"),
    ],
)
def test_each_state_says_what_it_waits_for_and_what_to_do(job: dict[str, Any], state: State, words: str) -> None:
    note = note_of(a_job(**job))
    assert note is not None
    assert note.state == state
    assert words in " ".join(note.lines)


@pytest.mark.parametrize("state", [JobState.WORKING, JobState.DONE, JobState.GONE])
def test_a_job_that_others_tell_of_or_that_is_over_has_no_note(state: JobState) -> None:
    assert note_of(a_job(state=state, problem=PROBLEM)) is None


def test_a_queued_job_waits_for_the_pause_of_its_own_backend_alone() -> None:
    job = a_job(state=JobState.QUEUED, backend=BackendKind.NEMO)
    waiting = note_of(job, pauses=[pause_of(BackendKind.STUDIO), pause_of(BackendKind.NEMO)])
    free = note_of(job, pauses=[pause_of(BackendKind.STUDIO)])
    assert waiting is not None
    assert free is not None
    assert waiting.lines == ("Waiting: The credits are used up.", "Buy some.")
    assert free.lines == ("The film is made as soon as it is this folder's turn.",)
