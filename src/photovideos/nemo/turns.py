"""Whose turn it is to speak to a session: the server does not put two messages in a row, so the client does (§7)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from photovideos.model import SessionId

_SLICE_SECONDS = 0.2


@dataclass(slots=True)
class _Turn:
    """One session's turn; `users`: threads that have it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class Turns:
    """Thread-safe: `_turns` and the counts in it are guarded by `_lock`. Holds nothing of sessions nobody speaks to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[SessionId, _Turn] = {}

    @contextmanager
    def taken(self, session_id: SessionId, check: Callable[[], None]) -> Iterator[None]:
        """Waits for the turn and has it inside the block. `check` is called while it waits, and may raise."""
        with self._lock:
            turn = self._turns.setdefault(session_id, _Turn())
            turn.users += 1
        try:
            while not turn.lock.acquire(timeout=_SLICE_SECONDS):
                check()
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.users -= 1
                if not turn.users:
                    self._turns.pop(session_id, None)
