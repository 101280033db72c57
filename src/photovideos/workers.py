"""The bounded pool: each worker takes the next due job, walks the road with it, and writes down how it ended.

One job a folder, so no two workers share a folder. What ends a job is decided here, from the one error tree; the road
itself never looks at the ledger's states.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from photovideos import logs, pipeline
from photovideos.backend import Backends
from photovideos.errors import (
    Cancelled,
    FolderMoved,
    FolderOffline,
    Interrupted,
    JobFailed,
    NeedsPerson,
    NoSpace,
    PhotoVideosError,
    RateLimited,
    RequestRefused,
    TokenLimited,
    TryLater,
)
from photovideos.intake import scan
from photovideos.jobs.ledger import Job, LedgerError, LedgerUnusable, Problem
from photovideos.jobs.states import JobState, retry_wait_seconds
from photovideos.model import JobId
from photovideos.pipeline import standing

_log = logs.get("workers")

LONGEST_LIMIT_SECONDS = 86400.0
IDLE_LOOK_SECONDS = 60.0  # without a wake-up, so often the ledger is asked for due retries
LONG_WAIT_SECONDS = 60.0  # what waits for ever is looked at again so often; a full disk sooner at first
LEDGER_WAIT_SECONDS = 2.0  # without a ledger nothing can be begun or ended


class Workers:
    """`parallel` threads. `on_settling` is called when a folder changed under its job; reception watches it again."""

    def __init__(
        self,
        tools: pipeline.Tools,
        backends: Backends,
        *,
        parallel: int,
        on_settling: Callable[[Job], None],
    ) -> None:
        self._tools = tools
        self._backends = backends
        self._on_settling = on_settling
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._awake = 0  # counts wake-ups; guarded by _wake
        self._running: dict[JobId, threading.Event] = {}  # guarded by _wake
        self._trouble: str | None = None  # why the ledger cannot be used, told once; guarded by _wake
        self._threads = [
            threading.Thread(target=self._run, name=f"worker-{number}", daemon=True) for number in range(parallel)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        with self._wake:
            self._awake += 1
            self._wake.notify_all()

    def interrupt(self, job_id: JobId) -> None:
        """The job was cancelled or its folder is gone: whoever works on it stops within seconds."""
        with self._wake:
            if halt := self._running.get(job_id):
                halt.set()

    def is_busy(self) -> bool:
        with self._wake:
            return bool(self._running)

    def stop(self, deadline_seconds: float) -> None:
        """Ends all workers; the jobs they held go on where they stood with the next process."""
        self._stop.set()
        with self._wake:
            for halt in self._running.values():
                halt.set()
            self._wake.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(deadline_seconds)

    # --- one worker -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._wake:
                seen = self._awake
            try:
                job = self._claimed()
            except (NoSpace, LedgerError) as error:
                self._wait_for_ledger(error)
                continue
            if job is not None:
                self._work(job)
                continue
            with self._wake:
                if self._awake == seen and not self._stop.is_set():
                    self._wake.wait(self._seconds_until_due())

    def _claimed(self) -> Job | None:
        with self._wake:
            job = self._tools.ledger.claim(self._tools.clock(), excluding=list(self._running))
            if job is not None:
                self._running[job.id] = threading.Event()
            self._trouble = None
            return job

    def _wait_for_ledger(self, error: PhotoVideosError) -> None:
        """Whoever wakes us makes no room: time alone counts, or a due job would be asked for without a pause."""
        with self._wake:
            if self._trouble != error.detail:
                self._trouble = error.detail
                _log.error("ledger.unavailable", reason=str(error), detail=error.detail)
        self._stop.wait(LEDGER_WAIT_SECONDS)

    def _seconds_until_due(self) -> float:
        with suppress(PhotoVideosError):  # `_claimed` meets the same trouble at its next try, and tells of it
            due = self._tools.ledger.next_due_at()
            if due is not None:
                return min(IDLE_LOOK_SECONDS, max(0.05, due - self._tools.clock()))
        return IDLE_LOOK_SECONDS

    def _work(self, job: Job) -> None:
        """The worker's top frame: whatever happens, the job is in a state that says what happens next."""
        log = _log.bind(job=job.reference, folder=job.key.name)
        if _is_worth_a_line(job):
            log.info("job.begun", backend=job.backend, attempt=job.attempts + 1)
        try:
            self._walk(job)
            self._ended(job, JobState.DONE, problem=None, attempts=0, failing_since=None, due_at=None)
            self._forget_work(job)
        except Exception as error:  # noqa: BLE001  # the top frame: a poison folder must not end the worker
            self._judge(job, error)
        finally:
            with self._wake:
                self._running.pop(job.id, None)
            self.wake()

    def _walk(self, job: Job) -> None:
        halt = self._running[job.id]
        if self._stop.is_set():
            halt.set()
        if job.cancel_asked:
            raise Cancelled
        folder_fd = scan.open_folder(job.key.inbox, job.key.name)
        try:
            with self._backends.lease(job.backend, [Path(job.key.inbox)]) as backend:
                pipeline.run(pipeline.Walk(job, tools=self._tools, backend=backend, folder_fd=folder_fd, halt=halt))
        finally:
            os.close(folder_fd)

    # --- how it ended ------------------------------------------------------------------------------------------------

    def _judge(self, job: Job, error: Exception) -> None:
        """Writes down how it ended. While the ledger takes nothing the job is held: there it is WORKING, so nobody else
        takes it; a daemon that is stopped meanwhile takes it up again at its next start."""
        if not isinstance(error, PhotoVideosError):
            _log.error("job.crashed", job=job.reference, exc_info=error)
        while True:
            try:
                self._ended_by(job, error)
                break
            except (NoSpace, LedgerUnusable) as trouble:
                self._wait_for_ledger(trouble)
                if self._stop.is_set():
                    break
            except Exception as trouble:  # noqa: BLE001  # the worker's top frame, too: nobody would miss a dead one
                _log.error("job.unrecorded", job=job.reference, reason=str(trouble), exc_info=trouble)
                break

    def _ended_by(self, job: Job, error: Exception) -> None:
        if isinstance(error, Interrupted):
            self._interrupted(job, error)
        elif isinstance(error, TryLater):
            self._again_later(job, error)
        elif isinstance(error, NeedsPerson):
            self._parked(job, error)
        elif isinstance(error, JobFailed | RequestRefused):
            self._ended(job, JobState.FAILED, problem=_problem(error))
        elif isinstance(error, PhotoVideosError):
            self._again_later(job, TryLater(str(error), advice=error.advice, detail=error.detail))
        else:
            problem = Problem(
                message="Something went wrong inside photovideos.",
                advice="The log has the details under the reference below.",
                detail=repr(error),
            )
            self._ended(job, JobState.FAILED, problem=problem)

    def _interrupted(self, job: Job, error: Interrupted) -> None:
        now = self._tools.ledger.get(job.id)
        if now is None or now.state is JobState.GONE:
            self._forget_work(job)
        elif now.cancel_asked or isinstance(error, Cancelled):
            self._ended(job, JobState.CANCELLED, problem=None, cancel_asked=False, due_at=None)
            self._forget_work(job)
        elif isinstance(error, FolderMoved):
            moved = self._ended(job, JobState.SETTLING, problem=_problem(error))
            if moved:
                self._on_settling(moved)
        else:  # the status file goes on telling of work that was begun, should its record be lost while we are down
            has_begun = self._tools.ledger.road(job.id).has_spoken
            self._ended(job, JobState.QUEUED, problem=None, is_shown=not has_begun)

    def _again_later(self, job: Job, error: TryLater) -> None:
        now = self._tools.clock()
        waits_for_ever = isinstance(error, NoSpace | FolderOffline | TokenLimited)
        since = None if waits_for_ever else job.failing_since or now  # waiting for ever is no failing
        attempts = job.attempts + 1
        if since is not None and now - since >= self._tools.config.jobs.retry_hours * 3600:
            self._ended(job, JobState.FAILED, problem=_problem(error), attempts=0, failing_since=None)
            return
        wait = error.retry_after_seconds
        if wait is None:
            wait = _wait_seconds(error, attempts, waits_for_ever=waits_for_ever)
        is_limited = isinstance(error, RateLimited) and not waits_for_ever  # a limit is honoured, however long it is
        self._ended(
            job,
            JobState.RETRYING,
            problem=_problem(error),
            attempts=attempts,
            failing_since=since,
            due_at=now + min(wait, LONGEST_LIMIT_SECONDS if is_limited else 3600.0),
        )

    def _parked(self, job: Job, error: NeedsPerson) -> None:
        cause = type(error).__name__
        if error.pauses_queue and self._tools.ledger.pause(job.backend, cause, _problem(error)):
            _log.warning("queue.paused", backend=job.backend, reason=str(error))
        self._ended(job, JobState.PARKED, problem=_problem(error), parked_by=cause)

    def _ended(self, job: Job, state: JobState, *, is_shown: bool = True, **values: Any) -> Job | None:
        """Writes the state down, then shows it in the folder."""
        now = self._tools.ledger.get(job.id)
        if now is None or now.state is JobState.GONE:
            return None
        moved = self._tools.ledger.put(job.id, state, stage=None, progress=None, **values)
        problem = moved.problem
        if state is not JobState.RETRYING or problem != job.problem or _is_worth_a_line(job):
            _log.info(
                "job.ended",
                job=job.reference,
                folder=moved.key.name,
                state=state,
                reason=problem.message if problem else None,
                detail=problem.detail or None if problem else None,
            )
        if is_shown:
            standing.show(self._tools.ledger, moved, now=self._tools.clock())
        return moved

    def _forget_work(self, job: Job) -> None:
        shutil.rmtree(self._tools.work_dir / job.id, ignore_errors=True)


def _is_worth_a_line(job: Job) -> bool:
    """Of a job that waits for days, the first tries, then ever fewer: the log stays small under a lasting error."""
    return (job.attempts + 1) & job.attempts == 0  # the 1st, 2nd, 4th, 8th …


def _wait_seconds(error: TryLater, attempts: int, *, waits_for_ever: bool) -> float:
    """A full disk is looked at before anything is asked of anybody, so it can be looked at soon again."""
    if isinstance(error, NoSpace):
        return min(LONG_WAIT_SECONDS, 2.0 ** min(attempts - 1, 10))
    if waits_for_ever:
        return LONG_WAIT_SECONDS
    return retry_wait_seconds(attempts, jitter=random.random())  # noqa: S311  # spreads tries, keeps no secret


def _problem(error: PhotoVideosError) -> Problem:
    """On one line: it may hold names of files, and goes into notes and onto terminals."""
    return Problem(message=logs.clean(str(error), 1000), advice=logs.clean(error.advice), detail=error.detail)
