"""What the inbox file says of an inbox: readiness, queue, problems, and what lies wrong (design §2.1).

Folders that are no jobs yet are also written down in the ledger, where `status` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice

from photovideos.config import Config
from photovideos.delivery import inbox_file
from photovideos.delivery.inbox_file import InboxNote, Waiting
from photovideos.delivery.status import State
from photovideos.errors import NoSpace
from photovideos.intake.listing import Listing
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import NEEDS_HELP, UNDER_WAY, JobState
from photovideos.model import BackendKind, Balance
from photovideos.pipeline.account import CREDITS

_PREFIX = "waiting."
_MOST_WRITTEN_DOWN = 50


def waiting(ledger: Ledger) -> dict[str, dict[str, str]]:
    """By inbox: folders that are no jobs, the first fifty, and the state each shows, as the running daemon left it."""
    return {inbox: json.loads(folders) for inbox, folders in ledger.remembered(_PREFIX).items()}


class Board:
    """The inbox file of one inbox. Owned by its reception's thread."""

    def __init__(self, inbox: str, *, config: Config, ledger: Ledger, has_unused_token: bool) -> None:
        self._inbox = inbox
        self._backend = BackendKind(config.backend.kind)
        self._ledger = ledger
        self._has_unused_token = has_unused_token
        self._read_at = -1
        self._written_down: str | None = ledger.recall(_PREFIX + inbox)
        self._known: list[Job] = []

    def show(
        self,
        inbox_fd: int,
        listing: Listing,
        *,
        waiting: Mapping[str, str],
        library: int,
        nested: Mapping[str, tuple[str, ...]],
        watching: str,
        now: float,
        trouble: str | None = None,
    ) -> None:
        """`waiting`: folders that are no jobs and what they wait for; `nested`: folders and the prompts inside them.

        `trouble`: why nothing can be begun, if it is not the backend's.
        """
        jobs = self._jobs()
        pause = next((one for one in self._ledger.pauses() if one.backend is self._backend), None)
        note = InboxNote(
            backend=self._backend,
            looked_at=now,
            watching=watching,
            trouble=trouble or (f"{pause.problem.message} {pause.problem.advice}" if pause else None),
            queue=tuple(_queue(jobs, waiting)),
            problems=tuple(_problems(jobs)),
            credits=self._credits(),
            astray=tuple(_astray(listing, nested)),
            library=library,
            notices=self._notices(),
        )
        inbox_file.show(inbox_fd, note, now=now)
        self._write_down(waiting)

    def _write_down(self, waiting: Mapping[str, str]) -> None:
        folders = json.dumps(dict(islice(waiting.items(), _MOST_WRITTEN_DOWN))) if waiting else None
        if folders != self._written_down:
            with suppress(NoSpace):  # `status` does without it
                self._ledger.remember(_PREFIX + self._inbox, folders)
                self._written_down = folders

    def _jobs(self) -> list[Job]:
        """Those that a person may want to know of, read again only after a change."""
        changes = self._ledger.changes
        if changes != self._read_at:
            self._known = self._ledger.jobs(self._inbox, states=UNDER_WAY | NEEDS_HELP)
            self._read_at = changes
        return self._known

    def _credits(self) -> Balance | None:
        known = self._ledger.recall(CREDITS + self._backend)
        return Balance(available=float(known)) if known and self._backend is BackendKind.NEMO else None

    def _notices(self) -> tuple[str, ...]:
        notices = []
        if self._has_unused_token and self._backend is BackendKind.STUDIO:
            notices.append("NEMO_TOKEN is set and not used: films are made on this machine.")
        if self._ledger.set_aside is not None:
            notices.append(
                "photovideos' own records could not be read and were set aside as "
                f"{self._ledger.set_aside.name}; finished films were not touched."
            )
        return tuple(notices)


def _queue(jobs: list[Job], waiting: Mapping[str, str]) -> Iterator[Waiting]:
    for job in jobs:
        if job.state in UNDER_WAY and job.key.name not in waiting:
            state = job.stage.value if job.stage and job.state is JobState.WORKING else job.state.value
            yield Waiting(folder=job.key.name, state=State.ON_HOLD if job.is_held else state)
    for name, state in waiting.items():
        yield Waiting(folder=name, state=state)


def _problems(jobs: list[Job]) -> Iterator[str]:
    for job in jobs:
        if job.state in NEEDS_HELP:
            yield f"‘{job.key.name}’: {job.problem.message if job.problem else 'needs help'}"


def _astray(listing: Listing, nested: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if listing.loose_media:
        count = listing.loose_media
        photos, them = ("1 photo lies", "it") if count == 1 else (f"{count} photos lie", "them")
        yield f"{photos} loose in the inbox: put {them} into a folder with a prompt.txt"
    if listing.has_loose_prompt:
        yield "A prompt.txt lies loose in the inbox: put it into a folder with its photos"
    for name in listing.links:
        yield f"‘{name}’ is a link, and links are not followed: move the folder itself into the inbox"
    for folder, prompts in nested.items():
        for path in prompts:
            inner = path.rpartition("/")[0]
            yield f"‘{folder}’ has its prompt.txt in ‘{folder}/{inner}’: move ‘{inner}’ into the inbox"
