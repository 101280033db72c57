"""Folders whose film is made, or that move, go and come back (watching.md, the cases A19, A25–A30, A42, A46)."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from photovideos.jobs.states import JobState
from support.fake_cloud import answers
from support.house import wait_for
from support.small_film import small_film
from support.watched import Town, photo


def films(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.mp4"))


def test_a19_a_touch_on_a_finished_folder_is_no_job(street: Town) -> None:
    folder = street.fill("A19")
    street.made(folder)
    for path in [folder, *folder.iterdir()]:
        os.utime(path)
        path.chmod(path.stat().st_mode)  # moves the change time too
    street.rest()
    street.made(folder)
    assert street.status_of(folder) is None


@pytest.mark.slow
def test_a25_our_own_outputs_start_nothing_also_after_a_restart(town: Town) -> None:
    town.run()
    folder = town.fill("A25")
    town.made(folder)
    (folder / "A25 - timeline.txt").unlink()  # the ledger knows our film without its summary
    town.rest()
    town.processes[-1].terminate()
    town.processes[-1].wait(10)
    town.run()
    town.rest()
    town.made(folder)
    assert town.inputs("A25") == ["IMG_0001.jpg", "IMG_0002.jpg"]
    assert town.status_of(folder) is None


def test_a26_our_own_status_file_does_not_reset_settling(street: Town) -> None:
    folder = street.fill("A26", photos=1)
    part = folder / "IMG_0002.jpg.part"
    part.write_bytes(photo(2))
    street.says(folder, "waiting for copy to finish")
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.wait(0.5 * street.settle_seconds):
            for note in folder.glob("_photovideos - waiting*.txt"):
                os.utime(note)

    thread = threading.Thread(target=rewrite)
    thread.start()
    try:
        part.rename(folder / "IMG_0002.jpg")
        street.made(folder, photos=2)
    finally:
        stop.set()
        thread.join()


def test_a27_a_folder_that_is_renamed_while_it_settles_is_one_job(street: Town) -> None:
    folder = street.fill("A27 before", text=None)
    street.says(folder, "waiting for prompt.txt")
    renamed = folder.rename(street.inbox / "A27 after")
    street.write_prompt(renamed)
    street.made(renamed, photos=2)
    assert street.taken("A27 before") == 0


@pytest.mark.slow
@pytest.mark.parametrize("word", ["session", "upload", "message", "render", "film"])
def test_a27_a_folder_that_is_renamed_under_its_job_gets_its_film_there(town: Town, word: str) -> None:
    folder = town.fill("A27")
    renamed = town.inbox / "A27 renamed"

    def rename(now: str) -> None:
        if now == word and folder.exists():
            folder.rename(renamed)

    town.cloud.before = rename
    town.run()
    wait_for("a film under the new name", lambda: renamed.exists() and films(renamed))
    wait_for("the status file to go", lambda: not town.status_of(renamed))
    town.rest()
    assert len(films(renamed)) == 1
    assert not folder.exists()
    assert len(town.cloud.the("A27").renders) == 1
    assert [job.state for job in town.jobs()] == [JobState.DONE]
    assert town.taken("A27") + town.taken("A27 renamed") == 1


@pytest.mark.slow
@pytest.mark.parametrize("word", ["session", "upload", "message", "render", "poll", "film"])
def test_a28_a_folder_that_is_deleted_under_its_job_leaves_nothing_behind(town: Town, word: str) -> None:
    folder = town.fill("A28")
    gone = threading.Event()

    def delete(now: str) -> None:
        if now == word and not gone.is_set():
            shutil.rmtree(folder)
            gone.set()

    town.cloud.before = delete
    town.run()
    wait_for("the folder to be deleted", gone.is_set)
    wait_for("the job to end", lambda: all(job.state is JobState.GONE for job in town.jobs()), 30)
    town.rest()
    assert not folder.exists()
    assert sorted(path.name for path in town.inbox.iterdir()) == [".photovideos-inbox", "_photovideos - inbox.txt"]
    wait_for("the work folder to go", lambda: not list((town.state / "work").glob("*")), 10)


@pytest.mark.parametrize(
    "state", ["settling", "waiting", "done", pytest.param("hold", marks=pytest.mark.slow), "cancelled"]
)
def test_a28_a_folder_that_is_deleted_at_rest_leaves_nothing_behind(street: Town, state: str) -> None:
    folder = street.fill(f"A28 {state}", text=None if state in ("waiting", "hold", "cancelled") else "a calm video")
    if state == "done":
        street.made(folder)
    elif state == "waiting":
        street.says(folder, "waiting for prompt.txt")
    elif state == "hold":
        (folder / "HOLD").touch()
        street.says(folder, "on hold")
    elif state == "cancelled":
        (folder / "CANCEL").touch()
        street.says(folder, "cancelled")
    shutil.rmtree(folder)
    street.rest()
    assert not folder.exists()
    job = street.job(folder.name)
    assert job is None or job.state is JobState.GONE
    assert len(street.cloud.of(folder.name)) == (state == "done")


def test_a29_a_copy_of_a_finished_folder_is_not_made_again(street: Town) -> None:
    folder = street.fill("A29 kept")
    street.made(folder)
    copy = street.inbox / "A29 kept copy"
    shutil.copytree(folder, copy)
    street.says(copy, "already made", "A29 kept.mp4")
    street.rest(3)
    assert street.taken("A29 kept copy") == 0
    assert films(copy) == ["A29 kept.mp4"]
    street.cloud.the("A29 kept")


def test_a29_a_copy_without_our_film_is_a_job_of_its_own(street: Town) -> None:
    folder = street.fill("A29 lent")
    street.made(folder)
    copy = street.root / "A29 borrowed"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.mp4"))
    (copy / "prompt.txt").write_text("A29 borrowed: a calm video", encoding="utf-8")
    copy = copy.rename(street.inbox / copy.name)
    street.made(copy, photos=2)


@pytest.mark.parametrize("is_running", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a30_the_same_name_with_other_content_after_a_deletion_is_a_new_job(town: Town, is_running: bool) -> None:
    daemon = town.run()
    folder = town.fill("A30")
    town.made(folder)
    if not is_running:
        daemon.terminate()
        daemon.wait(10)
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "other.jpg").write_bytes(photo(9))
    (folder / "prompt.txt").write_text("another film", encoding="utf-8")
    if not is_running:
        town.run()
    town.film_of(folder)
    assert town.cloud.the("another film").uploads == ["other.jpg"]
    assert town.taken("A30") == 2
    assert films(folder) == ["A30.mp4"]


def test_a42_a_film_never_takes_the_place_of_a_file_that_is_there(street: Town) -> None:
    folder = street.fill("A42")
    own = small_film(0.5)
    (folder / "A42.mp4").write_bytes(own)
    street.film_of(folder, "A42 (2).mp4")
    assert (folder / "A42.mp4").read_bytes() == own
    assert films(folder) == ["A42 (2).mp4", "A42.mp4"]
    assert (folder / "A42 (2) - timeline.txt").exists()
    assert len(street.cloud.the("A42").uploads) == 3  # the user's own film is a clip


@pytest.mark.slow
def test_a46_ready_starts_a_folder_at_once(town: Town) -> None:
    town.settings["inboxes"][0]["settle_seconds"] = 60
    town.run()
    folder = town.fill("A46 ready")
    (folder / "ready.txt").touch()
    town.film_of(folder)
    assert not (folder / "ready.txt").exists()


def test_a46_hold_keeps_a_folder_until_its_owner_removes_it(street: Town) -> None:
    folder = street.folder("A46 hold")
    (folder / "HOLD").touch()
    (folder / "IMG_0001.jpg").write_bytes(photo(1))
    street.write_prompt(folder)
    street.says(folder, "on hold")
    street.rest(3)
    assert street.taken("A46 hold") == 0
    (folder / "HOLD").unlink()
    street.made(folder)


def test_a46_cancel_before_a_job_cancels_it_and_a_changed_prompt_starts_it(street: Town) -> None:
    folder = street.fill("A46 cancel", text=None)
    (folder / "CANCEL").touch()
    street.says(folder, "cancelled")
    wait_for("CANCEL to go", lambda: not (folder / "CANCEL").exists(), 10)
    street.rest(3)
    assert films(folder) == []
    street.write_prompt(folder)
    street.film_of(folder)


def test_a46_cancel_stops_a_job_within_seconds_and_retry_makes_the_film_after_all(town: Town) -> None:
    rendering = answers({"taskId": "t", "status": "processing", "progress": 40})
    town.cloud.plan("/lambda/", *[rendering] * 10_000)
    town.run()
    folder = town.fill("A46 running")
    town.says(folder, "rendering")
    (folder / "CANCEL").touch()
    town.says(folder, "cancelled", seconds=10)
    town.cloud.forget_plans()
    town.rest(3)
    assert films(folder) == []
    assert not (folder / "CANCEL").exists()
    (folder / "RETRY").touch()
    town.film_of(folder)
    assert not (folder / "RETRY").exists()
    assert films(folder) == ["A46 running.mp4"]


@pytest.mark.slow
def test_a46_retry_makes_a_finished_film_anew(street: Town) -> None:
    folder = street.fill("A46 again")
    street.made(folder)
    (folder / "IMG_0003.jpg").write_bytes(photo(3))
    street.says(folder, "new photos")
    (folder / "RETRY").touch()
    street.film_of(folder, "A46 again (2).mp4")
    assert len(street.cloud.of("A46 again")[-1].uploads) == 3


def test_a46_a_long_file_of_that_name_is_the_users_own(street: Town) -> None:
    folder = street.folder("A46 own")
    (folder / "hold.txt").write_text("hold the line, love is not always on time. " * 3, encoding="utf-8")
    (folder / "IMG_0001.jpg").write_bytes(photo(1))
    street.write_prompt(folder)
    street.made(folder)
    assert (folder / "hold.txt").exists()


def test_a_prompt_saved_in_place_in_a_finished_folder_counts_within_the_idle_scan(town: Town) -> None:
    """The folder's own times do not show it, and no event names it: the prompt's own stat does."""
    town.run()
    folder = town.fill("saved")
    town.made(folder)
    with (folder / "prompt.txt").open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"\nand a title: Ciao")
    town.film_of(folder, "saved (2).mp4")
    assert len(town.cloud.sittings) == 1
    assert town.cloud.sittings[0].messages[-1] == "and a title: Ciao"
