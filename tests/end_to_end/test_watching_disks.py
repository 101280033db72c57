"""Inboxes on disks that come and go, and on FAT: names without case, times of two seconds, neither links nor a rename
that refuses to replace (watching.md, A32, A33, A42)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photovideos.jobs.states import JobState
from support.house import wait_for
from support.small_film import small_film
from support.watched import Town, photo


def done(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


class Disk:
    """A disk in a file, which can be plugged in at a place and pulled out again."""

    def __init__(self, image: Path, make: list[str], mount: list[str]) -> None:
        if os.geteuid() != 0 or shutil.which(make[0]) is None or shutil.which("losetup") is None:
            pytest.skip(f"root, losetup and {make[0]} are needed")
        with image.open("wb") as file:
            file.truncate(64_000_000)
        made = done(*make, str(image))
        assert made.returncode == 0, made.stderr
        attached = done("losetup", "--find", "--show", str(image))
        if attached.returncode:
            pytest.skip(f"there is no loop device: {attached.stderr.strip()}")
        self.device = attached.stdout.strip()
        self._mount = mount

    def plugged(self, at: Path) -> bool:
        return done(*self._mount, self.device, str(at)).returncode == 0

    def pull(self, at: Path) -> None:
        done("umount", str(at))
        if os.path.ismount(at):
            done("umount", "-l", str(at))

    def remove(self) -> None:
        done("losetup", "--detach", self.device)


@contextmanager
def fat_disk(town: Town) -> Iterator[Disk]:
    """The kernel's own FAT, else exFAT in user space, which knows as little of case, links and renames."""
    kinds = (
        (["mkfs.vfat"], ["mount", "-t", "vfat", "-o", "utf8"]),
        (["mkfs.exfat"], ["mount.exfat-fuse"]),
    )
    for make, mount in kinds:
        if shutil.which(make[0]) is None:
            continue
        disk = Disk(town.root / f"{make[0]}.img", make, mount)
        try:
            if disk.plugged(town.inbox):
                yield disk
                town.close()
                return
        finally:
            disk.pull(town.inbox)
            disk.remove()
    pytest.skip("no kind of FAT can be mounted here")


@pytest.mark.slow
def test_a42_on_fat_no_file_is_replaced_that_differs_in_case_alone(town: Town) -> None:
    with fat_disk(town):
        town.run()
        folder = town.folder("Trip")
        own = small_film(0.5)
        (folder / "TRIP.MP4").write_bytes(own)
        (folder / "img_0001.JPG").write_bytes(photo(1))
        (folder / "Prompt.TXT").write_text("Trip: a calm video", encoding="utf-8")
        town.film_of(folder, "Trip (2).mp4")
        assert (folder / "TRIP.MP4").read_bytes() == own
        sitting = town.cloud.the("Trip")
        assert len(sitting.uploads) == 2, "the photo, and the user's own film as a clip"
        with (folder / "Prompt.TXT").open("a", encoding="utf-8") as file:
            file.write("\nand a title: Ciao")
        town.film_of(folder, "Trip (3).mp4")
        assert sitting.messages[-1] == "and a title: Ciao"
        town.rest()
        assert sorted(path.name for path in folder.iterdir()) == [
            "Prompt.TXT",
            "TRIP.MP4",
            "Trip (2) - timeline.txt",
            "Trip (2).mp4",
            "Trip (3) - timeline.txt",
            "Trip (3).mp4",
            "img_0001.JPG",
        ]
        assert [job.state for job in town.jobs()] == [JobState.DONE]
        assert town.taken("Trip") == 1


@pytest.mark.slow
def test_a33_a_fat_disk_that_is_pulled_and_plugged_again_keeps_its_finished_films(town: Town) -> None:
    """Its inodes are numbered anew each time, and what lay below the mount is another folder."""
    with fat_disk(town) as disk:
        daemon = town.run()
        first = town.fill("A33 first")
        town.made(first, photos=2)
        disk.pull(town.inbox)
        wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
        town.rest()
        assert [job.state for job in town.jobs()] == [JobState.DONE], "not a deleted folder"
        assert list(town.inbox.iterdir()) == [], "nothing was written below the mount"
        assert disk.plugged(town.inbox)
        town.made(town.fill("A33 second"), photos=2)

        daemon.terminate()
        assert daemon.wait(15) == 0
        disk.pull(town.inbox)
        assert disk.plugged(town.inbox)
        town.run()
        town.made(town.fill("A33 third"), photos=2)
        town.rest()
        for name in ("first", "second", "third"):
            town.made(town.inbox / f"A33 {name}", photos=2)
            assert town.status_of(town.inbox / f"A33 {name}") is None
        assert [job.state for job in town.jobs()] == [JobState.DONE] * 3


@pytest.mark.slow
def test_a27_on_fat_a_rename_that_changes_case_alone_is_the_same_folder(town: Town) -> None:
    with fat_disk(town):
        town.run()
        folder = town.fill("a27 trip")
        town.made(folder, photos=2)
        renamed = folder.rename(town.inbox / "A27 Trip")
        wait_for("the new name to be known", lambda: town.job("A27 Trip"), 30)
        town.rest()
        assert [(job.key.name, job.state) for job in town.jobs()] == [("A27 Trip", JobState.DONE)]
        assert [path.name for path in renamed.glob("*.mp4")] == ["a27 trip.mp4"]
        assert len(town.cloud.sittings) == 1
