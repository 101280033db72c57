"""The studio's side of one worker: tasks in, answers out, and the end of it if need be."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from photovideos_studio.farm.nursery import Nursery
from photovideos_studio.farm.tasks import Task

_LONGEST_ANSWER_BYTES = 16 << 20


class WorkerGone(Exception):
    """The worker ended before it had answered."""


class Worker:
    """Owned by one thread."""

    def __init__(self, nursery: Nursery, kind: bytes, clock: Callable[[], float]) -> None:
        self.connection: Connection
        self.connection, self._pid = nursery.fork(kind)
        self._handle: int | None = None
        with suppress(OSError):  # it may have ended already; then its silence tells
            self._handle = os.pidfd_open(self._pid)
        self._clock = clock
        self.heard_at = clock()

    def tell(self, task: Task) -> None:
        """Raises WorkerGone."""
        self.heard_at = self._clock()
        try:
            self.connection.send(task)
        except OSError as error:
            raise WorkerGone from error

    def answer(self) -> dict[str, Any]:
        """The next answer; blocks until there is one. Raises WorkerGone."""
        try:
            message = json.loads(self.connection.recv_bytes(_LONGEST_ANSWER_BYTES))
        except (EOFError, OSError, ValueError) as error:
            raise WorkerGone from error
        self.heard_at = self._clock()
        return message if isinstance(message, dict) else {}

    def end(self) -> None:
        """At once, whatever it is doing. The handle, unlike the number, can never name another process."""
        self.connection.close()
        if self._handle is not None:
            with suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            os.close(self._handle)
            self._handle = None
