"""Full disks at every place and at every write (design §4; A40): it waits with the figures and goes on by itself.

Whatever happens: one film, one message, nothing half under a final name, nothing left behind, a ledger in order, and a
daemon that neither dies nor spins. `tests/benchmarks/full_disks.py` goes through all the writes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from photovideos.jobs.states import JobState
from support.full_disks import Brink, SmallDisk, small_disk
from support.full_disks.daemon_sweep import DaemonSweep
from support.house import House, wait_for
from support.watched import Town, pause

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

FIGURES = ("MB are needed", "MB are free")


@pytest.fixture
def records(town: Town) -> Iterator[SmallDisk]:
    """The disk of the state directory."""
    with small_disk(town.state) as disk:
        yield disk
        town.close()


@pytest.fixture
def share(town: Town) -> Iterator[SmallDisk]:
    """The disk of the inbox."""
    with small_disk(town.inbox) as disk:
        yield disk
        town.close()


def at_the(word: str, when: str, town: Town, do: Callable[[], None]) -> None:
    """Does it once, while the cloud holds the first request of this kind, `before` or `after` its effect."""
    done: list[str] = []

    def act(now: str) -> None:
        if now == word and not done:
            done.append(now)
            do()

    setattr(town.cloud, when, act)


def waiting(town: Town, name: str) -> str:
    """Waits until the job waits; why it does."""

    def looked() -> str:
        job = town.job(name)
        return job.problem.message if job and job.problem and job.state is JobState.RETRYING else ""

    return str(wait_for("the job to wait", looked, 40, log=town.log))


def nothing_is_half_there(town: Town, folder: Path) -> None:
    for film in folder.glob("*.mp4"):
        assert film.read_bytes() == town.cloud.film
    assert town.job(folder.name) is None or town.processes[-1].poll() is None


def all_is_well(town: Town, folder: Path) -> None:
    """What an undisturbed run leaves, and nothing else."""
    town.film_of(folder)
    sitting = town.cloud.the(folder.name)
    assert sorted(sitting.uploads) == ["IMG_0001.jpg", "IMG_0002.jpg"]
    names = ["IMG_0001.jpg", "IMG_0002.jpg", "prompt.txt", f"{folder.name}.mp4", f"{folder.name} - timeline.txt"]
    assert sorted(os.listdir(folder)) == sorted(names)
    assert town.taken(folder.name) == 1
    wait_for("the work folder to be empty", lambda: not list((town.state / "work").glob("*")), 10)
    assert not list(town.inbox.rglob(".photovideos-part-*"))
    assert not town.told("job.crashed") + town.told("inbox.crashed"), town.log()[-2000:]
    with closing(sqlite3.connect(town.state / "ledger.sqlite")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


# --- the state directory ----------------------------------------------------------------------------------------------


def test_a40_a_daemon_started_on_a_full_disk_waits_and_works_when_there_is_room(town: Town, records: SmallDisk) -> None:
    records.fill()
    daemon = town.start("run")
    (told,) = wait_for("it to be told", lambda: town.told("daemon.waits_for_room"), 30, log=town.log)
    assert all(word in told["reason"] for word in FIGURES)
    pause(5)
    assert daemon.poll() is None, "it does not die"
    assert len(town.log().splitlines()) <= 3, "nor does it spin"
    records.empty()
    folder = town.fill("A40")
    all_is_well(town, folder)


def test_a40_a_folder_dropped_while_our_records_have_no_room_says_so_and_is_taken_when_there_is(
    town: Town, records: SmallDisk
) -> None:
    daemon = town.run()
    records.fill()
    folder = town.fill("A40")
    town.says(folder, "queued", *FIGURES)
    note = town.inbox / "_photovideos - inbox.txt"
    wait_for("the inbox file to tell", lambda: FIGURES[0] in note.read_text("utf-8-sig"), 20)
    lines = town.log().count("\n")
    pause(6)
    assert town.log().count("\n") - lines <= 2, town.log()[-2000:]
    assert daemon.poll() is None
    assert not any(one.uploads for one in town.cloud.sittings)
    records.empty()
    all_is_well(town, folder)


@pytest.mark.parametrize(("word", "when"), [("upload", "after"), ("message", "after")])
def test_a40_our_records_run_out_of_room_in_the_middle_and_nothing_is_paid_twice(
    town: Town, records: SmallDisk, word: str, when: str
) -> None:
    at_the(word, when, town, records.fill)
    daemon = town.run()
    folder = town.fill("A40")
    wait_for("somebody to notice", lambda: "MB are needed" in town.log(), 40, log=town.log)
    pause(2)
    nothing_is_half_there(town, folder)
    assert daemon.poll() is None
    records.empty()
    all_is_well(town, folder)


# --- the folder -------------------------------------------------------------------------------------------------------


def test_a40_a_folder_without_room_says_so_before_anything_is_sent_and_resumes_by_itself(
    town: Town, share: SmallDisk
) -> None:
    town.run()
    folder = town.fill("A40")
    share.leave(2_000_000)
    assert all(word in waiting(town, "A40") for word in FIGURES)
    text = next(folder.glob("_photovideos - trying again at *.txt")).read_text("utf-8-sig")
    assert "21 MB are needed, 1 MB are free" in text or "21 MB are needed, 2 MB are free" in text
    assert not town.cloud.sittings, "nobody was asked for anything"
    share.empty()
    all_is_well(town, folder)


def test_a40_a_disk_without_a_single_free_byte_still_tells_in_the_folder(town: Town, share: SmallDisk) -> None:
    at_the("film", "before", town, share.fill)
    town.run()
    folder = town.fill("A40")
    assert all(word in waiting(town, "A40") for word in FIGURES)
    wait_for("the folder to say so", lambda: list(folder.glob("_photovideos - trying again at *.txt")), 20)
    assert not list(folder.glob("*.mp4"))
    share.empty()
    all_is_well(town, folder)
    assert len(town.cloud.the("A40").renders) == 1


# --- the studio's store, the temp folder ------------------------------------------------------------------------------


def test_a40_a_studio_without_room_in_its_store_says_how_much_and_goes_on_by_itself(house: House) -> None:
    with small_disk(house.state) as disk:
        disk.leave(40_000_000)  # the studio leaves 50 MB to everybody else
        house.run()
        folder = house.drop("A40", prompt="1 second, 720p, no music", photos=1)
        status = "_photovideos - trying again at *.txt"
        (path,) = wait_for("the folder to say so", lambda: list(folder.glob(status)), 60, log=house.log)
        text = path.read_text("utf-8-sig")
        assert "studio's store" in text
        assert all(word in text for word in FIGURES)
        disk.empty()
        house.film_of(folder)
        assert house.events("studio.died") == 0
        assert not list((house.state / "studio").rglob("*.part"))
        house.close()


def test_a40_a_full_temp_folder_keeps_no_film_back(town: Town, tmp_path: Path) -> None:
    with small_disk(tmp_path / "temp") as disk:
        disk.fill()
        town.environ["TMPDIR"] = str(disk.at)
        town.run()
        all_is_well(town, town.fill("A40"))
        town.close()


# --- rights -----------------------------------------------------------------------------------------------------------


def test_a41_a_folder_that_nobody_may_change_is_told_before_anything_is_spent(town: Town) -> None:
    folder = town.fill("A41")
    if subprocess.run(["chattr", "+i", str(folder)], check=False, capture_output=True).returncode:
        pytest.skip("this file system knows no immutable folders")
    try:
        town.run()
        wait_for("the job to be parked", lambda: [job.state for job in town.jobs()] == [JobState.PARKED], 30)
        assert not town.cloud.sittings
    finally:
        subprocess.run(["chattr", "-i", str(folder)], check=True)
    (folder / "RETRY").touch()
    town.made(folder)


@contextmanager
def without_rights_over_others(town: Town) -> Iterator[None]:
    """Root that obeys the rights of files, as every other user does."""
    powers = "-dac_override,-dac_read_search,-fowner,-chown"
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can give up its powers, and only with setpriv")
    town.prefix = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"]
    yield
    town.close()


def test_a41_a_folder_of_another_owner_is_told_before_anything_is_spent(town: Town) -> None:
    with without_rights_over_others(town):
        folder = town.fill("A41")
        os.chown(folder, 1234, 1234)
        folder.chmod(0o755)
        town.run()
        note = town.inbox / "_photovideos - inbox.txt"
        wait_for("it to be told", lambda: "writing is not allowed here" in note.read_text("utf-8-sig"), 30)
        assert not town.cloud.sittings, "nobody was asked for anything"
        folder.chmod(0o777)
        (folder / "RETRY").touch()
        town.made(folder)


# --- every write ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "every"), [("state", 53), ("inbox", 13)])
def test_a40_no_room_from_any_write_on_ends_in_one_film_when_there_is(town: Town, where: str, every: int) -> None:
    """A few of the writes; the benchmark takes all."""
    brink = Brink(town.root / "brink", town.root / where)
    sweep = DaemonSweep(town, brink)
    problems = [f"from write {write} on: {problem}" for write, problem in sweep.play(first=0, every=every)]
    assert sweep.cases >= 3
    assert not problems, "\n".join(problems)
    with closing(sqlite3.connect(town.state / "ledger.sqlite")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
