"""Delivery on real file systems of their own: full ones, read-only ones, FAT. Needs root and mounts."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from photovideos.delivery import publish, status
from photovideos.delivery.status import StatusNote
from photovideos.errors import NoRights, NoSpace

pytestmark = pytest.mark.slow

NOTE = StatusNote(state="rendering", lines=("Working.",), reference="abc")
NOW = 1_700_000_000.0
Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts something on a new directory; skips, with the reason, where the machine does not allow it."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    made: list[Path] = []

    def _mount(*arguments: str) -> Path:
        target = tmp_path / f"mount{len(made)}"
        target.mkdir()
        said = subprocess.run(["mount", *arguments, str(target)], capture_output=True, text=True, check=False)
        if said.returncode != 0:
            pytest.skip(f"cannot mount here: {said.stderr.strip()[:120]}")
        made.append(target)
        return target

    yield _mount
    for target in reversed(made):
        subprocess.run(["umount", "--lazy", str(target)], check=True)


@pytest.fixture
def opened() -> Iterator[Callable[[Path], int]]:
    fds: list[int] = []

    def _open(folder: Path) -> int:
        fds.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        return fds[-1]

    yield _open
    for fd in fds:
        os.close(fd)


def full(folder: Path) -> None:
    with suppress(OSError), open(folder / "filler", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_film_that_does_not_fit_is_told_with_figures_and_fits_when_there_is_room(
    mount: Mount, opened: Callable[[Path], int], film: Any
) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=4m", "tmpfs")
    (folder / "old").write_bytes(b"x" * 2_000_000)
    fd = opened(folder)
    with pytest.raises(NoSpace, match=r"4 MB are needed, \d MB are free"):
        publish.publish_film(fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(folder) == ["old"]
    (folder / "old").unlink()
    assert publish.publish_film(fd, film.path, "Italy", sha256=film.sha256) == "Italy.mp4"


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_under_a_final_name(
    mount: Mount, opened: Callable[[Path], int], film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=4m", "tmpfs")
    (folder / "old").write_bytes(b"x" * 2_000_000)
    fd = opened(folder)
    monkeypatch.setattr(publish, "check_space", lambda *_: None)  # somebody else was quicker than the check
    with pytest.raises(NoSpace):
        publish.publish_film(fd, film.path, "Italy", sha256=film.sha256)
    assert os.listdir(folder) == ["old"]


def test_on_a_full_disk_a_status_takes_the_room_of_the_one_before_it(
    mount: Mount, opened: Callable[[Path], int]
) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    fd = opened(folder)
    assert status.show(fd, NOTE, now=NOW)
    full(folder)
    changed = StatusNote(state="rendering", lines=("Something else.",), reference="abc")
    assert status.show(fd, changed, now=NOW + 60)
    assert "Something else." in (folder / "_photovideos - rendering.txt").read_text("utf-8")
    assert sorted(os.listdir(folder)) == ["_photovideos - rendering.txt", "filler"]


def test_a_read_only_disk_is_found_before_anything_is_spent(mount: Mount, opened: Callable[[Path], int]) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=1m,ro", "tmpfs")
    with pytest.raises(NoRights, match="read-only"):
        publish.probe_rights(opened(folder))


def test_fat_has_neither_links_nor_rights_and_gets_its_film(
    mount: Mount, opened: Callable[[Path], int], film: Any, tmp_path: Path
) -> None:
    if shutil.which("mkfs.vfat") is None:
        pytest.skip("mkfs.vfat (dosfstools) is not installed")
    image = tmp_path / "fat.img"
    with open(image, "wb") as file:
        file.truncate(32 * 1024 * 1024)
    subprocess.run(["mkfs.vfat", str(image)], check=True, capture_output=True)
    folder = mount("-o", "loop", str(image))
    fd = opened(folder)
    publish.probe_rights(fd)
    names = [publish.publish_film(fd, film.path, "Été 2024", sha256=film.sha256) for _ in range(2)]
    assert names == ["Été 2024.mp4", "Été 2024 (2).mp4"]
    for name in names:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == film.sha256
    assert status.show(fd, NOTE, now=NOW)
    status.clear(fd)
    assert sorted(os.listdir(folder)) == sorted(names)
