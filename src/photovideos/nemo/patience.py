"""How long one exchange may take, and what ends it sooner: the stop event, heard in slices.

Nothing here knows sockets or HTTP: whoever waits asks, in the thread that waits.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from photovideos.errors import Stopping

SLICE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one exchange may wait. `ends_at`: on the clock of `time.monotonic`. `on_idle`: called in the waiting
    thread about every 0.2 s while nothing comes. `stops`: any of them ends the wait with Stopping."""

    stops: tuple[threading.Event, ...] = ()
    ends_at: float = math.inf
    on_idle: Callable[[], None] | None = None

    def check(self) -> None:
        """Raises Stopping, or TimeoutError when the exchange has taken too long as a whole."""
        if any(stop.is_set() for stop in self.stops):
            raise Stopping
        if time.monotonic() > self.ends_at:
            raise TimeoutError("the exchange took too long")

    def idle(self) -> None:
        if self.on_idle is not None:
            self.on_idle()

    def rest(self, seconds: float = SLICE_SECONDS) -> None:
        """Waits for one slice, or for `seconds` if they are fewer. Raises as `check`."""
        (self.stops[0] if self.stops else threading.Event()).wait(min(seconds, SLICE_SECONDS))
        self.check()


def until(seconds: float) -> float:
    """The moment `seconds` from now, on the clock of Patience."""
    return time.monotonic() + seconds


_ENDLESS = Patience()
_current = threading.local()  # httpcore works in the thread that calls it, and hands no context down to its sockets


@contextmanager
def waiting(patience: Patience) -> Iterator[None]:
    """The patience of all sockets used by this thread inside the block."""
    before = getattr(_current, "patience", _ENDLESS)
    _current.patience = patience
    try:
        yield
    finally:
        _current.patience = before


def current() -> Patience:
    """The patience of the sockets of this thread."""
    found: Patience = getattr(_current, "patience", _ENDLESS)
    return found
