"""How an inbox stands: for health checks, `status` and `once`, and for the inbox file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from photovideos.delivery.status import State
from photovideos.intake.pace import Pace
from photovideos.intake.settle import Waiting
from photovideos.jobs.ledger import Entry
from photovideos.jobs.states import UNDER_WAY, JobState
from photovideos.reception import notices
from photovideos.reception.seen import Seen

ONCE_PATIENCE = 10  # settle times


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`scanned_at`: when the scan last showed a sign of life, monotonic seconds.

    `waiting`: folders that wait for somebody and are not about to be worked on, and what for. `unsettled`: those that
    may still settle by themselves.
    """

    is_online: bool
    scanned_at: float
    watches: bool
    waiting: dict[str, str]
    unsettled: tuple[str, ...]


def waiting_in(folders: Mapping[str, Seen], roster: list[Entry]) -> dict[str, str]:
    """Folders that are no jobs, or are held back, and the state they show."""
    taken = {entry.name for entry in roster if entry.state not in (JobState.GONE, JobState.SETTLING)}
    waiting = {}
    for name, seen in folders.items():
        if seen.held_back is not None:
            waiting[name] = seen.held_back
        elif seen.waiting not in (None, Waiting.NOTHING) and name not in taken:
            waiting[name] = State.NEEDS_HELP if seen.is_too_big else notices.STATES[seen.waiting]
    return waiting


def unsettled_in(folders: Mapping[str, Seen], roster: list[Entry], *, pace: Pace, now: float) -> tuple[str, ...]:
    """For `once`: folders that may still settle; one that goes on changing for 10 settle times is reported.

    A folder whose film is made may be settling, too: its prompt was saved again.
    """
    under_way = {entry.name for entry in roster if entry.state in UNDER_WAY and entry.state is not JobState.SETTLING}
    patience = (ONCE_PATIENCE + 1) * pace.settle_seconds
    return tuple(
        name
        for name, seen in folders.items()
        if seen.waiting is Waiting.COPY
        and not seen.is_too_big
        and name not in under_way
        and now - seen.first_seen_at < patience
    )
