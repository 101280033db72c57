from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import (
    ExportBlocked,
    FileRefused,
    NoCredits,
    OutcomeUnknown,
    PhotoVideosError,
    RateLimited,
    RequestRefused,
    ServiceTrouble,
    SessionGone,
    Stopping,
    TokenExpired,
    Unreachable,
)
from photovideos.model import RawJson, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import sse
from photovideos.nemo.client import NemoClient
from photovideos.nemo.wire import RenderStage
from support.fake_cloud import Act, Asked, FakeCloud, Handler, answers

SESSION = SessionId("5529798706024415232")
RECORD = RenderRecord(id=RenderId("render_1"), token_fingerprint="x", begun_at=0.0)


def test_every_call_carries_attribution_and_all_but_the_token_call_the_token(
    cloud: FakeCloud, client: NemoClient, token: Token, tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"jpeg")
    client.anonymous_grant("11111111-1111-4111-8111-111111111111")
    client.open_session(token, "en")
    with photo.open("rb") as file:
        client.upload_file(token, SESSION, file.fileno(), "a.jpg", 4)
    client.credits(token)
    client.state(token, SESSION)
    list(client.instruct(token, SESSION, "hello", on_accepted=lambda: None))
    client.start_render(token, RECORD, SESSION, RawJson("{}"), {"format": "mp4", "quality": "high"})
    for asked in cloud.asked:
        assert asked.headers["x-skill-source"] == "fast-photo-video-maker"
        assert asked.headers["x-skill-version"] == "1.0.0"
        assert asked.headers["x-skill-platform"] == "unknown"
        is_token_call = "anonymous-token" in asked.path
        assert asked.headers.get("authorization") == (None if is_token_call else "Bearer nmv_usr_secret")
        assert "nmv_usr_secret" not in asked.path
    assert cloud.asked[0].headers["x-client-id"] == "11111111-1111-4111-8111-111111111111"
    assert cloud.asked[0].body == b""


def test_requests_are_as_published(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    client.open_session(token, "de")
    client.open_session(token, None)
    list(client.instruct(token, SESSION, "make it 你好", on_accepted=lambda: None))
    opened, opened_plain, instructed = cloud.asked
    assert opened.json == {"task_name": "project", "language": "de"}
    assert opened_plain.json == {"task_name": "project"}
    assert instructed.headers["accept"] == "text/event-stream"
    assert instructed.json == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "5529798706024415232",
        "new_message": {"parts": [{"text": "make it 你好"}]},
    }


def test_a_file_goes_as_multipart_under_its_own_name(
    cloud: FakeCloud, client: NemoClient, token: Token, tmp_path: Path
) -> None:
    photo = tmp_path / "x"
    photo.write_bytes(b"\xff\xd8" + bytes(200_000))
    with photo.open("rb") as file:
        file.seek(100)
        assert client.upload_file(token, SESSION, file.fileno(), "Straße 1.jpg", 200_002) == "Straße 1.jpg"
    (asked,) = cloud.asked
    assert b'name="files"' in asked.body
    assert b"\xff\xd8" + bytes(200_000) in asked.body


def test_the_draft_goes_back_byte_for_byte(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    draft = '{ "z":1.10, "a" : 12345678901234567890, "t":[{"sg":[{"v":1e-7,"ü":"\\u00fc\\ud83d"}]}],"é":"ü" }'
    cloud.raw_state = '{"video_infos":["a.jpg",{"filename":"b.jpg"}],"draft":' + draft + ',"canvas_config":{}}'
    state = client.state(token, SESSION)
    assert state.draft == draft
    assert state.uploaded == ("a.jpg", "b.jpg")
    client.start_render(token, RECORD, SESSION, state.draft, {"format": "mp4", "quality": "high"})
    posted = cloud.calls("/api/render")[0]
    assert draft.encode() in posted.body
    assert posted.json["id"] == "render_1"
    assert posted.json["sessionId"] == SESSION
    assert posted.json["output"] == {"format": "mp4", "quality": "high"}


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"code": 1001, "message": "bad token"}, 200, TokenExpired),
        ({"code": 1001}, 401, TokenExpired),
        (b"<html>", 401, TokenExpired),
        ({"code": 1002}, 200, SessionGone),
        ({"detail": "Session not found"}, 404, SessionGone),
        ({"code": 2001}, 200, NoCredits),
        ({"success": False, "error": {"code": 2001, "message": "none"}}, 400, NoCredits),
        ({"code": 4001}, 200, FileRefused),
        ({"code": 4002}, 413, FileRefused),
        ({"code": 402}, 200, ExportBlocked),
        (b"", 402, ExportBlocked),
        ({"code": 429}, 200, RateLimited),
        (b"slow down", 429, RateLimited),
        ({"code": 400}, 200, RequestRefused),
        ({"success": False, "error": "no"}, 200, RequestRefused),
        ({"code": 9999, "message": "?"}, 200, RequestRefused),
        (b"", 302, RequestRefused),
    ],
)
def test_codes_become_errors_of_the_tree(
    cloud: FakeCloud, client: NemoClient, token: Token, body: Any, status: int, kind: type[PhotoVideosError]
) -> None:
    cloud.plan("/state/", answers(body, status))
    with pytest.raises(kind) as caught:
        client.state(token, SESSION)
    assert len(cloud.asked) == 1
    assert "{" not in str(caught.value)


