"""What an assistant answers is validated into the same wishes, and never overrules the grammar."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from photovideos_studio.director import direct
from photovideos_studio.director.assistant import Endpoint, read_answer, validated
from support import secrets_watch
from support.loopback import on_loopback

KEY = secrets_watch.keep_secret("the-key-of-the-assistant")
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def listening(answer: Answer) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server on loopback: its address, and the requests it got."""
    got: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:  # what a redirected POST may become
            got.append(self)
            answer(self)

        def log_message(self, *_arguments: object) -> None:
            return

    with on_loopback(Handler) as url:
        yield f"{url}/v1/", got


def saying(body: bytes, status: int = 200) -> Answer:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)

    return answer


def choice(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_the_endpoint_is_asked_at_its_own_address_with_its_key() -> None:
    with listening(saying(choice('{"pace": "slow"}'))) as (url, got):
        assert Endpoint(url=url, model="m", key=KEY)(["zorble"]) == {"pace": "slow"}
        assert Endpoint(url=url, model="m")(["zorble"]) == {"pace": "slow"}
    assert [asked.path for asked in got] == ["/v1/chat/completions"] * 2
    assert [asked.headers["Authorization"] for asked in got] == [f"Bearer {KEY}", None]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_no_key_goes_elsewhere(status: int) -> None:
    with listening(saying(choice('{"pace": "slow"}'))) as (elsewhere, got):

        def redirect(asked: BaseHTTPRequestHandler) -> None:
            asked.send_response(status)
            asked.send_header("Location", f"{elsewhere}chat/completions")
            asked.send_header("Content-Length", "0")
            asked.end_headers()

        with listening(redirect) as (url, _):
            assert Endpoint(url=url, model="m", key=KEY)(["zorble"]) is None
    assert got == []


def test_a_proxy_of_the_environment_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(saying(choice("{}"))) as (proxy, heard), listening(saying(choice('{"pace": "slow"}'))) as (url, _):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        assert Endpoint(url=url, model="m", key=KEY)(["zorble"]) == {"pace": "slow"}
    assert heard == []


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"", 500),
        saying(choice('{"pace": "slow"}'), 401),
        saying(b"<html>login</html>"),
        saying(choice("I would rather not.")),
        saying(choice('["pace"]')),
        saying(b'{"choices": [' + b" " * 200_000 + b"]}"),
        lambda asked: asked.wfile.write(b"\x00\xff no http at all\r\n\r\n"),
        lambda asked: asked.connection.close(),
    ],
    ids=["500", "401", "no JSON", "no object", "a list", "endless", "no HTTP", "hangs up"],
)
def test_a_bad_answer_leaves_the_film_to_the_grammar(answer: Answer, table: ModuleType) -> None:
    with listening(answer) as (url, got):
        direction = direct(
            "30 seconds. Please make it all zebraish.",
            materials=table.materials(("a.jpg", "b.jpg")),
            previous=None,
            seed="s",
            language=None,
            assistant=Endpoint(url=url, model="m", key=KEY),
        )
        assert len(got) == 1
    assert direction.draft.photovideos["wishes"]["duration_s"] == 30
    (entry,) = [one for one in direction.draft.photovideos["receipt"] if "zebraish" in one["clause"]]
    assert entry["outcome"] == "not understood"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "no address", "http://", "http://[::1", ""])
def test_what_is_no_address_of_the_web_is_not_asked(url: str) -> None:
    assert Endpoint(url=url, model="m", key=KEY)(["zorble"]) is None


def test_nobody_at_the_address_is_an_answer_too() -> None:
    with listening(saying(b"")) as (url, _):
        port = urlsplit(url).port
    assert Endpoint(url=f"http://127.0.0.1:{port}", model="m")(["zorble"]) is None


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_that_drips_or_never_comes_is_waited_for_in_bounds(begins: bytes) -> None:
    done = threading.Event()

    def drip(asked: BaseHTTPRequestHandler) -> None:
        asked.wfile.write(begins)
        try:
            while begins and not done.wait(0.05):
                asked.wfile.write(b"x")
        except OSError:
            return
        done.wait(10)

    with listening(drip) as (url, _):
        began = time.monotonic()
        assert Endpoint(url=url, model="m", timeout_seconds=0.5)(["zorble"]) is None
        assert time.monotonic() - began < 5
        done.set()


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(Endpoint(url="http://127.0.0.1", model="m", key=KEY))


def test_impossible_values_and_unknown_keys_are_left_out() -> None:
    found = validated(
        {"duration_s": -4, "pace": "fast", "filter": "neon", "rm": "-rf", "fps": True, "aspect": "1:1"}, "words"
    )
    assert {(finding.field, finding.value) for finding in found} == {("pace", "fast"), ("aspect_explicit", "1:1")}


def test_the_object_is_found_in_a_chatty_answer() -> None:
    body = json.dumps({"choices": [{"message": {"content": 'Sure! {"pace": "slow"} Done.'}}]}).encode()
    assert read_answer(body) == {"pace": "slow"}
    assert read_answer(b"no json") is None
    assert read_answer(b'{"choices": []}') is None


def test_it_helps_with_clauses_that_were_not_understood_alone(table: ModuleType) -> None:
    asked: list[tuple[str, ...]] = []

    def assistant(clauses: Sequence[str]) -> dict[str, object]:
        asked.append(tuple(clauses))
        return {"filter": "bw", "duration_s": 99}

    direction = direct(
        "30 seconds. Please make it all zebraish.",
        materials=table.materials(("a.jpg", "b.jpg")),
        previous=None,
        seed="s",
        language=None,
        assistant=assistant,
    )
    assert asked == [("Please make it all zebraish",)]
    wishes = direction.draft.photovideos["wishes"]
    assert wishes["filter"] == "bw"
    assert wishes["duration_s"] == 30
