"""Messages: the event stream, what it promises, and what stays when the client goes away."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from photovideos_studio.facts import MediaFacts, MediaKind
from photovideos_studio.store import disk


def body(session: str, text: str = "make a film", **more: Any) -> dict[str, Any]:
    message = {"role": "user", "parts": [{"text": text}]}
    return {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": message, **more}


def texts(events: list[Any], *, partial: bool) -> list[str]:
    return [
        part["text"]
        for event in events
        if isinstance(event, dict) and bool(event.get("partial")) is partial
        for part in event.get("content", {}).get("parts", [])
        if "text" in part
    ]


def with_photos(rig: Any, *names: str) -> str:
    rig.sign_in()
    session = str(rig.open_session(language="zh"))
    for name in names:
        assert rig.upload_url(session, rig.photo(name).as_uri()).status_code == 200
    return session


def test_events_have_the_agent_kit_s_form(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    events = rig.say(session, "make a film")
    for event in events:
        assert {"invocationId", "author", "actions", "id", "timestamp"} <= event.keys()
        assert event["author"] == "nemo_agent"
        assert set(event["actions"]) >= {"stateDelta", "artifactDelta"}
    assert len({event["id"] for event in events}) == len(events)
    assert len({event["invocationId"] for event in events}) == 1
    call = events[0]["content"]["parts"][0]["functionCall"]
    response = events[1]["content"]["parts"][0]["functionResponse"]
    assert call["id"] == response["id"]
    assert (events[0]["content"]["role"], events[1]["content"]["role"]) == ("model", "user")
    assert events[-1]["turnComplete"] is True


def test_deltas_come_before_the_whole_and_add_up_to_it(rig: Any) -> None:
    session = with_photos(rig, "a.jpg", "b.jpg")
    events = rig.say(session, "make a film")
    whole = texts(events, partial=False)
    assert whole == ["Made a timeline of 2 photos, 6000 ms. 好的\u2028!"]
    assert "".join(texts(events, partial=True)) == whole[0]


def test_streaming_false_leaves_the_deltas_out(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    events = rig.say(session, "make a film", streaming=False)
    assert texts(events, partial=True) == []
    assert len(texts(events, partial=False)) == 1


def test_one_data_line_an_event_also_with_line_separators_in_the_text(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    answer = rig.ask("POST", "/run_sse", json=body(session))
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.content.split(b"\n") if line]
    assert all(line.startswith(b"data: ") and json.loads(line[6:]) for line in lines)
    assert "\u2028".encode() in answer.content


def test_the_director_hears_the_words_the_language_and_a_seed_that_stays(rigs: Any) -> None:
    seeds = []
    for _ in range(2):
        rig = rigs()
        session = with_photos(rig, "a.jpg")
        rig.say(session, "one\ntwo")
        assert rig.upload_url(session, rig.photo("late.jpg").as_uri()).status_code == 200
        rig.say(session, "again")
        assert [(text, language) for text, _, language in rig.director.calls] == [("one\ntwo", "zh"), ("again", "zh")]
        seeds += [seed for _, seed, _ in rig.director.calls]
    assert len(set(seeds)) == 1, "the same photos make the same film, whatever the session"


def test_heartbeats_come_while_the_work_goes_on(rigs: Any) -> None:
    rig = rigs(manner={"heartbeat_seconds": 0.02})
    session = with_photos(rig, "a.jpg")
    rig.director.gate.clear()
    heartbeats = 0
    with rig.http.stream("POST", "/run_sse", json=body(session), headers=rig.headers) as answer:
        for chunk in answer.iter_bytes():
            heartbeats += chunk.count(b": heartbeat")
            if heartbeats >= 3:
                rig.director.gate.set()
    assert heartbeats >= 3
    assert rig.state(session)["draft"] is not None


def test_a_message_is_carried_out_even_if_its_client_goes_away(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    rig.director.gate.clear()
    with rig.http.stream("POST", "/run_sse", json=body(session), headers=rig.headers) as answer:
        assert answer.status_code == 200
        next(answer.iter_bytes())
    assert rig.state(session)["draft"] is None
    rig.director.gate.set()
    rig.eventually(lambda: rig.state(session)["draft"])


def test_messages_of_a_session_take_turns(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    rig.director.gate.clear()
    with rig.http.stream("POST", "/run_sse", json=body(session, "one"), headers=rig.headers) as one:
        next(one.iter_bytes())
        rig.eventually(lambda: rig.director.calls)
        with rig.http.stream("POST", "/run_sse", json=body(session, "two"), headers=rig.headers) as two:
            chunks = two.iter_bytes()
            next(chunks)
            assert [text for text, _, _ in rig.director.calls] == ["one"]
            rig.director.gate.set()
            assert b"".join(chunks)
    assert [text for text, _, _ in rig.director.calls] == ["one", "two"]


def test_a_message_that_changes_nothing_leaves_the_draft_alone(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    rig.say(session, "make a film")
    before = rig.state(session)["draft"]
    assert rig.upload_url(session, rig.photo("b.jpg").as_uri()).status_code == 200
    events = rig.say(session, "nothing")
    assert texts(events, partial=False) == ["Nothing to change."]
    assert events[1]["content"]["parts"][0]["functionResponse"]["response"]["changed"] is False
    assert rig.state(session)["draft"] == before


def test_what_is_added_to_the_receipt_is_said_in_the_language_of_the_reply(rig: Any) -> None:
    rig.farm.look = lambda path, name: MediaFacts(kind=MediaKind.PHOTO, width=400, height=300, is_hdr=True)
    session = rig.ready_session("a.jpg")
    rig.say(session, "夏の思い出")  # characters that Chinese has too
    added = rig.state(session)["draft"]["m"]["photovideos"]["receipt"][-1]
    assert added["outcome"] == "in standard range"


def test_a_director_that_stumbles_is_an_error_event_and_changes_nothing(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    events = rig.say(session, "stumble")
    assert events[-1]["errorCode"] == "INTERNAL"
    assert "stumbled" in events[-1]["errorMessage"]
    assert rig.state(session)["draft"] is None


def test_what_was_carried_out_is_on_record(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    rig.say(session, "one")
    rig.say(session, "nothing two")
    lines = (rig.folder / "store" / "sessions" / session / "messages.jsonl").read_text().splitlines()
    assert [(json.loads(line)["text"], json.loads(line)["changed"]) for line in lines] == [
        ("one", True),
        ("nothing two", False),
    ]


def test_an_unknown_session_is_the_agent_kit_s_404(rig: Any) -> None:
    rig.sign_in()
    session = rig.open_session()
    for wrong in (
        body("1000000000000000001"),
        body(session) | {"app_name": "another"},
        body(session) | {"user_id": "you"},
    ):
        answer = rig.ask("POST", "/run_sse", json=wrong)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Session not found"})


def test_both_spellings_of_the_keys_are_taken(rig: Any) -> None:
    session = with_photos(rig, "a.jpg")
    camel = {"appName": "nemo_agent", "userId": "me", "sessionId": session, "newMessage": {"parts": [{"text": "x"}]}}
    assert rig.ask("POST", "/run_sse", json=camel).status_code == 200


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"session_id": None}, "sessionId"),
        ({"session_id": 5529798706024415232}, "sessionId"),
        ({"app_name": None}, "appName"),
        ({"new_message": None}, "newMessage"),
        ({"new_message": {"parts": []}}, "newMessage"),
        ({"new_message": {"parts": [{"text": 3}]}}, "newMessage"),
        ({"new_message": "hello"}, "newMessage"),
        ({"streaming": "yes"}, "streaming"),
    ],
)
def test_what_is_missing_is_422_with_its_place(rig: Any, change: dict[str, Any], where: str) -> None:
    rig.sign_in()
    session = rig.open_session()
    answer = rig.ask("POST", "/run_sse", json=body(session) | change)
    assert answer.status_code == 422
    assert [detail["loc"][1] for detail in answer.json()["detail"]] == [where]
    assert rig.director.calls == []


def test_a_message_that_was_accepted_is_carried_out_by_the_next_studio(rigs: Any) -> None:
    first = rigs()
    session = with_photos(first, "a.jpg")
    message = first.store.accepted.take(session, user_of(first, session), "make a film", at=first.clock())
    first.close()
    second = rigs(first.folder)
    second.headers = first.headers
    second.eventually(lambda: second.state(session)["draft"])
    assert [text for text, _, _ in second.director.calls] == ["make a film"]
    second.eventually(lambda: not second.store.accepted.left())
    assert message.turns == 0


def test_a_message_whose_draft_was_saved_is_not_carried_out_twice(rigs: Any) -> None:
    first = rigs()
    session = with_photos(first, "a.jpg")
    message = first.store.accepted.take(session, user_of(first, session), "three", at=first.clock())
    first.store.accepted.begin(message)
    first.store.sessions.save_draft(
        session, first.director.direct("three", materials=(), previous=None, seed="", language=None).draft
    )
    first.close()
    second = rigs(first.folder)
    assert second.director.calls == []
    assert second.store.accepted.left() == []
    assert "three" in (second.folder / "store" / "sessions" / session / "messages.jsonl").read_text()


def test_a_message_that_takes_the_studio_down_each_time_is_given_up(rigs: Any) -> None:
    first = rigs()
    session = with_photos(first, "a.jpg")
    message = first.store.accepted.take(session, user_of(first, session), "boom", at=first.clock())
    first.store.accepted.begin(first.store.accepted.begin(message))
    first.close()
    second = rigs(first.folder)
    assert second.director.calls == []
    assert second.store.accepted.left() == []


def user_of(rig: Any, session: str) -> str:
    record = json.loads((rig.folder / "store" / "sessions" / session / "session.json").read_bytes())
    return str(record["user_id"])


# --- no room ---------------------------------------------------------------------------------------------------------


def no_room_for(monkeypatch: pytest.MonkeyPatch, name: str, refused: Collection[int]) -> list[str]:
    """These writes of files of that name, counted from 1, find no room; all that were tried."""
    write, tried = disk.write_bytes, []

    def refuse(path: Path, content: bytes) -> None:
        if re.fullmatch(name, path.name):
            tried.append(path.name)
            if len(tried) in refused:
                raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(disk, "write_bytes", refuse)
    return tried


@pytest.mark.parametrize(
    ("name", "refused"), [("draft.json", (1, 2, 3)), (r"\d+-\w+\.json", (2, 3)), ("session.json", (1, 2))]
)
def test_an_accepted_message_waits_for_room_and_is_carried_out_once(
    rig: Any, monkeypatch: pytest.MonkeyPatch, name: str, refused: tuple[int, ...]
) -> None:
    session = with_photos(rig, "a.jpg")
    tried = no_room_for(monkeypatch, name, refused)
    events = rig.say(session, "make a film")
    assert not any("errorCode" in event for event in events if isinstance(event, dict))
    assert rig.state(session)["draft"]
    assert len(tried) == max(refused) + 1
    assert rig.store.accepted.left() == []
    notes = (rig.folder / "store" / "sessions" / session / "messages.jsonl").read_text(encoding="utf-8")
    assert len(notes.splitlines()) == 1


def test_a_message_for_whose_note_there_is_no_room_was_carried_out_all_the_same(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = with_photos(rig, "a.jpg")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rig.store.sessions, "note_message", full)
    rig.say(session, "make a film")
    assert rig.state(session)["draft"]
    rig.eventually(lambda: not rig.store.accepted.left())