def test_a_redirect_is_not_followed(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("credits", answers(b"", 302, Location=f"{cloud.url}/elsewhere"))
    with pytest.raises(RequestRefused):
        client.credits(token)
    assert [asked.path for asked in cloud.asked] == ["/api/credits/balance/simple"]


@pytest.mark.parametrize("trouble", [answers(b"", 503), answers({"code": 500}), answers(b"x", 408), None])
def test_what_may_be_repeated_is_asked_again_in_place(
    cloud: FakeCloud, client: NemoClient, token: Token, trouble: Act | None
) -> None:
    act = trouble or (lambda handler, _asked: handler.hang_up())
    cloud.plan("credits", act, act, act)
    assert client.credits(token).available == 60
    assert len(cloud.asked) == 4


def test_after_three_more_tries_trouble_is_handed_on(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("credits", *[answers(b"", 500)] * 5)
    with pytest.raises(ServiceTrouble):
        client.credits(token)
    assert len(cloud.asked) == 4


def test_a_post_of_a_render_goes_out_once(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("/render/", answers(b"", 500), lambda handler, _asked: handler.hang_up())
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            client.start_render(token, RECORD, SESSION, RawJson("{}"), {})
    assert len(cloud.asked) == 2


def test_a_rate_limit_tells_how_long_and_is_not_asked_again(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("credits", answers(b"", 429, Retry_After="42"))
    with pytest.raises(RateLimited) as caught:
        client.credits(token)
    assert caught.value.retry_after_seconds == 42
    assert len(cloud.asked) == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"not json", "$"),
        ({"code": 0, "data": {}}, "data.session_id"),
        ({"code": 0, "data": {"session_id": ["x"]}}, "data.session_id"),
        ({"code": 0, "data": {"session_id": "../../x"}}, "data.session_id"),
        ({"code": 0, "data": "x"}, "data"),
        ({"code": 0}, "data"),
        ([1], "$"),
        (b'{"code":0,"data":' + b"[" * 100_000, "$"),
    ],
)
def test_what_makes_no_sense_names_the_json_path(
    cloud: FakeCloud, client: NemoClient, token: Token, body: Any, path: str
) -> None:
    cloud.plan("with-session", answers(body))
    with pytest.raises(ServiceTrouble) as caught:
        client.open_session(token, None)
    assert f"session: {path} " in caught.value.detail
    assert len(cloud.asked) == 1


def test_the_registration_link_binds_the_sessions_user(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    client.open_session(token, None)
    cloud.plan("/run_sse", answers({"code": 2001}))
    with pytest.raises(NoCredits) as caught:
        list(client.instruct(token, SESSION, "x", on_accepted=lambda: None))
    assert "https://nemovideo.com/register?bind=anon_7" in caught.value.advice
    cloud.plan("credits", answers({"code": 2001}), answers({"code": 2001}))
    with pytest.raises(NoCredits) as caught:
        client.credits(token)
    assert "?bind=anon_1" in caught.value.advice
    with pytest.raises(NoCredits) as caught:
        client.credits(replace(token, is_own=True))
    assert "Top up credits in your account" in caught.value.advice


def test_an_endless_error_body_is_not_read_to_its_end(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    sent = [0]

    def endless(handler: Handler, _asked: Asked) -> None:
        handler.send_response(418)
        handler.send_header("Content-Length", str(1 << 30))
        handler.end_headers()
        try:
            for _ in range(1 << 14):
                handler.wfile.write(b"x" * 65536)
                sent[0] += 65536
        except OSError:
            handler.close_connection = True

    cloud.plan("credits", endless)
    with pytest.raises(RequestRefused):
        client.credits(token)
    assert sent[0] < 64 << 20


@pytest.mark.parametrize("line", [b"X-Y: " + b"z" * 1000 + b"\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"])
def test_endless_headers_end_in_an_error(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], token: Token, line: bytes
) -> None:
    pause = threading.Event()

    def endless(handler: Handler, _asked: Asked) -> None:
        try:
            if line.startswith(b"X"):
                handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                handler.wfile.write(line)
                pause.wait(0.001)
        except OSError:
            handler.close_connection = True

    cloud.plan("credits", endless)
    client = make_client(cloud.url, again=(), silence=0.5, whole=0.5)
    with pytest.raises(ServiceTrouble):
        client.credits(token)


def test_a_dripping_answer_ends_when_its_time_is_over(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], token: Token
) -> None:
    def drip(handler: Handler, _asked: Asked) -> None:
        try:
            while not is_over.wait(0.05):
                handler.wfile.write(b"H")
        except OSError:
            pass
        handler.close_connection = True

    is_over = threading.Event()
    cloud.plan("credits", drip)
    client = make_client(cloud.url, again=(), silence=0.3, whole=0.3)
    began = time.monotonic()
    with pytest.raises(ServiceTrouble):
        client.credits(token)
    is_over.set()
    assert time.monotonic() - began < 3


def test_a_gzip_bomb_is_cut(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    import gzip

    bomb = gzip.compress(b" " * (100 << 20), 1)
    cloud.plan("credits", answers(bomb, Content_Encoding="gzip"), *[answers(b"", 500)] * 3)
    with pytest.raises(ServiceTrouble):
        client.credits(token)
    plain = gzip.compress(b'{"code":0,"data":{"available":7}}')
    cloud.plan("credits", answers(plain, Content_Encoding="gzip"))
    assert client.credits(token).available == 7


def test_nobody_there_is_unreachable(make_client: Callable[..., NemoClient], token: Token, tmp_path: Path) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        port = server.server_address[1]
    with pytest.raises(Unreachable):
        make_client(f"http://127.0.0.1:{port}").credits(token)
    with pytest.raises(Unreachable):
        make_client("http://studio", socket=tmp_path / "none").credits(token)
    with pytest.raises(Unreachable):
        list(make_client(f"http://127.0.0.1:{port}").instruct(token, SESSION, "x", on_accepted=pytest.fail))


def test_no_environment_proxy_is_used_unless_given(
    cloud: FakeCloud, client: NemoClient, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert client.credits(token).total == 100


def test_stopping_ends_a_silent_stream_at_once(
    cloud: FakeCloud, client: NemoClient, token: Token, stop: threading.Event
) -> None:
    is_over = threading.Event()

    def silent(handler: Handler, _asked: Asked) -> None:
        handler.stream(b": hello\n\n", is_whole=False)
        is_over.wait(20)

    cloud.plan("/run_sse", silent)
    accepted: list[bool] = []
    idle = [0]

    def on_idle() -> None:
        idle[0] += 1
        if idle[0] == 2:
            stop.set()

    began = time.monotonic()
    with pytest.raises(Stopping):
        list(client.instruct(token, SESSION, "x", on_accepted=lambda: accepted.append(True), on_idle=on_idle))
    is_over.set()
    assert accepted
    assert time.monotonic() - began < 5


def test_stopping_ends_the_wait_before_the_next_try(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], token: Token, stop: threading.Event
) -> None:
    cloud.plan("credits", answers(b"", 500))
    client = make_client(cloud.url, again=(50.0,))
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopping):
        client.credits(token)
    assert time.monotonic() - began < 5


def test_a_stream_is_accepted_before_its_first_event_is_read(
    cloud: FakeCloud, client: NemoClient, token: Token
) -> None:
    order: list[object] = []
    for event in client.instruct(token, SESSION, "x", on_accepted=lambda: order.append("accepted")):
        order.append(event)
    assert order == ["accepted", sse.Said(text="Done.")]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (answers({"code": 1001}), TokenExpired),
        (answers({"code": 1002}), SessionGone),
        (answers({"detail": "Session not found"}, 404), SessionGone),
        (answers({"detail": "Not Found"}, 404), RequestRefused),
        (answers({"detail": [{"loc": ["body"], "msg": "field required"}]}, 422), RequestRefused),
        (answers({"code": 400}), RequestRefused),
        (answers({"code": 402}), ExportBlocked),
        (answers(b"", 429), RateLimited),
        (answers(b"", 500), OutcomeUnknown),
        (answers(b"", 401), OutcomeUnknown),
        (answers({"code": 0}), OutcomeUnknown),
        (answers(b"<html>"), OutcomeUnknown),
        (lambda handler, _asked: handler.hang_up(), OutcomeUnknown),
    ],
)
def test_an_answer_that_is_no_stream_refuses_the_message_or_leaves_it_unknown(
    cloud: FakeCloud, client: NemoClient, token: Token, act: Act, kind: type[PhotoVideosError]
) -> None:
    cloud.plan("/run_sse", act)
    with pytest.raises(PhotoVideosError) as caught:
        list(client.instruct(token, SESSION, "x", on_accepted=pytest.fail))
    assert type(caught.value) is kind
    assert len(cloud.asked) == 1


