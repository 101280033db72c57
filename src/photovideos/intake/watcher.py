"""One non-recursive watch on an inbox: its events are hints that wake the scan, and nothing else (design §4).

Watchdog goes deaf in silence: its thread dies of an exception, a root is replaced, a mount comes over it, watches run
out. So the watch is looked after: `supervise` is called again and again, arms it anew when it is deaf, and asks for a
scan each time it had to. Where no events can be had, the scans alone must do.

Threads: `supervise` and `close` belong to the inbox's thread, which owns all fields; watchdog's thread runs `_Hints`
alone; its `root` is written before the watch is armed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from photovideos import logs
from photovideos.intake.ignore import is_own_name

_log = logs.get("intake")

SUPERVISION_SECONDS = 10.0
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
_JOIN_SECONDS = 2.0

# Opening and reading are left out: the scan itself would wake the scan.
_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]

OnHint = Callable[[str], None]
"""Called from watchdog's thread with the name of a folder or file of the inbox. Must not block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """`is_armed`: events come. `wants_scan`: it was (or is) deaf, so look yourself. `reason`: why it is deaf.

    `was_deaf_because`: it had been armed, was found deaf, and is armed again.
    """

    is_armed: bool
    wants_scan: bool
    next_check_seconds: float
    reason: str | None = None
    was_deaf_because: str | None = None


class InboxWatcher:
    """The watch of one inbox. `is_polled`: none is set, for a file system without events or by the config's wish."""

    def __init__(
        self,
        inbox: str,
        *,
        on_hint: OnHint,
        is_polled: bool,
        new_observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self._inbox = inbox
        self._hints = _Hints(on_hint)
        self._is_polled = is_polled
        self._new_observer = new_observer
        self._observer: BaseObserver | None = None
        self._root: tuple[int, int] | None = None
        self._wait_seconds = FIRST_WAIT_SECONDS
        self._not_before: float | None = None

    @property
    def is_armed(self) -> bool:
        return self._observer is not None

    def supervise(self, *, now: float) -> Supervision:
        """Looks after the watch; arms it if need be. `now`: monotonic seconds. Never raises for a watch that fails."""
        if self._is_polled:
            return Supervision(is_armed=False, wants_scan=False, next_check_seconds=SUPERVISION_SECONDS)
        was_armed = self._observer is not None
        reason = self._deaf_because() if was_armed else "it was not armed yet"
        if reason is None:
            self._wait_seconds, self._not_before = FIRST_WAIT_SECONDS, None
            return Supervision(is_armed=True, wants_scan=False, next_check_seconds=SUPERVISION_SECONDS)
        self._disarm()
        if self._not_before is not None and now < self._not_before:
            return Supervision(
                is_armed=False, wants_scan=False, next_check_seconds=self._not_before - now, reason=reason
            )
        failed = self._arm()
        # Counted also after success: a watch that dies at once must not be armed in a tight circle.
        wait, self._wait_seconds = self._wait_seconds, min(2 * self._wait_seconds, LONGEST_WAIT_SECONDS)
        self._not_before = now + wait
        return Supervision(
            is_armed=failed is None,
            wants_scan=True,
            next_check_seconds=wait if failed else SUPERVISION_SECONDS,
            reason=failed,
            was_deaf_because=reason if was_armed and failed is None else None,
        )

    def close(self) -> None:
        """Ends the watch and its threads."""
        self._disarm()

    def _deaf_because(self) -> str | None:
        assert self._observer is not None
        threads = _threads_of(self._observer)
        if len(threads) < 2 or not all(thread.is_alive() for thread in threads):
            return "a thread that watches ended"
        try:
            status = os.stat(self._inbox)
        except OSError as error:
            return f"the inbox cannot be reached ({_name_of(error)})"
        return None if (status.st_dev, status.st_ino) == self._root else "another folder lies in the inbox's place"

    def _arm(self) -> str | None:
        """None, or why it did not work."""
        observer = None
        try:
            observer = self._new_observer()
            root = os.path.realpath(self._inbox)  # a watch does not follow links
            status = os.stat(root)
            self._hints.root = root
            observer.schedule(self._hints, root, recursive=False, event_filter=_EVENTS)
            observer.start()
        except OSError as error:
            if observer is not None:
                _stop(observer)
            if error.errno == errno.ENOSPC:
                return "the system's limit of inotify watches is used up"
            if error.errno == errno.EMFILE:
                return "the system's limit of inotify instances or open files is used up"
            return f"it cannot be watched ({_name_of(error)})"
        self._observer, self._root = observer, (status.st_dev, status.st_ino)
        return None

    def _disarm(self) -> None:
        observer, self._observer, self._root = self._observer, None, None
        if observer is not None:
            _stop(observer)


class _Hints(FileSystemEventHandler):
    def __init__(self, on_hint: OnHint) -> None:
        self.root = ""
        self._on_hint = on_hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        try:
            for path in {os.fsdecode(event.src_path), os.fsdecode(event.dest_path)} - {""}:
                self._hint(path)
        except Exception as error:  # noqa: BLE001  # the top frame of watchdog's thread, which dies of it in silence
            _log.warning("hint.lost", reason=repr(error))

    def _hint(self, path: str) -> None:
        folder, name = os.path.split(path)
        if folder == self.root and not is_own_name(name):
            self._on_hint(name)


def _threads_of(observer: BaseObserver) -> list[threading.Thread]:
    """The dispatcher, an emitter for the watch, and the reader that newer watchdogs keep in a field of their own."""
    reader = vars(observer).get("_inotify_fd")
    return [observer, *observer.emitters, *([reader] if isinstance(reader, threading.Thread) else [])]


def _stop(observer: BaseObserver) -> None:
    threads = _threads_of(observer)
    # What died half-way is stopped as far as it goes; what never started cannot be joined.
    with contextlib.suppress(OSError, RuntimeError, KeyError):
        observer.stop()
    for thread in threads:
        with contextlib.suppress(RuntimeError):
            thread.join(_JOIN_SECONDS)


def _name_of(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "unknown error")
