"""The control files of a folder: which of them did not count yet, and what becomes of those that did (design §2.1).

What they call for is not said here (`decide`). Owned by the thread of its desk.
"""

from __future__ import annotations

from collections.abc import Iterable

from photovideos.intake import scan
from photovideos.intake.controls import remove_control
from photovideos.intake.naming import control_of
from photovideos.jobs.ledger import Job, Ledger
from photovideos.model import Control, FileEntry, FolderKey, Snapshot
from photovideos.reception.seen import Seen

ONCE = frozenset({Control.READY, Control.RETRY, Control.CANCEL})  # HOLD stays until its owner removes it


def fresh(ledger: Ledger, seen: Seen, snapshot: Snapshot) -> frozenset[Control]:
    """The control files that did not count yet, and what commands asked for."""
    found = set(seen.asked)
    for entry, control in _control_files(snapshot):
        if ledger.recall(_spent(seen.key, control)) != scan.stat_key(entry):
            found.add(control)
    return frozenset(found)


def spend(ledger: Ledger, seen: Seen, folder_fd: int, snapshot: Snapshot, controls: frozenset[Control]) -> None:
    """Those whose effect is in the ledger are removed; where that is not allowed they count once."""
    seen.asked -= controls
    for entry, control in _control_files(snapshot):
        if control in ONCE and control in controls and not remove_control(folder_fd, entry):
            ledger.remember(_spent(seen.key, control), scan.stat_key(entry))


def count_at_once(controls: frozenset[Control], job: Job | None) -> bool:
    """CANCEL and RETRY do not wait until the folder rests."""
    return Control.CANCEL in controls or (job is not None and Control.RETRY in controls)


def _spent(key: FolderKey, control: Control) -> str:
    return f"control.{key.inbox}/{key.name}/{control}"


def _control_files(snapshot: Snapshot) -> Iterable[tuple[FileEntry, Control]]:
    for entry in snapshot.control_files:
        control = control_of(entry.path)
        if control is not None:
            yield entry, control
