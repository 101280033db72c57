"""One round through an inbox: every folder of it is looked at if it is due, and those that are gone are noticed.

Owned by the reception's thread. What a folder calls for is the desk's; whose the inbox is, the reception's.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from photovideos import logs
from photovideos.errors import FolderMoved, FolderOffline, NoSpace
from photovideos.intake import scan, settle
from photovideos.intake.listing import Listing, SeenFolder
from photovideos.intake.pace import Pace
from photovideos.jobs.ledger import Entry, Ledger
from photovideos.jobs.states import UNDER_WAY, JobState
from photovideos.model import FolderKey, JobId
from photovideos.reception.desk import Desk, Surroundings
from photovideos.reception.first_sight import FirstSight
from photovideos.reception.seen import Seen
from photovideos.reception.signs import Signs

_log = logs.get("reception")

UNREADABLE_LOOK_SECONDS = 10.0


class Rounds:
    """`folders`: what is remembered of each, by name. `pace` may change when another file system is mounted here."""

    def __init__(self, inbox: str, around: Surroundings, first_sight: FirstSight, pace: Pace) -> None:
        self.folders: dict[str, Seen] = {}
        self._inbox = inbox
        self._around = around
        self._ledger: Ledger = around.ledger
        self._monotonic: Callable[[], float] = around.monotonic
        self._interrupt: Callable[[JobId], None] = around.interrupt
        self._first_sight = first_sight
        self._names: frozenset[str] | None = None
        self._gone_looked_at = 0.0
        self._no_room: NoSpace | None = None  # of the round under way
        self._roster: tuple[int, list[Entry]] = (-1, [])
        self.at_pace(pace)

    def at_pace(self, pace: Pace) -> None:
        self.pace = pace
        self._desk = Desk(self._around, pace)

    def go(self, inbox_fd: int, listing: Listing, signs: Signs) -> float:
        """Looks at what is due; returns the seconds until a folder is due again.

        Raises NoSpace when the ledger took nothing, after every folder was looked at: no sign of any is lost.
        """
        self._follow(listing)
        self._no_room = None
        # One moment for all: who came later must not be due, in a long round, when who came before was not yet.
        now = self._monotonic()
        waits = [self._visit(inbox_fd, folder, signs, now) for folder in listing.folders]
        waits.append(self._seconds_to_signs())
        self._notice_gone(listing)
        if self._no_room is not None:
            raise self._no_room
        return min(waits)

    def _seconds_to_signs(self) -> float:
        """While a job is under way, signs (CANCEL, HOLD, another prompt) are looked for every few seconds."""
        is_any_under_way = any(entry.state in UNDER_WAY for entry in self.roster())
        return self.pace.hot_seconds if is_any_under_way else self.pace.idle_seconds

    def roster(self) -> list[Entry]:
        """Which folders have a job, read again only after a change."""
        changes = self._ledger.changes
        if self._roster[0] != changes:
            self._roster = (changes, self._ledger.roster(self._inbox))
        return self._roster[1]

    def _follow(self, listing: Listing) -> None:
        """Folders that bear another name now keep what is remembered of them."""
        names = {folder.name for folder in listing.folders}
        lost = [name for name in self.folders if name not in names]
        if not lost:
            return
        by_inode = {(folder.device, folder.inode): folder for folder in listing.folders}
        for name in lost:
            seen = self.folders.pop(name)
            moved = by_inode.get((seen.key.device, seen.key.inode))
            if moved is not None and moved.name not in self.folders:
                seen.key = replace(seen.key, name=moved.name)
                seen.look_from = 0.0
                self.folders[moved.name] = seen

    def _visit(self, inbox_fd: int, folder: SeenFolder, signs: Signs, now: float) -> float:
        """Looks at a folder if it is due at `now`; returns the seconds until it is due again."""
        seen = self.folders.get(folder.name)
        if seen is None or (seen.key.device, seen.key.inode) != (folder.device, folder.inode):
            key = FolderKey(inbox=self._inbox, name=folder.name, device=folder.device, inode=folder.inode)
            seen = self.folders[folder.name] = Seen(key=key, first_seen_at=now)
        if self._has_sign(inbox_fd, folder, seen, signs) or now >= seen.look_from:
            if self._first_sight.leaves_alone(inbox_fd, folder):
                seen.look_again(self.pace.finished_seconds, now=now, sooner=self.pace.idle_seconds)
            else:
                self._look(inbox_fd, folder, seen)
                self._around.beat()
        return max(0.0, seen.look_by - self._monotonic())

    def _look(self, inbox_fd: int, folder: SeenFolder, seen: Seen) -> None:
        try:
            folder_fd = scan.open_folder_at(inbox_fd, folder.name)
            try:
                self._desk.visit(seen, folder_fd)
            except NoSpace as error:
                self._no_room = error
                self._desk.tell_no_room(seen, folder_fd, error, next_try=self.pace.hot_seconds)
            finally:
                os.close(folder_fd)
        except FolderMoved:
            seen.look_again(self.pace.hot_seconds, now=self._monotonic())
        except FolderOffline as error:
            if not seen.is_unreadable:
                _log.warning("folder.unreadable", folder=folder.name, reason=str(error), detail=error.detail)
            seen.is_unreadable = True
            seen.look_again(UNREADABLE_LOOK_SECONDS, now=self._monotonic())
        else:
            seen.is_unreadable = False

    def _has_sign(self, inbox_fd: int, folder: SeenFolder, seen: Seen, signs: Signs) -> bool:
        """Hints, commands, a changed directory, a prompt that was saved in place."""
        has_sign = False
        if folder.name in signs.touched:
            has_sign = True
            if seen.state is not None:
                seen.state = settle.hinted(seen.state, now=self._monotonic())
        if folder.name in signs.asked:
            has_sign = True
            seen.asked |= signs.asked[folder.name]
            seen.decided = None
        if folder.name in signs.unsettled:
            has_sign = True
            seen.state, seen.decided = None, None
        if folder.mtime_ns != seen.mtime_ns:
            has_sign = True
            seen.mtime_ns = folder.mtime_ns
        return has_sign or seen.is_prompt_other(inbox_fd, folder.name)

    def _notice_gone(self, listing: Listing) -> None:
        """Folders that were deleted: whoever works on them stops, and nothing is left behind."""
        names = frozenset(folder.name for folder in listing.folders) | frozenset(listing.not_taken)
        now = self._monotonic()
        is_due = names != self._names or now - self._gone_looked_at >= self.pace.finished_seconds
        if not listing.is_complete or not is_due:
            return
        self._names, self._gone_looked_at = names, now
        self._desk.patience.keep_only(self._inbox, names)
        taken = {entry.name for entry in self.roster()}
        renamed = {
            (folder.device, folder.inode) for folder in listing.folders if folder.name not in taken
        }  # their look will tell
        for entry in self.roster():
            if entry.name in names or entry.state is JobState.GONE or (entry.device, entry.inode) in renamed:
                continue
            self._ledger.put(entry.id, JobState.GONE, problem=None, due_at=None, stage=None, progress=None)
            self._interrupt(entry.id)
            _log.info("folder.gone", job=entry.id[:8], folder=entry.name, was=entry.state)
