"""How much anybody may take of the studio: sizes, numbers, names, room, and patience."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import wait_for
from support.strangers import SECRET, Scales, Start, StudioAlone, open_session
from support.watched import photo

pytestmark = pytest.mark.slow


def multipart(*parts: tuple[str, bytes], boundary: bytes = b"b") -> bytes:
    told = b""
    for head, body in parts:
        told += b"--" + boundary + b"\r\n" + head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body + b"\r\n"
    return told + b"--" + boundary + b"--\r\n"


DISPOSITION = 'Content-Disposition: form-data; name="files"; filename="{}"'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(multipart((f"X: {'y' * 20_000}", b"")), id="a long header"),
        pytest.param(multipart(("\r\n".join(f"X{n}: y" for n in range(50_000)), b"")), id="many headers"),
        pytest.param(multipart(*((DISPOSITION.format("a.jpg"), b"") for _ in range(1001))), id="many files"),
        pytest.param(multipart(*((f'Content-Disposition: form-data; name="f{n}"', b"x") for n in range(20_000))), id="many fields"),  # noqa: E501 -- a table
        pytest.param(b"--b\r\n" + b"a" * 3_000_000, id="a header without end"),
        pytest.param(b"x" * 3_000_000, id="no multipart at all"),
        pytest.param(multipart((DISPOSITION.format("a.jpg"), photo()))[:-40], id="cut short"),
    ],
)  # fmt: skip
def test_uploads_that_are_too_much_are_refused_and_leave_nothing(on_tcp: StudioAlone, body: bytes) -> None:
    with on_tcp.client() as client, Scales(on_tcp.process.pid) as scales:
        session = open_session(client)
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.post(f"/api/upload-video/nemo_agent/me/{session}", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"] != 0
    assert list((on_tcp.folder / "store" / "incoming").iterdir()) == []
    assert scales.own_megabytes < 200


@pytest.mark.parametrize(
    "name", ["../../../tmp/x.jpg", "/etc/x.jpg", "..\\..\\x.jpg", "a\x1b[2J\u202ex.jpg", "é" * 500 + ".jpg"]
)
def test_no_name_of_an_upload_leads_anywhere(on_tcp: StudioAlone, name: str) -> None:
    before = sorted(on_tcp.folder.iterdir())
    with on_tcp.client() as client:
        session = open_session(client)
        path = f"/api/upload-video/nemo_agent/me/{session}"
        body = multipart((DISPOSITION.format(name.replace("\\", "\\\\")), photo()))
        told = client.post(path, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}).json()
    kept = told["data"]["files"][0]["filename"] if told["code"] == 0 else "refused"
    assert not set(kept) & set("/\\\x1b\u202e")
    assert len(kept.encode()) <= 255
    assert sorted(on_tcp.folder.iterdir()) == before
    assert not Path("/tmp/x.jpg").exists()
    assert SECRET not in on_tcp.log()


def test_a_body_that_does_not_say_its_length_gets_no_more_room_than_there_is(start: Start) -> None:
    studio = start("--listen", "127.0.0.1:0", "--store-limit-gigabytes", "0.05")

    def endless() -> Iterator[bytes]:
        for number in range(40):
            yield b"--b\r\n" + DISPOSITION.format(f"{number}.jpg").encode() + b"\r\n\r\n" + b"\xff" * 10_000_000
            yield b"\r\n"

    with studio.client() as client:
        session = open_session(client)
        path = f"/api/upload-video/nemo_agent/me/{session}"
        answer = client.post(path, content=endless(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 507, answer.text
    assert sum(path.stat().st_size for path in studio.folder.rglob("*") if path.is_file()) < 10_000_000


def test_many_who_connect_and_say_nothing_keep_nobody_out(on_tcp: StudioAlone) -> None:
    idle = []
    try:
        for _ in range(400):
            one = socket.create_connection(("127.0.0.1", on_tcp.port), 10)
            one.sendall(b"POST /run_sse HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            idle.append(one)
        begun = time.monotonic()
        with on_tcp.client() as client:
            assert client.get("/api/credits/balance/simple").status_code == 200
        assert time.monotonic() - begun < 10
    finally:
        for one in idle:
            one.close()


def test_a_head_that_goes_on_for_ever_is_cut_off(on_tcp: StudioAlone) -> None:
    with socket.create_connection(("127.0.0.1", on_tcp.port), 10) as raw:
        raw.settimeout(10)
        refused: list[bytes] = []

        def read() -> None:
            refused.append(raw.recv(200))

        thread = threading.Thread(target=read)
        thread.start()
        try:
            raw.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            for _ in range(2000):
                raw.sendall(b"X-A: " + b"b" * 1000 + b"\r\n")
        except OSError:
            pass  # it hung up while we were still talking
        thread.join()
    wait_for("the refusal", lambda: refused, 5)
    assert b" 400 " in refused[0] or refused[0] == b""
