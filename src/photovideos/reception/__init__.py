"""The reception of one inbox: a thread that scans it, lets each folder settle, and enters into the ledger what is due.

The scan is the truth, events only wake it. It also shows the state of folders that are no jobs yet, keeps the inbox's
marker and the inbox file, and notices folders that were renamed or deleted. It makes no films and calls no backend.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from photovideos import logs
from photovideos.config import Config, InboxConfig
from photovideos.errors import FolderMoved, FolderOffline, PhotoVideosError
from photovideos.intake import mounts, scan
from photovideos.intake.listing import Listing, SeenFolder
from photovideos.intake.marker import InboxMarker
from photovideos.intake.pace import Pace, pace_of
from photovideos.intake.settle import Waiting
from photovideos.intake.watcher import InboxWatcher
from photovideos.jobs.ledger import Ledger
from photovideos.jobs.states import UNDER_WAY, JobState
from photovideos.model import BackendKind, Control, FolderKey, JobId
from photovideos.reception import notices
from photovideos.reception.board import Board
from photovideos.reception.desk import Desk, Seen
from photovideos.reception.first_sight import FirstSight

_log = logs.get("reception")

OFFLINE_LOOK_SECONDS = 10.0
ONCE_PATIENCE = 10  # settle times


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an inbox does, for health checks, `status` and `once`. `waiting`: folders that are no jobs, and what for."""

    is_online: bool
    scanned_at: float
    watches: bool
    waiting: dict[str, str]
    unsettled: tuple[str, ...]


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
        self._inbox = inbox
        self._config = config
        self._ledger = ledger
        self._stop = stop
        self._clock = clock
        self._monotonic = monotonic
        self._wake_workers = wake
        self._interrupt = interrupt
        self._is_once = is_once
        self._backend = BackendKind(config.backend.kind)
        self._owner = owner
        seen = ledger.inbox_seen(self.path)
        self._marker = InboxMarker(owner, seen_device=seen["device"] if seen else None)
        self._first_sight = FirstSight(self.path, ledger, config)
        self._board = Board(self.path, config=config, ledger=ledger, has_unused_token=has_unused_token)
        self._folders: dict[str, Seen] = {}
        self._pace: Pace | None = None
        self._desk: Desk | None = None
        self._watcher: InboxWatcher | None = None
        self._hint = threading.Event()
        self._lock = threading.Lock()
        self._asked: dict[str, set[Control]] = {}  # guarded by _lock
        self._unsettle: set[str] = set()  # guarded by _lock
        self._standing = Standing(is_online=False, scanned_at=monotonic(), watches=False, waiting={}, unsettled=())
        self._scans = 0
        self._thread = threading.Thread(target=self._run, name=f"inbox {self.path}", daemon=True)

    # --- for other threads ------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def join(self, deadline_seconds: float) -> None:
        self._hint.set()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)

    def wake(self) -> None:
        """Look now: an event, the schedule, or a command."""
        self._hint.set()

    def ask(self, name: str, control: Control) -> None:
        """A command's wish, as if the control file lay in the folder."""
        with self._lock:
            self._asked.setdefault(name, set()).add(control)
        self.wake()

    def settle_again(self, name: str) -> None:
        """The folder changed under its job: watch it anew."""
        with self._lock:
            self._unsettle.add(name)
        self.wake()

    def standing(self) -> Standing:
        return self._standing

    @property
    def scans(self) -> int:
        """How many scans have ended; for `once`, which wants at least one."""
        return self._scans

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.is_set():
            self._hint.wait(wait)
            self._hint.clear()
            if self._stop.is_set():
                break
            try:
                wait = self._scan()
            except FolderOffline as error:
                wait = self._offline(str(error))
            except PhotoVideosError as error:
                _log.error("inbox.unscanned", inbox=self.path, reason=str(error), detail=error.detail)
                wait = OFFLINE_LOOK_SECONDS
            except Exception:  # noqa: BLE001  # the thread's top frame: one folder must not end the watch of all
                _log.exception("inbox.crashed", inbox=self.path)
                wait = OFFLINE_LOOK_SECONDS
            self._scans += 1
        self._leave()

    def _leave(self) -> None:
        if self._watcher:
            self._watcher.close()
        try:
            inbox_fd = scan.open_inbox(self.path)
        except FolderOffline:
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
        if self._standing.is_online or self._scans == 0:
            _log.warning("inbox.offline", inbox=self.path, reason=reason)
        self._standing = replace(self._standing, is_online=False, scanned_at=self._monotonic())
        return min(OFFLINE_LOOK_SECONDS, self._pace.idle_seconds if self._pace else OFFLINE_LOOK_SECONDS)

    def _scan(self) -> float:
        """One round; returns the seconds until the next."""
        inbox_fd = scan.open_inbox(self.path)
        try:
            self._get_ready(inbox_fd)
            ownership = self._marker.check(inbox_fd, now=self._monotonic())
            if not ownership.is_mine:
                return self._offline(ownership.reason)
            if ownership.took_over:
                _log.warning("inbox.taken_over", inbox=self.path)
            listing = scan.list_folders(inbox_fd)
            seen = self._ledger.inbox_seen(self.path)
            self._first_sight.look(inbox_fd, listing, is_first=seen is None)
            if seen is None or seen["device"] != ownership.device:
                self._ledger.see_inbox(self.path, owner=self._owner, device=ownership.device)
            self._follow(listing)
            waits = [self._visit(inbox_fd, folder) for folder in listing.folders]
            self._notice_gone(listing)
            self._show(inbox_fd, listing)
        finally:
            os.close(inbox_fd)
        assert self._pace is not None
        return max(0.01, min([self._pace.idle_seconds, self._supervised(), *waits]))

    def _get_ready(self, inbox_fd: int) -> None:
        """The pace and the watch of this inbox; anew if another file system was mounted here."""
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
        if pace == self._pace:
            return
        self._pace = pace
        self._desk = Desk(
            ledger=self._ledger,
            pace=pace,
            backend=self._backend,
            default_prompt=self._config.default_prompt,
            default_prompt_after_seconds=self._config.default_prompt_after_minutes * 60,
            clock=self._clock,
            monotonic=self._monotonic,
            wake=self._wake_workers,
            interrupt=self._interrupt,
            is_gated=self._first_sight.gated,
        )
        if self._watcher:
            self._watcher.close()
        self._watcher = InboxWatcher(self.path, on_hint=self._hinted, is_polled=is_polled)
        _log.info("inbox.watched", inbox=self.path, how="polling" if is_polled else "events", files=mount.kind)

    def _hinted(self, name: str | None) -> None:
        """From watchdog's thread. A folder that was written to is looked at often again."""
        if name is not None:
            with self._lock:
                self._asked.setdefault(name, set())
        self._hint.set()

    def _supervised(self) -> float:
        assert self._watcher is not None
        supervision = self._watcher.supervise(now=self._monotonic())
        if supervision.reason and supervision.wants_scan:
            _log.warning("watch.deaf", inbox=self.path, reason=supervision.reason)
        return supervision.next_check_seconds

    # --- folders ----------------------------------------------------------------------------------------------------

    def _follow(self, listing: Listing) -> None:
        """Folders that bear another name now keep what is remembered of them."""
        names = {folder.name for folder in listing.folders}
        by_inode = {(folder.device, folder.inode): folder for folder in listing.folders}
        for name in [name for name in self._folders if name not in names]:
            seen = self._folders.pop(name)
            moved = by_inode.get((seen.key.device, seen.key.inode))
            if moved is not None and moved.name not in self._folders:
                seen.key = replace(seen.key, name=moved.name)
                self._folders[moved.name] = seen

    def _visit(self, inbox_fd: int, folder: SeenFolder) -> float:
        """Looks at a folder if it is due; returns the seconds until it is due again."""
        assert self._desk is not None
        assert self._pace is not None
        key = FolderKey(inbox=self.path, name=folder.name, device=folder.device, inode=folder.inode)
        seen = self._folders.get(folder.name)
        if seen is None or (seen.key.device, seen.key.inode) != (folder.device, folder.inode):
            seen = self._folders[folder.name] = Seen(key=key, first_seen_at=self._monotonic())
        self._take_wishes(folder, seen)
        if self._monotonic() < seen.next_look_at:
            return seen.next_look_at - self._monotonic()
        if self._first_sight.leaves_alone(inbox_fd, folder):
            seen.next_look_at = self._monotonic() + self._pace.idle_seconds
            return self._pace.idle_seconds
        try:
            folder_fd = scan.open_folder_at(inbox_fd, folder.name)
            try:
                self._desk.visit(seen, folder_fd)
            finally:
                os.close(folder_fd)
        except FolderMoved:
            seen.next_look_at = self._monotonic()
        except FolderOffline as error:
            _log.warning("folder.unreadable", folder=folder.name, reason=str(error))
            seen.next_look_at = self._monotonic() + OFFLINE_LOOK_SECONDS
        return max(0.0, seen.next_look_at - self._monotonic())

    def _take_wishes(self, folder: SeenFolder, seen: Seen) -> None:
        """Hints, commands and changed directories make a folder due at once."""
        with self._lock:
            asked = self._asked.pop(folder.name, None)
            is_unsettled = folder.name in self._unsettle
            self._unsettle.discard(folder.name)
        if asked:
            seen.asked |= asked
            seen.decided = None
        if is_unsettled:
            seen.state, seen.decided = None, None
        if asked is not None or is_unsettled or folder.mtime_ns != seen.mtime_ns:
            seen.next_look_at = 0.0
        seen.mtime_ns = folder.mtime_ns

    def _notice_gone(self, listing: Listing) -> None:
        """Folders that were deleted: whoever works on them stops, and nothing is left behind."""
        names = {folder.name for folder in listing.folders} | set(listing.not_taken)
        if not listing.is_complete:
            return
        inodes = {(folder.device, folder.inode) for folder in listing.folders}
        for job in self._ledger.jobs(self.path):
            if job.key.name in names or job.state is JobState.GONE or (job.key.device, job.key.inode) in inodes:
                continue
            self._ledger.put(job.id, JobState.GONE, problem=None, due_at=None, stage=None, progress=None)
            self._interrupt(job.id)
            _log.info("folder.gone", job=job.reference, folder=job.key.name, was=job.state)

    # --- showing ----------------------------------------------------------------------------------------------------

    def _show(self, inbox_fd: int, listing: Listing) -> None:
        jobs = self._ledger.jobs(self.path)
        taken = {job.key.name for job in jobs if job.state not in (JobState.GONE, JobState.SETTLING)}
        waiting = {
            name: notices.STATES[seen.waiting]
            for name, seen in self._folders.items()
            if seen.waiting is not None and seen.waiting is not Waiting.NOTHING and name not in taken
        }
        # a folder whose film is made may be settling, too: its prompt was saved again
        under_way = {job.key.name for job in jobs if job.state in UNDER_WAY and job.state is not JobState.SETTLING}
        self._standing = Standing(
            is_online=True,
            scanned_at=self._monotonic(),
            watches=bool(self._watcher and self._watcher.is_armed),
            waiting=waiting,
            unsettled=tuple(
                name for name, seen in self._folders.items() if name not in under_way and self._is_on_its_way(seen)
            ),
        )
        self._board.show(
            inbox_fd,
            listing,
            jobs=jobs,
            waiting=waiting,
            library=len(self._first_sight.left_alone()),
            nested={name: seen.nested_prompts for name, seen in self._folders.items() if seen.nested_prompts},
            watching="It is told of changes at once." if self._standing.watches else "It looks every few seconds.",
            now=self._clock(),
        )

    def _is_on_its_way(self, seen: Seen) -> bool:
        """For `once`: may this folder still settle? One that goes on changing for 10 settle times is reported."""
        assert self._pace is not None
        if seen.waiting is not Waiting.COPY:
            return False
        patience = (ONCE_PATIENCE + 1) * self._pace.settle_seconds
        return self._monotonic() - seen.first_seen_at < patience
