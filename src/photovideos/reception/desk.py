"""One folder at the desk: look at it, ask whether it rests, and do what it calls for.

Used by the reception of an inbox for each of its folders, and by `once FOLDER` for a folder anywhere. Owned by one
thread; what it remembers of a folder only saves reading, the ledger and the folder itself are the truth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from photovideos import logs
from photovideos.delivery import status
from photovideos.errors import PromptUnreadable
from photovideos.intake import scan, settle
from photovideos.intake.controls import remove_control
from photovideos.intake.naming import control_of
from photovideos.intake.pace import Pace
from photovideos.intake.settle import Facts, FolderState, Verdict, Waiting
from photovideos.intake.writers import open_for_writing
from photovideos.jobs.ledger import Job, Ledger, Problem
from photovideos.jobs.road import Road
from photovideos.jobs.states import UNDER_WAY, JobState
from photovideos.model import BackendKind, Control, FileEntry, FolderKey, JobId, Snapshot
from photovideos.pipeline import standing
from photovideos.reception import decide, notices
from photovideos.reception.decide import View

_log = logs.get("reception")

BEGUN_STATES = ("connecting", "uploading", "making", "rendering", "trying again at", "NEEDS HELP")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What is remembered of a folder between looks. `next_look_at`: monotonic seconds. `asked`: wishes of commands."""

    key: FolderKey
    memory: scan.Memory = field(default_factory=scan.Memory)
    state: FolderState | None = None
    waiting: Waiting | None = None
    is_settled: bool = False
    next_look_at: float = 0.0
    first_seen_at: float = 0.0  # monotonic
    mtime_ns: int = 0
    prompt_at: tuple[str, str] | None = None  # stat key and text
    prompt_problem: str | None = None
    decided: tuple[Any, ...] | None = None  # what was last decided about
    asked: set[Control] = field(default_factory=set)
    nested_prompts: tuple[str, ...] = ()
    shown: str | None = None

    @property
    def reference(self) -> str:
        """For a folder without a job: the same after a restart."""
        name = f"{self.key.inbox}/{self.key.name}".encode(errors="surrogateescape")
        return hashlib.sha256(name).hexdigest()[:8]


