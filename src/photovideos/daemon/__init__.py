"""The composition root: puts the rooms together, runs them until a signal, and ends them in order.

Here the clocks and the environment come in; everything below gets them as arguments.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

from photovideos import __version__, logs, pipeline
from photovideos.backend import Backends
from photovideos.config import Config, InboxConfig, resolved_state_dir
from photovideos.daemon import errands, outcome, wishes
from photovideos.daemon.credential import own_token
from photovideos.daemon.health import Health
from photovideos.daemon.house import House
from photovideos.daemon.lock import StateLock
from photovideos.daemon.notify import Notifier
from photovideos.errors import NoSpace
from photovideos.jobs.ledger import Job, Ledger, LedgerUnusable
from photovideos.nemo.token import fingerprint_of
from photovideos.reception import Reception
from photovideos.schedule import Schedule
from photovideos.workers import Workers

_log = logs.get("daemon")

TICK_SECONDS = 0.5
END_SECONDS = 8.0  # SIGTERM stops within 10 s
ROOM_WAIT_SECONDS = 2.0

clock: Callable[[], float] = time.time  # noqa: TID251  # the one wall clock; it goes in as an argument everywhere else


class Daemon:
    """Everything one process needs to work a config. Use as a context manager: `with Daemon(…) as daemon`.

    `is_once`: for the commands that come to an end by themselves.
    """

    def __init__(self, config: Config, environ: Mapping[str, str], *, is_once: bool = False) -> None:
        self.stop = threading.Event()
        self._notifier = Notifier(environ)
        self._own_token = own_token(environ)
        self._is_held_up = False
        state_dir = resolved_state_dir(config, environ)
        self._lock = StateLock(state_dir)
        with ExitStack() as undo:  # a start without room is tried again and again (`when_there_is_room`)
            self._lock.take()
            undo.callback(self._lock.release)
            ledger = Ledger(state_dir / "ledger.sqlite", clock=clock)
            undo.callback(ledger.close)
            self.house = self._made(config, environ, state_dir, ledger, is_once=is_once)
            self._taken_up_again = ledger.take_up_again()
            outcome.resume_if_cured(self.house, fingerprint_of(self._own_token) if self._own_token else "free")
            self._schedule = Schedule(errands.of(self.house))
            undo.pop_all()

    def _made(
        self, config: Config, environ: Mapping[str, str], state_dir: Path, ledger: Ledger, *, is_once: bool
    ) -> House:
        backends = Backends(
            config,
            state_dir=state_dir,
            environ=environ,
            stop=self.stop,
            clock=clock,
            monotonic=time.monotonic,
            own_token=self._own_token,
        )
        tools = pipeline.Tools(
            ledger=ledger, config=config, work_dir=state_dir / "work", clock=clock, monotonic=time.monotonic
        )
        workers = Workers(tools, backends, parallel=config.jobs.parallel, on_settling=self._settle_again)
        house = House(
            config=config,
            state_dir=state_dir,
            clock=clock,
            monotonic=time.monotonic,
            ledger=ledger,
            backends=backends,
            workers=workers,
        )
        house.receptions = [self._reception(house, inbox, is_once=is_once) for inbox in config.inboxes]
        return house

    def _reception(self, house: House, inbox: InboxConfig, *, is_once: bool) -> Reception:
        return Reception(
            inbox,
            config=house.config,
            ledger=house.ledger,
            owner=_owner_id(house.ledger),
            stop=self.stop,
            clock=clock,
            monotonic=time.monotonic,
            wake=house.workers.wake,
            interrupt=house.workers.interrupt,
            is_once=is_once,
            has_unused_token=self._own_token is not None,
        )

    # --- lifetime ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        ledger = self.house.ledger
        if ledger.set_aside is not None:
            _log.error("ledger.set_aside", file=ledger.set_aside.name)
        _log.info(
            "daemon.started", version=__version__, backend=self.house.backend, taken_up_again=self._taken_up_again
        )
        self.house.workers.start()
        self._schedule.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._notifier.tell("STOPPING=1")
        self.stop.set()
        self._schedule.stop()
        self.house.workers.stop(END_SECONDS)
        for reception in self.house.receptions:
            reception.join(END_SECONDS)
        self.house.backends.close()
        self.house.ledger.close()
        self._lock.release()
        _log.info("daemon.stopped")

    def run(self) -> None:
        """Watches until it is stopped."""
        health = Health(self.house, self._notifier)
        self._watch_inboxes()
        self._notifier.tell("READY=1", "STATUS=watching")
        while not self.stop.wait(TICK_SECONDS):
            self._tick(health)

    def _tick(self, health: Health) -> None:
        """A command's wish that cannot be answered just now stays in the ledger: it is no end of the service."""
        health.look()
        try:
            wishes.carry_out(self.house)
        except (NoSpace, LedgerUnusable) as error:
            if not self._is_held_up:
                _log.error("wish.held_up", reason=str(error), detail=error.detail)
            self._is_held_up = True
        else:
            self._is_held_up = False

    def once(self) -> int:
        """Works until nothing is left that would move by itself within a minute; the exit status."""
        self._watch_inboxes()
        while not self.stop.wait(TICK_SECONDS / 5):
            wishes.carry_out(self.house)
            if outcome.is_quiet(self.house):
                break
        return outcome.exit_status(self.house)

    def once_folders(self, folders: list[Path]) -> int:
        """These folders, taken as they lie; the exit status."""
        keys = [wishes.take_folder(self.house, folder) for folder in folders]
        while not self.stop.wait(TICK_SECONDS / 5):
            wishes.carry_out(self.house)
            if all(outcome.is_at_rest(self.house, key) for key in keys):
                break
        return outcome.exit_status_of(self.house, keys)

    def _watch_inboxes(self) -> None:
        for reception in self.house.receptions:
            reception.start()

    def _settle_again(self, job: Job) -> None:
        wishes.settle_again(self.house, job)


def when_there_is_room(config: Config, environ: Mapping[str, str], *, pause: threading.Event) -> Daemon:
    """A daemon that watches for ever does not die of a full disk at its start: systemd would start it again and again,
    or give it up. It waits until there is room; a signal ends it as it ends every process."""
    is_told, notifier = False, Notifier(environ)
    while True:
        try:
            return Daemon(config, environ)
        except NoSpace as error:
            if not is_told:
                _log.error("daemon.waits_for_room", reason=str(error), detail=error.detail)
            is_told = True
            notifier.tell("READY=1", "WATCHDOG=1", f"STATUS={error}")
        pause.wait(ROOM_WAIT_SECONDS)


@contextmanager
def stopped_by_signals(daemon: Daemon) -> Iterator[None]:
    """SIGTERM and SIGINT end the daemon in order; a second one ends it at once."""

    def _handle(number: int, _frame: FrameType | None) -> None:
        if daemon.stop.is_set():
            os._exit(128 + number)
        daemon.stop.set()

    before = {number: signal.signal(number, _handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _owner_id(ledger: Ledger) -> str:
    """A random id of this state directory: whose an inbox is (design §4, One owner)."""
    known = ledger.recall("owner")
    if known is None:
        known = os.urandom(16).hex()
        ledger.remember("owner", known)
    return known
