"""Links, pipes, devices and other people's files in an inbox: named, never opened, and nothing is written through them.

Whether somebody opened a file outside is the kernel's word (inotify), not ours.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.house import House, draw, wait_for
from support.strangers import Guard, lying_socket
from support.watched import Town, photo, town_at

pytestmark = pytest.mark.slow
SOMEBODY = 54321  # a user id of somebody else
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can make devices and files of somebody else")


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running daemon for the tests of this module."""
    with town_at(tmp_path_factory.mktemp("lane")) as made:
        made.run()
        yield made


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What lies outside the inbox: a photo, a prompt, a folder of photos."""
    folder = tmp_path / "outside"
    (folder / "private").mkdir(parents=True)
    for name in ("secret.jpg", "private/secret.jpg"):
        (folder / name).write_bytes(photo(77))
    (folder / "prompt.txt").write_text("a canary: a calm video", encoding="utf-8")
    return folder


def summary_of(folder: Path) -> str:
    return next(iter(folder.glob("*timeline.txt"))).read_text(encoding="utf-8")


def everything(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def strew(folder: Path, outside: Path) -> list[str]:
    """Whatever is no photo of this folder, under names of photos; the names."""
    (folder / "file link.jpg").symlink_to(outside / "secret.jpg")
    (folder / "folder link").symlink_to(outside / "private")
    (folder / "proc link.jpg").symlink_to("/proc/self/environ")
    os.mkfifo(folder / "pipe.jpg")
    lying_socket(folder / "socket.jpg").close()
    named = ["file link.jpg", "folder link", "proc link.jpg", "pipe.jpg", "socket.jpg"]
    if os.getuid() == 0:
        os.mknod(folder / "zero.jpg", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        os.mknod(folder / "loop.jpg", 0o600 | stat.S_IFBLK, os.makedev(7, 250))
        os.chown(outside / "secret.jpg", SOMEBODY, SOMEBODY)
        os.link(outside / "secret.jpg", folder / "hard link.jpg")
        named += ["zero.jpg", "loop.jpg", "hard link.jpg"]
    return named


def test_what_is_no_file_of_the_folder_is_named_and_never_opened(lane: Town, outside: Path) -> None:
    neighbour = lane.folder("Neighbour")
    (neighbour / "theirs.jpg").write_bytes(photo(78))
    folder = lane.folder("Strewn")
    (folder / "IMG_1.jpg").write_bytes(photo(1))
    named = strew(folder, outside)
    (folder / "neighbour.jpg").symlink_to(neighbour / "theirs.jpg")
    with Guard(*everything(outside), *(folder / name for name in named if "link" not in name)) as guard:
        lane.write_prompt(folder)
        lane.made(folder, photos=1)
        assert guard.seen() == []
    for name in (*named, "neighbour.jpg"):
        assert f"{name}: it is " in summary_of(folder), name
    for asked in lane.cloud.asked:
        assert photo(77) not in asked.body
        assert photo(78) not in asked.body


def test_with_the_studio_too(house: House, outside: Path) -> None:
    folder = house.inbox / "Strewn"
    draw(folder / "IMG_1.jpg")
    named = strew(folder, outside)
    (folder / "prompt.txt").write_text("3 seconds, 360p", encoding="utf-8")
    with Guard(*everything(outside), *(folder / name for name in named if "link" not in name)) as guard:
        assert house.once() == 0, house.log()
        assert guard.seen() == []
    assert (folder / "Strewn.mp4").exists()
    for name in named:
        assert f"{name}: it is " in summary_of(folder), name


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", pytest.param("hard link", marks=as_root)])
def test_a_prompt_that_is_no_file_of_the_folder_is_no_prompt(lane: Town, outside: Path, kind: str) -> None:
    folder = lane.fill(f"Prompt {kind}", text=None)
    place(kind, folder / "prompt.txt", outside / "prompt.txt")
    with Guard(*everything(outside)) as guard:
        lane.says(folder, "waiting for prompt.txt")
        lane.rest()
        assert guard.seen() == []
    assert lane.taken(folder.name) == 0


def place(kind: str, at: Path, target: Path) -> None:
    """Puts something under a name that is not a file of this folder's owner."""
    if kind == "link":
        at.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(at)
    elif kind == "folder":
        at.mkdir()
    else:
        os.chown(target, SOMEBODY, SOMEBODY)
        os.link(target, at)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", pytest.param("hard link", marks=as_root)])
