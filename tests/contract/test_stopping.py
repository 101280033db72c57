"""Whoever cancels or stops the daemon does not wait for a service that hangs: every call of `nemo` hears it at once.

The service hangs in each of the ways there are: it takes no connection, no answer comes, an answer comes byte by byte.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from photovideos.errors import PhotoVideosError, Stopping
from photovideos.model import RawJson, RenderedFilm, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import instruct
from photovideos.nemo import render as rendering
from photovideos.nemo import upload as uploading
from photovideos.nemo.account import Attribution
from photovideos.nemo.attempt import Order
from photovideos.nemo.client import NemoClient
from photovideos.nemo.download import Download
from photovideos.nemo.token import TokenBook
from support.fake_cloud import answers, serving

pytestmark = pytest.mark.slow  # half a second of waiting each

SESSION = SessionId("5529798706024415232")
TOKEN = Token(secret="nmv_usr_1", fingerprint="0123456789ab", user_id=None, expires_at=9e9, is_own=False)
RECORD = RenderRecord(id=RenderId("render_1"), token_fingerprint=TOKEN.fingerprint, begun_at=0.0)
AT_ONCE = 2.0
Work = Callable[[NemoClient, TokenBook, threading.Event, Path], object]


class _Tokens:
    """A book with one token in it."""

    def token(self, *, stop: threading.Event | None) -> Token:
        return TOKEN

    def renew(self, refused: Token, *, stop: threading.Event | None) -> Token:
        return TOKEN

    def by_fingerprint(self, fingerprint: str) -> Token | None:
        return TOKEN


def _render(client: NemoClient, halt: threading.Event, record: RenderRecord | None) -> object:
    order = Order(
        client=client,
        session_id=SESSION,
        draft=RawJson("{}"),
        save=lambda _record: None,
        poll_seconds=30.0,
        timeout_seconds=3600.0,
        on_progress=lambda _fraction, *_lines: None,
        stop=halt,
    )
    return rendering.render(order, _Tokens(), record)


def _speak(client: NemoClient, halt: threading.Event) -> object:
    return instruct.carry_out(
        client,
        TOKEN,
        SESSION,
        "a calm video",
        record=None,
        save=lambda _record: None,
        waits=(30.0,),
        still_working=(120.0, lambda: None),
        stop=halt,
    )


def _upload(client: NemoClient, halt: threading.Event, path: Path, *, is_resumed: bool) -> object:
    photo = path / "a.jpg"
    photo.write_bytes(b"x" * 10_000_000)
    file = uploading.Outgoing(
        path="a.jpg", name="a.jpg", size=10_000_000, open_file=lambda: os.open(photo, os.O_RDONLY | os.O_CLOEXEC)
    )
    told: list[str] = []
    uploading.upload(
        client,
        TOKEN,
        SESSION,
        [file],
        is_resumed=is_resumed,
        on_sent=lambda _file, name: told.append(name),
        on_refused=lambda _file, reason: told.append(reason),
        stop=halt,
    )
    return told


def _download(client: NemoClient, halt: threading.Event, path: Path) -> object:
    film = RenderedFilm(id=RECORD.id, url=f"{client.base_url}/cdn/film.mp4")
    return Download(
        film=film,
        client=client,
        token=TOKEN,
        api_url=client.base_url,
        max_bytes=10**9,
        stop=halt,
    ).into(path / "film.mp4")


WORK: dict[str, Work] = {
    "token": lambda _client, book, halt, _path: book.token(stop=halt),
    "renewed token": lambda _client, book, halt, _path: book.renew(TOKEN, stop=halt),
    "session": lambda client, _book, halt, _path: client.open_session(TOKEN, None, stop=halt),
    "credits": lambda client, _book, halt, _path: client.credits(TOKEN, stop=halt),
    "state": lambda client, _book, halt, _path: client.state(TOKEN, SESSION, stop=halt),
    "addresses": lambda client, _book, halt, _path: client.upload_urls(TOKEN, SESSION, ["https://x"], stop=halt),
    "upload": lambda client, _book, halt, path: _upload(client, halt, path, is_resumed=False),
    "upload gone on with": lambda client, _book, halt, path: _upload(client, halt, path, is_resumed=True),
    "message": lambda client, _book, halt, _path: _speak(client, halt),
    "render": lambda client, _book, halt, _path: _render(client, halt, None),
    "poll": lambda client, _book, halt, _path: _render(client, halt, RECORD),
    "download": lambda client, _book, halt, path: _download(client, halt, path),
}


@contextmanager
def _without_connections() -> Iterator[str]:
    """Its queue is full, and nobody takes anything from it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for filler in fillers:
                filler.close()


