"""Level 1 of an inbox: its folders, and what lies wrong beside them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from photovideos.intake.descriptors import FOLDER_FLAGS, offline
from photovideos.intake.ignore import is_ignored_file, is_ignored_folder, is_not_taken_yet, is_own_name, is_temporary
from photovideos.intake.kinds import by_extension
from photovideos.intake.naming import MAX_CONTROL_BYTES, control_of, natural_key, prompt_rank
from photovideos.model import Control

MAX_LISTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFolder:
    """A folder of the inbox as the listing saw it."""

    name: str
    device: int
    inode: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An inbox at one look. `folders` in natural order; `not_taken`: those ending in `.tmp` or `.part`.

    `loose_media`, `has_loose_prompt`, `links`: what lies wrong. `controls`: READY for a first scan (design §2.1).
    `is_complete` is False if there were more than `MAX_LISTED` names.
    """

    folders: tuple[SeenFolder, ...]
    not_taken: tuple[str, ...] = ()
    loose_media: int = 0
    has_loose_prompt: bool = False
    links: tuple[str, ...] = ()
    controls: frozenset[Control] = frozenset()
    is_complete: bool = True


class _Level:
    def __init__(self) -> None:
        self.folders: list[SeenFolder] = []
        self.not_taken: list[str] = []
        self.links: list[str] = []
        self.controls: set[Control] = set()
        self.loose_media = 0
        self.has_loose_prompt = False

    def see(self, item: os.DirEntry[str]) -> None:
        try:
            status = item.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(status.st_mode):
            self._see_folder(item.name, status)
        elif stat.S_ISREG(status.st_mode):
            self._see_file(item.name, status.st_size)
        elif stat.S_ISLNK(status.st_mode) and not is_ignored_file(item.name):
            self.links.append(item.name)

    def _see_folder(self, name: str, status: os.stat_result) -> None:
        if is_ignored_folder(name):
            return
        if is_not_taken_yet(name):
            self.not_taken.append(name)
            return
        self.folders.append(
            SeenFolder(
                name=name,
                device=status.st_dev,
                inode=status.st_ino,
                mtime_ns=status.st_mtime_ns,
                ctime_ns=status.st_ctime_ns,
            )
        )

    def _see_file(self, name: str, size: int) -> None:
        control = control_of(name)
        if control is not None and size <= MAX_CONTROL_BYTES:
            self.controls.add(control)
        elif prompt_rank(name) is not None:
            self.has_loose_prompt = True
        elif not (is_own_name(name) or is_ignored_file(name) or is_temporary(name)) and by_extension(name) is not None:
            self.loose_media += 1


def list_folders(inbox_fd: int, *, max_names: int = MAX_LISTED) -> Listing:
    """What lies in the inbox itself; links are named and never followed. Raises FolderOffline."""
    level = _Level()
    is_complete = True
    try:
        # A descriptor of its own: readers of one descriptor share its position.
        listing_fd = os.open(".", FOLDER_FLAGS, dir_fd=inbox_fd)
        try:
            with os.scandir(listing_fd) as names:
                for count, item in enumerate(names, start=1):
                    if count > max_names:
                        is_complete = False
                        break
                    level.see(item)
        finally:
            os.close(listing_fd)
    except OSError as error:
        raise offline("The inbox", error) from error
    return Listing(
        folders=tuple(sorted(level.folders, key=lambda folder: natural_key(folder.name))),
        not_taken=tuple(sorted(level.not_taken, key=natural_key)),
        loose_media=level.loose_media,
        has_loose_prompt=level.has_loose_prompt,
        links=tuple(sorted(level.links, key=natural_key)),
        controls=frozenset(level.controls),
        is_complete=is_complete,
    )
