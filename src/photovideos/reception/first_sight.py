"""New means new: what lay in an inbox before photovideos saw it is a library, and is left alone (design §2.1)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from photovideos import logs
from photovideos.config import Config
from photovideos.errors import PhotoVideosError
from photovideos.intake import scan
from photovideos.intake.listing import Listing, SeenFolder
from photovideos.intake.naming import control_of, prompt_rank
from photovideos.jobs.ledger import Ledger
from photovideos.model import BackendKind, Control, FolderKey

_log = logs.get("reception")

MOST_AT_ONCE = 10  # with the cloud: more folders than that wait for READY at the first scan
MOST_NAMES = 20_000  # of a folder are read to find a prompt among them


class FirstSight:
    """Which folders of one inbox are left alone, and whether the first scan waits for READY. Owned by its thread."""

    def __init__(self, inbox: str, ledger: Ledger, config: Config) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._takes_existing = next((one.existing == "take" for one in config.inboxes if str(one.path) == inbox), False)
        self._is_cloud = BackendKind(config.backend.kind) is BackendKind.NEMO
        self._left_alone: tuple[int, dict[str, int]] = (-1, {})
        self._gated: int | None = None

    def look(self, inbox_fd: int, listing: Listing, *, is_first: bool) -> None:
        """After each listing. `is_first`: this inbox was never seen before."""
        if is_first:
            self._see(inbox_fd, listing.folders)
        if self.gated() and Control.READY in listing.controls:
            self._ledger.remember(self._gate, None)
            self._gated = 0
            _remove_ready(inbox_fd)
            _log.info("inbox.released", inbox=self._inbox)

    def gated(self) -> int:
        """How many folders wait until READY lies in the inbox itself; 0: none."""
        if self._gated is None:
            self._gated = int(self._ledger.recall(self._gate) or 0)
        return self._gated

    def leaves_alone(self, inbox_fd: int, folder: SeenFolder) -> bool:
        """Whether this is a folder of the library that did not get a prompt or READY since."""
        known = self.left_alone()
        if folder.name not in known:
            return False
        if known[folder.name] == folder.inode and not _is_asked_for(inbox_fd, folder.name):
            return True
        self._ledger.take_after_all(self._inbox, folder.name)
        return False

    def left_alone(self) -> dict[str, int]:
        """Names and inodes, read again only after a change: commands take folders out of the library, too."""
        changes = self._ledger.changes
        if self._left_alone[0] != changes:
            self._left_alone = (changes, self._ledger.left_alone(self._inbox))
        return self._left_alone[1]

    @property
    def _gate(self) -> str:
        return f"gate.{self._inbox}"

    def _see(self, inbox_fd: int, folders: Iterable[SeenFolder]) -> None:
        asked = {folder.name for folder in folders if _is_asked_for(inbox_fd, folder.name)}
        library = [] if self._takes_existing else [folder for folder in folders if folder.name not in asked]
        self._ledger.leave_alone(
            FolderKey(inbox=self._inbox, name=folder.name, device=folder.device, inode=folder.inode)
            for folder in library
        )
        if library:
            _log.info("inbox.library", inbox=self._inbox, left_alone=len(library))
        if self._is_cloud and len(asked) > MOST_AT_ONCE:
            self._ledger.remember(self._gate, str(len(asked)))
            self._gated = len(asked)


def _is_asked_for(inbox_fd: int, name: str) -> bool:
    """Does a prompt or READY lie at the top of the folder? Names only: nothing is opened."""
    with suppress(PhotoVideosError, OSError):  # gone, or not to be read just now: asked again at each look
        folder_fd = scan.open_folder_at(inbox_fd, name)
        try:
            with os.scandir(folder_fd) as entries:
                for count, entry in enumerate(entries):
                    if count > MOST_NAMES:
                        return False
                    if prompt_rank(entry.name) is not None or control_of(entry.name) is Control.READY:
                        return True
        finally:
            os.close(folder_fd)
    return False


def is_said_ready(inbox_fd: int) -> bool:
    """Whether READY lay in the inbox itself; it is removed, for it counts once."""
    was_there = Control.READY in scan.list_folders(inbox_fd).controls
    if was_there:
        _remove_ready(inbox_fd)
    return was_there


def _remove_ready(inbox_fd: int) -> None:
    with suppress(OSError):  # where it may not be removed it has counted all the same
        for name in os.listdir(inbox_fd):
            if control_of(name) is Control.READY:
                os.unlink(name, dir_fd=inbox_fd)
