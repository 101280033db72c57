"""Each single answer gone wrong, as a client sees it on a real socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

BALANCE = "/api/credits/balance/simple"
POLL = "/api/render/proxy/lambda/render_1"

Villains = Callable[..., Any]


def rendered(rig: Any) -> dict[str, Any]:
    session = rig.ready_session()
    rig.render(session, rig.state(session)["draft"])
    return dict(rig.ended())


@pytest.mark.parametrize(
    ("code", "status"), [(1001, 401), (1002, 404), (2001, 200), (4001, 415), (4002, 413), (400, 400), (402, 402)]
)
def test_a_code_comes_with_its_status(villain: Villains, code: int, status: int) -> None:
    rig = villain({"on": "credits", "do": "code", "code": code, "message": "no"})
    rig.sign_in()
    answer = rig.ask("GET", BALANCE)
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": "no", "data": None})
    if code != 1001:
        assert rig.ask("GET", BALANCE).json()["code"] == 0


def test_a_code_may_come_in_a_200_answer(villain: Villains) -> None:
    rig = villain({"on": "credits", "do": "code", "code": 1001, "status": 200})
    rig.sign_in()
    answer = rig.ask("GET", BALANCE)
    assert (answer.status_code, answer.json()["code"]) == (200, 1001)


def test_after_1001_the_token_is_gone_and_its_client_gets_another_for_the_same_user(villain: Villains) -> None:
    rig = villain({"on": "credits", "do": "code", "code": 1001})
    first = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "x"}).json()["data"]
    rig.headers = {"Authorization": f"Bearer {first['token']}"}
    assert [rig.ask("GET", BALANCE).json()["code"] for _ in range(2)] == [1001, 1001]
    second = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "x"}).json()["data"]
    assert second["user_id"] == first["user_id"]
    rig.headers = {"Authorization": f"Bearer {second['token']}"}
    assert rig.ask("GET", BALANCE).json()["code"] == 0


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_bare_status_with_retry_after_and_no_json(villain: Villains, status: int) -> None:
    rig = villain({"on": "credits", "do": "status", "status": status, "retry_after": 7})
    rig.sign_in()
    answer = rig.ask("GET", BALANCE)
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_any_json_and_altered_answers(villain: Villains) -> None:
    rig = villain(
        {"on": "credits", "do": "json", "json": [1, "two"]},
        {"on": "credits", "call": 2, "do": "change", "set": {"data.available": "60"}, "drop": ["data.total"]},
        {"on": "token", "do": "shape", "form": "top_level"},
    )
    token = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "x"}).json()["token"]
    rig.headers = {"Authorization": f"Bearer {token}"}
    assert rig.ask("GET", BALANCE).json() == [1, "two"]
    assert rig.ask("GET", BALANCE).json()["data"] == {"available": "60", "frozen": 0}


def test_tokens_expire_sooner_if_told_so(villain: Villains) -> None:
    rig = villain(token_lifetime_seconds=60)
    rig.sign_in()
    rig.clock.now += 61
    assert rig.ask("GET", BALANCE).json()["code"] == 1001


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"do": "failed", "reason": "lost"}, {"status": "failed", "error": "lost"}),
        ({"do": "stuck", "progress": 40}, {"status": "processing", "progress": 40}),
        ({"do": "word", "status": "warming-up"}, {"status": "warming-up"}),
    ],
)
def test_a_poll_may_tell_another_story(villain: Villains, fault: dict[str, Any], told: dict[str, Any]) -> None:
    rig = villain({"on": "poll", "containing": "render_2", "call": "all", **fault})
    rendered(rig)
    session = rig.ready_session()
    rig.render(session, rig.state(session)["draft"], "render_2")
    answer = rig.poll("render_2")
    assert answer | told == answer
    assert "output" not in answer
    assert rig.poll("render_1")["status"] == "completed"


def test_a_render_that_fails_once_and_then_does_not(villain: Villains) -> None:
    rig = villain({"on": "poll", "render": 1, "call": "all", "do": "failed"})
    session = rig.ready_session()
    draft = rig.state(session)["draft"]
    rig.render(session, draft, "render_1")
    assert rig.ended("render_1")["status"] == "failed"
    rig.render(session, draft, "render_2")
    assert rig.ended("render_2")["status"] == "completed"


def test_a_poll_in_form_b_and_lies_about_the_film(villain: Villains) -> None:
    rig = villain(
        {"on": "poll", "render": 1, "do": "lie", "call": "all", "duration": 600, "size": 5},
        {"on": "poll", "render": 2, "do": "shape", "call": "all", "form": "B"},
    )
    told = rendered(rig)
    assert (told["output"]["duration"], told["output"]["size"]) == (600, 5)
    session = rig.ready_session()
    rig.render(session, rig.state(session)["draft"], "render_2")
    done = rig.eventually(lambda: rig.poll("render_2")["data"].get("outputUrl"))
    assert done.endswith("/film.mp4")


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
def test_a_late_answer(villain: Villains, when: str, applied: bool) -> None:
    rig = villain({"on": "session", "do": "delay", "seconds": 0.3, "when": when})
    rig.sign_in()
    sessions = rig.folder / "store" / "sessions"
    asking = threading.Thread(target=rig.open_session)
    asking.start()
    if applied:
        rig.eventually(lambda: list(sessions.iterdir()))
        assert asking.is_alive()
    asking.join()
    assert len(list(sessions.iterdir())) == 1


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
@pytest.mark.parametrize("do", ["break", "hang"])
@pytest.mark.parametrize("on_tcp", [False, True])
def test_an_answer_that_never_comes(villain: Villains, do: str, when: str, applied: bool, on_tcp: bool) -> None:
    rig = villain({"on": "session", "do": do, "when": when}, on_tcp=on_tcp)
    rig.sign_in()
    with pytest.raises(httpx.TransportError):
        rig.ask("POST", "/api/tasks/me/with-session/nemo_agent", json={}, timeout=0.3)
    assert bool(list((rig.folder / "store" / "sessions").iterdir())) is applied
    assert rig.open_session()


@pytest.mark.parametrize("on_tcp", [False, True])
def test_a_connection_that_breaks_in_the_middle_of_the_body(villain: Villains, on_tcp: bool) -> None:
    rig = villain({"on": "credits", "do": "break", "when": "during"}, on_tcp=on_tcp)
    rig.sign_in()
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        rig.ask("GET", BALANCE)


def test_a_body_without_end_in_sight(villain: Villains) -> None:
    rig = villain({"on": "credits", "do": "huge", "bytes": 10**9, "status": 503})
    rig.sign_in()
    with rig.http.stream("GET", BALANCE, headers=rig.headers) as answer:
        assert answer.status_code == 503
        assert answer.headers["content-length"] == "1000000000"
        received = 0
        for chunk in answer.iter_bytes():
            received += len(chunk)
            if received > 5_000_000:
                break
    rig.http.close()
    rig.eventually(lambda: not rig.server.server_state.tasks)


@pytest.mark.parametrize("do", ["headers", "body"])
def test_what_never_ends_goes_on_until_the_client_leaves(villain: Villains, do: str) -> None:
    rig = villain({"on": "credits", "do": do})
    token = rig.sign_in()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(rig.listening.name)
        client.sendall(f"GET {BALANCE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        received = 0
        while received < 3_000_000:
            chunk = client.recv(65_536)
            assert chunk
            received += len(chunk)
            if do == "headers":
                assert b"\r\n\r\n" not in chunk
    rig.eventually(lambda: not rig.server.server_state.tasks)


def test_a_redirect_elsewhere_and_one_to_itself(villain: Villains) -> None:
    rig = villain(
        {"on": "download", "do": "redirect", "to": "http://169.254.169.254/latest", "status": 307},
        {"on": "download", "call": 2, "do": "redirect", "to": "self"},
    )
    url = rendered(rig)["output"]["url"]
    first = rig.http.get(url)
    assert (first.status_code, first.headers["location"]) == (307, "http://169.254.169.254/latest")
    second = rig.http.get(url)
    assert (second.status_code, second.headers["location"]) == (302, url)


@pytest.mark.parametrize("on_tcp", [False, True])
def test_a_film_that_breaks_off(villain: Villains, on_tcp: bool) -> None:
    rig = villain({"on": "download", "do": "cut", "after_bytes": 5000}, on_tcp=on_tcp)
    if on_tcp:
        rig.sign_in()
        session = rig.open_session()
        rig.upload(session, ("a.jpg", b"x" * 20), ("b.jpg", b"y"))
        rig.say(session, "make a film")
        rig.render(session, rig.state(session)["draft"])
        url = rig.ended()["output"]["url"]
    else:
        url = rendered(rig)["output"]["url"]
    with rig.http.stream("GET", url) as answer:
        length = int(answer.headers["content-length"])
        received = 0
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # noqa: PT012 -- what came before it counts
            for chunk in answer.iter_bytes():
                received += len(chunk)
    assert received <= 5000 < length
    assert len(rig.http.get(url).content) == length


def test_a_lying_length_either_way_and_none(villain: Villains) -> None:
    rig = villain(
        {"on": "download", "do": "length", "by": 1000},
        {"on": "download", "call": 2, "do": "length", "by": -1000},
        {"on": "download", "call": 3, "do": "no_length"},
    )
    url = rendered(rig)["output"]["url"]
    with pytest.raises(httpx.RemoteProtocolError):
        rig.http.get(url)
    short = rig.http.get(url)
    full = rig.http.get(url)
    assert "content-length" not in full.headers
    assert len(short.content) == len(full.content) - 1000


def test_a_film_cut_short_with_a_length_that_fits(villain: Villains) -> None:
    rig = villain({"on": "download", "do": "shorten", "to_bytes": 3000})
    url = rendered(rig)["output"]["url"]
    answer = rig.http.get(url)
    assert answer.headers["content-length"] == "3000"
    assert len(answer.content) == 3000


def test_a_server_that_ignores_ranges(villain: Villains) -> None:
    rig = villain({"on": "download", "do": "no_ranges"})
    url = rendered(rig)["output"]["url"]
    assert rig.http.get(url, headers={"Range": "bytes=10-"}).status_code == 200
    assert rig.http.get(url, headers={"Range": "bytes=10-"}).status_code == 206


def test_path_tricks_in_file_names(villain: Villains) -> None:
    rig = villain({"on": "state", "do": "change", "set": {"data.state.video_infos.0.filename": "../../x\n\u202e"}})
    session = rig.ready_session()
    assert rig.state(session)["video_infos"][0]["filename"] == "../../x\n\u202e"


def test_messages_cost_credits_and_then_there_are_none(villain: Villains) -> None:
    rig = villain(credits={"available": 60, "edit": 50})
    session = rig.ready_session()  # one message
    assert rig.ask("GET", BALANCE).json()["data"] == {"available": 10, "frozen": 0, "total": 60}
    rig.say(session, "again")
    assert rig.ask("GET", BALANCE).json()["data"]["available"] == 0
    body = {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": {"parts": [{"text": "x"}]}}
    assert rig.ask("POST", "/run_sse", json=body).json()["code"] == 2001
    assert len(rig.director.calls) == 2


def test_a_message_that_was_refused_costs_nothing(villain: Villains) -> None:
    rig = villain(credits={"available": 60, "edit": 50})
    rig.sign_in()
    body = {"app_name": "nemo_agent", "user_id": "me", "session_id": "1", "new_message": {"parts": [{"text": "x"}]}}
    assert rig.ask("POST", "/run_sse", json=body).status_code == 404
    assert rig.ask("GET", BALANCE).json()["data"]["available"] == 60
