"""Crashes, full disks, rights and backends in trouble (watching.md, the cases A38–A41, A44, A45, A49)."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from photovideos.jobs.states import JobState
from support.fake_cloud import Act, answers, hang_up
from support.full_disks import small_disk
from support.house import wait_for
from support.watched import Town, pause, photo

WORDS = ["session", "upload", "message", "render", "poll", "film"]


def die_at(town: Town, word: str, when: str) -> threading.Event:
    """The daemon is killed while the cloud holds this request, before it had its effect or after."""
    died = threading.Event()

    def kill(now: str) -> None:
        if now == word and not died.is_set():
            town.processes[-1].kill()
            town.processes[-1].wait(10)
            died.set()

    if when == "before":
        town.cloud.before = kill
    else:
        town.cloud.after = kill
    return died


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("word", WORDS)
def test_a38_kill_at_every_request_ends_in_one_film_and_nothing_is_paid_twice(town: Town, word: str, when: str) -> None:
    died = die_at(town, word, when)
    town.start("run")
    wait_for("the inbox to be watched", (town.inbox / ".photovideos-inbox").exists, 30)
    folder = town.fill("A38")
    assert died.wait(40)
    town.run()
    town.film_of(folder)
    assert town.taken("A38") == 1
    assert [path.name for path in folder.glob("*.mp4")] == ["A38.mp4"]
    sitting = town.cloud.the("A38")  # one session was spoken in, once
    assert sorted(set(sitting.uploads)) == ["IMG_0001.jpg", "IMG_0002.jpg"]
    assert len(sitting.uploads) == 2
    assert len(set(sitting.renders)) == 1
    assert sum(bool(one.uploads) for one in town.cloud.sittings) == 1


@pytest.mark.slow
def test_a39_sigterm_during_the_upload_stops_within_ten_seconds_and_goes_on_later(town: Town) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold(word: str) -> None:
        if word == "upload" and len(town.cloud.sittings[0].uploads) == 1:
            reached.set()
            go_on.wait(30)

    town.cloud.before = hold
    daemon = town.run()
    folder = town.fill("A39", photos=4)
    assert reached.wait(30)
    daemon.terminate()
    assert daemon.wait(10) == 0
    go_on.set()
    town.cloud.before = None
    pause(0.5)
    town.run()
    town.film_of(folder)
    assert sorted(set(town.cloud.the("A39").uploads)) == [f"IMG_{number:04d}.jpg" for number in range(1, 5)]
    assert town.taken("A39") == 1


@pytest.mark.slow
def test_a40_a_full_disk_waits_with_the_reason_and_nothing_is_half_there(town: Town) -> None:
    with small_disk(town.inbox, 40) as disk:
        town.run()
        folder = town.fill("A40")
        disk.leave(10_000_000)
        wait_for("the job to wait", lambda: any(job.state is JobState.RETRYING for job in town.jobs()), 30)
        job = town.job("A40")
        assert job is not None
        assert job.problem is not None
        assert "21 MB are needed, " in job.problem.message
        assert not list(folder.glob("*.mp4"))
        assert not any(one.messages for one in town.cloud.sittings), "nothing was spent"
        disk.empty()
        (folder / "RETRY").touch()
        town.film_of(folder)
        town.close()


@pytest.mark.slow
def test_a40_a_disk_that_fills_before_publishing_keeps_the_film_until_there_is_room(town: Town) -> None:
    with small_disk(town.inbox, 40) as disk:

        def fill_up(word: str) -> None:
            if word == "film":
                disk.fill()

        town.cloud.before = fill_up
        town.run()
        folder = town.fill("A40 late")
        wait_for("the job to wait", lambda: any(job.state is JobState.RETRYING for job in town.jobs()), 40)
        assert not list(folder.glob("*.mp4"))
        town.cloud.before = None
        disk.empty()
        (folder / "RETRY").touch()
        town.film_of(folder)
        assert len(town.cloud.the("A40 late").renders) == 1
        town.close()


@pytest.mark.slow
def test_a41_a_read_only_folder_is_told_before_anything_is_spent(town: Town) -> None:
    folder = town.fill("A41")
    place = str(folder)
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", place, place], check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
        town.start("run")
        inbox_file = town.inbox / "_photovideos - inbox.txt"
        wait_for(
            "the problem to be told", lambda: inbox_file.exists() and "A41" in inbox_file.read_text("utf-8-sig"), 30
        )
        wait_for("the job to be parked", lambda: [job.state for job in town.jobs()] == [JobState.PARKED], 30)
        assert not any(one.uploads or one.messages for one in town.cloud.sittings)
        subprocess.run(["umount", place], check=True)
        (folder / "RETRY").touch()
        town.film_of(folder)
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def test_a41_what_we_write_takes_the_folders_group_and_rights_whatever_the_umask(town: Town) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving folders away needs root")
    before = os.umask(0o077)
    try:
        town.run()
    finally:
        os.umask(before)
    folder = town.fill("A41")
    os.chown(folder, 1234, 100)
    folder.chmod(0o2775)
    town.made(folder)
    for path in folder.glob("A41*"):
        assert path.stat().st_gid == 100, path
        assert path.stat().st_mode & 0o777 == 0o664, path


@pytest.mark.slow
def test_a44_a_poison_folder_among_ten_good_ones_harms_none(town: Town) -> None:
    town.settings["jobs"] = {"parallel": 3}
    town.run()
    bad = town.folder("A44 bad")
    (bad / "IMG_0001.jpg").write_bytes(photo(1)[:100] + os.urandom(2000) + b"\xff\xd9")
    (bad / "prompt.txt").write_bytes(b"A44 bad \xff\xfe\x00 [[[[" * 50)
    good = [town.fill(f"A44 {number:02d}", photos=1) for number in range(10)]
    for folder in good:
        town.made(folder, photos=1)
    town.says(bad, "NEEDS HELP")


@pytest.mark.parametrize(
    ("name", "path", "act", "state"),
    [
        ("A45 402", "/lambda", answers({"error": "upgrade"}, 402), "NEEDS HELP"),
        ("A45 401", "/credits/", answers({"code": 1001}, 401), None),
        ("A45 429", "/with-session/", answers({"code": 429}, 429), None),
        pytest.param("A45 500", "/state/", answers(b"oops", 500), None, marks=pytest.mark.slow),
        pytest.param("A45 hang-up", "/upload-video/", hang_up, None, marks=pytest.mark.slow),
    ],
)
def test_a45_a_backend_in_trouble_ends_in_a_film_or_in_words(
    town: Town, name: str, path: str, act: Act, state: str | None
) -> None:
    town.cloud.plan(path, act)
    town.run()
    folder = town.fill(name)
    if state is None:
        town.film_of(folder)
        town.cloud.the(name)
    else:
        town.says(folder, state)
        assert not list(folder.glob("*.mp4"))


@pytest.mark.slow
def test_a49_the_log_stays_small_under_a_permanent_error(town: Town) -> None:
    town.cloud.plan("/credits/", *[answers({"code": 9999, "message": "no"}, 400)] * 1000)
    town.run()
    for number in range(20):
        town.fill(f"A49 {number}", photos=1)
    wait_for("all to have failed", lambda: sum(job.state is not JobState.QUEUED for job in town.jobs()) >= 20, 40)
    pause(3)
    lines = town.log().count("\n")
    pause(5)
    assert town.log().count("\n") - lines <= 5, town.log()[-2000:]
    assert lines < 20 * 12
