"""The loop of an inbox's thread: it survives whatever a round runs into, and does not fill the log with it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from structlog.testing import capture_logs

import photovideos.reception as room
from photovideos.config import Config, InboxConfig
from photovideos.errors import FolderOffline, NoSpace, PhotoVideosError
from photovideos.intake import scan
from photovideos.jobs.ledger import LedgerUnusable
from photovideos.reception import Reception
from photovideos.reception.rounds import Rounds
from support.front_desk import Office


def reception_of(office: Office, stop: threading.Event) -> Reception:
    inbox = InboxConfig(path=office.inbox)
    return Reception(
        inbox,
        config=Config(inboxes=(inbox,)),
        ledger=office.ledger,
        owner="0123456789abcdef",
        stop=stop,
        clock=lambda: office.wall,
        monotonic=lambda: office.now,
        wake=lambda: None,
        interrupt=office.interrupted.append,
    )


def told_of(trouble: Exception, office: Office, monkeypatch: pytest.MonkeyPatch, at: tuple[Any, str]) -> list[str]:
    """The log's events when five scans run into the trouble there, then one does not, then five do again."""
    looks: list[Exception | None] = [trouble] * 5 + [None] + [trouble] * 5
    stop, does = threading.Event(), getattr(*at)

    def look(*arguments: Any) -> Any:
        now = looks.pop(0)
        if not looks:
            stop.set()
        if now is not None:
            raise now
        return does(*arguments)

    monkeypatch.setattr(*at, look)
    for name in ("OFFLINE_LOOK_SECONDS", "ROOM_LOOK_SECONDS"):
        monkeypatch.setattr(room, name, 0.001)
    reception = reception_of(office, stop)
    monkeypatch.setattr(reception, "_leave", lambda: None)
    with capture_logs() as told:
        reception._run()
    assert looks == []
    return [line["event"] for line in told]


@pytest.mark.parametrize(
    ("trouble", "event"),
    [
        (NoSpace("no room", detail="ENOSPC"), "inbox.waits_for_room"),
        (LedgerUnusable("the records cannot be used", detail="disk I/O error"), "inbox.unscanned"),
        (PhotoVideosError("something else"), "inbox.unscanned"),
        (RuntimeError("a mistake of ours"), "inbox.crashed"),
    ],
)
def test_a_lasting_trouble_is_told_once_and_again_after_it_was_over(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception, event: str
) -> None:
    assert told_of(trouble, office, monkeypatch, (Rounds, "go")).count(event) == 2


def test_an_inbox_that_cannot_be_listed_is_offline_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    events = told_of(FolderOffline("it cannot be read"), office, monkeypatch, (scan, "list_folders"))
    assert events.count("inbox.offline") == 2


def test_a_watch_that_runs_into_a_mistake_between_two_scans_ends_no_thread(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception = reception_of(office, threading.Event())
    while reception._turn(is_rung=False) == 0.0:  # once more after the watch was set
        pass

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    scans = reception.scans
    with capture_logs() as told, monkeypatch.context() as patched:
        patched.setattr(reception._lookout, "supervise", broken)
        assert reception._turn(is_rung=False) == room.OFFLINE_LOOK_SECONDS
    reception._lookout.close()
    assert [line["event"] for line in told] == ["inbox.crashed"]
    assert reception.scans == scans, "that was no scan"


def test_an_inbox_whose_thread_died_is_deaf_and_one_that_was_not_started_is_not(office: Office) -> None:
    reception = reception_of(office, threading.Event())
    office.passes(3600)
    assert not reception.hangs()
    reception._thread = threading.Thread(target=lambda: None)
    reception.start()
    reception.join(5)
    assert reception.hangs()