def test_a_stream_that_breaks_or_never_ends_leaves_the_outcome_open(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], token: Token
) -> None:
    is_over = threading.Event()

    def endless(handler: Handler, _asked: Asked) -> None:
        handler.stream(is_whole=False)
        try:
            while not is_over.wait(0.01):
                handler.wfile.write(b"3\r\n:\n\n\r\n")
        except OSError:
            pass
        handler.close_connection = True

    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(b"data: x", is_whole=False), endless)
    client = make_client(cloud.url, stream=0.5)
    for _ in range(2):
        accepted: list[bool] = []
        with pytest.raises(OutcomeUnknown):
            for _event in client.instruct(token, SESSION, "x", on_accepted=lambda: accepted.append(True)):  # noqa: B023 read before the next round
                pass
        assert accepted
    is_over.set()


@pytest.mark.parametrize(
    "body",
    [
        {"taskId": "t", "status": "completed", "output": {"url": "https://c/f", "duration": 30.5, "size": 9}},
        {"code": 0, "data": {"status": "completed", "outputUrl": "https://c/f", "duration": 30.5, "size": 9}},
    ],
)
def test_a_poll_tells_url_duration_and_size(cloud: FakeCloud, client: NemoClient, token: Token, body: Any) -> None:
    cloud.plan("/render/", answers(body))
    status = client.poll_render(token, RenderId("render_1"))
    assert (status.stage, status.url, status.duration_seconds, status.size_bytes) == (
        RenderStage.COMPLETED,
        "https://c/f",
        30.5,
        9,
    )


