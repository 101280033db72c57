"""One folder at the desk: looked at, settled, decided about once, and left in peace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

from photovideos.delivery import status
from photovideos.delivery.status import StatusNote
from photovideos.intake import scan
from photovideos.intake.settle import Waiting
from photovideos.jobs.states import JobState
from photovideos.model import Control
from photovideos.reception import desk
from support.front_desk import Office, jpeg


def test_a_folder_is_taken_in_once_when_it_has_rested(office: Office) -> None:
    office.fill("Trip", photos=2)
    office.look("Trip")
    assert office.states() == {}
    assert office.status_of("Trip") == "waiting for copy to finish"
    office.settle("Trip")
    assert office.states() == {"Trip": JobState.QUEUED}
    assert office.status_of("Trip") == "queued"
    assert office.woken == 1
    job = office.job("Trip")
    office.settle("Trip")
    assert office.job("Trip").id == job.id


def test_of_a_folder_at_rest_no_file_is_opened_again_also_after_a_restart(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("Trip")
    office.settle("Trip")
    office.done("Trip")
    office.settle("Trip")
    looks: list[str] = []
    monkeypatch.setattr(scan, "take_snapshot", lambda *_, **__: looks.append("a look"))
    seen = office.look("Trip")
    assert seen.look_by - office.now == office.pace.finished_seconds
    office.forget()
    office.look("Trip")
    assert looks == []


def test_the_prompt_of_a_folder_known_from_before_a_restart_is_read_when_it_is_needed(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    office.done("Trip")
    office.settle("Trip")
    office.forget()
    office.look("Trip")
    (folder / "new.jpg").write_bytes(jpeg("new"))
    office.settle("Trip")
    assert office.status_of("Trip") == "new photos"


def test_a_renamed_folder_keeps_its_job(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    office.done("Trip")
    office.settle("Trip")
    before = office.job("Trip")
    folder.rename(office.inbox / "Italy")
    office.settle("Italy")
    assert office.states() == {"Italy": JobState.DONE}
    assert office.job("Italy").id == before.id


def test_a_folder_dropped_again_under_its_name_is_a_new_job_and_the_old_one_is_stopped(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    old = office.job("Trip")
    office.done("Trip")
    office.settle("Trip")
    shutil.rmtree(folder)
    folder = office.fill("Trip", photos=3, text="another film")
    office.forget()
    office.settle("Trip")
    new = office.job("Trip")
    assert new.id != old.id
    assert new.state is JobState.QUEUED
    assert new.prompt == "another film"
    assert office.interrupted == [old.id]


def test_a_prompt_that_cannot_be_read_is_told_and_counts_when_it_is_saved(office: Office) -> None:
    folder = office.fill("Trip", text=None)
    (folder / "prompt.txt").write_bytes(b"\x00\x01\x02\xff" * 100)
    seen = office.settle("Trip")
    assert office.status_of("Trip") == "NEEDS HELP"
    assert seen.held_back == "NEEDS HELP"
    assert office.states() == {}
    (folder / "prompt.txt").write_text("a film", encoding="utf-8")
    seen = office.settle("Trip")
    assert office.states() == {"Trip": JobState.QUEUED}
    assert seen.held_back is None


def test_hold_is_noted_on_the_job_and_on_the_folder(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    (folder / "HOLD").touch()
    office.look("Trip")
    assert office.job("Trip").is_held
    assert office.status_of("Trip") == "on hold"
    (folder / "HOLD").unlink()
    office.look("Trip")
    assert not office.job("Trip").is_held
    assert office.status_of("Trip") == "queued"


def test_cancel_does_not_wait_until_the_folder_rests(office: Office) -> None:
    folder = office.fill("Trip")
    (folder / "CANCEL").touch()
    office.look("Trip")
    assert office.states() == {"Trip": JobState.CANCELLED}
    assert not (folder / "CANCEL").exists()


def test_what_a_command_asks_for_counts_as_its_control_file(office: Office) -> None:
    office.fill("Trip")
    seen = office.settle("Trip")
    seen.asked.add(Control.CANCEL)
    seen.decided = None
    office.look("Trip")
    assert office.states() == {"Trip": JobState.CANCELLED}
    assert seen.asked == set()


def test_a_file_that_somebody_still_writes_holds_a_quiet_folder_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a file system tells of writers is `test_writers`'; here: what follows."""
    office.fill("Trip")
    with monkeypatch.context() as patched:
        patched.setattr(desk, "open_for_writing", lambda *_: ("1.jpg",))
        assert office.settle("Trip").waiting is Waiting.COPY
        assert office.states() == {}
    office.settle("Trip")
    assert office.states() == {"Trip": JobState.QUEUED}


def test_a_folder_taken_as_it_lies_needs_no_rest(office: Office) -> None:
    folder = office.fill("Trip")
    (folder / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    office.desk._pace = office.pace
    office.look("Trip", is_complete=True)
    office.passes(2.1)
    office.look("Trip", is_complete=True)
    assert office.states() == {"Trip": JobState.QUEUED}


def test_the_default_prompt_is_used_after_its_time_and_never_where_there_is_a_prompt_file(
    offices: Callable[..., Office],
) -> None:
    office = offices(default_prompt="a film of it all", default_prompt_after_seconds=600.0)
    office.fill("Trip", text=None)
    office.fill("Blank", text=" ")
    for name in ("Trip", "Blank"):
        office.look(name)
    office.passes(599)
    for name in ("Trip", "Blank"):
        office.look(name)
    assert office.states() == {}
    assert office.status_of("Trip") == "waiting for prompt.txt"
    office.passes(2)
    for name in ("Trip", "Blank"):
        office.look(name)
    assert office.states() == {"Trip": JobState.QUEUED}
    assert office.job("Trip").prompt == "a film of it all"


def test_a_look_that_takes_long_is_not_taken_again_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.fill("Trip")
    snapshot = scan.take_snapshot

    def slow(*arguments: object, **more: object) -> object:
        office.passes(10)
        return snapshot(*arguments, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(scan, "take_snapshot", slow)
    seen = office.look("Trip")
    assert seen.look_by - office.now == 200


def test_a_status_file_of_lost_work_is_not_replaced_by_one_that_waits(office: Office) -> None:
    office.fill("Trip")
    folder_fd = scan.open_folder(str(office.inbox), "Trip")
    status.show(folder_fd, StatusNote(state="rendering", lines=("It renders.",), reference="0a1b2c3d"), now=office.wall)
    os.close(folder_fd)
    os.utime(office.inbox / "Trip", (office.wall + 1e9, office.wall + 1e9))
    office.look("Trip")
    assert office.status_of("Trip") == "rendering"
    office.settle("Trip")
    assert office.status_of("Trip") == "NEEDS HELP"
    assert office.states() == {"Trip": JobState.PARKED}


def test_a_prompt_saved_again_in_a_finished_folder_rests_no_longer_than_any_other(office: Office) -> None:
    folder = office.fill("Trip")
    office.settle("Trip")
    office.done("Trip")
    office.settle("Trip")
    office.passes(3600)
    (folder / "prompt.txt").write_text("another film", encoding="utf-8")
    office.look("Trip")
    office.passes(31)
    office.look("Trip")
    assert office.states() == {"Trip": JobState.QUEUED}
