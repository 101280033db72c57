"""How folders arrive: each becomes exactly one job with all its photos (watching.md, the cases A01–A15)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.house import wait_for
from support.watched import Town, pause, photo


def trickle(folder: Path, photos: int, pause_seconds: float) -> None:
    """Photos that arrive one by one."""
    for number in range(1, photos + 1):
        (folder / f"IMG_{number:04d}.jpg").write_bytes(photo(number))
        pause(pause_seconds)


def test_a01_a_fast_copy_is_one_job_with_all_photos(street: Town) -> None:
    street.made(street.fill("A01", photos=12), photos=12)


def test_a02_a_prompt_that_comes_first_waits_for_slow_photos(street: Town) -> None:
    folder = street.folder("A02")
    street.write_prompt(folder)
    trickle(folder, 5, 0.4 * street.settle_seconds)
    street.made(folder, photos=5)


def test_a03_a_pause_of_half_the_settle_time_does_not_part_a_copy(street: Town) -> None:
    folder = street.folder("A03")
    street.write_prompt(folder)
    trickle(folder, 3, 0.5 * street.settle_seconds)
    street.made(folder, photos=3)


def test_a04_a_photo_after_twice_the_settle_time_meets_the_late_gate_and_nothing_is_paid_twice(town: Town) -> None:
    folder = town.inbox / "A04"

    def late(word: str) -> None:
        if word == "session" and not (folder / "IMG_0003.jpg").exists():
            (folder / "IMG_0003.jpg").write_bytes(photo(3))

    town.cloud.before = late
    town.run()
    folder.mkdir()
    town.write_prompt(folder)
    trickle(folder, 2, 0)
    town.made(folder, photos=3)
    assert town.inputs("A04") == ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"]


def test_a05_a_stall_inside_a_file_is_waited_out(street: Town) -> None:
    folder = street.fill("A05", photos=1)
    whole = photo(7, size=(320, 240))
    with (folder / "IMG_0002.jpg").open("wb", buffering=0) as file:
        file.write(whole[: len(whole) // 2])
        street.rest(2)
        assert street.taken("A05") == 0
        file.write(whole[len(whole) // 2 :])
    street.made(folder, photos=2)
    assert len(street.road("A05").inputs) == 2


@pytest.mark.slow
def test_a05_a_stall_of_a_closed_file_that_goes_on_later_is_waited_out_too(street: Town) -> None:
    folder = street.fill("A05 closed", photos=1)
    whole = photo(8, size=(320, 240))
    (folder / "IMG_0002.jpg").write_bytes(whole[: len(whole) // 2])
    street.rest(2)
    assert street.taken(folder.name) == 0
    (folder / "IMG_0002.jpg").write_bytes(whole)
    street.made(folder, photos=2)


@pytest.mark.slow
def test_a06_a_preallocated_file_is_waited_for(street: Town) -> None:
    folder = street.fill("A06", photos=1)
    whole = photo(9, size=(320, 240))
    path = folder / "IMG_0002.jpg"
    path.write_bytes(b"\0" * len(whole))
    street.rest(2)
    assert street.taken("A06") == 0
    with path.open("r+b") as file:
        file.write(whole)
    street.made(folder, photos=2)


@pytest.mark.parametrize(("name", "offset_seconds"), [("A07", None), ("A08", 86_400)])
def test_a07_a08_old_and_future_times_of_files_do_not_matter(
    street: Town, name: str, offset_seconds: int | None
) -> None:
    """`cp -p` of photos of 2001, and photos of a camera whose clock is a day ahead."""
    folder = street.fill(name, photos=2)
    at = 990_000_000.0 if offset_seconds is None else folder.stat().st_mtime + offset_seconds
    for path in [*folder.iterdir(), folder]:
        os.utime(path, (at, at))
    street.made(folder, photos=2)


@pytest.mark.slow
@pytest.mark.parametrize(("jump", "back"), [("+1h", "+0"), ("-1h", "+1h")])
def test_a09_the_clock_may_jump_while_a_folder_settles_and_while_its_film_is_made(
    town: Town, jump: str, back: str
) -> None:
    libraries = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.skip("libfaketime is not installed")
    now = town.root / "now"
    now.write_text("+0", encoding="utf-8")
    town.environ |= {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(now),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
    town.prefix = [sys.executable, "-m", "support.awake"]
    town.settings["inboxes"][0]["settle_seconds"] = settle_seconds = 3.0
    jumped = threading.Event()

    def jump_back(word: str) -> None:
        if word == "message":
            now.write_text(back, encoding="utf-8")
            jumped.set()

    town.cloud.before = jump_back
    town.run()
    folder = town.fill("A09")
    dropped = time.monotonic()
    pause(settle_seconds / 3)
    now.write_text(jump, encoding="utf-8")
    wait_for("the folder to be taken", lambda: town.taken("A09"), 30)
    assert time.monotonic() - dropped >= settle_seconds - 0.1, "it did not rest for as long as it should"
    town.made(folder, photos=2)
    assert jumped.is_set()
    town.rest()
    town.made(folder, photos=2)
    (told,) = (datetime.fromisoformat(line["timestamp"]) for line in town.told("folder.taken"))
    assert abs(told - datetime.now(UTC)) > timedelta(minutes=50), "its clock had not jumped at all"


def rsync(*arguments: str) -> subprocess.Popen[bytes]:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    return subprocess.Popen(["rsync", "-a", *arguments])


@pytest.mark.parametrize("how", ["--inplace", pytest.param("--partial", marks=pytest.mark.slow)])
def test_a10_an_rsync_that_is_killed_and_resumed_is_one_job(street: Town, tmp_path: Path, how: str) -> None:
    source = tmp_path / f"A10 {how}"
    source.mkdir()
    for number in range(1, 7):
        (source / f"IMG_{number:04d}.jpg").write_bytes(photo(number, size=(640, 480)))
    (source / "prompt.txt").write_text(f"{source.name}: a calm video", encoding="utf-8")
    first = rsync(how, "--bwlimit=20", str(source), str(street.inbox))
    folder = street.inbox / source.name
    wait_for("the second photo", lambda: len(list(folder.glob("*IMG*"))) > 1 if folder.exists() else False, 20)
    first.send_signal(signal.SIGTERM)
    first.wait(10)
    street.rest(1)
    assert rsync(how, str(source), str(street.inbox)).wait(20) == 0
    sitting = street.made(folder, photos=6)
    assert sitting.uploads == [f"IMG_{number:04d}.jpg" for number in range(1, 7)]


def test_a11_files_under_temporary_names_hold_the_folder_up(street: Town) -> None:
    folder = street.fill("A11", photos=1)
    parts = [folder / name for name in (".IMG_0002.jpg.x8Zk2Q", "IMG_0003.jpg.part", "~syncthing~IMG_0004.jpg.tmp")]
    for number, part in enumerate(parts, start=2):
        part.write_bytes(photo(number))
    street.rest(2)
    assert street.taken("A11") == 0
    for number, part in enumerate(parts, start=2):
        part.rename(folder / f"IMG_{number:04d}.jpg")
    street.made(folder, photos=4)


@pytest.mark.slow
def test_a12_a_stale_temporary_file_is_named_and_left_out(street: Town) -> None:
    folder = street.fill("A12")
    (folder / "IMG_0003.jpg.part").write_bytes(photo(3)[:200])
    street.says(folder, "waiting for copy to finish")
    street.made(folder, photos=2)
    assert "IMG_0003.jpg.part" in (folder / "A12 - timeline.txt").read_text(encoding="utf-8")


def test_a13_a_tree_moved_in_is_one_job(street: Town) -> None:
    tree = street.root / "A13"
    for number in range(1, 21):
        path = tree / f"day {number % 4}" / f"IMG_{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo(number))
    (tree / "prompt.txt").write_text("A13: a calm video", encoding="utf-8")
    tree.rename(street.inbox / "A13")
    street.made(street.inbox / "A13", photos=20)


def test_a14_a_tree_moved_across_file_systems_is_one_job(street: Town) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == street.inbox.stat().st_dev:
        pytest.skip("there is no second file system")
    tree = elsewhere / f"photovideos-{os.getpid()}" / "A14"
    tree.mkdir(parents=True)
    try:
        for number in range(1, 13):
            (tree / f"IMG_{number:04d}.jpg").write_bytes(photo(number))
        (tree / "prompt.txt").write_text("A14: a calm video", encoding="utf-8")
        subprocess.run(["mv", str(tree), str(street.inbox / "A14")], check=True)
        street.made(street.inbox / "A14", photos=12)
    finally:
        shutil.rmtree(tree.parent)


@pytest.mark.slow
def test_a15_five_hundred_nested_files_are_one_job(street: Town) -> None:
    tree = street.root / "A15"
    for number in range(500):
        path = tree / f"year {number % 5}" / f"day {number % 10}" / f"IMG_{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo(number % 10) + b"\0" * (number % 3))
    (tree / "prompt.txt").write_text("A15: a calm video", encoding="utf-8")
    shutil.copytree(tree, street.inbox / "A15")
    street.made(street.inbox / "A15", photos=500)