def test_a_poll_of_an_unknown_render_is_a_404(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("/render/", answers({"error": "Render not found"}, 404))
    with pytest.raises(RequestRefused) as caught:
        client.poll_render(token, RenderId("render_1"))
    assert caught.value.status == 404


def test_one_session_is_spoken_to_by_one_at_a_time(client: NemoClient, stop: threading.Event) -> None:
    with client.talking_to(SESSION):
        with client.talking_to(SessionId("other")):
            pass
        mine = threading.Event()
        mine.set()
        with pytest.raises(Stopping), client.talking_to(SESSION, mine):
            pass
    with client.talking_to(SESSION):
        pass


def test_secrets_are_in_no_error(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("credits", *[lambda handler, _asked: handler.hang_up()] * 4)
    with pytest.raises(ServiceTrouble) as caught:
        client.credits(token)
    error: BaseException | None = caught.value
    while error is not None:
        assert "nmv_usr_secret" not in f"{error!r} {error} {getattr(error, 'detail', '')}"
        error = error.__cause__
    assert "nmv_usr_secret" not in repr(token)


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("credits", lambda client, token: client.credits(token)),
        ("/run_sse", lambda client, token: list(client.instruct(token, SESSION, "x", on_accepted=pytest.fail))),
        ("/lambda", lambda client, token: client.start_render(token, RECORD, SESSION, RawJson("{}"), {})),
    ],
)
@pytest.mark.parametrize(
    ("body", "status"), [({"message": "no nmv_usr_secret"}, 422), ({"code": "nmv_usr_secret"}, 500)]
)
def test_a_token_that_the_service_quotes_is_in_no_error(
    cloud: FakeCloud,
    make_client: Callable[..., NemoClient],
    token: Token,
    path: str,
    ask: Callable[[NemoClient, Token], object],
    body: Any,
    status: int,
) -> None:
    cloud.plan(path, answers(body, status))
    with pytest.raises(PhotoVideosError) as caught:
        ask(make_client(cloud.url, again=()), token)
    assert "nmv_usr_secret" not in f"{caught.value!r} {caught.value} {getattr(caught.value, 'detail', '')}"


def test_an_address_that_a_service_gives_holds_no_token(cloud: FakeCloud, client: NemoClient, token: Token) -> None:
    cloud.plan("/render/", answers({"status": "completed", "outputUrl": "https://cdn/f?token=nmv_usr_secret"}))
    assert client.poll_render(token, RenderId("render_1")).url == "https://cdn/f?token=(secret)"
