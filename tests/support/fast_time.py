"""photovideos with time that passes faster: `python -m support.fast_time FACTOR python -m photovideos run …`.

The clocks that go in at the composition root run FACTOR times as fast, and so do the scheduler's; every wait is that
much shorter. The network, the children that read photos, and the file system keep their own time.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

from photovideos import cli, daemon, schedule

_BEGAN, _BEGAN_WHEN = time.monotonic(), datetime.now().astimezone()
_BEGAN_AT = _BEGAN_WHEN.timestamp()


def hurry(factor: float) -> None:
    def _passed() -> float:
        return (time.monotonic() - _BEGAN) * factor

    class _Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return (_BEGAN_WHEN + timedelta(seconds=_passed())).astimezone(tz)

    def _wait(self: threading.Condition, timeout: float | None = None) -> bool:
        return waited(self, None if timeout is None else timeout / factor)

    waited = threading.Condition.wait
    threading.Condition.wait = _wait  # type: ignore[method-assign]  # shorter for everybody in this process
    clocks = SimpleNamespace(time=lambda: _BEGAN_AT + _passed(), monotonic=lambda: _BEGAN + _passed())
    daemon.time = clocks  # type: ignore[attr-defined, assignment]  # the door through which the clocks come in
    daemon.clock = cli.clock = clocks.time  # type: ignore[attr-defined]  # the same, by their other names
    for module in (apscheduler.schedulers.base, apscheduler.triggers.interval, apscheduler.executors.base, schedule):
        module.datetime = _Datetime  # type: ignore[union-attr]


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.argv = sys.argv[4:]  # from the module's name on
    cli.main()
