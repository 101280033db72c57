"""One process works a state directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from photovideos.daemon.lock import StateLock
from photovideos.errors import UsageError
from photovideos.intake import mounts
from photovideos.intake.mounts import Mount


def test_a_second_one_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    first = StateLock(tmp_path / "state")
    first.take()
    assert StateLock(tmp_path / "state").try_to_take() == str(os.getpid())
    with pytest.raises(UsageError, match=f"process {os.getpid()}"):
        StateLock(tmp_path / "state").take()
    first.release()
    first.release()
    second = StateLock(tmp_path / "state")
    second.take()
    second.release()


def test_it_ends_with_its_holder_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from photovideos.daemon.lock import StateLock; "
        "StateLock(Path(sys.argv[1])).take(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False).returncode == -9
    lock = StateLock(tmp_path)
    assert lock.try_to_take() is None
    lock.release()


def test_the_state_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    lock = StateLock(tmp_path / "new")
    lock.take()
    lock.release()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_cannot_be_used_is_a_matter_of_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be used"):
        StateLock(tmp_path / "file" / "state").take()


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # No share can be mounted by every user who runs the tests.
    monkeypatch.setattr(mounts, "mount_of", lambda _fd: Mount(kind="nfs4", source="nas:/photos"))
    with pytest.raises(UsageError, match="network file system"):
        StateLock(tmp_path).take()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        StateLock(tmp_path).take()
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"
