"""The studio as a process: uvicorn on a socket that is already bound, its parent's pipe, its signals and its log.

No connection is ever made from here: the studio only answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from photovideos_studio.listening import Listening, is_own_user
from photovideos_studio.store.references import Roots

log = logging.getLogger(__name__)

GRACE_SECONDS = 3  # for answers under way when the studio is asked to end
KEEP_ALIVE_SECONDS = 75
HEAD_SECONDS = 90.0  # within which a connection has made its next request
SILENCE_SECONDS = 60.0  # after which a body that does not go on is given up
LOOK_SECONDS = 5.0
MAX_CONNECTIONS = 512


class Protocol(H11Protocol):
    """uvicorn's own, with three things more: on a Unix socket the peer must be this user, faults reach the wire, and
    who connects and sends nothing, or all too slowly, does not stay."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn itself
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX and not is_own_user(peer):
            log.warning("peer.refused")
            transport.abort()
            return
        if len(self.connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        # `faults` breaks connections and writes what no HTTP library would; nothing else touches this.
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)
        self._heard_at = self._asked_at = self.loop.time()
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:  # None: the peer was refused at the door
            self._look.cancel()
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport is None:
            return
        self._heard_at = self.loop.time()
        super().data_received(data)

    def on_response_complete(self) -> None:
        self._asked_at = self.loop.time()
        super().on_response_complete()

    def _look_after(self) -> None:
        now, state = self.loop.time(), self.conn.their_state
        is_late = state is h11.IDLE and now - self._asked_at > HEAD_SECONDS
        is_silent = state is h11.SEND_BODY and not self.flow.read_paused and now - self._heard_at > SILENCE_SECONDS
        if is_late or is_silent:
            self.transport.abort()
        else:
            self._look = self.loop.call_later(LOOK_SECONDS, self._look_after)


class JsonLines(logging.Formatter):
    """One JSON object a line on stderr: when, level, event, and the fields the event carries."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **fields,
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def set_up_log(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True  # its lines hold paths, and paths hold keys
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    for noisy in ("python_multipart", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Server(uvicorn.Server):
    """uvicorn's, which says `ready` once it listens, and ends with its parent's pipe if it was told to."""

    def __init__(self, config: uvicorn.Config, *, roots: Roots, ends_with_stdin: bool) -> None:
        super().__init__(config)
        self._roots = roots
        self._ends_with_stdin = ends_with_stdin

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's raises the signal anew at the end; this process ends by itself, with its socket removed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.started:
            return
        if self._ends_with_stdin:
            # A thread, because a pipe, a terminal and /dev/null are not all fit for the event loop.
            threading.Thread(target=self._follow_parent, name="parent's pipe", daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    def _follow_parent(self) -> None:
        rest = b""
        while chunk := _read_stdin():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                # Paths are percent-quoted: names hold line breaks and bytes that are no text.
                word, _, path = line.partition(b" ")
                if word == b"root" and path.startswith(b"/"):
                    self._roots.add(Path(os.fsdecode(unquote_to_bytes(path))))
        log.info("parent.gone")
        self.should_exit = True


def _read_stdin() -> bytes:
    """Unbuffered: a thread inside sys.stdin's buffer would hold its lock when the interpreter ends."""
    try:
        return os.read(0, 65_536)
    except OSError:
        return b""


def build(app: ASGIApp, *, roots: Roots, ends_with_stdin: bool = False) -> Server:
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, roots=roots, ends_with_stdin=ends_with_stdin)


def serve(server: Server, listening: Listening) -> None:
    """Until SIGTERM, SIGINT or the parent's end; then answers under way get a few seconds."""
    log.info("studio.listening", extra={"fields": {"on": listening.name}})
    try:
        server.run(sockets=[listening.bound])
    finally:
        listening.bound.close()
        if listening.is_private:
            Path(listening.name).unlink(missing_ok=True)
    log.info("studio.ended")


def raise_descriptor_limit() -> None:
    """A film of many photos holds each of them open; what the system allows is taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
