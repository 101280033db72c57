"""Bounds and races of the walk, below the scan."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

import pytest

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.intake import walk as walking

MakeDrop = Callable[..., Any]


def found(folder: Any) -> walking.Found:
    return walking.walk(folder.fd, clock=lambda: 0.0)


def failing_on(name: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def opened(path: Any, flags: int, *args: Any, **keywords: Any) -> int:
        if path == name:
            raise OSError(number, os.strerror(number))
        return real(path, flags, *args, **keywords)

    monkeypatch.setattr(os, "open", opened)


def test_the_newest_change_is_that_of_anything_in_the_folder(drop: MakeDrop) -> None:
    folder = drop()
    path = folder.put("sub/@eaDir")
    assert found(folder).newest_ctime_ns == path.stat().st_ctime_ns


def test_a_subfolder_that_may_not_be_read_is_named(drop: MakeDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = drop()
    folder.put("a.jpg")
    folder.put("closed/b.jpg")
    failing_on("closed", errno.EACCES, monkeypatch)
    seen = found(folder)
    assert [path for path, *_ in seen.files] == ["a.jpg"]
    assert [(item.file, item.reason) for item in seen.left_out] == [("closed", walking.NOT_READABLE)]


@pytest.mark.parametrize("number", [errno.ELOOP, errno.ENOTDIR, errno.ENOENT])
def test_a_subfolder_swapped_for_a_link_in_the_middle_is_passed_by(
    drop: MakeDrop, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = drop()
    folder.put("swapped/b.jpg")
    failing_on("swapped", number, monkeypatch)
    assert found(folder).files == []


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.ENOTCONN])
def test_a_share_that_fails_makes_the_folder_offline_and_not_empty(
    drop: MakeDrop, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = drop()
    folder.put("sub/b.jpg")
    failing_on("sub", number, monkeypatch)
    with pytest.raises(FolderOffline, match="cannot be read just now"):
        found(folder)


def test_no_descriptor_is_left_open(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("1/2/3/4/5/a.jpg")
    before = len(os.listdir("/proc/self/fd"))
    found(folder)
    os.rename(folder.path / "1", folder.path.parent / "1")
    folder.path.rmdir()
    with pytest.raises(FolderMoved):
        found(folder)
    assert len(os.listdir("/proc/self/fd")) == before
