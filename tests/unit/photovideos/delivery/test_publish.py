from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photovideos.delivery import files, publish
from photovideos.delivery.ours import Kind
from photovideos.errors import FilmBroken, FolderMoved, FolderOffline, NoRights, NoSpace, Stopping

SUMMARY = f"Timeline (1 track):\n1. Video: a\n\n{Kind.SUMMARY}\nInputs: f\nMade by photovideos: a.mp4, 1, {'a' * 64}\n"


def test_the_bytes_published_are_the_bytes_downloaded(folder: Path, folder_fd: int, film: Any) -> None:
    name = publish.publish_film(folder_fd, film.path, "Italy 2024", sha256=film.sha256)
    assert name == "Italy 2024.mp4"
    assert (folder / name).read_bytes() == film.data
    assert os.listdir(folder) == [name]


def test_a_film_is_never_overwritten(folder: Path, folder_fd: int, film: Any) -> None:
    (folder / "Italy.mp4").write_bytes(b"the user's own")
    (folder / "Italy (2).mp4").mkdir()
    (folder / "Italy (3).mp4").symlink_to("/etc/passwd")
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256) == "Italy (4).mp4"
    assert (folder / "Italy.mp4").read_bytes() == b"the user's own"


def test_the_summary_s_name_is_free_beside_the_film(folder: Path, folder_fd: int, film: Any) -> None:
    (folder / "Italy - timeline.txt").write_text("the user's own timeline")
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256) == "Italy (2).mp4"


def test_a_summary_of_ours_without_its_film_does_not_take_the_name(folder: Path, folder_fd: int, film: Any) -> None:
    (folder / "Italy - timeline.txt").write_text(SUMMARY)
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256) == "Italy.mp4"
    assert publish.write_summary(folder_fd, "Italy", SUMMARY + "") == "Italy - timeline.txt"


def test_the_name_is_told_before_it_is_given(folder: Path, folder_fd: int, film: Any) -> None:
    seen: list[tuple[str, bool]] = []
    publish.publish_film(
        folder_fd,
        film.path,
        "Italy",
        sha256=film.sha256,
        before_rename=lambda name: seen.append((name, (folder / name).exists())),
    )
    assert seen == [("Italy.mp4", False)]


def test_a_restart_after_the_rename_finds_the_film_and_publishes_no_second(
    folder: Path, folder_fd: int, film: Any
) -> None:
    first = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    again = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, intended=first)
    assert again == first
    assert os.listdir(folder) == [first]


def test_a_restart_before_the_rename_publishes(folder: Path, folder_fd: int, film: Any) -> None:
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, intended="Italy.mp4") == "Italy.mp4"
    assert (folder / "Italy.mp4").read_bytes() == film.data


def test_a_stranger_s_file_under_the_intended_name_is_not_taken_for_ours(
    folder: Path, folder_fd: int, film: Any
) -> None:
    (folder / "Italy.mp4").write_bytes(b"other")
    name = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, intended="Italy.mp4")
    assert name == "Italy (2).mp4"


def test_a_crash_while_copying_leaves_nothing_under_a_final_name_and_the_rest_is_cleaned(
    folder: Path, folder_fd: int, film: Any
) -> None:
    class Killed(BaseException):
        pass

    def _killed(_: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, before_rename=_killed)
    assert os.listdir(folder) == []
    (folder / ".photovideos-part-0123456789abcdef").write_bytes(b"what a kill -9 leaves")
    (folder / ".photovideos-part-notours").write_bytes(b"somebody's own")
    publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert sorted(os.listdir(folder)) == [".photovideos-part-notours", "Italy.mp4"]


def test_a_stop_while_copying_leaves_nothing(folder: Path, folder_fd: int, film: Any) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopping):
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, stop=stop)
    assert os.listdir(folder) == []


def test_where_names_are_shorter_the_film_s_is_too(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """eCryptfs holds 143 bytes; it cannot be had here."""
    exists = files.exists

    def _exists(fd: int, name: str) -> bool:
        if len(name.encode()) > 143:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return exists(fd, name)

    monkeypatch.setattr(files, "exists", _exists)
    name = publish.publish_film(folder_fd, film.path, "é" * 110, sha256=film.sha256)
    assert name == "é" * 50 + ".mp4"


def test_a_film_that_is_not_the_one_inspected_is_not_published(folder: Path, folder_fd: int, film: Any) -> None:
    with pytest.raises(FilmBroken):
        publish.publish_film(folder_fd, film.path, "Italy", sha256="0" * 64)
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("folder_mode", "file_mode"), [(0o2775, 0o664), (0o755, 0o644), (0o700, 0o600), (0o777, 0o666)]
)
def test_films_take_the_folder_s_permission_bits_without_execute_whatever_the_umask(
    folder: Path, folder_fd: int, film: Any, folder_mode: int, file_mode: int
) -> None:
    folder.chmod(folder_mode)
    before = os.umask(0o077)
    try:
        name = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
        summary = publish.write_summary(folder_fd, "Italy", "a")
    finally:
        os.umask(before)
    for made in (name, summary):
        assert stat.S_IMODE((folder / made).stat().st_mode) == file_mode


def test_films_take_the_folder_s_group(folder: Path, folder_fd: int, film: Any) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a folder any group")
    os.chown(folder, -1, 12345)
    name = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert (folder / name).stat().st_gid == 12345


