"""httpx on sockets of ours, and the proxy on the way to them. httpx's own transport cannot be given any sockets.

What is sent, and what becomes of an answer, is decided in `exchange`.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from photovideos.errors import UsageError
from photovideos.nemo.network import ListeningBackend
from photovideos.nemo.patience import Patience, waiting


class Transport(httpx.BaseTransport):
    """httpcore's pool with our sockets; the arguments are those of `Http`. Raises UsageError for a proxy of no use."""

    def __init__(
        self,
        *,
        socket: Path | None,
        proxy: str | None,
        is_allowed: Callable[[str], bool] | None,
        keeps_connections: bool,
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            proxy=_proxy(proxy),
            uds=os.fspath(socket) if socket else None,
            max_connections=64,
            max_keepalive_connections=8 if keeps_connections else 0,
            keepalive_expiry=30.0,
            network_backend=ListeningBackend(is_allowed),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        patience: Patience = request.extensions["patience"]
        assert isinstance(request.stream, httpx.SyncByteStream)
        with waiting(patience):
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": request.extensions["timeout"]},
                )
            )
        return httpx.Response(status_code=response.status, headers=response.headers, stream=_Body(response, patience))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """Each piece is waited for with the exchange's patience, whichever thread reads it."""

    def __init__(self, response: httpcore.Response, patience: Patience) -> None:
        self._response = response
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._response.iter_stream()
        while True:
            with waiting(self._patience):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._response.close()


def environment_proxy(url: str) -> str | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for `url`; none for this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1" or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if found is None or found.startswith("http://"):
        return found
    return None if "://" in found else f"http://{found}"  # SOCKS and TLS proxies are not spoken to


@cache
def _ssl_context() -> ssl.SSLContext:
    """Made once: loading the roots takes long. SSL_CERT_FILE and SSL_CERT_DIR count, a house may have its own CA."""
    return httpx.create_ssl_context()


def _proxy(address: str | None) -> httpcore.Proxy | None:
    if address is None:
        return None
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError("The proxy of the environment cannot be used: only http:// proxies are supported.")
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore.Proxy(f"http://{parts.hostname}:{parts.port or 80}", auth=auth)
