"""When `once` is done and what its exit status says; and whether what paused the queue was cured by a restart."""

from __future__ import annotations

from photovideos.daemon.house import House
from photovideos.jobs.ledger import Job
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, FolderKey

SHORT_WAIT_SECONDS = 60.0  # a next try further away than that stays in the ledger for the next run
DONE, UNDONE = 0, 1


def is_quiet(house: House) -> bool:
    """Whether nothing in the inboxes would still move by itself within a minute."""
    if house.workers.is_busy():
        return False
    for reception in house.receptions:
        if reception.scans == 0 or reception.standing().unsettled:
            return False
    return not any(_moves_soon(house, job) for job in house.ledger.jobs())


def exit_status(house: House) -> int:
    """0: nothing is left undone, 1: something needs help or waits."""
    inboxes = {reception.path for reception in house.receptions}
    jobs = [job for job in house.ledger.jobs() if job.key.inbox in inboxes]
    waits = any(reception.standing().waiting or not reception.standing().is_online for reception in house.receptions)
    return UNDONE if waits or any(_is_undone(job) for job in jobs) else DONE


def is_at_rest(house: House, key: FolderKey) -> bool:
    """Whether the job of this folder (if it became one) does not move any more."""
    job = house.ledger.find(key)
    return job is None or not (job.state is JobState.WORKING or _moves_soon(house, job))


def exit_status_of(house: House, keys: list[FolderKey]) -> int:
    """As `exit_status`, of folders given by name: each must have become a finished job."""
    jobs = [house.ledger.find(key) for key in keys]
    return UNDONE if any(job is None or _is_undone(job) for job in jobs) else DONE


def resume_if_cured(house: House, token_fingerprint: str) -> None:
    """At start: a queue that was paused for its account goes on if another token is in use now."""
    for pause in house.ledger.pauses():
        known = house.ledger.recall(f"token.{pause.backend}")
        if pause.backend is BackendKind.NEMO and known is not None and known != token_fingerprint:
            house.ledger.resume(pause.backend)
    house.ledger.remember(f"token.{BackendKind.NEMO}", token_fingerprint)


def _moves_soon(house: House, job: Job) -> bool:
    if job.is_held:
        return False
    if job.state is JobState.WORKING:
        return True
    if job.state is JobState.QUEUED:
        return all(pause.backend is not job.backend for pause in house.ledger.pauses())
    if job.state is JobState.SETTLING:
        reception = house.reception_of(job.key.inbox)
        return reception is not None and job.key.name in reception.standing().unsettled
    return job.state is JobState.RETRYING and (job.due_at or 0.0) - house.clock() <= SHORT_WAIT_SECONDS


def _is_undone(job: Job) -> bool:
    return job.state not in (JobState.DONE, JobState.CANCELLED, JobState.GONE)
