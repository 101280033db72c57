from __future__ import annotations

import os
from pathlib import Path

import pytest

from photovideos.delivery import files


def test_a_part_that_was_not_renamed_is_gone_at_the_end(folder: Path, folder_fd: int) -> None:
    with files.new_part(folder_fd) as (name, fd):
        files.write_all(fd, b"x" * 100_000)
        assert (folder / name).read_bytes() == b"x" * 100_000
        assert name.startswith(".")
    assert os.listdir(folder) == []


def test_a_rename_never_replaces(folder: Path, folder_fd: int) -> None:
    (folder / "a").write_text("old")
    (folder / "b").write_text("new")
    with pytest.raises(FileExistsError):
        files.rename_new(folder_fd, "b", "a")
    assert (folder / "a").read_text() == "old"


def test_a_dangling_link_is_something_that_is_there(folder: Path, folder_fd: int) -> None:
    (folder / "a").symlink_to("nowhere")
    assert files.exists(folder_fd, "a")
    (folder / "b").write_text("new")
    with pytest.raises(FileExistsError):
        files.rename_new(folder_fd, "b", "a")


def test_only_small_regular_files_are_read(folder: Path, folder_fd: int) -> None:
    (folder / "a").write_bytes(b"12345")
    (folder / "link").symlink_to("a")
    (folder / "dir").mkdir()
    os.mkfifo(folder / "pipe")
    assert files.read_regular(folder_fd, "a", 5) == b"12345"
    for name in ("link", "dir", "pipe", "missing"):
        assert files.read_regular(folder_fd, name, 5) is None
    assert files.read_regular(folder_fd, "a", 4) is None


def test_megabytes_are_rounded_up_so_that_enough_is_asked_for(folder_fd: int) -> None:
    told = [str(files.no_space(folder_fd, count)) for count in (1, 1_000_000, 1_000_001, 12_340_000_000)]
    needed = [text.partition(": ")[2].partition(" are needed")[0] for text in told]
    assert needed == ["1 MB", "1 MB", "2 MB", "12.3 GB"]


def test_no_descriptor_is_left_open(folder: Path, folder_fd: int) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with files.new_part(folder_fd):
        pass
    files.read_regular(folder_fd, "missing", 5)
    files.remove_leftovers(folder_fd)
    assert len(os.listdir("/proc/self/fd")) == before
