"""The watch of a real inbox, and what becomes of it when things go wrong."""

from __future__ import annotations

import errno
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import BaseObserver

from photovideos.intake.watcher import InboxWatcher, Supervision, _threads_of

DEADLINE_SECONDS = 10.0


class Watched:
    """A watcher, its hints, and a clock of its own."""

    def __init__(self, inbox: Path, **more: Any) -> None:
        self.inbox = inbox
        self.hints: queue.Queue[str] = queue.Queue()
        self.now = 0.0
        self.watcher = InboxWatcher(
            str(inbox), on_hint=more.pop("on_hint", self.hints.put), is_polled=more.pop("is_polled", False), **more
        )

    def supervise(self, after: float = 10.0) -> Supervision:
        self.now += after
        return self.watcher.supervise(now=self.now)

    def hinted(self, name: str) -> bool:
        """Was that name hinted at, within the deadline?"""
        try:
            while self.hints.get(timeout=DEADLINE_SECONDS) != name:
                pass
        except queue.Empty:
            return False
        return True

    @property
    def observer(self) -> BaseObserver:
        observer = self.watcher._observer
        assert observer is not None
        return observer


@pytest.fixture
def watching(inbox: Path) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def watch(path: Path | None = None, **more: Any) -> Watched:
        made.append(Watched(path or inbox, **more))
        return made[-1]

    yield watch
    for one in made:
        one.watcher.close()


def test_a_new_folder_is_hinted_at_and_our_own_files_are_not(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching()
    armed = watched.supervise()
    assert armed.is_armed
    assert armed.wants_scan, "what came before the watch made no event"
    (inbox / "_photovideos - inbox.txt").write_bytes(b"x")
    (inbox / ".photovideos-inbox").write_bytes(b"x")
    (inbox / "Trip").mkdir()
    assert watched.hints.get(timeout=DEADLINE_SECONDS) == "Trip"
    assert watched.supervise() == Supervision(is_armed=True, wants_scan=False, next_check_seconds=10)


def test_a_folder_that_comes_and_one_that_is_renamed_are_hinted_at(
    inbox: Path, tmp_path: Path, watching: Callable[..., Watched]
) -> None:
    watched = watching()
    watched.supervise()
    (tmp_path / "Outside").mkdir()
    (tmp_path / "Outside").rename(inbox / "Album.tmp")
    assert watched.hinted("Album.tmp")
    (inbox / "Album.tmp").rename(inbox / "Album")
    assert watched.hinted("Album")
    (inbox / "Album").rmdir()
    assert watched.hinted("Album")


def test_looking_at_a_folder_makes_no_hint(inbox: Path, watching: Callable[..., Watched]) -> None:
    (inbox / "Trip").mkdir()
    (inbox / "loose.jpg").write_bytes(b"x")
    watched = watching()
    watched.supervise()
    os.listdir(inbox)
    os.listdir(inbox / "Trip")
    (inbox / "loose.jpg").read_bytes()
    (inbox / "last").mkdir()
    assert watched.hints.get(timeout=DEADLINE_SECONDS) == "last"


def test_an_inbox_behind_a_link_is_watched(inbox: Path, tmp_path: Path, watching: Callable[..., Watched]) -> None:
    (tmp_path / "link").symlink_to(inbox)
    watched = watching(tmp_path / "link")
    assert watched.supervise().is_armed
    (inbox / "Trip").mkdir()
    assert watched.hinted("Trip")


def test_a_receiver_that_fails_does_not_end_the_watch(inbox: Path, watching: Callable[..., Watched]) -> None:
    seen: queue.Queue[str] = queue.Queue()

    def failing(name: str) -> None:
        seen.put(name)
        raise RuntimeError("broken receiver")

    watched = watching(on_hint=failing)
    watched.supervise()
    (inbox / "one").mkdir()
    assert seen.get(timeout=DEADLINE_SECONDS) == "one"
    (inbox / "two").mkdir()
    assert seen.get(timeout=DEADLINE_SECONDS) == "two"
    assert watched.supervise().reason is None


def test_a_dead_dispatcher_is_noticed_and_replaced_with_a_scan(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching()
    watched.supervise()
    watched.observer.stop()
    watched.observer.join(DEADLINE_SECONDS)
    again = watched.supervise()
    assert again.is_armed
    assert again.wants_scan
    (inbox / "Trip").mkdir()
    assert watched.hinted("Trip")


def test_a_dead_emitter_is_noticed_and_replaced(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching()
    watched.supervise()
    for thread in _threads_of(watched.observer)[1:]:
        thread.stop()  # type: ignore[attr-defined]  # watchdog's threads have it
        thread.join(DEADLINE_SECONDS)
    again = watched.supervise()
    assert again.is_armed
    assert again.wants_scan
    (inbox / "Trip").mkdir()
    assert watched.hinted("Trip")


def test_a_replaced_root_is_watched_anew(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching()
    watched.supervise()
    inbox.rename(inbox.parent / "moved away")
    gone = watched.supervise()
    assert not gone.is_armed
    assert gone.reason is not None
    inbox.mkdir()
    back = watched.supervise(after=300)
    assert back.is_armed
    assert back.wants_scan
    (inbox / "Trip").mkdir()
    assert watched.hinted("Trip")


def test_rearming_waits_one_second_and_twice_as_long_each_time_up_to_five_minutes(
    inbox: Path, watching: Callable[..., Watched]
) -> None:
    watched = watching(inbox / "missing")
    waits: list[float] = []
    for _ in range(12):
        told = watched.supervise(after=waits[-1] if waits else 0)
        assert told.wants_scan
        assert not told.is_armed
        waits.append(told.next_check_seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_between_two_attempts_nothing_is_tried(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching(inbox / "missing")
    watched.supervise()
    too_early = watched.supervise(after=0.4)
    assert not too_early.wants_scan
    assert too_early.next_check_seconds == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "limit of inotify watches"), (errno.EMFILE, "limit of inotify instances")]
)
def test_used_up_limits_are_told_in_words(watching: Callable[..., Watched], number: int, words: str) -> None:
    def used_up() -> BaseObserver:
        raise OSError(number, os.strerror(number))

    told = watching(new_observer=used_up).supervise()
    assert not told.is_armed
    assert told.wants_scan
    assert told.reason is not None
    assert words in told.reason


def test_a_healthy_watch_forgets_earlier_trouble(inbox: Path, watching: Callable[..., Watched]) -> None:
    watched = watching(inbox / "later")
    for _ in range(5):
        watched.supervise(after=300)
    (inbox / "later").mkdir()
    assert watched.supervise(after=300).is_armed
    assert watched.supervise().reason is None
    (inbox / "later").rmdir()
    assert watched.supervise().next_check_seconds == 1


def test_a_polled_inbox_has_no_watch(watching: Callable[..., Watched]) -> None:
    before = threading.active_count()
    watched = watching(is_polled=True)
    told = watched.supervise()
    assert not told.is_armed
    assert not told.wants_scan
    assert threading.active_count() == before


def test_closing_ends_all_threads_and_descriptors(inbox: Path, watching: Callable[..., Watched]) -> None:
    threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        watched = watching()
        watched.supervise()
        watched.watcher.close()
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == descriptors
