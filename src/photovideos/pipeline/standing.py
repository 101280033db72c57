"""What the status file says of a job that is not being worked on: it waits, needs help, or was cancelled."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from photovideos.delivery import status
from photovideos.delivery.status import State, StatusNote
from photovideos.errors import PhotoVideosError, RecordUnreadable
from photovideos.intake import scan
from photovideos.jobs.ledger import Job, Ledger, Pause
from photovideos.jobs.states import JobState
from photovideos.model import LeftOut

_WHAT_RETRY_DOES = "To try again, put an empty file named RETRY into this folder."


def note_of(job: Job, *, left_out: Sequence[LeftOut] = (), pauses: Sequence[Pause] = ()) -> StatusNote | None:
    """The note for the folder, or None where no status file belongs (done, gone, or told by somebody else)."""
    state, lines = _state_and_lines(job, pauses)
    if state is None:
        return None
    return StatusNote(
        state=state, lines=tuple(lines), left_out=tuple(left_out), since=job.since, reference=job.reference
    )


def _state_and_lines(job: Job, pauses: Sequence[Pause]) -> tuple[str | None, list[str]]:
    problem = [line for line in (job.problem.message, job.problem.advice) if line] if job.problem else []
    if job.state is JobState.QUEUED:
        if job.is_held:
            return State.ON_HOLD, ["A file HOLD lies in this folder. Remove it to go on."]
        pause = next((pause for pause in pauses if pause.backend is job.backend), None)
        if pause is not None:
            return State.QUEUED, [f"Waiting: {pause.problem.message}", pause.problem.advice]
        return State.QUEUED, ["The film is made as soon as it is this folder's turn."]
    if job.state is JobState.RETRYING:
        at = datetime.fromtimestamp(job.due_at or 0.0).astimezone()
        return status.trying_again(at), [*problem, f"Next try at {at:%H:%M}. Nothing is lost."]
    if job.state in (JobState.PARKED, JobState.FAILED):
        return State.NEEDS_HELP, [*problem, _WHAT_RETRY_DOES]
    if job.state is JobState.CANCELLED:
        return State.CANCELLED, [
            "This film was cancelled; nothing was put into the folder.",
            "To make it after all, put an empty file named RETRY into this folder, or change prompt.txt.",
        ]
    return None, []


def show(ledger: Ledger, job: Job, *, now: float) -> None:
    """Puts the state of a job at rest into its folder's status file; one that cannot be written to is no error."""
    with suppress(PhotoVideosError):
        note = note_of(job, left_out=_left_out(ledger, job), pauses=ledger.pauses())
        folder_fd = scan.open_folder(job.key.inbox, job.key.name)
        try:
            if note is not None:
                status.show(folder_fd, note, now=now)
                later = ledger.get(job.id)
                if later is not None and later.state is JobState.WORKING:  # a worker was quicker and says more
                    status.withdraw(folder_fd, note.state)
            elif job.state is JobState.DONE:
                status.clear(folder_fd)
        finally:
            os.close(folder_fd)


def _left_out(ledger: Ledger, job: Job) -> tuple[LeftOut, ...]:
    try:
        return ledger.road(job.id).left_out
    except RecordUnreadable:
        return ()
