"""A small backend on loopback that answers as published unless it is told what comes next."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeVar

from support import secrets_watch
from support.loopback import on_loopback

SESSION = "5529798706024415232"


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def file_name(self) -> str:
        found = re.search(rb'filename="([^"]*)"', self.body)
        assert found
        return found.group(1).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    cloud: FakeCloud

    def answer(self, value: Any, *, status: int = 200, content_type: str = "application/json", **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def stream(self, *chunks: bytes, is_whole: bool = True) -> None:
        """An event stream; not `is_whole`: the connection breaks in the middle of it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        if is_whole:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        self.cloud.handle(self, asked)

    do_GET = do_POST = _handle  # noqa: N815 http.server's names

    def log_message(self, *args: Any) -> None:
        pass


Act = Callable[[Handler, Asked], None]
Fake = TypeVar("Fake", bound="FakeCloud")


def said(text: str, **more: Any) -> bytes:
    """One ADK event with a text."""
    event = {"content": {"parts": [{"text": text}], "role": "model"}, "author": "nemo_agent", **more}
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


@dataclass
class FakeCloud:
    """Answers as published unless `plan` says what comes next.

    `raw_state`: the text of `data.state`. `film`: the bytes of the film that every render ends in. `is_strict`: only
    renders that were posted are known.
    """

    asked: list[Asked] = field(default_factory=list)
    raw_state: str = '{"draft":null,"video_infos":[]}'
    uploaded: list[str] = field(default_factory=list)
    tokens: int = 0
    film: bytes = b""
    is_strict: bool = False
    _plans: dict[str, deque[Act]] = field(default_factory=lambda: defaultdict(deque))
    _standing: dict[str, Act] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def plan(self, path: str, *acts: Act) -> None:
        """What the next calls to paths that contain `path` are answered."""
        self._plans[path].extend(acts)

    def always(self, path: str, act: Act) -> None:
        """What every call to a path that contains `path` is answered, if nothing else is planned for it."""
        self._standing[path] = act

    def answer_as_published(self, handler: Handler, asked: Asked) -> None:
        """For acts that change some answers and leave the others."""
        self._as_published(handler, asked)

    def forget_plans(self) -> None:
        """From now on everything is answered as published."""
        self._plans.clear()
        self._standing.clear()

    def calls(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if path in asked.path]

    def posted(self) -> set[str]:
        """The renders asked for."""
        return {asked.json["id"] for asked in self.calls("/lambda") if asked.method == "POST"}

    def handle(self, handler: Handler, asked: Asked) -> None:
        secrets_watch.asked(asked.path, asked.headers.get("authorization"))
        with self._lock:
            self.asked.append(asked)
            acts = next((acts for path, acts in self._plans.items() if path in asked.path and acts), None)
            act = acts.popleft() if acts else self._stands_for(asked)
        (act or self._as_published)(handler, asked)

    def _stands_for(self, asked: Asked) -> Act | None:
        return next((act for path, act in self._standing.items() if path in asked.path), None)

    def _as_published(self, handler: Handler, asked: Asked) -> None:
        for part, act in _PUBLISHED.items():
            if part in asked.path:
                act(self, handler, asked)
                return
        handler.answer({"detail": "Not Found"}, status=404)

    def edit(self) -> None:
        """The next look at the state shows another draft."""
        with self._lock:
            segment = {"n": "a.jpg", "d": 3000 + len(self.asked)}
            self.raw_state = json.dumps({"draft": {"t": [{"tt": 0, "sg": [segment]}]}})

    def state(self) -> bytes:
        state = json.loads(self.raw_state)
        state["video_infos"] = [{"filename": name} for name in self.uploaded]
        return self.raw_state.encode() if not self.uploaded else json.dumps(state).encode()


def _token(cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    cloud.tokens += 1
    handler.answer({"code": 0, "data": {"token": f"nmv_usr_{cloud.tokens}", "user_id": "anon_7"}})


def opened(session: str) -> dict[str, Any]:
    """The answer that tells of a new session."""
    return {"code": 0, "data": {"task_id": "task_1", "session_id": session, "user_id": "anon_7"}}


def taken(file_name: str) -> dict[str, Any]:
    """The answer to an upload."""
    return {"code": 0, "data": {"files": [{"filename": file_name}], "session_state_applied": True}}


def rendered(url: str, film: bytes) -> dict[str, Any]:
    """The answer to a poll when the film is made."""
    return {"taskId": "t", "status": "completed", "progress": 100, "output": {"url": url, "size": len(film)}}


def _session(_cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    handler.answer(opened(SESSION))


def _upload(cloud: FakeCloud, handler: Handler, asked: Asked) -> None:
    cloud.uploaded.append(asked.file_name)
    handler.answer(taken(asked.file_name))


def _credits(_cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    handler.answer({"code": 0, "data": {"available": 60, "frozen": 40, "total": 100}})


def _state(cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    handler.answer(b'{"code":0,"data":{"session_id":"%s","state":%s}}' % (SESSION.encode(), cloud.state()))


def _instruct(cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    cloud.edit()
    handler.stream(said("Done."))


def _render(cloud: FakeCloud, handler: Handler, asked: Asked) -> None:
    if asked.method == "POST":
        handler.answer({"success": True})
    elif cloud.is_strict and asked.path.rpartition("/")[2] not in cloud.posted():
        handler.answer({"error": "not found"}, status=404)
    else:
        handler.answer(rendered(f"{cloud.url}/cdn/film.mp4", cloud.film))


def _film(cloud: FakeCloud, handler: Handler, _asked: Asked) -> None:
    handler.answer(cloud.film, content_type="video/mp4")


_PUBLISHED: dict[str, Callable[[FakeCloud, Handler, Asked], None]] = {
    "/api/auth/anonymous-token": _token,
    "/with-session/": _session,
    "/upload-video/": _upload,
    "/credits/": _credits,
    "/state/": _state,
    "/run_sse": _instruct,
    "/api/render/proxy/lambda": _render,
    "/cdn/film.mp4": _film,
    "/x": lambda _cloud, handler, _asked: handler.answer({"code": 0}),
}


@dataclass
class Now:
    """A clock that moves only when told to."""

    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@contextmanager
def serving() -> Iterator[FakeCloud]:
    with listening(FakeCloud()) as fake:
        yield fake


@contextmanager
def listening(fake: Fake) -> Iterator[Fake]:
    """`fake` at an address of its own on loopback."""
    with on_loopback(type("Bound", (Handler,), {"cloud": fake})) as fake.url:
        yield fake


def answers(value: Any, status: int = 200, **headers: str) -> Act:
    """Answers with `value`, bytes as they are or JSON."""
    return lambda handler, _asked: handler.answer(value, status=status, **headers)


def hang_up(handler: Handler, _asked: Asked) -> None:
    handler.hang_up()
