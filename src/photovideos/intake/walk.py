"""Walks a folder by directory descriptor, within bounds; says what lies in it and looks into nothing.

Links are never followed, FIFOs and devices are named, litter is skipped (`ignore`). However wide or deep a tree is, a
walk ends: after `MAX_DEPTH` levels, `MAX_ENTRIES` names or `MAX_SECONDS`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from photovideos.errors import FolderMoved
from photovideos.intake.descriptors import FOLDER_FLAGS, offline
from photovideos.intake.ignore import is_ignored_file, is_ignored_folder, is_ordinary, is_own_name, is_temporary
from photovideos.model import LeftOut

MAX_DEPTH = 4  # levels of subfolders
MAX_ENTRIES = 20_000
MAX_SECONDS = 20.0
MAX_NAMED = 100  # left-out files that are named one by one

LINK = "it is a link; links are not followed"
NO_FILE = "it is not an ordinary file"
TOO_DEEP = "it lies more than 4 folders deep"
FOREIGN_HARD_LINK = "it is a hard link to a file of somebody else"
NOT_READABLE = "the service has no right to read it"

_RACES = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_DENIED = frozenset({errno.EACCES, errno.EPERM})


Lying = tuple[str, int, int, int, int]
"""Path, size, mtime_ns, ctime_ns, inode: no more than that, for most walks only look whether all is as it was."""


@dataclass(slots=True, kw_only=True)
class Found:
    """What a walk found. Owned by the walk until it returns.

    `files`: regular files that are neither litter nor our notes. `newest_ctime_ns`: of everything below the folder,
    litter too. `too_big`: which bound ended the walk, or None.
    """

    files: list[Lying] = field(default_factory=list)
    temporaries: list[Lying] = field(default_factory=list)
    notes: list[Lying] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    newest_ctime_ns: int = 0
    too_big: str | None = None
    unnamed: int = 0

    def leave_out(self, path: str, reason: str) -> None:
        if len(self.left_out) < MAX_NAMED:
            self.left_out.append(LeftOut(file=path, reason=reason))
        else:
            self.unnamed += 1


class _BoundReached(Exception):
    pass


class _Walk:
    def __init__(self, owner: int, clock: Callable[[], float], max_entries: int, max_seconds: float) -> None:
        self.found = Found()
        self._owner = owner
        self._clock = clock
        self._max_entries = max_entries
        self._entries = 0
        self._ends_at = clock() + max_seconds

    def enter(self, folder_fd: int, prefix: str, depth: int) -> None:
        subfolders: list[str] = []
        for item in self._items(folder_fd):
            self._see(item, prefix, subfolders)
        for name in sorted(subfolders):
            path = f"{prefix}{name}"
            if depth == MAX_DEPTH:
                self.found.leave_out(path, TOO_DEEP)
                continue
            try:
                deeper_fd = os.open(name, FOLDER_FLAGS, dir_fd=folder_fd)
            except OSError as error:
                self._could_not_enter(path, error)
                continue
            try:
                self.enter(deeper_fd, f"{path}/", depth + 1)
            finally:
                os.close(deeper_fd)

    def _items(self, folder_fd: int) -> Iterator[os.DirEntry[str]]:
        # A descriptor of its own: readers of one descriptor share its position.
        listing_fd = os.open(".", FOLDER_FLAGS, dir_fd=folder_fd)
        try:
            with os.scandir(listing_fd) as listing:
                for item in listing:
                    self._entries += 1
                    if self._entries > self._max_entries:
                        self.found.too_big = f"it holds more than {self._max_entries} files"
                        raise _BoundReached
                    if self._entries % 256 == 0 and self._clock() > self._ends_at:
                        self.found.too_big = "it takes too long to look through"
                        raise _BoundReached
                    yield item
        finally:
            os.close(listing_fd)

    def _could_not_enter(self, path: str, error: OSError) -> None:
        if error.errno in _DENIED:
            self.found.leave_out(path, NOT_READABLE)
        elif error.errno not in _RACES:
            raise offline(f"‘{path}’", error) from error

    def _see(self, item: os.DirEntry[str], prefix: str, subfolders: list[str]) -> None:
        try:
            status = item.stat(follow_symlinks=False)
        except OSError as error:
            self._could_not_enter(f"{prefix}{item.name}", error)
            return
        found, path = self.found, f"{prefix}{item.name}"
        found.newest_ctime_ns = max(found.newest_ctime_ns, status.st_ctime_ns)
        if stat.S_ISREG(status.st_mode):
            self._see_file(item.name, path, status)
        elif stat.S_ISDIR(status.st_mode):
            if is_temporary(item.name):
                found.temporaries.append(_lying(path, status))
            elif not is_ignored_folder(item.name):
                subfolders.append(item.name)
        elif not is_ignored_file(item.name):
            found.leave_out(path, LINK if stat.S_ISLNK(status.st_mode) else NO_FILE)

    def _see_file(self, name: str, path: str, status: os.stat_result) -> None:
        if is_ordinary(name) or not (is_temporary(name) or is_ignored_file(name)):
            if status.st_nlink > 1 and status.st_uid != self._owner:
                self.found.leave_out(path, FOREIGN_HARD_LINK)
            else:
                self.found.files.append(_lying(path, status))
        elif is_temporary(name):
            self.found.temporaries.append(_lying(path, status))
        elif is_own_name(name):
            self.found.notes.append(_lying(path, status))


def _lying(path: str, status: os.stat_result) -> Lying:
    return path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def walk(
    folder_fd: int,
    *,
    clock: Callable[[], float],
    max_entries: int = MAX_ENTRIES,
    max_seconds: float = MAX_SECONDS,
) -> Found:
    """Everything in the folder. `clock`: monotonic seconds. Raises FolderOffline and FolderMoved (it was removed)."""
    try:
        status = os.fstat(folder_fd)
        if status.st_nlink == 0:
            raise FolderMoved("The folder is not there any more.")
        steps = _Walk(status.st_uid, clock, max_entries, max_seconds)
        with contextlib.suppress(_BoundReached):
            steps.enter(folder_fd, "", 0)
    except OSError as error:
        if error.errno in _RACES:
            raise FolderMoved("The folder is not there any more.") from error
        raise offline("The folder", error) from error
    found = steps.found
    if found.unnamed:
        found.left_out.append(LeftOut(file=f"{found.unnamed} more", reason="the list of files left out ends here"))
    return found
