"""An inbox that is not there, or is not the one it was: told in the log, and in the ledger, where `status` reads it.

The inbox file cannot tell it: what lies there now may be somebody else's. Decides nothing.
"""

from __future__ import annotations

from contextlib import suppress

from photovideos import logs
from photovideos.errors import NoSpace
from photovideos.jobs.ledger import Ledger

_log = logs.get("reception")

_PREFIX = "offline."


def offline(ledger: Ledger) -> dict[str, str]:
    """Inboxes that are offline, as the running daemon wrote it down, and why: a sentence."""
    return ledger.remembered(_PREFIX)


class Absence:
    """Of one inbox. Owned by its thread."""

    def __init__(self, inbox: str, ledger: Ledger) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._told: str | None = None

    def tell(self, reason: str) -> None:
        if self._told is None:
            _log.warning("inbox.offline", inbox=self._inbox, reason=reason)
        if self._told != reason:
            self._told = reason
            self._write_down(reason)

    def over(self) -> None:
        """It is here; an earlier process may have left word that it is not."""
        if self._told is not None or self._ledger.recall(_PREFIX + self._inbox) is not None:
            self._told = None
            self._write_down(None)

    def _write_down(self, reason: str | None) -> None:
        with suppress(NoSpace):  # `status` does without it
            self._ledger.remember(_PREFIX + self._inbox, reason)
