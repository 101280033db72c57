"""The pace of an inbox and its watch follow the file system it lies on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from photovideos.config import InboxConfig
from photovideos.intake import mounts
from photovideos.intake.mounts import Mount
from photovideos.reception.lookout import Lookout
from photovideos.reception.overview import ONCE_PATIENCE
from support.front_desk import Office

LOCAL, SHARE = Mount(kind="ext4", source="/dev/sda1"), Mount(kind="nfs4", source="nas:/photos")


@pytest.fixture
def lookouts(office: Office) -> Iterator[Callable[..., Lookout]]:
    made: list[Lookout] = []

    def lookout(*, is_once: bool = False, **inbox: Any) -> Lookout:
        config = InboxConfig(path=office.inbox, **inbox)
        made.append(Lookout(config, on_hint=lambda _: None, is_once=is_once))
        return made[-1]

    yield lookout
    for one in made:
        one.close()


def mounted(office: Office, lookout: Lookout, mount: Mount, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With this file system mounted there: whether events come."""
    with monkeypatch.context() as patched, office.opened() as inbox_fd:
        patched.setattr(mounts, "mount_of", lambda _: mount)  # no share can be mounted by a test
        lookout.pace_at(inbox_fd)
    lookout.supervise(now=office.now)
    return lookout.is_armed


@pytest.mark.parametrize(
    ("watch", "mount", "is_armed"),
    [
        ("auto", LOCAL, True),
        ("auto", SHARE, False),
        ("poll", LOCAL, False),
        ("inotify", SHARE, True),
    ],
)
def test_events_are_waited_for_where_they_come_unless_the_config_says_otherwise(
    office: Office,
    lookouts: Callable[..., Lookout],
    monkeypatch: pytest.MonkeyPatch,
    watch: str,
    mount: Mount,
    is_armed: bool,
) -> None:
    assert mounted(office, lookouts(watch=watch), mount, monkeypatch) is is_armed


def test_another_file_system_mounted_there_has_its_own_pace_and_watch_and_the_same_one_keeps_them(
    office: Office, lookouts: Callable[..., Lookout], monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout = lookouts()
    with capture_logs() as told:
        assert mounted(office, lookout, LOCAL, monkeypatch)
        assert mounted(office, lookout, LOCAL, monkeypatch)
        assert not mounted(office, lookout, SHARE, monkeypatch)
        assert mounted(office, lookout, LOCAL, monkeypatch)
    assert [(line["how"], line["files"]) for line in told if line["event"] == "inbox.watched"] == [
        ("events", "ext4"),
        ("polling", "nfs4"),
        ("events", "ext4"),
    ]


def test_how_an_inbox_is_watched_is_said_as_it_is_also_of_a_watch_that_could_not_be_set(
    office: Office, lookouts: Callable[..., Lookout], monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout = lookouts()
    assert mounted(office, lookout, SHARE, monkeypatch) is False
    assert lookout.how == "It looks every 10 seconds."
    assert mounted(office, lookout, LOCAL, monkeypatch)
    assert lookout.how == "It is told of changes at once."
    lookout.close()
    assert lookout.how == "It looks every 60 seconds."


def test_once_gives_an_incomplete_file_up_sooner(office: Office, lookouts: Callable[..., Lookout]) -> None:
    with office.opened() as inbox_fd:
        forever, once = (lookouts(is_once=is_once).pace_at(inbox_fd) for is_once in (False, True))
    assert once.given_up_after_seconds == ONCE_PATIENCE * once.settle_seconds < forever.given_up_after_seconds


def test_a_watch_that_went_deaf_is_told_with_its_reason_when_it_hears_again(
    office: Office, lookouts: Callable[..., Lookout], monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout = lookouts()
    assert mounted(office, lookout, LOCAL, monkeypatch)
    office.passes(60)
    office.inbox.rename(office.inbox.with_name("before"))
    Path(office.inbox).mkdir()
    with capture_logs() as told:
        supervision = lookout.supervise(now=office.now)
    assert supervision.is_armed
    assert [(line["event"], line["reason"]) for line in told] == [
        ("watch.rearmed", "another folder lies in the inbox's place")
    ]
