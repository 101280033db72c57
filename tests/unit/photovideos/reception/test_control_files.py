"""Control files count once, also where they may not be removed."""

from __future__ import annotations

import os

import pytest

from photovideos.intake import scan
from photovideos.jobs.states import JobState
from photovideos.model import Control
from photovideos.reception import control_files
from photovideos.reception.seen import Seen
from support.front_desk import Office


@pytest.mark.parametrize("name", ["RETRY", "retry.txt"])
def test_a_control_file_counts_until_it_was_spent_and_is_removed_then(office: Office, name: str) -> None:
    (office.fill("Trip") / name).touch()
    folder_fd = scan.open_folder(str(office.inbox), "Trip")
    seen = Seen(key=scan.key_of(str(office.inbox), "Trip", folder_fd), asked={Control.CANCEL})
    snapshot = scan.take_snapshot(folder_fd, seen.key)
    assert control_files.fresh(office.ledger, seen, snapshot) == {Control.RETRY, Control.CANCEL}
    control_files.spend(office.ledger, seen, folder_fd, snapshot, frozenset({Control.RETRY, Control.CANCEL}))
    assert seen.asked == set()
    assert not (office.inbox / "Trip" / name).exists()
    os.close(folder_fd)


def test_one_that_cannot_be_removed_counts_once_and_again_when_it_is_put_there_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a share may forbid it; root, who runs tests, is forbidden nothing."""
    monkeypatch.setattr(control_files, "remove_control", lambda *_: False)
    (office.fill("Trip") / "RETRY").touch()
    folder_fd = scan.open_folder(str(office.inbox), "Trip")
    seen = Seen(key=scan.key_of(str(office.inbox), "Trip", folder_fd))
    snapshot = scan.take_snapshot(folder_fd, seen.key)
    control_files.spend(office.ledger, seen, folder_fd, snapshot, frozenset({Control.RETRY}))
    assert control_files.fresh(office.ledger, seen, snapshot) == frozenset()
    os.utime(office.inbox / "Trip" / "RETRY", (1, 1))
    again = scan.take_snapshot(folder_fd, seen.key)
    assert control_files.fresh(office.ledger, seen, again) == {Control.RETRY}
    os.close(folder_fd)


def test_hold_stays(office: Office) -> None:
    hold = office.fill("Trip") / "HOLD"
    hold.touch()
    folder_fd = scan.open_folder(str(office.inbox), "Trip")
    seen = Seen(key=scan.key_of(str(office.inbox), "Trip", folder_fd))
    snapshot = scan.take_snapshot(folder_fd, seen.key)
    control_files.spend(office.ledger, seen, folder_fd, snapshot, frozenset({Control.HOLD}))
    assert hold.exists()
    assert control_files.fresh(office.ledger, seen, snapshot) == {Control.HOLD}
    os.close(folder_fd)


def test_cancel_counts_at_once_and_retry_only_where_there_is_a_job(office: Office) -> None:
    office.fill("Trip")
    office.settle("Trip")
    job = office.job("Trip")
    assert job.state is JobState.QUEUED
    assert control_files.count_at_once(frozenset({Control.CANCEL}), None)
    assert control_files.count_at_once(frozenset({Control.RETRY}), job)
    assert not control_files.count_at_once(frozenset({Control.RETRY}), None)
    assert not control_files.count_at_once(frozenset({Control.READY, Control.HOLD}), job)
