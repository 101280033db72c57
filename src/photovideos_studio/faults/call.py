"""One call in a villain's hands: it can let the real studio answer, look at the answer, and write past HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.types import ASGIApp, Message, Scope

from photovideos_studio.faults.plan import Fault

CHUNK = b"x" * 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer of the real studio."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(slots=True, kw_only=True)
class Call:
    app: ASGIApp
    scope: Scope
    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    fault: Fault
    own_address: str = ""
    _is_drained: bool = field(default=False)

    async def through(self, receive: Callable[[], Awaitable[Message]] | None = None) -> None:
        """The real studio answers by itself."""
        await self.app(self.scope, receive or self.receive, self.send)

    async def answered(self) -> Answer:
        """Lets the real studio act, and keeps its answer back."""
        status, headers, body = 500, [], bytearray()

        async def keep(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self.app(self.scope, self.receive, keep)
        return Answer(status=status, headers=tuple((bytes(a), bytes(b)) for a, b in headers), body=bytes(body))

    async def drain(self) -> bytes:
        """Reads the request to its end, so that the client has sent all and waits."""
        body = bytearray()
        while not self._is_drained:
            message = await self.receive()
            body += message.get("body", b"")
            self._is_drained = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return bytes(body)

    async def gone(self) -> None:
        """Returns once the client has left."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def reply(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        kept = [(key, value) for key, value in headers if key.lower() != b"content-length"]
        kept.append((b"content-length", str(len(body)).encode()))
        await self.start(status, kept)
        await self.write(body, more=False)

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, body: bytes, *, more: bool = True) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    # --- past HTTP -------------------------------------------------------------------------------------------------

    @property
    def transport(self) -> asyncio.Transport:
        return cast("asyncio.Transport", self.scope["state"]["transport"])

    async def break_off(self) -> None:
        """What was written so far goes out, then the connection is reset."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._written(0)
        peer: Any = self.transport.get_extra_info("socket")
        if peer is not None and peer.family != socket.AF_UNIX:
            # A reset, not a polite end: with no length told, a polite end would look like a whole answer.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
        await self.gone()

    async def write_raw(self, content: bytes) -> bool:
        """False once the client has left. Waits while the client does not read, so that nothing piles up here."""
        if self.transport.is_closing():
            return False
        self.transport.write(content)
        await self._written(4 * len(CHUNK))
        return not self.transport.is_closing()

    async def _written(self, rest: int) -> None:
        """Until at most `rest` bytes wait to be read by the client."""
        # Asked again and again, because the transport's own event for it is uvicorn's.
        # ASYNC110: a transport has no event for an emptied buffer
        while self.transport.get_write_buffer_size() > rest and not self.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def end_raw(self) -> None:
        self.transport.close()
        await self.gone()
