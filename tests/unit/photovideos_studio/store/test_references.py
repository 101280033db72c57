from __future__ import annotations

import os
from pathlib import Path

import pytest

from photovideos_studio.store.errors import FileClosed, SourceChanged
from photovideos_studio.store.references import Reference, Roots, digest, open_again, open_plainly, refer


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "Italy" / "a.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"pixels")
    return path


def taken(roots: Roots, path: Path) -> tuple[Reference, str]:
    descriptor = open_plainly(roots.plain_path(str(path)))
    try:
        return refer(roots.plain_path(str(path)), descriptor), digest(descriptor)
    finally:
        os.close(descriptor)


def test_a_folder_swapped_for_a_link_in_the_middle_opens_nothing(photo: Path, tmp_path: Path) -> None:
    roots = Roots((tmp_path / "inbox",))
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.jpg").write_bytes(b"pixels")
    reference, sha256 = taken(roots, photo)
    photo.parent.rename(tmp_path / "inbox" / "moved")
    photo.parent.symlink_to(secret)
    with pytest.raises(SourceChanged, match=r"a\.jpg"):
        open_again(reference, sha256, "a.jpg")


def test_a_root_turned_into_a_link_after_it_was_given_opens_nothing(photo: Path, tmp_path: Path) -> None:
    roots = Roots((tmp_path / "inbox",))
    (tmp_path / "inbox").rename(tmp_path / "other")
    (tmp_path / "inbox").symlink_to(tmp_path / "other")
    with pytest.raises(FileClosed):
        open_plainly(roots.plain_path(str(photo)))


def test_the_same_content_under_new_times_is_the_same_file(photo: Path, tmp_path: Path) -> None:
    roots = Roots((tmp_path,))
    reference, sha256 = taken(roots, photo)
    os.utime(photo, ns=(0, 0))
    os.close(open_again(reference, sha256, "a.jpg"))


def test_other_content_of_the_same_size_and_time_is_another_file(photo: Path, tmp_path: Path) -> None:
    roots = Roots((tmp_path,))
    reference, sha256 = taken(roots, photo)
    photo.write_bytes(b"PIXELS")
    os.utime(photo, ns=(reference.mtime_ns, reference.mtime_ns))
    with pytest.raises(SourceChanged):
        open_again(reference, sha256, "a.jpg")


@pytest.mark.parametrize("path", ["", "a.jpg", "relative/a.jpg", "/etc/passwd", "/", "/a\0b"])
def test_what_is_no_path_below_a_root_is_closed(path: str, tmp_path: Path) -> None:
    with pytest.raises(FileClosed):
        Roots((tmp_path,)).plain_path(path)


def test_a_way_up_is_no_way_out(photo: Path, tmp_path: Path) -> None:
    roots = Roots((photo.parent,))
    (tmp_path / "inbox" / "b.jpg").write_bytes(b"x")
    with pytest.raises(FileClosed):
        roots.plain_path(f"{photo.parent}/../b.jpg")


def test_what_was_allowed_once_is_opened_again_without_its_root(photo: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(tmp_path / "inbox")
    reference, sha256 = taken(Roots((alias,)), alias / "Italy" / "a.jpg")
    assert reference.path == str(photo.resolve())
    os.close(open_again(reference, sha256, "a.jpg"))


def test_no_descriptor_stays_open_after_a_refusal(photo: Path, tmp_path: Path) -> None:
    roots = Roots((tmp_path,))
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/proc/self/fd"))
    for name in ("pipe", "inbox", "absent", "inbox/Italy/none", "inbox/Italy/a.jpg/below"):
        with pytest.raises(FileClosed):
            open_plainly(roots.plain_path(str(tmp_path / name)))
    assert len(os.listdir("/proc/self/fd")) == before
