"""What is read of a folder for a decision about it: its fingerprint, its films of ours, a status file that was left.

What follows from it is `decide`'s. Files are read only if they are others than before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from photovideos.delivery import status
from photovideos.delivery.status import State
from photovideos.intake import scan
from photovideos.intake.settle import Verdict
from photovideos.jobs.ledger import Ledger
from photovideos.jobs.road import NO_FINGERPRINT
from photovideos.model import Control, Fingerprint, Snapshot
from photovideos.reception.decide import View
from photovideos.reception.seen import WAITING_MARK, Seen, inputs_digest

_BEGUN = (State.CONNECTING, State.UPLOADING, State.MAKING, State.RENDERING, status.TRYING_AGAIN, State.NEEDS_HELP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`beat` says that reading goes on; `stop` ends it."""

    ledger: Ledger
    default_prompt: str | None
    stop: threading.Event
    beat: Callable[[], None]

    def view(
        self, seen: Seen, folder_fd: int, snapshot: Snapshot, verdict: Verdict, controls: frozenset[Control]
    ) -> View:
        """Raises FolderOffline, FolderMoved and Stopping."""
        fingerprint = self._fingerprint(seen, folder_fd, snapshot, verdict)
        films = {(entry.size, seen.memory.digests.get(scan.stat_key(entry))) for entry in snapshot.own}
        return View(
            fingerprint=fingerprint,
            prompt=seen.text or (self.default_prompt if verdict.uses_default_prompt else None),
            is_prompt_cut=seen.prompt_text is not None and seen.prompt_text.is_cut,
            controls=controls,
            is_already_made=any(
                summary.inputs == fingerprint and any((film.size, film.sha256) in films for film in summary.films)
                for summary in snapshot.summaries
            ),
            has_stray_status=tells_of_a_job(folder_fd),
        )

    def _fingerprint(self, seen: Seen, folder_fd: int, snapshot: Snapshot, verdict: Verdict) -> Fingerprint:
        """Of a folder that does not rest, nothing is read."""
        if not verdict.is_settled:
            job = self.ledger.find(seen.key)
            return job.fingerprint if job is not None else NO_FINGERPRINT
        usable = verdict.usable(snapshot)
        digest = inputs_digest(usable)
        if seen.inputs is None or seen.inputs[0] != digest:
            fingerprint, digests = scan.fingerprint(
                folder_fd, usable, seen.memory.digests, stop=self.stop, beat=self.beat
            )
            seen.memory.digests.update(digests)
            seen.inputs = (digest, fingerprint)
        return seen.inputs[1]


def tells_of_a_job(folder_fd: int) -> bool:
    """Does the folder's status file say that work had begun? One that only waits bears another reference."""
    found = status.find(folder_fd)
    return found is not None and found.state.startswith(_BEGUN) and not found.reference.startswith(WAITING_MARK)
