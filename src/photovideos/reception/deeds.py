"""Does what was decided about a folder: into the ledger first, then into the folder's status file.

What it decides itself is only who has to be asked before anything goes out: the first scan's gate, and the switch to
another backend. Owned by the thread of its desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from photovideos import logs
from photovideos.delivery import status
from photovideos.intake.settle import Verdict
from photovideos.jobs.ledger import Job, Ledger, Problem
from photovideos.jobs.road import Road
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Control, FolderKey, JobId, Snapshot
from photovideos.pipeline import standing
from photovideos.reception import decide, notices
from photovideos.reception.decide import View
from photovideos.reception.seen import Seen

_log = logs.get("reception")

PROMPT_CUT = "prompt.txt is longer than 64 KB; only its beginning was used."

_AFRESH: dict[str, Any] = {
    "problem": None,
    "attempts": 0,
    "failing_since": None,
    "due_at": None,
    "cancel_asked": False,
    "parked_by": None,
}


class Deeds:
    """`wake` and `interrupt` reach the workers; `is_gated` as of `Surroundings`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        backend: BackendKind,
        clock: Callable[[], float],
        wake: Callable[[], None],
        interrupt: Callable[[JobId], None],
        is_gated: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._backend = backend
        self._clock = clock
        self._wake = wake
        self._interrupt = interrupt
        self._is_gated = is_gated

    def do(
        self, seen: Seen, folder_fd: int, snapshot: Snapshot, view: View, job: Job | None, action: decide.Action
    ) -> bool:
        """Does it; True if the control files of this look have had their effect."""
        now = self._clock()
        if isinstance(action, decide.TakeIn | decide.GoOn):
            return self._begin(seen, folder_fd, view, job, action)
        if isinstance(action, decide.Stop):
            self._cancel(seen.key, view, job)
        elif isinstance(action, decide.Adopt):
            self._add(seen.key, view, prompt=view.prompt or "", state=JobState.DONE)
            film = next((entry.path for entry in snapshot.own if not entry.path.endswith(".txt")), "")
            self.show(seen, folder_fd, notices.of_already_made(film, since=now))
        elif isinstance(action, decide.AskForHelp):
            problem = Problem(message="Work on this folder had begun, but the record of it is lost.")
            self._add(seen.key, view, prompt=view.prompt or "", state=JobState.PARKED, problem=problem, cause="Unknown")
            self.show(seen, folder_fd, notices.of_lost_record(since=now))
        elif isinstance(action, decide.ShowNewPhotos):
            self.show(seen, folder_fd, notices.of_new_photos(since=now))
        return True

    # --- the ledger -------------------------------------------------------------------------------------------------

    def _begin(
        self, seen: Seen, folder_fd: int, view: View, job: Job | None, action: decide.TakeIn | decide.GoOn
    ) -> bool:
        if job is None and (count := self._is_gated()):
            self.show(seen, folder_fd, notices.of_gate(count, since=self._clock()))
            return False
        if job is not None and job.backend is BackendKind.STUDIO and self._backend is BackendKind.NEMO:
            if Control.READY not in view.controls and job.state is not JobState.SETTLING:
                self.show(seen, folder_fd, notices.of_other_backend(since=self._clock()))
                return False
            if job.state is not JobState.SETTLING:
                action = decide.TakeIn(prompt=action.prompt)
        if job is not None and Control.RETRY in view.controls:  # whatever paused the queue is said to be cured
            self._ledger.resume(job.backend)
        if isinstance(action, decide.TakeIn):
            self._take_in(seen, view, job, action)
        else:
            assert job is not None
            self._go_on(view, job, action)
        found = self._ledger.find(seen.key)
        if found is not None:
            self.show_standing(found.id)
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
            road=_told(Road(), view),
            prompt=action.prompt,
            fingerprint=view.fingerprint,
            backend=self._backend,
            **_AFRESH,
        )
        _log.info("folder.taken", job=job.reference, folder=seen.key.name, again=True)

    def _go_on(self, view: View, job: Job, action: decide.GoOn) -> None:
        self._ledger.put(
            job.id,
            JobState.QUEUED,
            road=_told(action.road, view),
            prompt=action.prompt,
            fingerprint=view.fingerprint,
            **_AFRESH,
        )
        _log.info("job.resumed", job=job.reference, folder=job.key.name)

    def _cancel(self, key: FolderKey, view: View, job: Job | None) -> None:
        if job is None or job.state is JobState.GONE:  # before it was taken in
            job = self._add(key, view, prompt=view.prompt or "", state=JobState.CANCELLED)
            self.show_standing(job.id)
        elif job.state is JobState.WORKING:
            self._ledger.note(job.id, cancel_asked=True)
            self._interrupt(job.id)
        else:
            self._ledger.put(job.id, JobState.CANCELLED, problem=None, due_at=None)
            self.show_standing(job.id)

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
            road=_told(Road(), view),
        )
        if cause:
            self._ledger.note(job.id, parked_by=cause)
        return job

    # --- showing ----------------------------------------------------------------------------------------------------

    def show_waiting(
        self, seen: Seen, folder_fd: int, snapshot: Snapshot, verdict: Verdict, *, quiet_for: float
    ) -> None:
        """What a folder that does not rest waits for. `quiet_for`: seconds since this waiting began."""
        blank = snapshot.prompt is not None and seen.prompt_text is not None and not seen.text
        since = self._clock() - max(0.0, quiet_for)
        note = notices.of_waiting(verdict, snapshot, since=since, blank_prompt=blank)
        if note is not None:
            self.show(seen, folder_fd, note)

    def show(self, seen: Seen, folder_fd: int, note: status.StatusNote) -> None:
        """Puts the note into the folder; the log has the same reference."""
        if seen.shown != note.state:
            seen.shown = note.state
            _log.info("folder.waiting", folder=seen.key.name, reference=seen.reference, state=note.state)
        status.show(folder_fd, replace(note, reference=seen.reference), now=self._clock())

    def show_standing(self, job_id: JobId) -> None:
        """How its job stands, in the folder."""
        job = self._ledger.get(job_id)
        if job is not None:
            standing.show(self._ledger, job, now=self._clock())


def _told(road: Road, view: View) -> Road:
    """What the summary has to say of the prompt itself."""
    notes = tuple(note for note in road.notes if note != PROMPT_CUT)
    return replace(road, notes=(*notes, PROMPT_CUT) if view.is_prompt_cut else notes)