def test_a_folder_renamed_while_it_is_worked_on_gets_its_film(folder: Path, folder_fd: int, film: Any) -> None:
    folder.rename(folder.parent / "Rome")
    publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(folder.parent / "Rome") == ["Italy.mp4"]


def test_a_folder_that_was_deleted_gets_none(folder: Path, folder_fd: int, film: Any) -> None:
    folder.rmdir()
    with pytest.raises(FolderMoved):
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)


def test_a_folder_swapped_for_a_link_leads_nowhere(folder: Path, folder_fd: int, film: Any, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder.rename(folder.parent / "moved")
    folder.symlink_to(tmp_path / "outside")
    publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(tmp_path / "outside") == []
    assert os.listdir(folder.parent / "moved") == ["Italy.mp4"]


# --- file systems that cannot do everything ----------------------------------------------------------------------


def refusing(code: int) -> Callable[..., None]:
    def _refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return _refuse


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_without_a_rename_that_does_not_replace_a_link_does_it(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(files, "_rename_noreplace", refusing(code))
    (folder / "Italy.mp4").write_bytes(b"taken")
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256) == "Italy (2).mp4"
    assert sorted(os.listdir(folder)) == ["Italy (2).mp4", "Italy.mp4"]
    assert (folder / "Italy (2).mp4").stat().st_nlink == 1


def test_without_links_either_nothing_is_overwritten(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_rename_noreplace", refusing(errno.EINVAL))
    monkeypatch.setattr(os, "link", refusing(errno.EPERM))
    (folder / "Italy.mp4").write_bytes(b"taken")
    assert publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256) == "Italy (2).mp4"
    assert (folder / "Italy.mp4").read_bytes() == b"taken"
    assert sorted(os.listdir(folder)) == ["Italy (2).mp4", "Italy.mp4"]


def test_somebody_quicker_by_a_moment_keeps_the_name(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def _taken_meanwhile(name: str) -> None:
        told.append(name)
        if len(told) == 1:
            (folder / name).write_bytes(b"quicker")

    name = publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256, before_rename=_taken_meanwhile)
    assert told == ["Italy.mp4", "Italy (2).mp4"]
    assert name == "Italy (2).mp4"
    assert (folder / "Italy.mp4").read_bytes() == b"quicker"


# --- full, read-only, offline -----------------------------------------------------------------------------------------


def test_too_little_room_is_told_with_the_figures_before_anything_is_written(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "free_space", lambda _: 1_500_000)
    with pytest.raises(NoSpace, match="4 MB are needed, 1 MB are free"):
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(folder) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_while_copying_leaves_nothing(
    folder: Path, folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(files, "write_all", refusing(code))
    with pytest.raises(NoSpace, match="needed"):
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.EACCES, NoRights),
        (errno.EPERM, NoRights),
        (errno.EROFS, NoRights),
        (errno.EFBIG, NoRights),
        (errno.ESTALE, FolderOffline),
        (errno.EIO, FolderOffline),
        (errno.ENOTCONN, FolderOffline),
    ],
)
def test_what_the_system_says_becomes_an_error_of_ours(
    folder_fd: int, film: Any, monkeypatch: pytest.MonkeyPatch, code: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(files, "write_all", refusing(code))
    with pytest.raises(error) as caught:
        publish.publish_film(folder_fd, film.path, "Italy", sha256=film.sha256)
    assert str(caught.value).endswith(".")
    assert errno.errorcode[code] not in str(caught.value)


def test_rights_are_probed_and_nothing_stays(folder: Path, folder_fd: int) -> None:
    publish.probe_rights(folder_fd)
    assert os.listdir(folder) == []


def test_a_folder_that_may_not_be_written_to_is_told_with_advice(folder: Path, folder_fd: int) -> None:
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        with pytest.raises(NoRights) as caught:
            publish.probe_rights(folder_fd)
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
    assert caught.value.advice


# --- texts ------------------------------------------------------------------------------------------------------------


def test_a_summary_is_written_whole_and_replaces_only_one_of_ours(folder: Path, folder_fd: int) -> None:
    first, second = "Italy - timeline.txt", "Italy (2) - timeline.txt"
    assert publish.write_summary(folder_fd, "Italy", SUMMARY) == first
    assert publish.write_summary(folder_fd, "Italy", "new") == first
    assert (folder / first).read_text() == "new"
    assert publish.write_summary(folder_fd, "Italy", "newer") == second
    assert (folder / first).read_text() == "new", "that one bears no sign of ours"
    assert sorted(os.listdir(folder)) == [second, first]


def test_a_summary_is_not_written_through_a_link(folder: Path, folder_fd: int, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(SUMMARY)
    (folder / "Italy - timeline.txt").symlink_to(tmp_path / "outside.txt")
    assert publish.write_summary(folder_fd, "Italy", "new") == "Italy (2) - timeline.txt"
    assert (tmp_path / "outside.txt").read_text() == SUMMARY


def test_a_summary_survives_names_that_are_no_text(folder: Path, folder_fd: int) -> None:
    name = publish.write_summary(folder_fd, "Italy", "latin-\udce9")
    assert (folder / name).read_bytes() == b"latin-?"


def test_a_summary_beside_a_stranger_s_file_gets_a_number(folder: Path, folder_fd: int) -> None:
    (folder / "Italy - timeline.txt").write_text("mine")
    assert publish.write_summary(folder_fd, "Italy", SUMMARY) == "Italy (2) - timeline.txt"
    assert (folder / "Italy - timeline.txt").read_text() == "mine"
