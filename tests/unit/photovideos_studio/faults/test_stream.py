"""Event streams gone wrong, as a client sees them on a real socket, and what became of the message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Villains = Callable[..., Any]


def ready(rig: Any) -> str:
    rig.sign_in()
    session = str(rig.open_session())
    assert rig.upload_url(session, rig.photo("a.jpg").as_uri()).status_code == 200
    return session


def message(session: str) -> dict[str, Any]:
    text = {"parts": [{"text": "go"}]}
    return {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": text}


def sent(rig: Any, session: str) -> bytes:
    """The bytes of the stream; raises when it broke."""
    return bytes(rig.ask("POST", "/run_sse", json=message(session)).content)


def played(villain: Villains, **options: Any) -> tuple[Any, str, bytes]:
    rig = villain({"on": "instruct", "do": "stream", **options})
    session = ready(rig)
    return rig, session, sent(rig, session)


def events(content: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in content.split(b"\n") if line.startswith(b"data: ")]


def whole_texts(content: bytes) -> list[str]:
    return [
        part["text"]
        for event in events(content)
        if not event.get("partial")
        for part in (event.get("content") or {}).get("parts", [])
        if "text" in part and not part.get("thought")
    ]


def is_applied(rig: Any, session: str) -> bool:
    return rig.state(session)["draft"] is not None


def test_a_silent_edit_is_applied_and_says_nothing(villain: Villains) -> None:
    rig, session, content = played(villain, silent=True)
    assert whole_texts(content) == []
    assert len(events(content)) == 2
    assert is_applied(rig, session)


def test_an_edit_that_changes_nothing_though_it_says_so(villain: Villains) -> None:
    rig, session, content = played(villain, applied=False)
    assert whole_texts(content) == ["Your video is ready."]
    assert not is_applied(rig, session)
    assert rig.director.calls == []


@pytest.mark.parametrize(("language", "word"), [("en", "Export"), ("zh", "点击")])
def test_the_assistant_talks_as_if_someone_sat_at_a_screen(villain: Villains, language: str, word: str) -> None:
    rig, session, content = played(villain, gui=language)
    assert word in whole_texts(content)[0]
    deltas = [event for event in events(content) if event.get("partial")]
    assert "".join(event["content"]["parts"][0]["text"] for event in deltas) == whole_texts(content)[0]
    assert is_applied(rig, session)


def test_the_published_draft_s_form(villain: Villains) -> None:
    _, _, content = played(villain, form="typed", reply="Done.")
    assert [event["type"] for event in events(content)] == ["tool_call", "tool_result", "text"]
    assert events(content)[-1] == {"type": "text", "content": "Done."}


def test_every_form_of_heartbeat(villain: Villains) -> None:
    _, _, content = played(villain, heartbeats=["comment", "event", "data", "json", "empty"])
    for form in (b": ping\n\n", b"event: heartbeat\n\n", b"data: heartbeat\n\n", b'{"type":"heartbeat"}', b"data:\n\n"):
        assert form in content


def test_heartbeats_without_end(villain: Villains) -> None:
    rig = villain({"on": "instruct", "do": "stream", "endless": True, "heartbeat_seconds": 0.001})
    session = ready(rig)
    with rig.http.stream("POST", "/run_sse", json=message(session), headers=rig.headers) as answer:
        beats = 0
        for chunk in answer.iter_bytes():
            beats += chunk.count(b"ping")
            if beats > 50:
                break
    rig.eventually(lambda: not rig.server.server_state.tasks)


@pytest.mark.parametrize(
    ("form", "bytes_in_it"),
    [
        ("event", b'"errorCode":"RESOURCE_EXHAUSTED"'),
        ("json", b'data: {"error":"the agent stopped"}'),
        ("old", b'data: {"error": "tool "x" failed:\nsecond line"}'),
    ],
)
def test_every_form_of_error_inside_a_200_stream(villain: Villains, form: str, bytes_in_it: bytes) -> None:
    _, _, content = played(villain, error=form, silent=True)
    assert bytes_in_it in content


@pytest.mark.parametrize(("applied", "after"), [(True, 0), (True, 1), (False, 0), (False, 2)])
@pytest.mark.parametrize("on_tcp", [False, True])
def test_a_stream_that_drops_with_or_without_effect(villain: Villains, applied: bool, after: int, on_tcp: bool) -> None:
    rig = villain({"on": "instruct", "do": "stream", "drop_after": after, "applied": applied}, on_tcp=on_tcp)
    rig.sign_in()
    session = rig.open_session()
    rig.upload(session, ("a.jpg", b"x"))
    received = bytearray()
    with rig.http.stream("POST", "/run_sse", json=message(session), headers=rig.headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # noqa: PT012 -- what came before it counts
            for chunk in answer.iter_bytes():
                received += chunk
    assert received.count(b"data: ") <= after
    assert is_applied(rig, session) is applied


def test_a_stream_that_drops_before_its_effect_which_comes_later(villain: Villains) -> None:
    rig = villain({"on": "instruct", "do": "stream", "drop_after": 0, "applied": 0.2})
    session = ready(rig)
    with pytest.raises(httpx.RemoteProtocolError):
        sent(rig, session)
    assert not is_applied(rig, session)
    rig.eventually(lambda: is_applied(rig, session))


@pytest.mark.parametrize(("newline", "bytes_between"), [("lf", b"\n\n"), ("crlf", b"\r\n\r\n"), ("cr", b"\r\r")])
def test_line_ends_and_cuts_of_the_network(villain: Villains, newline: str, bytes_between: bytes) -> None:
    _, _, content = played(villain, newline=newline, chunk_bytes=3, reply="多\u2028字\u0085节 😀")
    assert "多\u2028字\u0085节 😀".encode() in content
    assert content.endswith(bytes_between)
    assert content.count(bytes_between) == 5


def test_thoughts_trailing_texts_and_large_results(villain: Villains) -> None:
    _, _, content = played(villain, thought=True, trailing="I encountered a temporary issue.", pad_bytes=300_000)
    assert max(len(line) for line in content.split(b"\n")) > 300_000
    assert whole_texts(content)[-1] == "I encountered a temporary issue."
    assert any(part.get("thought") for event in events(content) for part in event["content"]["parts"])


def test_raw_bytes(villain: Villains) -> None:
    _, _, content = played(villain, raw="data: [1,2\n\nnonsense\n")
    assert content == b"data: [1,2\n\nnonsense\n"


def test_a_session_that_is_not_there_is_still_404(villain: Villains) -> None:
    rig = villain({"on": "instruct", "do": "stream", "silent": True})
    rig.sign_in()
    assert json.loads(sent(rig, "1000000000000000001")) == {"detail": "Session not found"}
