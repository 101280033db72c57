"""The reception of one inbox: a thread that scans it, lets each folder settle, and enters into the ledger what is due.

The scan is the truth, events only wake it. It also shows the state of folders that are no jobs yet, keeps the inbox's
marker and the inbox file, and notices folders that were renamed or deleted. It makes no films and calls no backend.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace

from photovideos import logs
from photovideos.config import Config, InboxConfig
from photovideos.errors import FolderOffline, NoSpace, PhotoVideosError, Stopping
from photovideos.intake import scan
from photovideos.intake.listing import Listing
from photovideos.intake.marker import InboxMarker
from photovideos.intake.pace import HANGS_AFTER_SECONDS
from photovideos.jobs.ledger import Ledger
from photovideos.model import BackendKind, Control, JobId
from photovideos.reception import first_sight
from photovideos.reception.absence import Absence
from photovideos.reception.board import Board
from photovideos.reception.desk import Surroundings
from photovideos.reception.first_sight import FirstSight
from photovideos.reception.lookout import Lookout
from photovideos.reception.overview import Standing, unsettled_in, waiting_in
from photovideos.reception.rounds import Rounds
from photovideos.reception.signs import Bell

__all__ = ["Reception", "Standing"]

_log = logs.get("reception")

OFFLINE_LOOK_SECONDS = 10.0
ROOM_LOOK_SECONDS = 2.0


class Reception:
    """One inbox and its thread. Other threads call only what stands under that heading."""

    def __init__(
        self,
        inbox: InboxConfig,
        *,
        config: Config,
        ledger: Ledger,
        owner: str,
        stop: threading.Event,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        wake: Callable[[], None],
        interrupt: Callable[[JobId], None],
        is_once: bool = False,
        has_unused_token: bool = False,
    ) -> None:
        self.path = str(inbox.path)
        self._ledger = ledger
        self._stop = stop
        self._clock = clock
        self._monotonic = monotonic
        self._owner = owner
        seen = ledger.inbox_seen(self.path)
        self._marker = InboxMarker(owner, seen_device=seen["device"] if seen else None)
        self._absence = Absence(self.path, ledger)
        self._first_sight = FirstSight(self.path, ledger, config)
        self._board = Board(self.path, config=config, ledger=ledger, has_unused_token=has_unused_token)
        self._around = Surroundings(
            ledger=ledger,
            backend=BackendKind(config.backend.kind),
            default_prompt=config.default_prompt,
            default_prompt_after_seconds=config.default_prompt_after_minutes * 60,
            clock=clock,
            monotonic=monotonic,
            wake=wake,
            interrupt=interrupt,
            stop=stop,
            is_gated=self._first_sight.gated,
            beat=self._beat,
        )
        self._rounds: Rounds | None = None
        self._bell = Bell()
        self._lookout = Lookout(inbox, on_hint=self._bell.hint, is_once=is_once)
        self._standing = Standing(is_online=False, scanned_at=monotonic(), watches=False, waiting={}, unsettled=())
        self._scans = 0
        self._next_scan_at = 0.0
        self._trouble: str | None = None  # of the last scan
        self._thread = threading.Thread(target=self._run, name=f"inbox {self.path}", daemon=True)

    # --- for other threads ------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def join(self, deadline_seconds: float) -> None:
        self._bell.ring()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)

    def wake(self) -> None:
        """Look now: an event, the schedule, or a command."""
        self._bell.ring()

    def ask(self, name: str, control: Control) -> None:
        """A command's wish, as if the control file lay in the folder."""
        self._bell.ask(name, control)

    def settle_again(self, name: str) -> None:
        """The folder changed under its job: watch it anew."""
        self._bell.unsettle(name)

    def standing(self) -> Standing:
        return self._standing

    def silent_seconds(self) -> float:
        """Since the scan last showed a sign of life."""
        return self._monotonic() - self._standing.scanned_at

    def hangs(self) -> bool:
        """Whether a look at the inbox does not come back, or its thread has died: the service is deaf there."""
        patience = self._rounds.pace.hangs_after_seconds if self._rounds else HANGS_AFTER_SECONDS
        was_started = self._thread.ident is not None
        return was_started and self.silent_seconds() > patience

    @property
    def scans(self) -> int:
        """How many scans have ended; for `once`, which wants at least one."""
        return self._scans

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.is_set():
            is_rung = self._bell.wait(wait)
            if not self._stop.is_set():
                wait = self._turn(is_rung=is_rung)
        self._leave()
        self._lookout.close()

    def _turn(self, *, is_rung: bool) -> float:
        """A scan if one is due, else a look after the watch; the log has what that ran into. Returns the seconds until
        the next turn."""
        is_due = is_rung or self._monotonic() >= self._next_scan_at
        try:
            return self._scan() if is_due else self._between_scans()
        except Stopping:
            return 0.0
        except FolderOffline as error:
            return self._offline(str(error))
        except NoSpace as error:
            return self._without_room(error)
        except PhotoVideosError as error:
            if self._is_news(error):
                _log.error("inbox.unscanned", inbox=self.path, reason=str(error), detail=error.detail)
            return OFFLINE_LOOK_SECONDS
        except Exception as error:  # noqa: BLE001  # the thread's top frame: one folder must not end the watch of all
            if self._is_news(error):
                _log.exception("inbox.crashed", inbox=self.path)
            return OFFLINE_LOOK_SECONDS
        finally:
            self._scans += is_due

    def _leave(self) -> None:
        try:
            inbox_fd = scan.open_inbox(self.path)
        except FolderOffline:
            self._marker.close()
            return
        try:
            if self._standing.is_online:
                self._show(inbox_fd, scan.list_folders(inbox_fd))  # how things stand as it stops
            self._marker.release(inbox_fd)
        except PhotoVideosError as error:
            _log.warning("inbox.left", inbox=self.path, reason=str(error))
        finally:
            os.close(inbox_fd)

    def _offline(self, reason: str) -> float:
        self._absence.tell(reason)
        self._standing = replace(self._standing, is_online=False, scanned_at=self._monotonic())
        return min(OFFLINE_LOOK_SECONDS, self._rounds.pace.idle_seconds if self._rounds else OFFLINE_LOOK_SECONDS)

    def _without_room(self, error: NoSpace) -> float:
        """The ledger takes nothing just now: what has to go into it is tried again, and nobody is deaf or dead."""
        if self._is_news(error):
            _log.warning("inbox.waits_for_room", inbox=self.path, reason=str(error), detail=error.detail)
        self._beat()
        return ROOM_LOOK_SECONDS

    def _is_news(self, error: Exception) -> bool:
        """What lasts is told once: the log would fill up with it, every few seconds."""
        known, self._trouble = self._trouble, repr(error)
        return known != self._trouble

    def _beat(self) -> None:
        """A sign of life in the middle of a scan: many folders, or large ones, take their time."""
        self._standing = replace(self._standing, scanned_at=self._monotonic())

    def _scan(self) -> float:
        """One round; returns the seconds until the next."""
        self._next_scan_at = 0.0
        inbox_fd = scan.open_inbox(self.path)
        try:
            rounds = self._rounds_at_pace(inbox_fd)
            ownership = self._marker.check(inbox_fd, now=self._monotonic())
            if ownership.waits_for_word and first_sight.is_said_ready(inbox_fd):
                ownership = self._marker.adopt(inbox_fd, now=self._monotonic())
            if not ownership.is_mine:
                return self._offline(ownership.reason)
            listing = scan.list_folders(inbox_fd)
            self._absence.over()
            if ownership.took_over:
                _log.warning("inbox.taken_over", inbox=self.path)
            try:
                self._see(inbox_fd, listing, ownership.device)
                wait = rounds.go(inbox_fd, listing, self._bell.taken())
            except NoSpace as error:
                self._show(inbox_fd, listing, trouble=f"{error} {error.advice}")
                raise
            supervised = self._supervised()  # before the inbox file says how it is watched
            self._show(inbox_fd, listing)
        finally:
            os.close(inbox_fd)
        wait = max(0.01, min(rounds.pace.idle_seconds, wait)) if supervised else 0.0
        self._next_scan_at = self._monotonic() + wait
        self._trouble = None
        return min(wait, supervised)

    def _between_scans(self) -> float:
        """The watch alone is looked after: a scan of a thousand folders every ten seconds would not be idle."""
        supervised = self._supervised()
        self._beat()
        return max(0.0, min(supervised, self._next_scan_at - self._monotonic()))

    def _see(self, inbox_fd: int, listing: Listing, device: int) -> None:
        """What the ledger knows of the inbox itself."""
        seen = self._ledger.inbox_seen(self.path)
        self._first_sight.look(inbox_fd, listing, is_first=seen is None)
        if seen is None or seen["device"] != device:
            self._ledger.see_inbox(self.path, owner=self._owner, device=device)

    def _rounds_at_pace(self, inbox_fd: int) -> Rounds:
        pace = self._lookout.pace_at(inbox_fd)
        if self._rounds is None:
            self._rounds = Rounds(self.path, self._around, self._first_sight, pace)
        elif self._rounds.pace != pace:
            self._rounds.at_pace(pace)
        return self._rounds

    def _supervised(self) -> float:
        """Seconds until the watch is looked after again; 0: something may have come between the last look and it."""
        supervision = self._lookout.supervise(now=self._monotonic())
        if supervision.wants_scan:
            self._next_scan_at = 0.0
        if supervision.wants_scan and supervision.is_armed:
            return 0.0
        return supervision.next_check_seconds

    def _show(self, inbox_fd: int, listing: Listing, *, trouble: str | None = None) -> None:
        """How things stand now: for other threads, and in the inbox file. `trouble`: why nothing can be begun."""
        assert self._rounds is not None
        folders, roster, now = self._rounds.folders, self._rounds.roster(), self._monotonic()
        waiting = waiting_in(folders, roster)
        self._standing = Standing(
            is_online=True,
            scanned_at=now,
            watches=self._lookout.is_armed,
            waiting=waiting,
            unsettled=unsettled_in(folders, roster, pace=self._rounds.pace, now=now),
        )
        self._board.show(
            inbox_fd,
            listing,
            waiting=waiting,
            library=len(self._first_sight.left_alone()),
            nested={name: seen.nested_prompts for name, seen in folders.items() if seen.nested_prompts},
            watching=self._lookout.how,
            trouble=trouble,
            now=self._clock(),
        )
