"""Who has a file open for writing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from photovideos.intake.mounts import mount_of
from photovideos.intake.writers import open_for_writing

MakeDrop = Callable[..., Any]


def test_a_file_with_a_writer_is_told_and_one_that_is_only_read_is_not(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("done.jpg")
    folder.put("copying.jpg")
    if mount_of(folder.fd).kind not in ("ext4", "tmpfs", "overlay", "xfs", "btrfs"):
        pytest.skip("no leases on this file system")
    media = folder.look().media
    assert open_for_writing(folder.fd, media) == ()
    with open(folder.path / "done.jpg", "rb"), open(folder.path / "copying.jpg", "ab"):
        assert open_for_writing(folder.fd, media) == ("copying.jpg",)
    assert open_for_writing(folder.fd, media) == ()


def test_looking_changes_nothing_and_leaves_nothing_open(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg")
    before = folder.look()
    descriptors = len(os.listdir("/proc/self/fd"))
    open_for_writing(folder.fd, before.media)
    assert folder.look() == before
    assert len(os.listdir("/proc/self/fd")) == descriptors
    with open(folder.path / "a.jpg", "ab") as file:  # no lease stands in the way
        file.write(b"x")


def test_a_file_that_went_away_is_passed_by(drop: MakeDrop) -> None:
    folder = drop()
    path = folder.put("a.jpg")
    media = folder.look().media
    path.unlink()
    assert open_for_writing(folder.fd, media) == ()
