"""The ledger: one SQLite file on a local disk that says what is to be done, what was done, what must not be done twice.

WAL with `synchronous=FULL`: what a method has returned from is on disk. One connection, one lock, so any thread of
the daemon may call; other processes (`status`, `retry`, `cancel`) open a ledger of their own on the same file. The
worker that holds a job is the only writer of its road; reception and the commands write states and wishes. What is
remembered besides jobs (inboxes, wishes, small facts) is the `notebook`'s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from photovideos.errors import RecordUnreadable
from photovideos.jobs import road as roads
from photovideos.jobs.database import LedgerError, LedgerUnusable
from photovideos.jobs.notebook import Notebook
from photovideos.jobs.records import (
    SELECT_JOBS,
    Entry,
    Job,
    Pause,
    Problem,
    Request,
    as_name,
    as_stored,
    column_value,
    films_json,
    problem_json,
    read_job,
    read_problem,
)
from photovideos.jobs.road import Road
from photovideos.jobs.states import JobState, may_follow
from photovideos.model import BackendKind, Claim, Fingerprint, FolderKey, JobId

__all__ = ["Entry", "Job", "Ledger", "LedgerError", "LedgerUnusable", "Pause", "Problem", "Request"]


class Ledger(Notebook):
    """The jobs, and with them all that the `Notebook` of the same file holds."""

    # --- jobs ------------------------------------------------------------------------------------------------------

    def add(
        self,
        key: FolderKey,
        *,
        prompt: str,
        fingerprint: Fingerprint,
        backend: BackendKind,
        is_complete: bool = False,
        state: JobState = JobState.QUEUED,
        problem: Problem | None = None,
        road: Road | None = None,
    ) -> Job:
        """Takes a folder in as a new job; a job of the same name that was there before is forgotten."""
        now = self._clock()
        with self._db.writing() as db:
            db.execute("DELETE FROM jobs WHERE inbox=? AND name=?", (as_stored(key.inbox), as_stored(key.name)))
            db.execute(
                "INSERT INTO jobs (id, inbox, name, device, inode, state, since, backend, prompt, fingerprint, "
                "is_complete, problem, road) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    uuid4().hex,
                    as_stored(key.inbox),
                    as_stored(key.name),
                    str(key.device),
                    str(key.inode),
                    state,
                    now,
                    backend,
                    prompt,
                    fingerprint,
                    is_complete,
                    problem_json(problem),
                    roads.to_json(road or Road()),
                ),
            )
            db.execute("DELETE FROM left_alone WHERE inbox=? AND name=?", (as_stored(key.inbox), as_stored(key.name)))
        found = self.find(key)
        assert found is not None
        return found

    def get(self, job_id: JobId) -> Job | None:
        return self._first("id=?", (job_id,))

    def find(self, key: FolderKey) -> Job | None:
        """The job of this folder: by inbox and name; else by device and inode (it was renamed)."""
        inbox = as_stored(key.inbox)
        renamed = ("inbox=? AND device=? AND inode=?", (inbox, str(key.device), str(key.inode)))
        return self._first("inbox=? AND name=?", (inbox, as_stored(key.name))) or self._first(*renamed)

    def jobs(self, inbox: str | None = None, *, states: Iterable[JobState] = JobState) -> list[Job]:
        """All jobs in these states, in the order of their arrival."""
        wanted = list(states)
        where, values = ("inbox=? AND ", [as_stored(inbox)]) if inbox is not None else ("", [])
        among = ", ".join("?" * len(wanted))
        return list(self._where(f"{where}state IN ({among}) ORDER BY arrival", [*values, *wanted]))

    def roster(self, inbox: str) -> list[Entry]:
        """Which folders of the inbox have a job; cheap enough for each scan."""
        rows = self._db.rows("SELECT id, name, device, inode, state FROM jobs WHERE inbox=?", (as_stored(inbox),))
        return [
            Entry(id=JobId(row[0]), name=as_name(row[1]), device=int(row[2]), inode=int(row[3]), state=JobState(row[4]))
            for row in rows
        ]

    @property
    def changes(self) -> int:
        """Rises with every change that this process made: what was read at the same number is still true."""
        return self._db.writes

    def road(self, job_id: JobId) -> Road:
        """The job's checkpoint. Raises RecordUnreadable; never an empty road instead: it may hold a paid step."""
        rows = self._db.rows("SELECT road FROM jobs WHERE id=?", (job_id,))
        try:
            return roads.from_json(rows[0][0]) if rows else Road()
        except roads.RoadError as error:
            raise RecordUnreadable(
                "Work on this folder had begun, and its record was written by another version of photovideos.",
                advice="RETRY makes the film from the beginning; with NemoVideo that may be charged a second time.",
            ) from error

    def save_road(self, job_id: JobId, road: Road) -> None:
        with self._db.writing() as db:
            db.execute("UPDATE jobs SET road=? WHERE id=?", (roads.to_json(road), job_id))

    def put(self, job_id: JobId, state: JobState, *, road: Road | None = None, **values: Any) -> Job:
        """Moves a job to `state`, with the columns in `values` (problem, due_at, attempts, prompt, fingerprint, …)."""
        with self._db.writing() as db:
            row = db.execute("SELECT state FROM jobs WHERE id=?", (job_id,)).fetchone()
            if row is None:
                raise LedgerError("This job is not in the ledger any more.")
            if not may_follow(JobState(row[0]), state):
                raise LedgerError(f"A job that is {row[0]} cannot become {state}.")
            changes: dict[str, Any] = {key: column_value(key, value) for key, value in values.items()}
            changes["state"] = state
            if row[0] != state:
                changes["since"] = self._clock()
            if road is not None:
                changes["road"] = roads.to_json(road)
            _update(db, job_id, changes)
        job = self.get(job_id)
        assert job is not None
        return job

    def note(self, job_id: JobId, **values: Any) -> None:
        """Writes columns that are no state: stage, progress, is_held, cancel_asked, glance, newest_ctime …"""
        with self._db.writing() as db:
            _update(db, job_id, {key: column_value(key, value) for key, value in values.items()})

    def add_film(self, job_id: JobId, film: Claim) -> None:
        """A film of ours lies in the folder now; it is known as ours even without its summary."""
        job = self.get(job_id)
        if job is not None and film not in job.films:
            with self._db.writing() as db:
                _update(db, job_id, {"films": films_json((*job.films, film))})

    def rename(self, job_id: JobId, key: FolderKey) -> None:
        """The folder goes on under another name, or under the same with another inode."""
        with self._db.writing() as db:
            db.execute(
                "DELETE FROM jobs WHERE inbox=? AND name=? AND id<>?",
                (as_stored(key.inbox), as_stored(key.name), job_id),
            )
            changes = {
                "inbox": as_stored(key.inbox),
                "name": as_stored(key.name),
                "device": str(key.device),
                "inode": str(key.inode),
            }
            _update(db, job_id, changes)

    def claim(self, now: float, *, excluding: Iterable[JobId] = ()) -> Job | None:
        """The next job to work on, in order of arrival, now WORKING; None if nothing is due.

        Not claimed: held ones, those of a backend that is paused, and the ones in `excluding`.
        """
        taken = set(excluding)
        with self._db.writing() as db:
            paused = {pause.backend for pause in self.pauses()}
            due = self._where(
                "is_held=0 AND (state=? OR (state=? AND due_at<=?)) ORDER BY arrival",
                (JobState.QUEUED, JobState.RETRYING, now),
            )
            job = next((job for job in due if job.id not in taken and job.backend not in paused), None)
            if job is None:
                return None
            _update(db, job.id, {"state": JobState.WORKING, "since": now, "stage": None, "progress": None})
        return self.get(job.id)

    def next_due_at(self) -> float | None:
        """When the earliest retry is due."""
        rows = self._db.rows("SELECT min(due_at) FROM jobs WHERE state=?", (JobState.RETRYING,))
        due: float | None = rows[0][0]
        return due

    def take_up_again(self) -> int:
        """At start: jobs that a worker held when the last process ended are queued again. Returns how many."""
        with self._db.writing() as db:
            return db.execute(
                "UPDATE jobs SET state=?, stage=NULL, progress=NULL WHERE state=?", (JobState.QUEUED, JobState.WORKING)
            ).rowcount

    def forget_gone(self, before: float) -> int:
        """Clean-up: folders that are gone since before that moment."""
        with self._db.writing() as db:
            return db.execute("DELETE FROM jobs WHERE state=? AND since<?", (JobState.GONE, before)).rowcount

    # --- pauses ----------------------------------------------------------------------------------------------------

    def pause(self, backend: BackendKind, cause: str, problem: Problem) -> bool:
        """No job of this backend is begun until `resume`. True if it was not paused already."""
        with self._db.writing() as db:
            return (
                db.execute(
                    "INSERT OR IGNORE INTO pauses (backend, cause, problem, since) VALUES (?,?,?,?)",
                    (backend, cause, problem_json(problem), self._clock()),
                ).rowcount
                == 1
            )

    def resume(self, backend: BackendKind) -> int:
        """Ends the pause and queues the jobs that were parked because of it; returns how many."""
        with self._db.writing() as db:
            row = db.execute("SELECT cause FROM pauses WHERE backend=?", (backend,)).fetchone()
            if row is None:
                return 0
            db.execute("DELETE FROM pauses WHERE backend=?", (backend,))
            return db.execute(
                "UPDATE jobs SET state=?, since=?, problem=NULL WHERE state=? AND backend=? AND parked_by=?",
                (JobState.QUEUED, self._clock(), JobState.PARKED, backend, row[0]),
            ).rowcount

    def pauses(self) -> list[Pause]:
        rows = self._db.rows("SELECT backend, cause, problem, since FROM pauses")
        return [
            Pause(
                backend=BackendKind(row[0]),
                cause=row[1],
                problem=read_problem(row[2]) or Problem(message=""),
                since=row[3],
            )
            for row in rows
        ]

    # --- rows ------------------------------------------------------------------------------------------------------

    def _where(self, condition: str, values: Iterable[Any]) -> Iterator[Job]:
        return map(read_job, self._db.rows(f"{SELECT_JOBS} WHERE {condition}", values))

    def _first(self, condition: str, values: Iterable[Any]) -> Job | None:
        return next(self._where(condition, values), None)


def _update(db: sqlite3.Connection, job_id: JobId, changes: Mapping[str, Any]) -> None:
    columns = ", ".join(f"{name}=?" for name in changes)
    db.execute(f"UPDATE jobs SET {columns} WHERE id=?", (*changes.values(), job_id))  # noqa: S608 - our own names
