"""A reception without threads: real folders, a real ledger, and a clock that the test moves."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from photovideos.config import Config, InboxConfig
from photovideos.intake import scan
from photovideos.intake.pace import Pace, pace_of
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Fingerprint, FolderKey, JobId
from photovideos.reception.desk import Desk, Surroundings
from photovideos.reception.first_sight import FirstSight
from photovideos.reception.rounds import Rounds
from photovideos.reception.seen import Seen
from photovideos.reception.signs import Signs

_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def jpeg(mark: str = "") -> bytes:
    """The smallest thing that a scan takes for a whole JPEG; another for each mark."""
    return b"\xff\xd8" + _JFIF + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + mark.encode() + b"\xff\xd9"


def a_job(**values: Any) -> Job:
    """A job as the ledger gives it, with nothing special but these."""
    return Job(
        **{
            "id": JobId("0" * 32),
            "key": FolderKey(inbox="/i", name="n", device=1, inode=1),
            "state": JobState.DONE,
            "since": 0.0,
            "backend": BackendKind.STUDIO,
            "prompt": "p",
            "fingerprint": Fingerprint("f"),
            "is_complete": False,
            "is_held": False,
            "cancel_asked": False,
            "due_at": None,
            "attempts": 0,
            "failing_since": None,
            "stage": None,
            "progress": None,
            "problem": None,
            "films": (),
            "parked_by": None,
            **values,
        }
    )


class Office:
    """One inbox. `now`: monotonic seconds; `wall`: seconds since the epoch; both move by `passes`."""

    def __init__(self, root: Path, **around: Any) -> None:
        self.inbox = root / "inbox"
        self.inbox.mkdir(exist_ok=True)
        self.now, self.wall = 1000.0, 1_700_000_000.0
        self.ledger = Ledger(root / "state" / "ledger.sqlite", clock=lambda: self.wall)
        self.woken = 0
        self.interrupted: list[JobId] = []
        self.pace: Pace = pace_of(settle_seconds=30, is_network=False, is_polled=False)
        self.around = replace(
            Surroundings(
                ledger=self.ledger,
                backend=BackendKind.STUDIO,
                default_prompt=None,
                default_prompt_after_seconds=600,
                clock=lambda: self.wall,
                monotonic=lambda: self.now,
                wake=self._wake,
                interrupt=self.interrupted.append,
                stop=threading.Event(),
            ),
            **around,
        )
        self.desk = Desk(self.around, self.pace)
        self._seen: dict[str, Seen] = {}

    def _wake(self) -> None:
        self.woken += 1

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    # --- folders ----------------------------------------------------------------------------------------------------

    def fill(self, name: str, photos: int = 1, text: str | None = "a calm film") -> Path:
        folder = self.inbox / name
        folder.mkdir()
        for number in range(1, photos + 1):
            (folder / f"{number}.jpg").write_bytes(jpeg(f"{name} {number}"))
        if text is not None:
            (folder / "prompt.txt").write_text(text, encoding="utf-8")
        # Else it looks like one that was renamed in whole, which settles sooner.
        os.utime(folder, (self.wall + 1e9, self.wall + 1e9))
        return folder

    def status_of(self, name: str) -> str | None:
        found = sorted((self.inbox / name).glob("_photovideos - *.txt"))
        assert len(found) <= 1, found
        return found[0].stem.removeprefix("_photovideos - ") if found else None

    def told(self, name: str) -> str:
        """The text of the folder's status file."""
        (found,) = (self.inbox / name).glob("_photovideos - *.txt")
        return found.read_text(encoding="utf-8-sig")

    # --- at the desk ------------------------------------------------------------------------------------------------

    def look(self, name: str, **more: Any) -> Seen:
        """One visit to a folder, which is remembered for the next."""
        folder_fd = scan.open_folder(str(self.inbox), name)
        try:
            key = scan.key_of(str(self.inbox), name, folder_fd)
            seen = self._seen.setdefault(name, Seen(key=key, first_seen_at=self.now))
            self.desk.visit(seen, folder_fd, **more)
        finally:
            os.close(folder_fd)
        return seen

    def settle(self, name: str) -> Seen:
        """Looks at a folder until it has rested and nothing is left to do."""
        for _ in range(4):
            seen = self.look(name)
            self.passes(31)
        return seen

    def forget(self) -> None:
        """As a restart does: only the ledger and the folders are left."""
        self._seen.clear()
        self.desk = Desk(self.around, self.pace)

    # --- rounds -----------------------------------------------------------------------------------------------------

    def rounds(self) -> Rounds:
        return Rounds(str(self.inbox), self.around, self.first_sight(), self.pace)

    def first_sight(self, **config: Any) -> FirstSight:
        inboxes = (InboxConfig(path=self.inbox, **config.pop("inbox", {})),)
        return FirstSight(str(self.inbox), self.ledger, Config(inboxes=inboxes, **config))

    def go(self, rounds: Rounds, **signs: Any) -> float:
        with self.opened() as inbox_fd:
            return rounds.go(inbox_fd, scan.list_folders(inbox_fd), Signs(**signs))

    @contextmanager
    def opened(self) -> Iterator[int]:
        inbox_fd = scan.open_inbox(str(self.inbox))
        try:
            yield inbox_fd
        finally:
            os.close(inbox_fd)

    # --- the ledger -------------------------------------------------------------------------------------------------

    def job(self, name: str) -> Job:
        (found,) = (job for job in self.ledger.jobs() if job.key.name == name)
        return found

    def states(self) -> dict[str, JobState]:
        return {job.key.name: job.state for job in self.ledger.jobs()}

    def done(self, name: str) -> Job:
        """As when the worker has made the film."""
        job = self.job(name)
        self.ledger.put(job.id, JobState.WORKING)
        return self.ledger.put(job.id, JobState.DONE)
