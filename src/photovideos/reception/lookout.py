"""How one inbox is watched: at the pace of the file system it lies on, and by a watch that is looked after.

Both anew when another file system is mounted there. When a watch is deaf is told by `intake.watcher`; what is told here
is what its log says. Owned by the reception's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from photovideos import logs
from photovideos.config import InboxConfig
from photovideos.intake import mounts
from photovideos.intake.pace import Pace, pace_of
from photovideos.intake.watcher import InboxWatcher, Supervision
from photovideos.reception.overview import ONCE_PATIENCE

_log = logs.get("reception")


class Lookout:
    """The watch is set when the pace is first asked for."""

    def __init__(self, inbox: InboxConfig, *, on_hint: Callable[[str], None], is_once: bool) -> None:
        self._pace: Pace | None = None
        self._inbox = inbox
        self._path = str(inbox.path)
        self._on_hint = on_hint
        self._is_once = is_once
        self._watcher: InboxWatcher | None = None

    @property
    def is_armed(self) -> bool:
        """Whether events come."""
        return self._watcher is not None and self._watcher.is_armed

    @property
    def how(self) -> str:
        """A sentence for the inbox file, once the pace is known."""
        assert self._pace is not None
        every = max(2.0, self._pace.idle_seconds)  # nobody asks which part of a second
        return "It is told of changes at once." if self.is_armed else f"It looks every {every:.0f} seconds."

    def pace_at(self, inbox_fd: int) -> Pace:
        """The waits of this inbox as it lies there now."""
        mount = mounts.mount_of(inbox_fd)
        is_polled = self._inbox.watch == "poll" or (self._inbox.watch == "auto" and mount.hides_writes)
        pace = pace_of(
            settle_seconds=self._inbox.settle_seconds,
            is_network=mount.is_network,
            is_polled=is_polled,
            trusts_renames=mount.trusts_renames,
        )
        if self._is_once:  # it has to come to an end: what stays incomplete is named and left out
            pace = replace(pace, given_up_after_seconds=ONCE_PATIENCE * pace.settle_seconds)
        if pace != self._pace:
            self._pace = pace
            self.close()
            self._watcher = InboxWatcher(self._path, on_hint=self._on_hint, is_polled=is_polled)
            _log.info("inbox.watched", inbox=self._path, how="polling" if is_polled else "events", files=mount.kind)
        return pace

    def supervise(self, *, now: float) -> Supervision:
        """Looks after the watch, from the first look at the inbox on."""
        assert self._watcher is not None
        supervision = self._watcher.supervise(now=now)
        if supervision.reason and supervision.wants_scan:
            _log.warning("watch.deaf", inbox=self._path, reason=supervision.reason)
        if supervision.was_deaf_because:
            _log.warning("watch.rearmed", inbox=self._path, reason=supervision.was_deaf_because)
        return supervision

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
