from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos.media.child.opening import NotTheFile, create, open_original


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "folder"
    (inside / "day 1").mkdir(parents=True)
    (inside / "day 1" / "a.jpg").write_bytes(b"photo")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.jpg").write_bytes(b"secret")
    return inside


@pytest.fixture
def folder_fd(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_a_file_in_a_subfolder_is_opened(folder_fd: int) -> None:
    with open_original(folder_fd, "day 1/a.jpg") as file:
        assert file.read() == b"photo"


def test_a_linked_file_is_not_followed(folder: Path, folder_fd: int) -> None:
    (folder / "link.jpg").symlink_to("../outside/a.jpg")
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "link.jpg")


def test_a_subfolder_swapped_for_a_link_is_not_followed(folder: Path, folder_fd: int) -> None:
    (folder / "day 1").rename(folder / "gone")
    (folder / "day 1").symlink_to("../outside")
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "day 1/a.jpg")


@pytest.mark.parametrize(
    "path", ["../outside/a.jpg", "/etc/passwd", "day 1/../../outside/a.jpg", "", "day 1//a.jpg", "."]
)
def test_no_path_leads_out_of_the_folder(folder_fd: int, path: str) -> None:
    with pytest.raises(NotTheFile):
        open_original(folder_fd, path)


def test_a_fifo_is_not_waited_for(folder: Path, folder_fd: int) -> None:
    os.mkfifo(folder / "pipe.jpg")
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "pipe.jpg")


def test_a_folder_is_no_file(folder_fd: int) -> None:
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "day 1")


def test_another_file_under_the_same_name_is_not_the_one_the_scan_saw(folder: Path, folder_fd: int) -> None:
    seen = (folder / "day 1" / "a.jpg").stat()
    (folder / "day 1" / "b.jpg").write_bytes(b"other")
    (folder / "day 1" / "b.jpg").rename(folder / "day 1" / "a.jpg")
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "day 1/a.jpg", inode=seen.st_ino, size=seen.st_size)


def test_a_file_that_grew_is_not_the_one_the_scan_saw(folder: Path, folder_fd: int) -> None:
    seen = (folder / "day 1" / "a.jpg").stat()
    with open(folder / "day 1" / "a.jpg", "ab") as file:
        file.write(b"more")
    with pytest.raises(NotTheFile):
        open_original(folder_fd, "day 1/a.jpg", inode=seen.st_ino, size=seen.st_size)


def test_refused_files_leave_no_descriptor_open(folder: Path, folder_fd: int) -> None:
    os.mkfifo(folder / "pipe.jpg")
    before = len(os.listdir("/proc/self/fd"))
    for path in ("pipe.jpg", "day 1", "no/such", "../x"):
        with pytest.raises(NotTheFile):
            open_original(folder_fd, path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_copy_replaces_what_an_earlier_try_left_and_never_writes_through_a_link(folder: Path, folder_fd: int) -> None:
    (folder / "copy").symlink_to("../outside/a.jpg")
    with create(folder_fd, "copy") as file:
        file.write(b"new")
    assert (folder / "copy").read_bytes() == b"new"
    assert (folder.parent / "outside" / "a.jpg").read_bytes() == b"secret"
