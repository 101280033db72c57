"""The marker in a real inbox."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import FolderOffline
from photovideos.intake import marker as room
from photovideos.intake.ignore import MARKER_NAME
from photovideos.intake.marker import InboxMarker
from photovideos.intake.ownership import STANDSTILL_SECONDS, Standing

ME, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def inbox_fd(inbox: Path) -> Iterator[int]:
    held = os.open(inbox, os.O_RDONLY | os.O_DIRECTORY)
    yield held
    os.close(held)


def test_the_first_to_come_owns_the_inbox_and_finds_it_again(inbox: Path, inbox_fd: int) -> None:
    first = InboxMarker(ME, seen_device=None)
    ownership = first.check(inbox_fd, now=0)
    assert ownership.is_mine
    assert ME.encode() in (inbox / MARKER_NAME).read_bytes()
    assert os.listdir(inbox) == [MARKER_NAME]
    first.close()
    again = InboxMarker(ME, seen_device=ownership.device)
    assert again.check(inbox_fd, now=5).is_mine
    again.release(inbox_fd)
    assert (inbox / MARKER_NAME).read_bytes() == b""
    assert os.listdir(inbox) == [MARKER_NAME]


def test_a_second_daemon_on_the_same_machine_is_refused_while_the_first_lives(inbox_fd: int) -> None:
    first, second = InboxMarker(ME, seen_device=None), InboxMarker(OTHER, seen_device=None)
    assert first.check(inbox_fd, now=0).is_mine
    for now in (0, 100, 10 * STANDSTILL_SECONDS):
        refused = second.check(inbox_fd, now=now)
        assert refused.standing is Standing.OTHERS
        assert "Another photovideos" in refused.reason
    assert first.check(inbox_fd, now=700).is_mine
    first.release(inbox_fd)
    assert second.check(inbox_fd, now=10 * STANDSTILL_SECONDS + 1).is_mine
    second.release(inbox_fd)


def test_a_daemon_that_died_on_this_machine_is_taken_over_at_once(inbox_fd: int) -> None:
    first, second = InboxMarker(ME, seen_device=None), InboxMarker(OTHER, seen_device=None)
    assert first.check(inbox_fd, now=0).is_mine
    first.close()  # as the kernel does when a process ends
    ownership = second.check(inbox_fd, now=1)
    assert ownership.is_mine
    assert ownership.took_over
    assert not first.check(inbox_fd, now=2).is_mine
    second.release(inbox_fd)


def test_an_owner_on_another_machine_is_waited_for_25_minutes(inbox: Path, inbox_fd: int) -> None:
    (inbox / MARKER_NAME).write_bytes(
        b"photovideos inbox\nowner %s\ncounter 5\nboot 0123456789abcdef\n" % OTHER.encode()
    )
    mine = InboxMarker(ME, seen_device=None)
    assert not mine.check(inbox_fd, now=0).is_mine
    assert not mine.check(inbox_fd, now=STANDSTILL_SECONDS - 1).is_mine
    ownership = mine.check(inbox_fd, now=STANDSTILL_SECONDS)
    assert ownership.is_mine
    assert ownership.took_over
    mine.release(inbox_fd)


def test_who_is_taken_over_stops_at_its_next_look(inbox: Path, inbox_fd: int) -> None:
    mine = InboxMarker(ME, seen_device=None)
    assert mine.check(inbox_fd, now=0).is_mine
    (inbox / MARKER_NAME).write_bytes(b"photovideos inbox\nowner %s\ncounter 5\n" % OTHER.encode())
    assert mine.check(inbox_fd, now=1).standing is Standing.OTHERS


def test_an_inbox_seen_before_without_its_marker_is_offline_and_stays_untouched(inbox: Path, inbox_fd: int) -> None:
    mine = InboxMarker(ME, seen_device=None)
    device = mine.check(inbox_fd, now=0).device
    (inbox / MARKER_NAME).unlink()
    assert mine.check(inbox_fd, now=1).standing is Standing.OFFLINE
    mine.close()
    assert InboxMarker(ME, seen_device=device).check(inbox_fd, now=0).standing is Standing.OFFLINE
    assert InboxMarker(ME, seen_device=device + 1).check(inbox_fd, now=0).standing is Standing.OFFLINE
    assert os.listdir(inbox) == []


def test_a_person_may_say_that_this_is_the_inbox(inbox_fd: int) -> None:
    mine = InboxMarker(ME, seen_device=12345)
    assert mine.check(inbox_fd, now=0).standing is Standing.OFFLINE
    assert mine.adopt(inbox_fd, now=1).is_mine
    mine.release(inbox_fd)


def test_a_marker_that_is_a_link_is_never_followed_nor_written_through(
    inbox: Path, inbox_fd: int, tmp_path: Path
) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"")
    (inbox / MARKER_NAME).symlink_to(target)
    mine = InboxMarker(ME, seen_device=None)
    assert mine.check(inbox_fd, now=0).standing is Standing.OTHERS
    assert mine.check(inbox_fd, now=STANDSTILL_SECONDS).is_mine
    assert target.read_bytes() == b""
    assert not (inbox / MARKER_NAME).is_symlink()
    mine.release(inbox_fd)


def failing_with(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(*_: Any, **__: Any) -> str:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(room, "_write_part", failed)


def test_an_inbox_that_cannot_be_written_to_is_no_inbox(inbox_fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(errno.EACCES, monkeypatch)
    ownership = InboxMarker(ME, seen_device=None).check(inbox_fd, now=0)
    assert ownership.standing is Standing.OFFLINE
    assert "may not write" in ownership.reason


def test_a_full_disk_does_not_make_us_lose_what_is_ours(inbox_fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = InboxMarker(ME, seen_device=None)
    assert mine.check(inbox_fd, now=0).is_mine
    failing_with(errno.ENOSPC, monkeypatch)
    assert mine.check(inbox_fd, now=1000).is_mine
    mine.close()
    assert InboxMarker(OTHER, seen_device=None).check(inbox_fd, now=0).standing is Standing.OFFLINE


def test_a_share_that_fails_is_offline(inbox_fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(errno.ESTALE, monkeypatch)
    with pytest.raises(FolderOffline):
        InboxMarker(ME, seen_device=None).check(inbox_fd, now=0)


def test_where_there_are_no_hard_links_the_marker_is_made_all_the_same(
    inbox: Path, inbox_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "not on FAT")

    monkeypatch.setattr(os, "link", no_links)
    mine = InboxMarker(ME, seen_device=None)
    assert mine.check(inbox_fd, now=0).is_mine
    assert os.listdir(inbox) == [MARKER_NAME]
    mine.release(inbox_fd)


def test_of_two_that_write_the_first_marker_one_wins(
    inbox: Path, inbox_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = room._write_part

    def slow(held_fd: int, marker: Any) -> str:
        part = real(held_fd, marker)
        (inbox / MARKER_NAME).write_bytes(b"photovideos inbox\nowner %s\ncounter 1\n" % OTHER.encode())
        return part

    monkeypatch.setattr(room, "_write_part", slow)
    assert InboxMarker(ME, seen_device=None).check(inbox_fd, now=0).standing is Standing.OTHERS
    assert OTHER.encode() in (inbox / MARKER_NAME).read_bytes()
    assert os.listdir(inbox) == [MARKER_NAME]


def test_a_directory_in_the_markers_place_is_anothers(inbox: Path, inbox_fd: int) -> None:
    (inbox / MARKER_NAME).mkdir()
    assert InboxMarker(ME, seen_device=None).check(inbox_fd, now=0).standing is Standing.OTHERS


def test_a_short_write_is_a_full_disk_and_leaves_nothing_behind(
    inbox: Path, inbox_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda _fd, raw: len(raw) - 1)
    ownership = InboxMarker(ME, seen_device=None).check(inbox_fd, now=0)
    assert ownership.reason == room.FULL
    assert os.listdir(inbox) == []


def test_where_directories_cannot_be_locked_the_counter_alone_decides(
    inbox_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: Any) -> None:
        raise OSError(errno.EBADF, "not on this share")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    first, second = InboxMarker(ME, seen_device=None), InboxMarker(OTHER, seen_device=None)
    assert first.check(inbox_fd, now=0).is_mine
    assert second.check(inbox_fd, now=0).standing is Standing.OTHERS
    assert second.check(inbox_fd, now=STANDSTILL_SECONDS).took_over


def test_an_inbox_that_was_replaced_is_locked_anew(inbox: Path, inbox_fd: int, tmp_path: Path) -> None:
    mine = InboxMarker(ME, seen_device=None)
    assert mine.check(inbox_fd, now=0).is_mine
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / MARKER_NAME).write_bytes((inbox / MARKER_NAME).read_bytes())
    other_fd = os.open(elsewhere, os.O_RDONLY)
    try:
        assert mine.check(other_fd, now=1).is_mine
        another = InboxMarker(OTHER, seen_device=None)
        assert another.check(inbox_fd, now=1).took_over
        another.close()
        mine.release(other_fd)
    finally:
        os.close(other_fd)