class _Dripping:
    """Takes connections and says `piece` five times a second; nothing of what is said to it is read."""

    def __init__(self, piece: bytes) -> None:
        self._piece = piece
        self._ends = threading.Event()
        self._taken: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._drip, self._take)]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        for thread in self._threads:
            thread.start()

    def _drip(self) -> None:
        while not self._ends.wait(0.2):
            for connection in list(self._taken):
                try:
                    connection.send(self._piece)
                except OSError:
                    self._taken.remove(connection)
                    connection.close()

    def _take(self) -> None:
        while not self._ends.is_set():
            try:
                self._taken.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._ends.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for connection in (self._listener, *self._taken):
            connection.close()


@contextmanager
def _answering(piece: bytes) -> Iterator[str]:
    dripping = _Dripping(piece)
    try:
        yield dripping.url
    finally:
        dripping.close()


HANGS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "no connection": _without_connections,
    "no answer": lambda: _answering(b""),
    "a header without end": lambda: _answering(b"HTTP/1.1 200 OK\r\nX-A: "),
}


@pytest.mark.parametrize("how", HANGS)
def test_a_call_to_a_service_that_hangs_ends_when_its_job_is_cancelled(how: str, tmp_path: Path) -> None:
    """All of them at once, each in a thread of its own; one stop for all."""
    halt, daemon_stop = threading.Event(), threading.Event()
    ended: dict[str, BaseException | object] = {}

    with HANGS[how]() as url:
        client = NemoClient(
            url,
            attribution=Attribution(source="s", version="1", platform="unknown"),
            stop=daemon_stop,
            now=lambda: 1_800_000_000.0,
        )

        def run(name: str, work: Work) -> None:
            path = tmp_path / name
            path.mkdir()
            book = TokenBook(path / "account.json", client, "x", None, stop=daemon_stop, now=client.now)
            try:
                ended[name] = work(client, book, halt, path)
            except PhotoVideosError as error:
                ended[name] = error

        threads = [threading.Thread(target=run, args=entry, daemon=True) for entry in WORK.items()]
        for thread in threads:
            thread.start()
        halt.wait(0.7)
        assert ended == {}, "nothing has given up yet"
        began = time.monotonic()
        halt.set()
        for thread in threads:
            thread.join(max(0.0, began + AT_ONCE - time.monotonic()))
        still = [name for name, thread in zip(WORK, threads, strict=True) if thread.is_alive()]
        daemon_stop.set()
        for thread in threads:
            thread.join(10)
        client.close()
    assert still == []
    assert {name: type(end) for name, end in ended.items()} == dict.fromkeys(WORK, Stopping)


@pytest.mark.parametrize("waits_for", ["the lock of a thread", "the lock of another process", "the wait after 429"])
def test_a_job_that_waits_for_a_token_ends_when_it_is_cancelled(waits_for: str, tmp_path: Path) -> None:
    halt, daemon_stop = threading.Event(), threading.Event()
    with serving() as cloud:
        cloud.plan("anonymous-token", *[answers({"code": 429}, 429)] * 10)
        client = NemoClient(
            cloud.url,
            attribution=Attribution(source="s", version="1", platform="unknown"),
            stop=daemon_stop,
            now=lambda: 1_800_000_000.0,
        )

        def book() -> TokenBook:
            return TokenBook(tmp_path / "account.json", client, "x", None, stop=daemon_stop, now=client.now)

        mine = book()
        other = {"the lock of a thread": mine, "the lock of another process": book()}.get(waits_for)
        threads: list[threading.Thread] = []

        def ask(book: TokenBook, stop: threading.Event) -> None:
            with pytest.raises(Stopping):
                book.token(stop=stop)

        if other is not None:
            threads.append(threading.Thread(target=ask, args=(other, daemon_stop), daemon=True))
            threads[0].start()
            _until(lambda: bool(cloud.asked))
        waiting = threading.Thread(target=ask, args=(mine, halt), daemon=True)
        waiting.start()
        _until(lambda: bool(cloud.asked))
        halt.wait(0.3)
        assert waiting.is_alive()
        halt.set()
        waiting.join(AT_ONCE)
        is_waiting = waiting.is_alive()
        daemon_stop.set()
        for thread in (*threads, waiting):
            thread.join(10)
        client.close()
    assert not is_waiting
    assert len(cloud.asked) == 1


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_a_cancelled_render_is_not_waited_for_in_a_studio_that_hangs(tmp_path: Path) -> None:
    with _answering(b"") as url:
        client = NemoClient(
            url,
            attribution=Attribution(source="s", version="1", platform="unknown"),
            stop=threading.Event(),
            now=lambda: 0.0,
        )
        began = time.monotonic()
        with pytest.raises(PhotoVideosError):
            client.cancel_render(TOKEN, RECORD.id)
        assert time.monotonic() - began < AT_ONCE
        client.close()
