"""A daemon that cannot start lets go of everything: it may be tried again for as long as a disk is full."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from photovideos.config import Config, InboxConfig
from photovideos.daemon import Daemon
from photovideos.errors import NoSpace
from photovideos.jobs.ledger import Ledger


def open_files(below: Path) -> list[str]:
    """Files that this process has open there."""
    found = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:  # the listing's own
            continue
    return [name for name in found if name.startswith(str(below))]


@pytest.mark.parametrize("step", ["take_up_again", "recall"])
def test_a_start_without_room_leaves_no_file_open_and_nobody_locked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    config = Config(inboxes=(InboxConfig(path=tmp_path / "inbox"),), state_dir=tmp_path / "state")

    def full(*_: object) -> None:
        raise NoSpace("no room")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, step, full)  # a disk that fills up in just that moment cannot be had
        for _ in range(3):
            with pytest.raises(NoSpace):
                Daemon(config, {})
    assert open_files(tmp_path) == []
    with Daemon(config, {}):
        assert open_files(tmp_path) != []
    assert open_files(tmp_path) == []
