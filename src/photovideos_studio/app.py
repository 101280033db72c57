"""The app: the contract's endpoints around one `Studio`, its doors (Host, log) and its life.

Which socket it is served on is `server`'s; what the endpoints do is `routes`'.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photovideos_studio.queue import ROOM_WAIT_SECONDS, FilmMaker, RenderQueue
from photovideos_studio.routes import accounts, instruct, renders, sessions, uploads
from photovideos_studio.routes.answers import EXPECTED_ERRORS, answer_error, json_answer
from photovideos_studio.routes.context import Direct, ForOutput, Looker, Studio
from photovideos_studio.store import Store

log = logging.getLogger(__name__)

CLEAN_EVERY_SECONDS = 3600.0
SHUTDOWN_SECONDS = 2.0
LOOKS_AT_ONCE = 8  # waiting threads; the farm itself decides how many processes work
CHATTER = frozenset({"poll", "state"})  # asked over and over: told only when it goes wrong

ROUTES = (
    Route("/api/auth/anonymous-token", accounts.anonymous_token, methods=["POST"], name="token"),
    Route("/api/credits/balance/simple", accounts.credits_balance, methods=["GET"], name="credits"),
    Route("/api/tasks/me/with-session/nemo_agent", sessions.open_session, methods=["POST"], name="session"),
    Route("/api/state/nemo_agent/me/{session_id}/latest", sessions.latest_state, methods=["GET"], name="state"),
    Route("/api/upload-video/nemo_agent/me/{session_id}", uploads.upload, methods=["POST"], name="upload"),
    Route(
        "/api/upload-video/nemo_agent/me/{session_id}/files/{upload_id}",
        uploads.uploaded_file,
        methods=["GET"],
        name="uploaded",
    ),
    Route("/run_sse", instruct.run_sse, methods=["POST"], name="instruct"),
    Route("/api/render/proxy/lambda", renders.start_render, methods=["POST"], name="render"),
    Route("/api/render/proxy/lambda/{render_id}", renders.poll_render, methods=["GET"], name="poll"),
    Route("/api/render/proxy/lambda/{render_id}", renders.cancel_render, methods=["DELETE"], name="cancel"),
    Route("/api/render/proxy/{render_id}/download", renders.film_with_token, methods=["GET"], name="fallback"),
    Route("/films/{render_id}/{key}/film.mp4", renders.film, methods=["GET"], name="download"),
)


class Farm(Looker, FilmMaker, Protocol):
    """What the studio needs of `farm.Farm`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Director:
    """The director's two entrances."""

    direct: Direct
    for_output: ForOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How this studio behaves towards its clients. `hosts`: Host names it answers to; None: any (a private socket)."""

    takes_file_urls: bool = False
    gives_anonymous_tokens: bool = True
    tokens_per_address: int | None = None
    hosts: Callable[[str], bool] | None = None
    heartbeat_seconds: float = 10.0
    room_wait_seconds: float = ROOM_WAIT_SECONDS


def create_app(
    *,
    store: Store,
    farm: Farm,
    director: Director,
    clock: Callable[[], float],
    manner: Manner,
    unreadable: tuple[type[Exception], ...],
    render_errors: tuple[type[Exception], ...],
    around: Callable[[ASGIApp], ASGIApp] | None = None,
) -> ASGIApp:
    """`around` wraps the finished app (faults). `unreadable`, `render_errors`: the farm's errors written for people."""
    queue = RenderQueue(store, farm, clock=clock, reasons=render_errors, room_wait_seconds=manner.room_wait_seconds)
    studio = Studio(
        store=store,
        queue=queue,
        looker=farm,
        direct=director.direct,
        for_output=director.for_output,
        unreadable=unreadable,
        clock=clock,
        looking=ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="look"),
        heartbeat_seconds=manner.heartbeat_seconds,
        room_wait_seconds=manner.room_wait_seconds,
        takes_file_urls=manner.takes_file_urls,
        gives_anonymous_tokens=manner.gives_anonymous_tokens,
        tokens_per_address=manner.tokens_per_address,
    )
    app = Starlette(
        routes=ROUTES,
        exception_handlers=dict.fromkeys(EXPECTED_ERRORS, answer_error),
        lifespan=lambda _app: _life(studio),
    )
    app.state.studio = studio
    wrapped: ASGIApp = around(app) if around is not None else app
    if manner.hosts is not None:
        wrapped = OwnHostOnly(wrapped, manner.hosts)
    return RequestLog(wrapped, clock)


@contextlib.asynccontextmanager
async def _life(studio: Studio) -> AsyncIterator[None]:
    await asyncio.to_thread(_clean, studio)
    instruct.take_up_again(studio)
    studio.queue.start()
    cleaning = asyncio.get_running_loop().create_task(_clean_for_ever(studio), name="clean-up")
    try:
        yield
    finally:
        cleaning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await cleaning
        await studio.queue.close()
        await studio.finish(within_seconds=SHUTDOWN_SECONDS)
        studio.looking.shutdown(wait=False, cancel_futures=True)


async def _clean_for_ever(studio: Studio) -> None:
    while True:
        await asyncio.sleep(CLEAN_EVERY_SECONDS)
        await asyncio.to_thread(_clean, studio)


def _clean(studio: Studio) -> None:
    try:
        removed = studio.store.clean(now=studio.clock())
    except OSError:  # a clean-up that fails is tried again within the hour, and nobody's request fails with it
        log.exception("store.uncleaned")
        return
    if removed:
        log.info("store.cleaned", extra={"fields": {"removed": removed}})


class OwnHostOnly:
    """Refuses foreign Host headers: a page in a browser must not reach this studio under a name of its own making, nor
    from a site of somebody else's (Origin, which browsers alone send)."""

    def __init__(self, app: ASGIApp, is_own: Callable[[str], bool]) -> None:
        self._app = app
        self._is_own = is_own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_own(_header(scope, b"host")):
            body = {"code": 421, "message": "This studio does not answer to that host name.", "data": None}
            await json_answer(body, status=421)(scope, receive, send)
            return
        if scope["type"] == "http" and not self._is_own_site(_header(scope, b"origin")):
            body = {"code": 403, "message": "This studio does not answer to pages of other sites.", "data": None}
            await json_answer(body, status=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_own_site(self, origin: str) -> bool:
        if not origin:
            return True
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and self._is_own(host)


class RequestLog:
    """One line a request: endpoint, status, duration. No header, no body, no path: those hold secrets and names."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float]) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = self._clock()
        status: list[Any] = [None]

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            endpoint = endpoint_name(scope["method"], scope["path"])
            took = round(1000 * (self._clock() - begun))
            level = logging.DEBUG if endpoint in CHATTER and status[0] == 200 else logging.INFO
            fields = {"endpoint": endpoint, "status": status[0], "milliseconds": took}
            log.log(level, "request.answered", extra={"fields": fields})


def endpoint_name(method: str, path: str) -> str:
    """The route's name, which is safe to log where its path is not."""
    for route in ROUTES:
        if route.path_regex.match(path) and method in (route.methods or ()):
            return route.name
    return "unknown"


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
