"""One folder at the desk: look at it, ask whether it rests, decide what it calls for.

Used by the reception of an inbox for each of its folders, and by `once FOLDER` for a folder anywhere. What is decided
is done by `deeds`. Owned by one thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from photovideos import logs
from photovideos.errors import NoSpace, RecordUnreadable
from photovideos.intake import scan, settle
from photovideos.intake.pace import Pace
from photovideos.intake.settle import Facts, Verdict, Waiting
from photovideos.intake.writers import open_for_writing
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.road import Input, Road
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Control, JobId, Snapshot
from photovideos.reception import control_files, decide, notices
from photovideos.reception.decide import View
from photovideos.reception.deeds import Deeds
from photovideos.reception.identity import is_same_folder, newest_ctime_ns
from photovideos.reception.patience import Patience
from photovideos.reception.seen import Seen
from photovideos.reception.sight import Sight, tells_of_a_job

_log = logs.get("reception")

# A look that takes long is not taken again before so many times its length. A short one never waits for that: where the
# machine paused for a moment in it, its folder would come behind those that were dropped later.
_LONG_LOOK_SECONDS = 0.1
_LOOKS_SHARE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a desk works with. `wake` and `interrupt` reach the workers; `beat` says that looking goes on.

    `is_gated`: how many folders wait for READY in the inbox itself, 0: none. `default_prompt_after_seconds` counts
    only where there is a `default_prompt`.
    """

    ledger: Ledger
    backend: BackendKind
    default_prompt: str | None
    default_prompt_after_seconds: float
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    wake: Callable[[], None]
    interrupt: Callable[[JobId], None]
    stop: threading.Event = field(default_factory=threading.Event)
    is_gated: Callable[[], int] = lambda: 0
    beat: Callable[[], None] = lambda: None


