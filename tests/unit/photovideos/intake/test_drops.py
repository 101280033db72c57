"""Drops as they happen, on a real disk in time of our own: when is a folder taken, and with what? (watching.md, cases)

Each file is really written; only the seconds between the steps are not waited for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from photovideos.intake import scan
from photovideos.intake.mounts import mount_of
from photovideos.intake.pace import pace_of
from photovideos.intake.settle import Facts, FolderState, Waiting, observe
from photovideos.intake.writers import open_for_writing

MakeDrop = Callable[..., Any]
PACE = pace_of(settle_seconds=None, is_network=False, is_polled=False)


class Arrival:
    """A folder that is being dropped, looked at as often as its verdicts say. `taken`: what it settled with."""

    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.now = 0.0
        self.state: FolderState | None = None
        self.taken: list[tuple[float, tuple[str, ...]]] = []
        self.waiting: Waiting | None = None
        self.next_look = 0.0

    def wait(self, seconds: float) -> Arrival:
        """Lets time pass."""
        until = self.now + seconds
        while self.next_look <= until:
            self.now = max(self.now, self.next_look)
            self._look()
        self.now = until
        return self

    def _look(self) -> None:
        snapshot = self.folder.look()
        facts = Facts(
            pace=PACE,
            has_prompt=bool(scan.read_prompt(self.folder.fd, snapshot)),
            incomplete=scan.incomplete_media(self.folder.fd, snapshot, self.folder.memory.incomplete),
        )
        was = self.waiting
        self.state, verdict = observe(self.state, snapshot, now=self.now, facts=facts)
        if verdict.is_settled:
            facts = replace(facts, being_written=open_for_writing(self.folder.fd, snapshot.media))
            self.state, verdict = observe(self.state, snapshot, now=self.now, facts=facts)
        self.waiting = verdict.waiting
        if verdict.is_settled and was is not Waiting.NOTHING:
            self.taken.append((self.now, tuple(entry.path for entry in verdict.usable(snapshot))))
        self.next_look = self.now + verdict.next_look_seconds


@pytest.fixture
def arrival(drop: MakeDrop) -> Arrival:
    return Arrival(drop("Trip"))


def prompt(arrival: Arrival) -> None:
    arrival.folder.put("prompt.txt", b"a film")


def test_a01_a_fast_copy_is_taken_whole_half_a_minute_later(arrival: Arrival) -> None:
    for number in range(1, 21):
        arrival.folder.put(f"IMG_{number}.jpg")
    prompt(arrival)
    arrival.wait(120)
    assert [(at, len(photos)) for at, photos in arrival.taken] == [(30, 20)]


def test_a02_with_the_prompt_first_it_waits_for_the_slow_photos(arrival: Arrival) -> None:
    prompt(arrival)
    for number in range(6):
        arrival.folder.put(f"IMG_{number}.jpg")
        arrival.wait(12)
    arrival.wait(200)
    assert [len(photos) for _, photos in arrival.taken] == [6]


def test_a03_a_pause_of_half_the_settle_time_changes_nothing(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    arrival.wait(15)
    arrival.folder.put("b.jpg")
    arrival.wait(200)
    assert [photos for _, photos in arrival.taken] == [("a.jpg", "b.jpg")]


def test_a04_after_a_pause_of_twice_the_settle_time_it_is_seen_again_and_rests_longer(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    arrival.wait(60)
    arrival.folder.put("b.jpg")
    arrival.wait(400)
    (first, early), (second, whole) = arrival.taken
    assert early == ("a.jpg",)
    assert whole == ("a.jpg", "b.jpg")
    assert second - first > 150


def test_a05_a_copy_that_stalls_inside_a_file_is_waited_for(arrival: Arrival, jpeg: bytes) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    arrival.folder.put("b.jpg", jpeg[:30])
    arrival.wait(3600)
    assert arrival.taken == []
    arrival.folder.put("b.jpg", jpeg)
    arrival.wait(600)
    assert [photos for _, photos in arrival.taken] == [("a.jpg", "b.jpg")]


def test_a06_space_set_aside_is_no_photo(arrival: Arrival, jpeg: bytes) -> None:
    prompt(arrival)
    with open(arrival.folder.path / "a.jpg", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 500_000)
    arrival.wait(3600)
    assert arrival.taken == []
    arrival.folder.put("a.jpg", jpeg)
    arrival.wait(600)
    assert [photos for _, photos in arrival.taken] == [("a.jpg",)]


@pytest.mark.parametrize("when", [978_307_200, 4_102_444_800])
def test_a07_a08_old_and_future_dates_mean_nothing(arrival: Arrival, when: int) -> None:
    prompt(arrival)
    for number in range(4):
        path = arrival.folder.put(f"{number}.jpg")
        os.utime(path, (when, when))
        arrival.wait(20)
    arrival.wait(100)
    assert [len(photos) for _, photos in arrival.taken] == [4]


@pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")
def test_a10_a_real_rsync_is_taken_whole(arrival: Arrival, tmp_path: Path, jpeg: bytes) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(5):
        (source / f"{number}.jpg").write_bytes(jpeg)
    (source / "prompt.txt").write_bytes(b"a film")
    subprocess.run(["rsync", "-a", f"{source}/", f"{arrival.folder.path}/"], check=True)
    arrival.wait(120)
    assert [len(photos) for _, photos in arrival.taken] == [5]


def test_a10_an_rsync_that_was_killed_and_goes_on_later(arrival: Arrival, jpeg: bytes) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    killed = arrival.folder.put(".b.jpg.Xa3f9Q", jpeg[:30])
    arrival.wait(600)
    assert arrival.taken == []
    killed.unlink()
    arrival.folder.put(".b.jpg.q8Zr1x", jpeg).rename(arrival.folder.path / "b.jpg")
    arrival.wait(600)
    assert [photos for _, photos in arrival.taken] == [("a.jpg", "b.jpg")]


def test_a11_a_temporary_name_keeps_it_waiting_until_the_rename(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    part = arrival.folder.put("b.jpg.crdownload", b"half")
    arrival.wait(500)
    assert arrival.taken == []
    part.unlink()
    arrival.folder.put("b.jpg")
    arrival.wait(600)
    assert [photos for _, photos in arrival.taken] == [("a.jpg", "b.jpg")]


def test_a12_a_stale_temporary_is_given_up_after_a_quarter_of_an_hour(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    arrival.folder.put("b.jpg.part", b"half")
    arrival.wait(890)
    assert arrival.taken == []
    arrival.wait(60)
    assert [photos for _, photos in arrival.taken] == [("a.jpg",)]


def test_a13_a_tree_that_was_moved_here_is_taken_after_two_seconds(
    drop: MakeDrop, inbox: Path, tmp_path: Path, jpeg: bytes
) -> None:
    outside = tmp_path / "outside"
    (outside / "day 1").mkdir(parents=True)
    for name in ("a.jpg", "day 1/b.jpg", "prompt.txt"):
        (outside / name).write_bytes(jpeg if name.endswith("jpg") else b"a film")
    os.utime(outside, (1, 1))  # else all may fall into one tick of the clock
    outside.rename(inbox / "Trip")
    moved = Arrival(drop("Trip"))
    if not mount_of(moved.folder.fd).trusts_renames:
        pytest.skip("this file system's renames prove nothing")
    moved.wait(10)
    assert [(at, photos) for at, photos in moved.taken] == [(2, ("a.jpg", "day 1/b.jpg"))]


def test_a15_five_hundred_nested_files(arrival: Arrival) -> None:
    prompt(arrival)
    for number in range(500):
        arrival.folder.put(f"day {number % 7}/part {number % 3}/IMG_{number}.jpg")
        if number % 50 == 0:
            arrival.wait(2)
    arrival.wait(100)
    assert [len(photos) for _, photos in arrival.taken] == [500]


def test_a19_a_touch_on_a_taken_folder_is_a_change_and_ends_in_the_same_photos(arrival: Arrival) -> None:
    prompt(arrival)
    path = arrival.folder.put("a.jpg")
    arrival.wait(60)
    os.utime(path)
    arrival.wait(600)
    assert {photos for _, photos in arrival.taken} == {("a.jpg",)}


def test_a20_a_late_an_empty_and_a_blank_prompt_are_waited_for(arrival: Arrival) -> None:
    arrival.folder.put("a.jpg")
    arrival.wait(100)
    assert arrival.waiting is Waiting.PROMPT
    for content in (b"", b" \r\n\xe2\x80\x8b"):
        arrival.folder.put("PROMPT.TXT", content)
        arrival.wait(100)
        assert arrival.waiting is Waiting.PROMPT
    arrival.folder.put("PROMPT.TXT", "\ufeffa film".encode("utf-16-le"))
    arrival.wait(100)
    assert [photos for _, photos in arrival.taken] == [("a.jpg",)]


def test_a22_litter_that_changes_all_the_time_disturbs_nothing(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    for second in range(40):
        arrival.folder.put("@eaDir/index", b"x" * second)
        arrival.folder.put(".DS_Store", b"x" * second)
        arrival.folder.put("_photovideos - waiting for copy to finish.txt", b"x" * second)
        arrival.wait(1)
    assert [at for at, _ in arrival.taken] == [30]


@pytest.mark.parametrize("names", [[], [".DS_Store", "Thumbs.db", "@eaDir/a.jpg"]])
def test_a23_a24_a_folder_of_nothing_or_litter_is_never_taken(arrival: Arrival, names: list[str]) -> None:
    for name in names:
        arrival.folder.put(name)
    arrival.wait(5000)
    assert arrival.taken == []
    assert arrival.waiting is Waiting.PHOTOS


def test_a43_what_is_broken_for_good_does_not_hold_up_the_rest(arrival: Arrival) -> None:
    prompt(arrival)
    arrival.folder.put("a.jpg")
    arrival.folder.put("text.jpg", b"this is no picture, and never will be one")
    arrival.wait(60)
    assert [photos for _, photos in arrival.taken] == [("a.jpg",)]


def test_an_open_writer_is_a_veto_as_long_as_it_lasts(arrival: Arrival) -> None:
    if mount_of(arrival.folder.fd).kind not in ("ext4", "tmpfs", "overlay", "xfs", "btrfs"):
        pytest.skip("no leases on this file system")
    prompt(arrival)
    arrival.folder.put("a.jpg")
    with open(arrival.folder.path / "a.jpg", "ab"):
        arrival.wait(300)
        assert arrival.taken == []
    arrival.wait(60)
    assert len(arrival.taken) == 1