class Desk:
    """Visits folders below one directory. `wake` and `interrupt` reach the workers."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        pace: Pace,
        backend: BackendKind,
        default_prompt: str | None,
        default_prompt_after_seconds: float,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        wake: Callable[[], None],
        interrupt: Callable[[JobId], None],
        is_gated: Callable[[], int] = lambda: 0,
    ) -> None:
        self._ledger = ledger
        self._pace = pace
        self._backend = backend
        self._default_prompt = default_prompt
        self._default_after = default_prompt_after_seconds
        self._clock = clock
        self._monotonic = monotonic
        self._wake = wake
        self._interrupt = interrupt
        self._is_gated = is_gated

    def visit(self, seen: Seen, folder_fd: int, *, is_complete: bool = False) -> None:
        """One look. Raises FolderOffline and FolderMoved; everything else ends in the folder's status file."""
        snapshot = scan.take_snapshot(folder_fd, seen.key, memory=seen.memory)
        seen.nested_prompts = snapshot.nested_prompts if snapshot.prompt is None else ()
        job = self._ledger.find(seen.key)
        if job is not None and job.key != seen.key and job.state is not JobState.GONE:
            self._ledger.rename(job.id, seen.key)
            _log.info("folder.renamed", job=job.reference, folder=seen.key.name)
            job = self._ledger.get(job.id)
        is_complete = is_complete or (job is not None and job.is_complete)
        verdict = self._observed(seen, folder_fd, snapshot, is_complete=is_complete)
        seen.waiting, seen.is_settled = verdict.waiting, verdict.is_settled
        controls = self._controls(seen, snapshot)
        self._note_hold(job, snapshot)
        if (job is not None and controls & {Control.CANCEL, Control.RETRY}) or verdict.is_settled:
            self._decide(seen, folder_fd, snapshot, verdict, job, controls)
        elif job is None or job.state in (JobState.SETTLING, JobState.GONE):
            self._show_waiting(seen, folder_fd, snapshot, verdict)
        seen.next_look_at = self._monotonic() + self._next_look(seen, verdict)

    # --- looking ----------------------------------------------------------------------------------------------------

    def _observed(self, seen: Seen, folder_fd: int, snapshot: Snapshot, *, is_complete: bool) -> Verdict:
        prompt = self._prompt(seen, folder_fd, snapshot)
        default_after = self._default_after if self._default_prompt else None
        facts = Facts(
            pace=self._pace,
            has_prompt=bool(prompt) or seen.prompt_problem is not None,
            incomplete=scan.incomplete_media(folder_fd, snapshot, seen.memory.incomplete),
            is_complete=is_complete,
            default_prompt_after_seconds=default_after if snapshot.prompt is None else None,
        )
        now = self._monotonic()
        state, verdict = settle.observe(seen.state, snapshot, now=now, facts=facts)
        if verdict.is_settled and not is_complete:
            written = open_for_writing(folder_fd, snapshot.media)
            if written:
                state, verdict = settle.observe(state, snapshot, now=now, facts=replace(facts, being_written=written))
        seen.state = state
        return verdict

    def _prompt(self, seen: Seen, folder_fd: int, snapshot: Snapshot) -> str:
        seen.prompt_problem = None
        if snapshot.prompt is None:
            seen.prompt_at = None
            return ""
        key = scan.stat_key(snapshot.prompt)
        if seen.prompt_at is None or seen.prompt_at[0] != key:
            try:
                text = scan.read_prompt(folder_fd, snapshot)
            except PromptUnreadable as error:
                seen.prompt_problem = f"{error} {error.advice}"
                return ""
            seen.prompt_at = (key, text)
        return seen.prompt_at[1]

    def _controls(self, seen: Seen, snapshot: Snapshot) -> frozenset[Control]:
        """The control files that did not count yet, and what commands asked for."""
        fresh = set(seen.asked)
        for entry, control in _control_files(snapshot):
            if self._ledger.recall(_spent(seen.key, control)) != scan.stat_key(entry):
                fresh.add(control)
        return frozenset(fresh)

    def _note_hold(self, job: Job | None, snapshot: Snapshot) -> None:
        is_held = Control.HOLD in snapshot.controls
        if job is not None and job.is_held != is_held:
            self._ledger.note(job.id, is_held=is_held)
            self._show_standing(job.id)
            self._wake()

    def _next_look(self, seen: Seen, verdict: Verdict) -> float:
        job = self._ledger.find(seen.key)
        if job is None or job.state in UNDER_WAY:
            return self._pace.hot_seconds if verdict.is_settled else verdict.next_look_seconds
        if verdict.is_settled and seen.decided is not None:
            return self._pace.finished_seconds
        return verdict.next_look_seconds

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _decide(
        self,
        seen: Seen,
        folder_fd: int,
        snapshot: Snapshot,
        verdict: Verdict,
        job: Job | None,
        controls: frozenset[Control],
    ) -> None:
        about = (settle.signature_of(snapshot), controls, job and (job.id, job.state, job.since), self._is_gated())
        if about == seen.decided:
            return
        if seen.prompt_problem is not None:
            self._show(seen, folder_fd, notices.of_problem(seen.prompt_problem, "", since=self._clock()))
            seen.decided = about
            return
        view = self._view(seen, folder_fd, snapshot, verdict, controls)
        road = self._ledger.road(job.id) if job else Road()
        action = decide.decide(view, job, road)
        if self._act(seen, folder_fd, snapshot, view, job, action):
            self._spend(seen, folder_fd, snapshot, controls)
            about = (about[0], controls - _ONCE, about[2], about[3])
        seen.decided = about

    def _view(
        self, seen: Seen, folder_fd: int, snapshot: Snapshot, verdict: Verdict, controls: frozenset[Control]
    ) -> View:
        usable = verdict.usable(snapshot)
        fingerprint, digests = scan.fingerprint(folder_fd, usable, seen.memory.digests)
        seen.memory.digests.update(digests)
        text = seen.prompt_at[1] if seen.prompt_at else ""
        prompt = text or (self._default_prompt if verdict.uses_default_prompt else None)
        films = {(entry.size, seen.memory.digests.get(scan.stat_key(entry))) for entry in snapshot.own}
        return View(
            fingerprint=fingerprint,
            prompt=prompt,
            controls=controls,
            is_already_made=any(
                summary.inputs == fingerprint and any((film.size, film.sha256) in films for film in summary.films)
                for summary in snapshot.summaries
            ),
            has_stray_status=(status.find(folder_fd) or "").startswith(BEGUN_STATES),
        )

    def _act(
        self,
        seen: Seen,
        folder_fd: int,
        snapshot: Snapshot,
        view: View,
        job: Job | None,
        action: decide.Action,
    ) -> bool:
        """Does it; True if the control files of this look have had their effect."""
        if isinstance(action, decide.TakeIn | decide.GoOn):
            return self._begin(seen, folder_fd, view, job, action)
        if isinstance(action, decide.Stop):
            assert job is not None
            self._cancel(job)
        elif isinstance(action, decide.Adopt):
            self._add(seen.key, view, prompt=view.prompt or "", state=JobState.DONE)
            film = next((entry.path for entry in snapshot.own if not entry.path.endswith(".txt")), "")
            self._show(seen, folder_fd, notices.of_already_made(film, since=self._clock()))
        elif isinstance(action, decide.AskForHelp):
            problem = Problem(message="Work on this folder had begun, but the record of it is lost.")
            self._add(seen.key, view, prompt=view.prompt or "", state=JobState.PARKED, problem=problem, cause="Unknown")
            self._show(seen, folder_fd, notices.of_lost_record(since=self._clock()))
        elif isinstance(action, decide.ShowNewPhotos):
            self._show(seen, folder_fd, notices.of_new_photos(since=self._clock()))
        return True

    def _begin(
        self, seen: Seen, folder_fd: int, view: View, job: Job | None, action: decide.TakeIn | decide.GoOn
    ) -> bool:
        if job is None and (count := self._is_gated()):
            self._show(seen, folder_fd, notices.of_gate(count, since=self._clock()))
            return False
        if job is not None and job.backend is BackendKind.STUDIO and self._backend is BackendKind.NEMO:
            if Control.READY not in view.controls and job.state is not JobState.SETTLING:
                self._show(seen, folder_fd, notices.of_other_backend(since=self._clock()))
                return False
            if job.state is not JobState.SETTLING:
                action = decide.TakeIn(prompt=action.prompt)
        if isinstance(action, decide.TakeIn):
            self._take_in(seen, view, job, action)
        else:
            assert job is not None
            self._go_on(view, job, action)
        found = self._ledger.find(seen.key)
        if found is not None:
            self._show_standing(found.id)
        self._wake()
        return True

    def _take_in(self, seen: Seen, view: View, job: Job | None, action: decide.TakeIn) -> None:
        if job is None or job.state is JobState.GONE:
            taken = self._add(seen.key, view, prompt=action.prompt, state=JobState.QUEUED)
            _log.info("folder.taken", job=taken.reference, folder=seen.key.name)
            return
        self._ledger.put(
            job.id,
            JobState.QUEUED,
            road=Road(),
            prompt=action.prompt,
            fingerprint=view.fingerprint,
            backend=self._backend,
            **_AFRESH,
        )
        _log.info("folder.taken", job=job.reference, folder=seen.key.name, again=True)

    def _go_on(self, view: View, job: Job, action: decide.GoOn) -> None:
        if job.state in (JobState.PARKED, JobState.RETRYING):
            self._ledger.resume(job.backend)
        self._ledger.put(
            job.id, JobState.QUEUED, road=action.road, prompt=action.prompt, fingerprint=view.fingerprint, **_AFRESH
        )
        _log.info("job.resumed", job=job.reference, folder=job.key.name)

    def _cancel(self, job: Job) -> None:
        if job.state is JobState.WORKING:
            self._ledger.note(job.id, cancel_asked=True)
            self._interrupt(job.id)
        else:
            self._ledger.put(job.id, JobState.CANCELLED, problem=None, due_at=None)
            self._show_standing(job.id)

    def _add(
        self,
        key: FolderKey,
        view: View,
        *,
        prompt: str,
        state: JobState,
        problem: Problem | None = None,
        cause: str | None = None,
    ) -> Job:
        job = self._ledger.add(
            key,
            prompt=prompt,
            fingerprint=view.fingerprint,
            backend=self._backend,
            is_complete=Control.READY in view.controls,
            state=state,
            problem=problem,
        )
        if cause:
            self._ledger.note(job.id, parked_by=cause)
        return job

    def _spend(self, seen: Seen, folder_fd: int, snapshot: Snapshot, controls: frozenset[Control]) -> None:
        """Control files whose effect is in the ledger are removed; where that is not allowed they count once."""
        seen.asked -= controls
        for entry, control in _control_files(snapshot):
            if control in _ONCE and control in controls and not remove_control(folder_fd, entry):
                self._ledger.remember(_spent(seen.key, control), scan.stat_key(entry))

    # --- showing ----------------------------------------------------------------------------------------------------

    def _show_waiting(self, seen: Seen, folder_fd: int, snapshot: Snapshot, verdict: Verdict) -> None:
        since = self._clock() - max(0.0, self._monotonic() - verdict.since)
        blank = snapshot.prompt is not None and seen.prompt_at is not None and not seen.prompt_at[1]
        note = notices.of_waiting(verdict, snapshot, since=since, blank_prompt=blank)
        if note is not None:
            self._show(seen, folder_fd, note)

    def _show(self, seen: Seen, folder_fd: int, note: status.StatusNote) -> None:
        """Puts the note into the folder; the log has the same reference."""
        if seen.shown != note.state:
            seen.shown = note.state
            _log.info("folder.waiting", folder=seen.key.name, reference=seen.reference, state=note.state)
        status.show(folder_fd, replace(note, reference=seen.reference), now=self._clock())

    def _show_standing(self, job_id: JobId) -> None:
        job = self._ledger.get(job_id)
        if job is not None:
            standing.show(self._ledger, job, now=self._clock())


_ONCE = frozenset({Control.READY, Control.RETRY, Control.CANCEL})
_AFRESH: dict[str, Any] = {
    "problem": None,
    "attempts": 0,
    "failing_since": None,
    "due_at": None,
    "cancel_asked": False,
    "parked_by": None,
}


def _spent(key: FolderKey, control: Control) -> str:
    return f"control.{key.inbox}/{key.name}/{control}"


def _control_files(snapshot: Snapshot) -> Iterable[tuple[FileEntry, Control]]:
    for entry in snapshot.control_files:
        control = control_of(entry.path)
        if control is not None:
            yield entry, control