class Desk:
    """Visits folders at one pace."""

    def __init__(self, around: Surroundings, pace: Pace) -> None:
        self._around = around
        self._ledger = around.ledger
        self._pace = pace
        self._monotonic = around.monotonic
        self._deeds = Deeds(
            ledger=around.ledger,
            backend=around.backend,
            clock=around.clock,
            wake=around.wake,
            interrupt=around.interrupt,
            is_gated=around.is_gated,
        )
        self._sight = Sight(
            ledger=around.ledger, default_prompt=around.default_prompt, stop=around.stop, beat=around.beat
        )
        self.patience = Patience(around.ledger, clock=around.clock, monotonic=around.monotonic)

    def visit(self, seen: Seen, folder_fd: int, *, is_complete: bool = False) -> None:
        """One look. Raises FolderOffline, FolderMoved and Stopping; the rest ends in the folder's status file."""
        began = self._monotonic()
        job = self._ledger.find(seen.key)
        if not seen.asked and self._still_rests(seen, folder_fd, job):
            seen.look_again(self._pace.finished_seconds, now=self._monotonic(), sooner=self._pace.idle_seconds)
        else:
            verdict = self._look(seen, folder_fd, job, is_complete=is_complete)
            wait = self._next_look(seen, verdict)
            now = self._monotonic()
            took = now - began
            seen.look_again(max(wait, _LOOKS_SHARE * took) if took > _LONG_LOOK_SECONDS else wait, now=now)

    def tell_no_room(self, seen: Seen, folder_fd: int, error: NoSpace, *, next_try: float) -> None:
        """The ledger takes nothing just now: the folder says so, unless its job has its say there."""
        seen.decided = None
        seen.look_again(next_try, now=self._monotonic())
        job = self._ledger.find(seen.key)
        if not _has_its_say(job) and not (job is None and _tells_of_lost_work(seen, folder_fd)):
            self._deeds.show(seen, folder_fd, notices.of_no_room(str(error), error.advice, since=self._around.clock()))

    # --- looking ----------------------------------------------------------------------------------------------------

    def _still_rests(self, seen: Seen, folder_fd: int, job: Job | None) -> bool:
        """Does it lie as it lay when nothing was left to do? Then nothing but its directories is read."""
        if seen.glance is None and job is not None and job.glance is not None and job.key == seen.key:
            if job.state in (JobState.SETTLING, JobState.GONE):  # gone and back again is a new drop
                return False
            glance, prompt = scan.glance_and_prompt(folder_fd)
            if glance == job.glance:  # as before the restart
                seen.rest(glance)
                seen.prompt = prompt
                seen.decided = self._about(glance, frozenset(), job)
                seen.is_settled, seen.waiting = True, Waiting.NOTHING
                return True
            return False
        if not seen.is_settled or seen.glance is None or seen.decided != self._about(seen.glance, frozenset(), job):
            return False
        return scan.glance(folder_fd) == seen.glance

    def _look(self, seen: Seen, folder_fd: int, job: Job | None, *, is_complete: bool) -> Verdict:
        films = job.films if job is not None else ()
        snapshot = scan.take_snapshot(folder_fd, seen.key, memory=seen.memory, claims=films)
        seen.nested_prompts = snapshot.nested_prompts if snapshot.prompt is None else ()
        seen.is_too_big = snapshot.too_big is not None
        job = self._same(job, snapshot)
        is_complete = is_complete or (job is not None and job.is_complete)
        verdict = self._observed(seen, folder_fd, snapshot, is_complete=is_complete)
        seen.waiting, seen.is_settled = verdict.waiting, verdict.is_settled
        self._note_hold(job, snapshot)
        controls = control_files.fresh(self._ledger, seen, snapshot)
        if verdict.is_settled or control_files.count_at_once(controls, job):
            self._decide(seen, folder_fd, snapshot, verdict, job, controls)
        elif not _has_its_say(job) and not (job is None and _tells_of_lost_work(seen, folder_fd)):
            self._deeds.show_waiting(seen, folder_fd, snapshot, verdict, quiet_for=self._monotonic() - verdict.since)
        return verdict

    def _same(self, job: Job | None, snapshot: Snapshot) -> Job | None:
        """The job, if this is its folder; known by its new name or inode from now on."""
        if job is None or job.state is JobState.GONE:
            return job
        if is_same_folder(job, snapshot, lambda: self._inputs(job)):
            if job.key == snapshot.key:
                return job
            self._ledger.rename(job.id, snapshot.key)
            _log.info("folder.renamed", job=job.reference, folder=snapshot.key.name)
            return self._ledger.get(job.id)
        if job.key.name != snapshot.key.name:  # it only has the inode of a folder that is gone
            return None
        _log.info("folder.replaced", job=job.reference, folder=job.key.name, was=job.state)
        self._around.interrupt(job.id)
        return self._ledger.put(job.id, JobState.GONE, problem=None, due_at=None, stage=None, progress=None)

    def _observed(self, seen: Seen, folder_fd: int, snapshot: Snapshot, *, is_complete: bool) -> Verdict:
        seen.read_prompt(folder_fd, snapshot)
        default_after = self._around.default_prompt_after_seconds if self._around.default_prompt else None
        facts = Facts(
            pace=self._pace,
            has_prompt=bool(seen.text) or seen.prompt_problem is not None,
            incomplete=scan.incomplete_media(folder_fd, snapshot, seen.memory.incomplete),
            is_complete=is_complete,
            default_prompt_after_seconds=default_after if snapshot.prompt is None else None,
        )
        now = self._monotonic()
        state, verdict = settle.observe(seen.state, snapshot, now=now, facts=facts)
        if seen.state is None and state.unfinished_since:
            state = self.patience.taken_up(seen.key, state)
            state, verdict = settle.observe(state, snapshot, now=now, facts=facts)
        if verdict.is_settled and not is_complete:
            written = open_for_writing(folder_fd, snapshot.media)
            if written:
                state, verdict = settle.observe(state, snapshot, now=now, facts=replace(facts, being_written=written))
        seen.state = state
        if not is_complete:
            self.patience.keep(seen.key, state, rested_seconds=self._pace.settle_seconds)
        return verdict

    def _note_hold(self, job: Job | None, snapshot: Snapshot) -> None:
        is_held = Control.HOLD in snapshot.controls
        if job is not None and job.is_held != is_held:
            self._ledger.note(job.id, is_held=is_held)
            self._deeds.show_standing(job.id)
            self._around.wake()

    def _next_look(self, seen: Seen, verdict: Verdict) -> float:
        """Seconds until the next look without any sign. A folder where nothing is left to do rests from here on."""
        job = self._ledger.find(seen.key)
        if not verdict.is_settled or seen.decided is None or job is None or seen.glance is None:
            return verdict.next_look_seconds
        if seen.decided != self._about(seen.glance, frozenset(), job):
            return self._pace.hot_seconds
        return self._pace.finished_seconds

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _about(self, glance: bytes, controls: frozenset[Control], job: Job | None) -> tuple[Any, ...]:
        """What a decision is about: as long as it is the same, the decision stands."""
        return (glance, controls, job and (job.id, job.state, job.since), self._around.is_gated())

    def _decide(
        self,
        seen: Seen,
        folder_fd: int,
        snapshot: Snapshot,
        verdict: Verdict,
        job: Job | None,
        controls: frozenset[Control],
    ) -> None:
        about = self._about(snapshot.glance, controls, job)
        is_new = about != seen.decided
        if is_new and seen.prompt_problem is not None and Control.CANCEL not in controls:
            note = notices.of_problem(seen.prompt_problem, "", since=self._around.clock())
            self._deeds.show(seen, folder_fd, note)
            seen.held_back = note.state
        elif is_new:
            view = self._sight.view(seen, folder_fd, snapshot, verdict, controls)
            action = self._action(view, job)
            if self._deeds.do(seen, folder_fd, snapshot, view, job, action):
                control_files.spend(self._ledger, seen, folder_fd, snapshot, controls)
                about = self._about(snapshot.glance, controls - control_files.ONCE, job)
                seen.held_back = None
            else:
                seen.held_back = seen.shown
        seen.decided = about
        if verdict.is_settled:
            self._rest(seen, snapshot, is_over=not is_new)

    def _action(self, view: View, job: Job | None) -> decide.Action:
        if job is None:
            return decide.decide(view, None, Road())
        try:
            return decide.decide(view, job, self._ledger.road(job.id))
        except RecordUnreadable:
            return decide.decide_without_record(view, job)

    def _inputs(self, job: Job) -> tuple[Input, ...]:
        try:
            return self._ledger.road(job.id).inputs
        except RecordUnreadable:
            return ()

    def _rest(self, seen: Seen, snapshot: Snapshot, *, is_over: bool) -> None:
        """Recorded, so that after a restart or under another name the folder is known without reading its files."""
        if is_over:
            seen.rest(snapshot.glance)
        else:  # what was done calls for another look, soon
            seen.glance = snapshot.glance
        job = self._ledger.find(seen.key)
        if job is not None and job.key == seen.key and job.glance != snapshot.glance:
            self._ledger.note(job.id, glance=snapshot.glance, newest_ctime=newest_ctime_ns(snapshot))


def _has_its_say(job: Job | None) -> bool:
    """Whether the folder's status file is its job's."""
    return job is not None and job.state not in (JobState.SETTLING, JobState.GONE)


def _tells_of_lost_work(seen: Seen, folder_fd: int) -> bool:
    """A status file of a job whose record is lost is all that is left of it: no other takes its place before it was
    decided about, or the work would be paid twice."""
    return seen.shown is None and tells_of_a_job(folder_fd)
