"""Room, clean-up and the lock."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from photovideos_studio.draft import Canvas, Draft
from photovideos_studio.facts import Box, MediaFacts, MediaKind
from photovideos_studio.store import Store, disk
from photovideos_studio.store.errors import NoRoom, RenderExists, SessionMissing, StoreBusy
from photovideos_studio.store.renders import RenderStatus
from photovideos_studio.store.sessions import Content, Sessions, Upload
from photovideos_studio.store.tokens import Account

NOW = 1_800_000_000.0
DAY = 86_400.0
USER = "anon_1"
ACCOUNT = Account(user_id=USER, token_digest="d" * 64)
EMPTY = Draft(canvas=Canvas(width=16, height=16), fps=30, length_ms=0, pictures=())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store", limit_bytes=1_000_000)
    yield store
    store.close()


def add_photo(store: Store, session_id: str, size: int = 10) -> Upload:
    part = store.new_part()
    part.write_bytes(os.urandom(size))
    content = Content(name="a.jpg", size=size, sha256=hashlib.sha256(part.read_bytes()).hexdigest(), part=part)
    return store.sessions.add_upload(session_id, content, MediaFacts(kind=MediaKind.PHOTO, width=1, height=1))


def session_with(store: Store, size: int, *, touched: float) -> str:
    session = store.sessions.create(user_id=USER, task_name="project", language=None)
    add_photo(store, session.id, size)
    store.sessions.touch(session.id, now=touched)
    return session.id


def is_there(store: Store, session_id: str) -> bool:
    try:
        store.sessions.get(session_id, user_id=USER)
    except SessionMissing:
        return False
    return True


def test_a_store_is_worked_on_by_one_studio_at_a_time(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StoreBusy):
        Store(tmp_path)
    first.close()
    Store(tmp_path).close()


def test_sessions_nobody_has_touched_for_keep_days_are_removed(store: Store) -> None:
    old = session_with(store, 10, touched=NOW - 31 * DAY)
    new = session_with(store, 10, touched=NOW - 29 * DAY)
    assert store.clean(now=NOW) == 1
    assert (is_there(store, old), is_there(store, new)) == (False, True)


def test_a_session_whose_film_is_still_to_be_made_stays(store: Store) -> None:
    session = session_with(store, 10, touched=NOW - 31 * DAY)
    store.renders.create(render_id="r", session_id=session, account=ACCOUNT, draft=EMPTY, label=None, now=NOW)
    store.clean(now=NOW)
    assert is_there(store, session)
    assert [render.id for render in store.renders.unfinished()] == ["r"]


def test_the_longest_untouched_makes_room_when_the_limit_is_reached(store: Store) -> None:
    oldest = session_with(store, 400_000, touched=NOW - 5 * DAY)
    newer = session_with(store, 400_000, touched=NOW - 4 * DAY)
    store.make_room(300_000, now=NOW)
    assert (is_there(store, oldest), is_there(store, newer)) == (False, True)


def test_what_was_used_within_the_hour_is_never_thrown_out(store: Store) -> None:
    session = session_with(store, 800_000, touched=NOW - 60)
    with pytest.raises(NoRoom, match="1 MB are needed"):
        store.make_room(500_000, now=NOW)
    assert is_there(store, session)


def test_an_upload_cut_off_with_the_last_studio_is_gone_after_the_start(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.new_part().write_bytes(b"half a photo")
    store.close()
    store = Store(tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == []
    store.close()


def test_facts_are_known_again_by_content_and_ending(store: Store) -> None:
    facts = MediaFacts(kind=MediaKind.PHOTO, width=4, height=3, faces=(Box(x=0.1, y=0.2, w=0.3, h=0.4),), beats_ms=(1,))
    store.keep_facts("ab" * 32, "a.JPG", facts)
    assert store.known_facts("ab" * 32, "b.jpg") == facts
    assert store.known_facts("ab" * 32, "b.png") is None
    assert store.known_facts("cd" * 32, "a.jpg") is None


def test_a_render_s_progress_only_goes_forwards(store: Store) -> None:
    store.renders.create(render_id="r", session_id="1", account=ACCOUNT, draft=EMPTY, label=None, now=NOW)
    for fraction, shown in ((0.5, 0.5), (0.2, 0.5), (7.0, 1.0), (-1.0, 1.0)):
        store.renders.note_progress("r", fraction)
        assert store.renders.get("r", ACCOUNT).progress == shown


def test_a_render_s_id_is_used_once_even_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.renders.create(render_id="r", session_id="1", account=ACCOUNT, draft=EMPTY, label="9x16", now=NOW)
    store.close()
    store = Store(tmp_path)
    with pytest.raises(RenderExists):
        store.renders.create(render_id="r", session_id="1", account=ACCOUNT, draft=EMPTY, label=None, now=NOW)
    render = store.renders.get("r", ACCOUNT)
    assert (render.status, render.label) == (RenderStatus.PENDING, "9x16")
    assert store.renders.draft(render) == EMPTY
    store.close()


def test_a_session_with_a_damaged_record_counts_as_gone(store: Store, tmp_path: Path) -> None:
    session = session_with(store, 10, touched=NOW)
    (tmp_path / "store" / "sessions" / session / "session.json").write_bytes(b"{torn")
    assert not is_there(store, session)


def test_an_upload_after_a_damaged_record_writes_over_no_other(store: Store, tmp_path: Path) -> None:
    session = store.sessions.create(user_id=USER, task_name="project", language=None)
    _, second, third = (add_photo(store, session.id) for _ in range(3))
    (tmp_path / "store" / "sessions" / session.id / "uploads" / "000001.json").write_bytes(b"{torn")
    sessions = Sessions(tmp_path / "store" / "sessions")  # as after a restart
    before = {upload.id: os.read(sessions.open_upload(session.id, upload), 100) for upload in (second, third)}
    part = store.new_part()
    part.write_bytes(b"fourth")
    content = Content(name="a.jpg", size=6, sha256=hashlib.sha256(b"fourth").hexdigest(), part=part)
    sessions.add_upload(session.id, content, third.facts)
    assert len(sessions.uploads(session.id)) == 3
    assert before == {upload.id: os.read(sessions.open_upload(session.id, upload), 100) for upload in (second, third)}


def test_a_session_that_is_being_made_is_not_taken_for_one_that_nobody_has_touched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, write_json = threading.Event(), threading.Event(), disk.write_json

    def slowly(path: Path, value: object) -> None:
        begun.set()
        assert go_on.wait(10)
        write_json(path, value)

    monkeypatch.setattr(disk, "write_json", slowly)
    with ThreadPoolExecutor(2) as threads:
        made = threads.submit(store.sessions.create, user_id=USER, task_name="project", language=None)
        assert begun.wait(10)
        ages = threads.submit(store.sessions.by_age)
        wait([ages], timeout=0.2)
        go_on.set()
        assert [(at > 0, name) for at, name in ages.result(10)] == [(True, made.result(10).id)]
