"""What happens by the clock: rescans, due retries, token refresh, clean-up. It gets callables and only wakes them.

APScheduler runs each in a thread of its own; one that fails is logged and comes again at its next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from photovideos import logs

_log = logs.get("schedule")

MISSED_BY_SECONDS = 3600  # an errand missed while the machine slept is made up


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`run` every `seconds`, and once at start if `at_start` (what was missed while the machine was off)."""

    name: str
    run: Callable[[], object]
    seconds: float
    at_start: bool = False


class Schedule:
    """Runs errands until it is stopped."""

    def __init__(self, errands: list[Errand]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISSED_BY_SECONDS},
        )
        for errand in errands:
            first = {"next_run_time": datetime.now(UTC)} if errand.at_start else {}
            self._scheduler.add_job(
                _guarded(errand), IntervalTrigger(seconds=errand.seconds, timezone=UTC), id=errand.name, **first
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Begins nothing new; what runs ends by the daemon's own stop event."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _guarded(errand: Errand) -> Callable[[], None]:
    def _run() -> None:
        try:
            errand.run()
        except Exception as error:  # noqa: BLE001  # the errand's top frame: it comes again at its next time
            _log.warning("errand.failed", errand=errand.name, reason=str(error), kind=type(error).__name__)

    return _run
