import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from photovideos import disk
from photovideos.errors import NoSpace, TryLater


def with_free(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _place: SimpleNamespace(f_bavail=count, f_frsize=1))


def test_too_little_room_is_told_with_both_figures_and_the_path_is_for_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free(monkeypatch, 3_900_000)
    disk.check(tmp_path, 3_900_000)
    with pytest.raises(NoSpace) as caught:
        disk.check(tmp_path, 3_900_001)
    assert str(caught.value) == (
        "There is no room on the disk that holds photovideos' own records: 4 MB are needed, 3 MB are free."
    )
    assert caught.value.advice
    assert str(tmp_path) in caught.value.detail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_and_a_spent_quota_are_want_of_room(tmp_path: Path, number: int) -> None:
    with pytest.raises(NoSpace, match="7 MB are needed"), disk.told_as_ours(tmp_path, 7_000_000):
        raise OSError(number, os.strerror(number))


def test_whatever_else_a_disk_says_is_tried_again_and_is_no_want_of_room(tmp_path: Path) -> None:
    with pytest.raises(TryLater) as caught, disk.told_as_ours(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert not isinstance(caught.value, NoSpace)


def test_a_place_of_which_nothing_can_be_told_is_not_called_full(tmp_path: Path) -> None:
    assert disk.free_bytes(tmp_path / "nowhere") is None
    disk.check(tmp_path / "nowhere", 10**18)
