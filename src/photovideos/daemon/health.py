"""Do the scan loops go round? Tells systemd's watchdog, the log, and the ledger, where `status` reads it (A50).

A share whose server is frozen blocks a look at it for ever (watching.md). The loop that hangs cannot say so itself, and
nothing here touches an inbox. Owned by the daemon's main thread.
"""

from __future__ import annotations

from contextlib import suppress

from photovideos import logs
from photovideos.daemon.house import House
from photovideos.daemon.notify import Notifier
from photovideos.errors import NoSpace
from photovideos.jobs.ledger import Ledger, LedgerUnusable
from photovideos.jobs.states import JobState

_log = logs.get("daemon")

_PREFIX = "hangs."


def hanging(ledger: Ledger) -> dict[str, float]:
    """Inboxes whose scan hangs, as the running daemon wrote it down, and since when (seconds since the epoch)."""
    return {inbox: float(since) for inbox, since in ledger.remembered(_PREFIX).items()}


class Health:
    """Looked after at each tick of the daemon."""

    def __init__(self, house: House, notifier: Notifier) -> None:
        self._house = house
        self._notifier = notifier
        self._next_beat = 0.0
        self._hanging: frozenset[str] = frozenset()
        for path in hanging(house.ledger):  # of an earlier process
            self._write_down(path, None)

    def look(self) -> None:
        now = self._house.monotonic()
        found = {one.path: one.silent_seconds() for one in self._house.receptions if one.hangs()}
        for path in found.keys() - self._hanging:
            _log.error("inbox.hangs", inbox=path, silent_seconds=round(found[path]))
            self._write_down(path, f"{self._house.clock() - found[path]:.0f}")
        for path in self._hanging - found.keys():
            _log.warning("inbox.answers", inbox=path)
            self._write_down(path, None)
        is_other = self._hanging != found.keys()
        self._hanging = frozenset(found)
        if self._notifier.watchdog_seconds is None or (now < self._next_beat and not is_other):
            return
        self._next_beat = now + self._notifier.watchdog_seconds
        self._tell_systemd()

    def _write_down(self, path: str, since: str | None) -> None:
        with suppress(NoSpace, LedgerUnusable):  # `status` does without it; systemd must not
            self._house.ledger.remember(_PREFIX + path, since)

    def _tell_systemd(self) -> None:
        """WATCHDOG only while every scan loop goes round: systemd restarts a daemon that has gone deaf."""
        if self._hanging:
            self._notifier.tell(f"STATUS=the scan of {logs.clean(min(self._hanging), 200)} hangs")
            return
        try:
            under_way = len(self._house.ledger.jobs(states=[JobState.WORKING]))
            status = f"watching; {under_way} films are being made"
        except (NoSpace, LedgerUnusable) as error:  # no other process could use the records either
            status = str(error)
        self._notifier.tell("WATCHDOG=1", f"STATUS={status}")
