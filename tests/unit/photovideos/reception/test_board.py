"""What the inbox file says of an inbox (design §2.1); how it is laid out is `delivery.inbox_file`'s."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from photovideos.config import BackendConfig, Config, InboxConfig
from photovideos.intake import scan
from photovideos.jobs.ledger import Problem
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind
from photovideos.pipeline.account import CREDITS
from photovideos.reception import board
from photovideos.reception.board import Board
from support.front_desk import Office


def said(office: Office, *, kind: Any = "studio", has_unused_token: bool = False, **more: Any) -> str:
    config = Config(inboxes=(InboxConfig(path=office.inbox),), backend=BackendConfig(kind=kind))
    made = Board(str(office.inbox), config=config, ledger=office.ledger, has_unused_token=has_unused_token)
    told: dict[str, Any] = {"waiting": {}, "library": 0, "nested": {}, "watching": "It looks.", "now": office.wall}
    with office.opened() as inbox_fd:
        made.show(inbox_fd, scan.list_folders(inbox_fd), **told | more)
    return Path(office.inbox / "_photovideos - inbox.txt").read_text(encoding="utf-8-sig")


def test_it_says_that_all_is_ready_and_who_makes_the_films(office: Office) -> None:
    assert "Connected and ready: films are made on this machine." in said(office)
    assert "Connected and ready: films are made by NemoVideo." in said(office, kind="nemo")
    assert "Nothing is waiting." in said(office)


def test_folders_that_wait_are_written_down_for_status_until_they_do_not(office: Office) -> None:
    said(office, waiting={"Library": "waiting for prompt.txt"})
    assert board.waiting(office.ledger) == {str(office.inbox): {"Library": "waiting for prompt.txt"}}
    before = office.ledger.changes
    said(office, waiting={"Library": "waiting for prompt.txt"})
    assert office.ledger.changes == before, "only when it is another"
    said(office, waiting={})
    assert board.waiting(office.ledger) == {}


def test_it_names_jobs_on_their_way_and_folders_that_wait(office: Office) -> None:
    office.fill("Trip")
    office.settle("Trip")
    text = said(office, waiting={"Library": "waiting for prompt.txt"})
    assert "2 folders are on the way:" in text
    assert "  Trip: queued" in text
    assert "  Library: waiting for prompt.txt" in text


def test_it_names_what_needs_help_and_not_what_is_done(office: Office) -> None:
    for name in ("Trip", "Done"):
        office.fill(name)
        office.settle(name)
    office.done("Done")
    office.ledger.put(office.job("Trip").id, JobState.WORKING)
    office.ledger.put(office.job("Trip").id, JobState.PARKED, problem=Problem(message="It may not be written to."))
    text = said(office)
    assert "‘Trip’: It may not be written to." in text
    assert "Done" not in text


def test_a_paused_queue_is_not_ready_and_says_why(office: Office) -> None:
    office.ledger.pause(BackendKind.NEMO, "NoCredits", Problem(message="There are no credits.", advice="Top up."))
    assert "Not ready: There are no credits. Top up." in said(office, kind="nemo")
    assert "Connected and ready" in said(office), "the other backend is not concerned"


def test_it_tells_the_credits_of_the_cloud_as_last_seen(office: Office) -> None:
    office.ledger.remember(CREDITS + BackendKind.NEMO, "42")
    assert "Credits: 42 available." in said(office, kind="nemo")
    assert "Credits" not in said(office)


def test_it_names_what_lies_wrong(office: Office) -> None:
    for number in range(12):
        (office.inbox / f"{number}.jpg").write_bytes(b"x")
    (office.inbox / "prompt.txt").write_text("a film", encoding="utf-8")
    (office.inbox / "elsewhere").symlink_to("/")
    text = said(office, nested={"Trips": ("Italy/prompt.txt",)})
    assert "12 photos lie loose in the inbox: put them into a folder with a prompt.txt" in text
    assert "A prompt.txt lies loose in the inbox" in text
    assert "‘elsewhere’ is a link, and links are not followed" in text
    assert "‘Trips’ has its prompt.txt in ‘Trips/Italy’: move ‘Italy’ into the inbox" in text


def test_one_photo_is_called_one(office: Office) -> None:
    (office.inbox / "1.jpg").write_bytes(b"x")
    assert "1 photo lies loose in the inbox: put it into a folder" in said(office)


def test_it_says_how_many_folders_are_left_alone_and_that_a_token_is_not_used(office: Office) -> None:
    text = said(office, library=7, has_unused_token=True)
    assert "7 folders were here before and are left alone" in text
    assert "NEMO_TOKEN is set and not used" in text
    assert "NEMO_TOKEN" not in said(office, kind="nemo", has_unused_token=True)


def test_it_is_written_again_on_change_else_once_an_hour(office: Office) -> None:
    path = office.inbox / "_photovideos - inbox.txt"
    said(office)
    first = path.stat().st_mtime
    office.passes(3500)
    said(office)
    assert path.stat().st_mtime == first
    office.passes(200)
    said(office)
    assert path.stat().st_mtime == office.wall
    office.passes(1)
    said(office, library=1)
    assert path.stat().st_mtime == office.wall
