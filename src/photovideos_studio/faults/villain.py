"""Stands before the app and meets each call with the fault that is meant for it, or lets it pass."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photovideos_studio.faults.answers import DEEDS
from photovideos_studio.faults.call import Call
from photovideos_studio.faults.plan import FaultPlan
from photovideos_studio.faults.stream import stream

log = logging.getLogger(__name__)

HEAD_BYTES = 65_536
_PATHS = (
    ("POST", re.compile(r"/api/auth/anonymous-token"), "token"),
    ("GET", re.compile(r"/api/credits/balance/simple"), "credits"),
    ("POST", re.compile(r"/api/tasks/me/with-session/nemo_agent"), "session"),
    ("GET", re.compile(r"/api/state/nemo_agent/me/[^/]+/latest"), "state"),
    ("POST", re.compile(r"/api/upload-video/nemo_agent/me/[^/]+"), "upload"),
    ("GET", re.compile(r"/api/upload-video/nemo_agent/me/[^/]+/files/[^/]+"), "uploaded"),
    ("POST", re.compile(r"/run_sse"), "instruct"),
    ("POST", re.compile(r"/api/render/proxy/lambda"), "render"),
    ("GET", re.compile(r"/api/render/proxy/lambda/(?P<render>[^/]+)"), "poll"),
    ("DELETE", re.compile(r"/api/render/proxy/lambda/(?P<render>[^/]+)"), "cancel"),
    ("GET", re.compile(r"/api/render/proxy/(?P<render>[^/]+)/download"), "fallback"),
    ("GET", re.compile(r"/films/(?P<render>[^/]+)/[^/]+/film\.mp4"), "download"),
)


def endpoint_of(method: str, path: str) -> tuple[str, str | None]:
    """(endpoint, render id in the path); ("", None) for what is no endpoint."""
    for known, pattern, name in _PATHS:
        match = pattern.fullmatch(path)
        if match is not None and method == known:
            return name, match.groupdict().get("render")
    return "", None


class Villain:
    """ASGI middleware. `end_token`: makes the studio behind it forget a token, which a played 1001 says it did."""

    def __init__(self, app: ASGIApp, plan: FaultPlan, *, end_token: Callable[[str], None]) -> None:
        self._app = app
        self._plan = plan
        self._end_token = end_token
        self._spent = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        endpoint, render_id = endpoint_of(scope["method"], scope["path"])
        content = scope["path"].encode("utf-8", "replace")
        if endpoint == "render" or self._plan.looks_into(endpoint):
            head, receive = await _peek(receive)
            content += b"\n" + head
            if endpoint == "render":
                render_id = _render_id(head)
        fault = self._plan.choose(endpoint, render_id=render_id, content=content)
        if fault is None:
            await self._charged(endpoint, scope, receive, send)
            return
        log.info("fault.played", extra={"fields": {"endpoint": endpoint, "fault": fault.do}})
        host = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "studio")
        own = f"{scope.get('scheme', 'http')}://{host}{scope['path']}"
        call = Call(app=self._app, scope=scope, receive=receive, send=send, fault=fault, own_address=own)
        if fault.do == "code" and fault.option("code", 0) == 1001 and (token := _token_of(scope)):
            await asyncio.to_thread(self._end_token, token)
        await (stream if fault.do == "stream" else DEEDS[fault.do])(call)
        if endpoint == "instruct" and fault.do == "stream" and fault.option("applied", True) is not False:
            self._charge()

    # --- credits ---------------------------------------------------------------------------------------------------

    async def _charged(self, endpoint: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The call as it is; with `credits`, messages cost something and the balance tells so."""
        charges = self._plan.charges
        if charges is None or endpoint not in ("instruct", "credits"):
            await self._app(scope, receive, send)
            return
        if endpoint == "credits":
            await self._app(scope, receive, _with_body(send, {"code": 0, "data": self._balance()}))
            return
        if self._left() <= 0:
            body = {"code": 2001, "message": "No credits left", "data": None}
            await _drained(receive)
            await _json_answer(send, body)
            return
        taken = []

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                taken.append(True)
            await send(message)

        await self._app(scope, receive, watch)
        if taken:
            self._charge()

    def _charge(self) -> None:
        if self._plan.charges is not None:
            self._spent += self._plan.charges.edit

    def _left(self) -> float:
        assert self._plan.charges is not None  # asked only when credits are charged
        return max(0.0, self._plan.charges.available - self._spent)

    def _balance(self) -> dict[str, float]:
        assert self._plan.charges is not None  # asked only when credits are charged
        return {"available": self._left(), "frozen": 0, "total": self._plan.charges.available}


async def _peek(receive: Receive) -> tuple[bytes, Receive]:
    """The beginning of the body, and a `receive` that gives it out once more."""
    kept: list[Message] = []
    head = bytearray()
    while len(head) < HEAD_BYTES:
        message = await receive()
        kept.append(message)
        head += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break

    async def again() -> Message:
        return kept.pop(0) if kept else await receive()

    return bytes(head), again


def _token_of(scope: Scope) -> str:
    value = next((value for key, value in scope["headers"] if key == b"authorization"), b"")
    return bytes(value).decode("latin-1").partition(" ")[2].strip()


def _render_id(head: bytes) -> str | None:
    match = re.search(rb'"id"\s*:\s*"([A-Za-z0-9_.-]{1,128})"', head)
    return match.group(1).decode() if match else None


async def _drained(receive: Receive) -> None:
    while (await receive()).get("more_body", False):
        pass


async def _json_answer(send: Callable[[Message], Awaitable[None]], value: object, status: int = 200) -> None:
    body = json.dumps(value).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _with_body(send: Send, value: object) -> Send:
    """Another body for an answer that is a success; errors pass as they are."""
    is_replaced = False

    async def replace(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and message["status"] == 200:
            is_replaced = True
            await _json_answer(send, value)
        elif not is_replaced:
            await send(message)

    return replace
