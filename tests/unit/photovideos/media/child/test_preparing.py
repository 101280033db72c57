from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photovideos.media.child import photos
from photovideos.media.child.preparing import Preparer


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Path, int, int]]:
    folder, into = tmp_path / "folder", tmp_path / "into"
    folder.mkdir()
    into.mkdir()
    fds = [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in (folder, into)]
    yield folder, into, fds[0], fds[1]
    for fd in fds:
        os.close(fd)


def asked(folder: Path, path: str, kind: str = "photo") -> dict[str, Any]:
    found = (folder / path).lstat()
    return {"path": path, "kind": kind, "inode": found.st_ino, "size": found.st_size, "target": "copy"}


def preparer(folder_fd: int, into_fd: int | None = None, *, edge: int = 100, strip: bool = True) -> Preparer:
    settings = {"folder_fd": folder_fd, "into_fd": into_fd, "longest_edge_pixels": edge, "strip_metadata": strip}
    return Preparer(settings)


def test_for_the_studio_only_the_header_is_looked_at(
    place: tuple[Path, Path, int, int], jpeg: Callable[..., bytes], film: Callable[..., Path]
) -> None:
    folder, into, folder_fd, _ = place
    (folder / "a.jpg").write_bytes(jpeg(taken="2024:05:03 10:11:12"))
    film(folder / "b.mp4")
    looking = preparer(folder_fd)
    assert looking.answer(asked(folder, "a.jpg")) == {
        "extension": "jpg",
        "taken": "2024-05-03T10:11:12",
        "written": False,
    }
    assert looking.answer(asked(folder, "b.mp4", "clip"))["taken"] is None
    assert os.listdir(into) == []


def test_for_the_cloud_a_copy_is_written(place: tuple[Path, Path, int, int], jpeg: Callable[..., bytes]) -> None:
    folder, into, folder_fd, into_fd = place
    (folder / "a.jpg").write_bytes(jpeg(size=(400, 300)))
    assert preparer(folder_fd, into_fd).answer(asked(folder, "a.jpg"))["written"] is True
    with Image.open(into / "copy") as image:
        assert image.size == (100, 75)


def test_with_metadata_wanted_clips_and_small_photos_are_not_copied(
    place: tuple[Path, Path, int, int], jpeg: Callable[..., bytes], film: Callable[..., Path]
) -> None:
    folder, into, folder_fd, into_fd = place
    (folder / "a.jpg").write_bytes(jpeg())
    film(folder / "b.mp4")
    keeping = preparer(folder_fd, into_fd, strip=False)
    assert keeping.answer(asked(folder, "a.jpg"))["written"] is False
    assert keeping.answer(asked(folder, "b.mp4", "clip"))["written"] is False
    assert os.listdir(into) == []


def test_a_gif_is_a_picture_whatever_the_scan_called_it(place: tuple[Path, Path, int, int]) -> None:
    folder, _, folder_fd, into_fd = place
    out = io.BytesIO()
    frames = [Image.new("P", (16, 16), colour) for colour in (0, 1)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    (folder / "a.gif").write_bytes(out.getvalue())
    assert preparer(folder_fd, into_fd).answer(asked(folder, "a.gif", "clip"))["extension"] == "gif"


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "photo"), ("a.mp4", "clip"), ("a.mp3", "song")])
def test_what_is_not_what_it_says_is_a_problem_and_leaves_no_copy(
    place: tuple[Path, Path, int, int], name: str, kind: str
) -> None:
    folder, into, folder_fd, into_fd = place
    (folder / name).write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    assert preparer(folder_fd, into_fd).answer(asked(folder, name, kind))["problem"].endswith(".")
    assert os.listdir(into) == []


def test_tags_that_cannot_be_taken_out_are_a_problem(
    place: tuple[Path, Path, int, int], film: Callable[..., Path]
) -> None:
    folder, into, folder_fd, into_fd = place
    film(folder / "a.ogg", container="ogg", codecs=("", "libopus"), streams="a")
    assert "cannot be taken out" in preparer(folder_fd, into_fd).answer(asked(folder, "a.ogg", "song"))["problem"]
    assert os.listdir(into) == []


def test_a_file_that_is_not_there_any_more_has_moved(place: tuple[Path, Path, int, int]) -> None:
    folder, _, folder_fd, _ = place
    (folder / "a.jpg").write_bytes(b"x")
    request = asked(folder, "a.jpg")
    (folder / "a.jpg").unlink()
    assert preparer(folder_fd).answer(request) == {"moved": True}


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (OSError(errno.EIO, ""), {"offline": errno.EIO}),
        (OSError(errno.ESTALE, ""), {"offline": errno.ESTALE}),
        (OSError(errno.ENOSPC, ""), {"no_space": errno.ENOSPC}),
        (OSError(errno.EFBIG, ""), {"problem": "What has to be made of it would be too large to send."}),
        (OSError(errno.ENOEXEC, ""), {"problem": "It cannot be read."}),
        (PermissionError(errno.EACCES, ""), {"problem": "It may not be read: its permissions do not allow it."}),
        (MemoryError(), {"problem": "It needs more memory to open than a file may have."}),
    ],
)
def test_what_the_system_says_is_sorted(
    place: tuple[Path, Path, int, int], monkeypatch: pytest.MonkeyPatch, error: Exception, answer: dict[str, Any]
) -> None:
    folder, _, folder_fd, _ = place
    (folder / "a.jpg").write_bytes(b"x")

    def _fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(photos, "look", _fail)
    assert preparer(folder_fd).answer(asked(folder, "a.jpg")) == answer
