"""Opening by directory descriptor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.intake import descriptors

MakeDrop = Callable[..., Any]


def test_a_file_is_opened_below_the_folder(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a/b/c.jpg", b"hello")
    file_fd = descriptors.open_file(folder.fd, "a/b/c.jpg")
    try:
        assert descriptors.read_up_to(file_fd, 3) == b"hel"
        assert descriptors.read_up_to(file_fd, 100) == b"hello"
        assert not os.get_inheritable(file_fd)
    finally:
        os.close(file_fd)


@pytest.mark.parametrize("relative", ["../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a/", "x\0y"])
def test_nothing_above_the_folder_can_be_named(drop: MakeDrop, relative: str) -> None:
    folder = drop()
    (folder.path.parent / "x").write_bytes(b"outside")
    folder.put("a/b", b"")
    with pytest.raises(FolderMoved):
        descriptors.open_file(folder.fd, relative)


def test_a_component_that_is_a_link_leads_nowhere(drop: MakeDrop, tmp_path: Path) -> None:
    folder = drop()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.jpg").write_bytes(b"outside")
    (folder.path / "sub").symlink_to(tmp_path / "outside")
    (folder.path / "x.jpg").symlink_to(tmp_path / "outside" / "x.jpg")
    for relative in ("sub/x.jpg", "x.jpg"):
        with pytest.raises(FolderMoved):
            descriptors.open_file(folder.fd, relative)


def test_a_pipe_in_the_place_of_a_photo_does_not_block(drop: MakeDrop) -> None:
    folder = drop()
    os.mkfifo(folder.path / "a.jpg")
    with pytest.raises(FolderMoved, match="not an ordinary file"):
        descriptors.open_file(folder.fd, "a.jpg")


def test_a_folder_that_is_a_link_is_not_opened(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (inbox / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderMoved):
        descriptors.open_folder(str(inbox), "link")


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "x\0y"])
def test_only_a_name_in_the_inbox_is_opened(inbox: Path, name: str) -> None:
    with pytest.raises(FolderMoved):
        descriptors.open_folder(str(inbox), name)


def test_a_missing_folder_has_moved_and_a_missing_inbox_is_offline(inbox: Path) -> None:
    with pytest.raises(FolderMoved):
        descriptors.open_folder(str(inbox), "gone")
    with pytest.raises(FolderOffline) as caught:
        descriptors.open_folder(str(inbox / "not mounted"), "gone")
    assert "ENOENT" in caught.value.detail
    assert "ENOENT" not in str(caught.value)


def test_an_inbox_may_be_named_through_a_link(inbox: Path, tmp_path: Path) -> None:
    (inbox / "Trip").mkdir()
    (tmp_path / "link").symlink_to(inbox)
    os.close(descriptors.open_folder(str(tmp_path / "link"), "Trip"))


STEPS = st.lists(st.sampled_from(["..", ".", "", "in", "to-in", "to-out", "a.jpg", "out", "to-a.jpg"]), max_size=5)


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A folder with files and links in it, some of which lead out of it, and its descriptor."""
    folder = tmp_path_factory.mktemp("between")
    inside, outside = folder / "trip", folder / "out"
    for place in (inside / "in", outside):
        place.mkdir(parents=True)
        (place / "a.jpg").touch()
    (inside / "in" / "to-in").symlink_to(".")
    (inside / "to-out").symlink_to(outside)
    (inside / "to-a.jpg").symlink_to(outside / "a.jpg")
    folder_fd = os.open(inside, os.O_RDONLY | os.O_DIRECTORY)
    yield inside, folder_fd
    os.close(folder_fd)


@given(STEPS.map("/".join) | STEPS.map(lambda steps: "/".join(["in", *steps])) | st.text(max_size=40))
@example("in/a.jpg")
@example("in/../../out/a.jpg")
@example("to-out/a.jpg")
@example("to-a.jpg")
def test_no_name_leads_out_of_the_folder(between: tuple[Path, int], relative: str) -> None:
    inside, folder_fd = between
    try:
        file_fd = descriptors.open_file(folder_fd, relative)
    except (FolderMoved, FolderOffline, UnicodeEncodeError):
        assert relative != "in/a.jpg"
    else:
        opened = os.readlink(f"/proc/self/fd/{file_fd}")
        os.close(file_fd)
        assert opened == str(inside / "in" / "a.jpg") == str(inside / relative), "no way around either"
