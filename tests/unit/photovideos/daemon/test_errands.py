"""What the daemon does by the clock: it asks for credits, refreshes the token, and cleans up."""

from __future__ import annotations

import threading

import pytest

from photovideos.daemon import errands
from photovideos.jobs.ledger import Problem
from photovideos.jobs.road import Export, Road
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, RenderId, RenderRecord
from photovideos.schedule import Schedule
from support.fake_cloud import Act, FakeCloud, answers
from support.rooms import Rooms

DAY = 86400.0


def balance(available: float) -> Act:
    return answers({"code": 0, "data": {"available": available}})


def paused(rooms: Rooms, cause: str = "NoCredits", backend: BackendKind = BackendKind.NEMO) -> None:
    rooms.house.ledger.pause(backend, cause, Problem(message="none left"))


# --- credits ---------------------------------------------------------------------------------------------------------


def test_credits_are_asked_for_only_while_the_queue_is_paused_for_want_of_them(rooms: Rooms, cloud: FakeCloud) -> None:
    errands.ask_for_credits(rooms.house)
    paused(rooms, "ExportBlocked")
    errands.ask_for_credits(rooms.house)
    assert cloud.asked == []


def test_a_pause_of_the_studio_is_no_matter_of_credits(rooms: Rooms, cloud: FakeCloud) -> None:
    paused(rooms, backend=BackendKind.STUDIO)
    errands.ask_for_credits(rooms.house)
    assert cloud.asked == []


def test_new_credits_resume_the_queue_and_the_jobs_that_were_parked_for_them(rooms: Rooms, cloud: FakeCloud) -> None:
    parked = rooms.job("Poor", JobState.PARKED, parked_by="NoCredits")
    other = rooms.job("Other", JobState.PARKED, parked_by="AccountChanged")
    paused(rooms)
    rooms.house.ledger.remember("credits.nemo", "10")
    cloud.plan("/credits/", balance(110))
    errands.ask_for_credits(rooms.house)
    assert rooms.house.ledger.pauses() == []
    states = [getattr(rooms.house.ledger.get(job.id), "state", None) for job in (parked, other)]
    assert states == [JobState.QUEUED, JobState.PARKED]
    assert rooms.house.ledger.recall("credits.nemo") == "110"
    assert rooms.woken


@pytest.mark.parametrize("left", [0, 5, 10])
def test_what_was_too_little_before_resumes_nothing(rooms: Rooms, cloud: FakeCloud, left: float) -> None:
    rooms.job("Poor", JobState.PARKED, parked_by="NoCredits")
    paused(rooms)
    rooms.house.ledger.remember("credits.nemo", "10")
    cloud.plan("/credits/", balance(left))
    errands.ask_for_credits(rooms.house)
    assert len(rooms.house.ledger.pauses()) == 1
    assert not rooms.woken


def test_trouble_while_asking_is_left_to_the_next_time(rooms: Rooms, cloud: FakeCloud) -> None:
    paused(rooms)
    cloud.plan("anonymous-token", *[answers({"code": 429}, 429)] * 2)
    errands.ask_for_credits(rooms.house)
    assert len(rooms.house.ledger.pauses()) == 1


# --- the token -------------------------------------------------------------------------------------------------------


def refresh(rooms: Rooms) -> None:
    next(one for one in errands.of(rooms.house) if one.name == "token refresh").run()


def test_the_token_is_refreshed_at_the_end_of_its_days_also_if_that_was_missed(rooms: Rooms, cloud: FakeCloud) -> None:
    refresh(rooms)
    assert cloud.tokens == 0, "nobody needed one yet"
    with rooms.house.backends.lease(BackendKind.NEMO) as backend:
        first = backend.tokens.token()
        rooms.now.at += 6.9 * DAY
        refresh(rooms)
        assert backend.tokens.token() == first
        rooms.now.at += 30 * DAY  # the daemon was down
        refresh(rooms)
        assert backend.tokens.token() != first
    assert cloud.tokens == 2
    assert len({asked.headers["x-client-id"] for asked in cloud.calls("anonymous-token")}) == 1


def test_what_was_missed_is_made_up_at_start_and_looked_for_every_hour(rooms: Rooms, cloud: FakeCloud) -> None:
    by_name = {one.name: one for one in errands.of(rooms.house)}
    assert by_name["token refresh"].at_start
    assert by_name["token refresh"].seconds == 3600.0
    with rooms.house.backends.lease(BackendKind.NEMO) as backend:
        backend.tokens.token()
    rooms.now.at += 8 * DAY
    schedule = Schedule([by_name["token refresh"]])
    schedule.start()
    try:
        deadline, pause = 100, threading.Event()
        while cloud.tokens < 2 and deadline:
            deadline -= 1
            pause.wait(0.05)
    finally:
        schedule.stop()
    assert cloud.tokens == 2


# --- clean-up --------------------------------------------------------------------------------------------------------


def rendering(token: str) -> Road:
    record = RenderRecord(id=RenderId("render_1"), token_fingerprint=token, begun_at=0.0)
    return Road(export=Export(record=record))


def test_older_tokens_are_kept_while_a_render_refers_to_them(rooms: Rooms) -> None:
    with rooms.house.backends.lease(BackendKind.NEMO) as backend:
        book = backend.tokens
        lost = book.token()
        carries = book.renew(lost)
        current = book.renew(carries)
        job = rooms.job()
        rooms.house.ledger.save_road(job.id, rendering(carries.fingerprint))
        errands.clean_up(rooms.house)
        assert book.by_fingerprint(lost.fingerprint) is None
        assert book.by_fingerprint(carries.fingerprint) == carries
        assert book.by_fingerprint(current.fingerprint) == current
        rooms.house.ledger.save_road(job.id, Road())
        errands.clean_up(rooms.house)
        assert book.by_fingerprint(carries.fingerprint) is None
        assert book.token() == current


def test_folders_long_gone_are_forgotten_and_others_are_not(rooms: Rooms) -> None:
    old = rooms.job("Old")
    rooms.house.ledger.put(old.id, JobState.GONE)
    rooms.now.at += 29 * DAY
    recent = rooms.job("Recent")
    rooms.house.ledger.put(recent.id, JobState.GONE)
    done = rooms.job("Done", JobState.DONE)
    errands.clean_up(rooms.house)
    assert {job.id for job in rooms.house.ledger.jobs()} == {old.id, recent.id, done.id}
    rooms.now.at += 2 * DAY
    errands.clean_up(rooms.house)
    assert {job.id for job in rooms.house.ledger.jobs()} == {recent.id, done.id}


def test_work_folders_stay_for_jobs_that_go_on_and_go_for_all_others(rooms: Rooms) -> None:
    working = rooms.job("Working", JobState.WORKING)
    parked = rooms.job("Parked", JobState.PARKED, problem=Problem(message="x"))
    done = rooms.job("Done", JobState.DONE)
    errands.clean_up(rooms.house)  # no work folder at all
    work = rooms.house.state_dir / "work"
    for name in (working.id, parked.id, done.id, "nobody's"):
        (work / name).mkdir(parents=True)
        (work / name / "a.jpg").write_bytes(b"x")
    errands.clean_up(rooms.house)
    assert {path.name for path in work.iterdir()} == {working.id, parked.id}


def test_a_rescan_wakes_every_inbox(rooms: Rooms) -> None:
    next(one for one in errands.of(rooms.house) if one.name == "rescan").run()
    assert rooms.watcher.woken == 1
