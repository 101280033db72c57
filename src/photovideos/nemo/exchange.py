"""One exchange with one server, bounded in time and size, heard by the stop event.

No redirects are followed, no cookies kept, no `.netrc` read; a proxy is used only if it is given. Headers of one
exchange go to that exchange's address and nowhere else. The connection is the `transport`'s; what an answer
means is decided in `client` and `download`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import IO, Any

import httpcore
import httpx

from photovideos.nemo.patience import Patience
from photovideos.nemo.transport import Transport

CONNECT_SECONDS = 10.0
_PIECE = 64 * 1024


class NoConnection(Exception):
    """No connection came about: nothing was sent."""


class BrokenExchange(Exception):
    """The connection broke, fell silent, took too long, or what came was no HTTP."""


class TooLarge(BrokenExchange):
    """The body is longer than it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Incoming:
    """An answer whose body is still to be read, once."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes, unpacked if the server packed it although it was not asked to.

        Raises BrokenExchange.
        """
        packing = self.headers.get("content-encoding", "identity").strip().lower()
        with _translated():
            if packing in ("", "identity"):
                yield from self._response.iter_raw()
            elif packing in ("gzip", "x-gzip", "deflate"):
                yield from _unpacked(self._response.iter_raw())
            else:
                raise BrokenExchange(f"packed as {packing}, which was not asked for")

    def read(self, max_bytes: int) -> bytes:
        """The whole body. Raises TooLarge, BrokenExchange."""
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > max_bytes:
                raise TooLarge(f"the answer is longer than {max_bytes} bytes")
        return bytes(body)

    def read_beginning(self, max_bytes: int) -> bytes:
        """The first bytes of the body, as many as come; a broken rest does not matter."""
        body = bytearray()
        try:
            for chunk in self.chunks():
                body += chunk
                if len(body) >= max_bytes:
                    break
        except BrokenExchange:
            pass
        return bytes(body[:max_bytes])


class Http:
    """Exchanges over TCP or one Unix socket. Thread-safe.

    `is_allowed`: asked about every resolved IP before connecting. `proxy`: `http://…`, None: none. `keeps_connections`
    False: a new connection for each exchange, for what must not be sent into one that just died.
    """

    def __init__(
        self,
        *,
        socket: Path | None = None,
        proxy: str | None = None,
        is_allowed: Callable[[str], bool] | None = None,
        keeps_connections: bool = True,
    ) -> None:
        transport = Transport(socket=socket, proxy=proxy, is_allowed=is_allowed, keeps_connections=keeps_connections)
        # trust_env would take the environment's proxies and .netrc, which could replace the Authorization header
        self._client = httpx.Client(transport=transport, trust_env=False, follow_redirects=False)
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    @contextmanager
    def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        patience: Patience,
        silence_seconds: float | None,
        content: bytes | None = None,
        file: tuple[str, IO[bytes], str] | None = None,
    ) -> Iterator[Incoming]:
        """Sends, and gives the answer once its headers are there.

        `silence_seconds`: the longest time without a byte. `file`: name, open file and type of a multipart field
        `files`. Raises NoConnection, BrokenExchange, Stopping.
        """
        timeout = httpx.Timeout(silence_seconds, connect=CONNECT_SECONDS)
        with _translated():
            request = self._client.build_request(
                method,
                url,
                headers={"Accept-Encoding": "identity", "User-Agent": "photovideos", **headers},
                content=content,
                files={"files": file} if file else None,
                timeout=timeout,
            )
            request.extensions = {**request.extensions, "patience": patience}
            response = self._client.send(request, stream=True)
        try:
            yield Incoming(response)
        finally:
            response.close()

    def exchange(self, method: str, url: str, *, max_bytes: int, **options: Any) -> Reply:
        """One whole exchange; `options` as of `open`.

        An unsuccessful answer is read only as far as its words may go.
        """
        with self.open(method, url, **options) as answer:
            is_success = 200 <= answer.status < 300
            body = answer.read(max_bytes) if is_success else answer.read_beginning(_PIECE)
            return Reply(status=answer.status, headers=answer.headers, body=body)

    def close(self) -> None:
        self._client.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Foreign errors become ours; their texts name addresses, never headers."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError, httpcore.PoolTimeout) as error:
        raise NoConnection(str(error)) from error
    except (httpcore.UnsupportedProtocol, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NoConnection("the address cannot be used") from error
    except httpcore.LocalProtocolError as error:  # its text may quote a header
        raise BrokenExchange("the request could not be sent as it was") from error
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise BrokenExchange(f"{type(error).__name__}: {error}") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise BrokenExchange(f"{type(error).__name__}: {error}") from error


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """gzip or zlib, never more than a piece at a time in memory."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if out := inflater.decompress(rest, _PIECE):
                    yield out
                rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise BrokenExchange(f"cannot be unpacked: {error}") from error
