"""What the daemon does by the clock (see `schedule`)."""

from __future__ import annotations

import shutil
from contextlib import suppress

from photovideos import logs
from photovideos.daemon.house import House
from photovideos.errors import PhotoVideosError, RecordUnreadable
from photovideos.jobs.states import UNDER_WAY
from photovideos.model import BackendKind
from photovideos.nemo.token import schedule_seconds
from photovideos.pipeline.account import CREDITS
from photovideos.schedule import Errand

_log = logs.get("daemon")

RESCAN_SECONDS = 60.0
DUE_SECONDS = 15.0
IDLE_SECONDS = 60.0
CREDIT_SECONDS = 600.0
CLEAN_UP_SECONDS = 86400.0
GONE_KEPT_SECONDS = 30 * 86400.0


def of(house: House) -> list[Errand]:
    """All errands of a daemon."""
    return [
        Errand(name="rescan", run=lambda: _rescan(house), seconds=RESCAN_SECONDS),
        Errand(name="due retries", run=house.workers.wake, seconds=DUE_SECONDS),
        Errand(
            name="token refresh",
            run=house.backends.refresh_tokens,
            seconds=schedule_seconds(house.config.backend.token_lifetime_days),
            at_start=True,
        ),
        Errand(name="credits of a paused queue", run=lambda: ask_for_credits(house), seconds=CREDIT_SECONDS),
        Errand(name="idle studio", run=house.backends.end_idle, seconds=IDLE_SECONDS),
        Errand(name="clean-up", run=lambda: clean_up(house), seconds=CLEAN_UP_SECONDS, at_start=True),
    ]


def _rescan(house: House) -> None:
    for reception in house.receptions:
        reception.wake()


def ask_for_credits(house: House) -> None:
    """A queue that is paused for want of credits goes on when there are more than there were: what is left may be too
    little for an edit, and asking for one again and again would only be refused."""
    if not any(pause.cause == "NoCredits" and pause.backend is BackendKind.NEMO for pause in house.ledger.pauses()):
        return
    # Whatever goes wrong, it is asked again in ten minutes, and the queue stays as it is.
    with suppress(PhotoVideosError), house.backends.lease(BackendKind.NEMO) as backend:
        balance = backend.client.credits(backend.tokens.token())
        known = house.ledger.recall(CREDITS + BackendKind.NEMO)
        house.ledger.remember(CREDITS + BackendKind.NEMO, f"{balance.available:g}")
        if balance.available > (float(known) if known else 0.0):
            resumed = house.ledger.resume(BackendKind.NEMO)
            _log.info("queue.resumed", jobs=resumed, credits=balance.available)
            house.workers.wake()


def clean_up(house: House) -> None:
    """Folders long gone are forgotten, and old tokens that carry no render any more; work folders of jobs that are not
    under way are removed."""
    house.ledger.forget_gone(house.clock() - GONE_KEPT_SECONDS)
    house.backends.forget_tokens_but(_tokens_of_renders(house))
    work = house.state_dir / "work"
    if not work.is_dir():
        return
    kept = {job.id for job in house.ledger.jobs() if job.state in UNDER_WAY or job.problem is not None}
    for directory in work.iterdir():
        if directory.name not in kept:
            shutil.rmtree(directory, ignore_errors=True)


def _tokens_of_renders(house: House) -> set[str]:
    """Fingerprints of the tokens that carry a render (contract §8)."""
    found: set[str] = set()
    for job in house.ledger.jobs():
        with suppress(RecordUnreadable):  # a record of another version names no render that could be gone on with
            road = house.ledger.road(job.id)
            if road.export is not None and road.export.record is not None:
                found.add(road.export.record.token_fingerprint)
    return found
