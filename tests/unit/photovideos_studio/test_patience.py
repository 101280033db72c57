"""Connections that say nothing, or all too slowly, do not stay; those that work do."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photovideos_studio import server
from photovideos_studio.store.references import Roots


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, thinks for longer than anybody may be silent, answers."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(1.2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.8)
    monkeypatch.setattr(server, "SILENCE_SECONDS", 0.8)
    monkeypatch.setattr(server, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 20)
    made = server.build(app, roots=Roots())
    made.config.lifespan = "off"
    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=made.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield int(bound.getsockname()[1])
        made.should_exit = True
        thread.join(10)


def connected(port: int, said: bytes) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), 10)
    one.settimeout(10)
    one.sendall(said)
    return one


def is_hung_up_on(one: socket.socket) -> bool:
    try:
        return one.recv(100) == b""
    except ConnectionResetError:
        return True


HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HEAD + b"X-Slow: ", id="half a head"),
        pytest.param(HEAD + b"Content-Length: 100\r\n\r\nabc", id="half a body"),
    ],
)
def test_who_says_nothing_is_hung_up_on(port: int, said: bytes) -> None:
    with connected(port, said) as one:
        assert is_hung_up_on(one)


def test_a_head_that_comes_drop_by_drop_is_hung_up_on(port: int) -> None:
    with connected(port, HEAD) as one:
        one.setblocking(True)
        one.settimeout(0.05)
        for _ in range(200):
            try:
                one.sendall(b"X")
                if one.recv(100) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("it listened for ten seconds")


def test_who_waits_for_a_slow_answer_gets_it_and_may_ask_again(port: int) -> None:
    with connected(port, HEAD + b"Content-Length: 3\r\n\r\nabc") as one:
        assert b" 200 " in one.recv(500)
        one.sendall(HEAD + b"Content-Length: 3\r\n\r\nabc")
        assert b" 200 " in one.recv(500) + one.recv(500)


def test_one_too_many_is_not_listened_to_and_the_others_are(port: int, tmp_path: Path) -> None:
    first = connected(port, HEAD + b"Content-Length: 3\r\n\r\nabc")
    idle = [connected(port, b"") for _ in range(25)]
    try:
        assert is_hung_up_on(idle[-1])
        assert b" 200 " in first.recv(500)
    finally:
        for one in (first, *idle):
            one.close()
