"""What a job carries along the road: where it stands, and the tools it is walked with. No stage lives here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from photovideos import disk, logs
from photovideos.backend import Backend
from photovideos.config import Config
from photovideos.delivery import status
from photovideos.errors import NeedsPerson, TokenExpired
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.road import Road
from photovideos.jobs.states import Stage
from photovideos.model import SessionId, Token
from photovideos.nemo.account import check_same_account

_log = logs.get("pipeline")
T = TypeVar("T")

TOLD_EVERY = 0.01  # progress goes to the ledger in steps of a hundredth


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every job is walked with. `work_dir`: prepared photos and unfinished downloads, one folder a job."""

    ledger: Ledger
    config: Config
    work_dir: Path
    clock: Callable[[], float]
    monotonic: Callable[[], float]


class Walk:
    """One job under way. One worker thread owns it; `halt` is set when the daemon stops or the person cancels."""

    def __init__(self, job: Job, *, tools: Tools, backend: Backend, folder_fd: int, halt: threading.Event) -> None:
        self.job = job
        self.tools = tools
        self.backend = backend
        self.folder_fd = folder_fd
        self.halt = halt
        self.road: Road = tools.ledger.road(job.id)
        self.log = _log.bind(job=job.reference, folder=job.key.name)
        self._renewed_after: set[str] = set()
        self._stage: Stage | None = None
        self._progress = -1.0
        self._lines: tuple[str, ...] = ()

    @property
    def work_dir(self) -> Path:
        """This job's own folder in the state directory. Raises NoSpace, TryLater."""
        directory = self.tools.work_dir / self.job.id
        with disk.told_as_ours(self.tools.work_dir.parent):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return directory

    @property
    def session_id(self) -> SessionId:
        """The session that was opened on the way here."""
        assert self.road.session_id is not None
        return self.road.session_id

    def save(self, **changes: Any) -> Road:
        """A checkpoint: what this returns from is on disk."""
        road = replace(self.road, **changes)
        self.tools.ledger.save_road(self.job.id, road)
        self.road = road
        return road

    def enter(self, stage: Stage, *lines: str) -> None:
        """The job is at `stage` now: in the ledger and in the folder's status file."""
        if stage is not self._stage:
            self.log.info("stage.entered", stage=stage)
        self._stage = stage
        self._progress = -1.0
        self.tools.ledger.note(self.job.id, stage=stage, progress=None)
        self.tell(*lines)

    def tell(self, *lines: str) -> None:
        """Lines for the status file under the stage the job is in."""
        assert self._stage is not None
        note = status.StatusNote(
            state=self._stage.value,
            lines=lines,
            left_out=self.road.left_out,
            since=self.job.since,
            reference=self.job.reference,
        )
        status.show(self.folder_fd, note, now=self.tools.clock())

    def progressed(self, fraction: float, *lines: str) -> None:
        """How much of the stage is done, 0–1."""
        if abs(fraction - self._progress) >= TOLD_EVERY or lines != self._lines:
            self._progress, self._lines = fraction, lines
            self.tools.ledger.note(self.job.id, progress=round(fraction, 3))
            self.tell(*lines)

    # --- the account --------------------------------------------------------------------------------------------------

    def token(self) -> Token:
        """The token in hand, if it is of the account the job was begun with. Raises AccountChanged.

        A job without a session has nothing with any account yet, so it goes on with the one there is.
        """
        token = self.backend.tokens.token(stop=self.halt)
        road = self.road
        if token.fingerprint == road.token_fingerprint:
            return token
        user_id = token.user_id
        if road.sessions_opened:
            check_same_account(
                token,
                user_id=road.user_id,
                fingerprint=road.token_fingerprint,
                began_with_own=road.began_with_own,
            )
            user_id = user_id or road.user_id
        self.save(token_fingerprint=token.fingerprint, user_id=user_id, began_with_own=token.is_own)
        return token

    def call(self, request: Callable[[Token], T]) -> T:
        """Makes an API call with the token in hand; 1001 is answered by a new one, once for each token."""
        while True:
            token = self.token()
            try:
                return request(token)
            except TokenExpired as refused:
                if token.fingerprint in self._renewed_after or len(self._renewed_after) > 1:
                    raise NeedsPerson(
                        "The service does not accept its own new token.",
                        advice="Drop a file RETRY into the folder later to try again.",
                        detail=str(refused),
                    ) from refused
                self._renewed_after.add(token.fingerprint)
                self.backend.tokens.renew(token, stop=self.halt)