def test_control_files_that_are_no_files_of_the_folder_say_nothing_and_stay(
    lane: Town, outside: Path, kind: str
) -> None:
    (outside / "empty").write_bytes(b"")
    folder = lane.fill(f"Controls {kind}")
    for name in ("HOLD", "CANCEL"):
        place(kind, folder / name, outside / "empty")
    lane.made(folder)
    for name in ("RETRY", "READY.txt"):
        place(kind, folder / name, outside / "empty")
    lane.rest()
    assert lane.taken(folder.name) == 1
    assert len(lane.cloud.of(folder.name)) == 1
    for name in ("HOLD", "CANCEL", "RETRY", "READY.txt"):
        assert (folder / name).lstat()


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder", "hard link"])
def test_nothing_is_written_over_what_bears_the_names_of_our_files(lane: Town, outside: Path, kind: str) -> None:
    """The film, its summary and every status file: something lies there already."""
    name = f"Taken {kind}"
    folder = lane.folder(name)
    taken = [f"{name}.mp4", f"{name} (2) - timeline.txt"]
    taken += [f"_photovideos - {state}.txt" for state in ("queued", "connecting", "uploading", "making", "rendering")]
    targets = []
    for number, ours in enumerate(taken):
        target = outside / f"target {number}"
        if kind != "dangling":
            target.write_bytes(b"not ours")
            targets.append(target)
        place_own(kind, folder / ours, target)
    (folder / "IMG_1.jpg").write_bytes(photo(1))
    before = {path: (path.lstat().st_ino, path.lstat().st_mode) for path in (folder / ours for ours in taken)}
    with Guard(outside, *([] if kind == "hard link" else targets)) as guard:
        lane.write_prompt(folder)
        film = folder / f"{name} (3).mp4"
        wait_for("the film", film.exists, 45, log=lane.log)
        wait_for("the summary", (folder / f"{name} (3) - timeline.txt").exists, 10)
        assert guard.seen() == []
    assert stat.S_ISREG(film.lstat().st_mode)
    assert {path: (path.lstat().st_ino, path.lstat().st_mode) for path in before} == before
    for target in targets:
        assert target.read_bytes() == b"not ours"
    assert [path.name for path in outside.iterdir() if kind == "dangling" and path.name.startswith("target")] == []


def place_own(kind: str, at: Path, target: Path) -> None:
    if kind == "hard link":
        os.link(target, at)
    else:
        place("link" if kind == "dangling" else kind, at, target)


def test_the_inbox_s_own_note_is_not_written_through_a_link(town: Town, outside: Path) -> None:
    note = town.inbox / "_photovideos - inbox.txt"
    note.symlink_to(outside / "prompt.txt")
    folder = town.fill("Trip")
    town.run()
    with Guard(*everything(outside)) as guard:
        town.made(folder)
        assert guard.seen() == []
    assert note.is_symlink()


@as_root
def test_the_rights_of_a_file_outside_are_never_changed(lane: Town, outside: Path) -> None:
    """Our files take the folder's rights by their descriptor: no name in between could be somebody else's."""
    os.chown(outside / "secret.jpg", SOMEBODY, SOMEBODY)
    (outside / "secret.jpg").chmod(0o400)
    folder = lane.fill("Rights")
    folder.chmod(0o777)
    for name in ("Rights.mp4", "_photovideos - queued.txt"):
        os.link(outside / "secret.jpg", folder / name)
    lane.write_prompt(folder)
    wait_for("the film", (folder / "Rights (2).mp4").exists, 45, log=lane.log)
    found = (outside / "secret.jpg").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (SOMEBODY, SOMEBODY, 0o400)
    with suppress(FileNotFoundError):
        (folder / "Rights.mp4").unlink()
