"""Sockets that hear the stop event: every wait for the network happens in short slices, so that the daemon stops at
once. How long they wait is the `patience` of the exchange, however slowly the other side drips.

Addresses can be checked on the very IP that is then connected to. Nothing here knows HTTP.
"""

from __future__ import annotations

import ipaddress
import math
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import EINPROGRESS
from functools import partial
from typing import Any, TypeVar

import httpcore

from photovideos.nemo import patience
from photovideos.nemo.patience import SLICE_SECONDS

_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 6))  # silent streams outlive NAT tables

T = TypeVar("T")
Address = tuple[socket.AddressFamily, tuple[Any, ...]]


class ListeningStream(httpcore.NetworkStream):
    """A connected socket. Used by one thread at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._patiently(lambda: self._sock.recv(max_bytes), timeout, httpcore.ReadTimeout, httpcore.ReadError)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            send = partial(self._sock.send, rest)
            sent = self._patiently(send, timeout, httpcore.WriteTimeout, httpcore.WriteError)
            rest = rest[sent:]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            wrapped = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error
        secured = ListeningStream(wrapped)
        with _closed_on_failure(wrapped):
            secured._patiently(wrapped.do_handshake, timeout, httpcore.ConnectTimeout, httpcore.ConnectError)
        return secured

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "socket":
            return self._sock
        if info == "server_addr":
            return self._sock.getpeername()
        if info == "is_readable":  # an idle connection that can be read has been closed by the other side
            return self._sock.fileno() < 0 or _is_ready(self._sock, select.POLLIN, 0)
        return None

    def _patiently(
        self,
        action: Callable[[], T],
        timeout: float | None,
        too_late: type[httpcore.TimeoutException],
        broken: type[httpcore.NetworkError],
    ) -> T:
        mine, began = patience.current(), time.monotonic()
        while True:
            try:
                mine.check()
            except TimeoutError as error:
                raise too_late(str(error)) from error
            try:
                self._sock.settimeout(SLICE_SECONDS)
                return action()
            except TimeoutError as error:
                if timeout is not None and time.monotonic() - began >= timeout:
                    raise too_late("nothing came in time") from error
            except OSError as error:
                raise broken(str(error)) from error
            mine.idle()


class ListeningBackend(httpcore.NetworkBackend):
    """Connects. `is_allowed` is asked about each resolved IP before it is connected to; None: all are."""

    def __init__(self, is_allowed: Callable[[str], bool] | None = None) -> None:
        self._is_allowed = is_allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.NetworkStream:
        ends_at = time.monotonic() + (timeout if timeout is not None else math.inf)
        addresses = self._permitted(host, _resolved(host, port, ends_at))
        failure: Exception | None = None
        for family, address in addresses:
            try:
                return ListeningStream(_connected(family, address, ends_at))
            except OSError as error:
                failure = error
        kind = httpcore.ConnectTimeout if isinstance(failure, TimeoutError) else httpcore.ConnectError
        raise kind(f"{host}: {failure}") from failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.NetworkStream:
        ends_at = time.monotonic() + (timeout if timeout is not None else math.inf)
        try:
            return ListeningStream(_connected_here(path, ends_at))
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    def _permitted(self, host: str, addresses: list[Address]) -> list[Address]:
        is_allowed = self._is_allowed
        kept = [entry for entry in addresses if is_allowed is None or is_allowed(str(entry[1][0]))]
        if not kept:
            raise httpcore.ConnectError(f"{host}: no address that may be connected to")
        return kept


def _resolved(host: str, port: int, ends_at: float) -> list[Address]:
    """Addresses of `host`, in the resolver's order. The resolver cannot be interrupted, so it runs beside."""
    found: list[Address] = []
    failures: list[OSError] = []
    is_done = threading.Event()

    def ask() -> None:
        try:
            for family, _kind, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, address))
        except (OSError, UnicodeError) as error:
            failures.append(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            is_done.set()

    if _is_literal(host):
        ask()
    else:
        threading.Thread(target=ask, name="resolver", daemon=True).start()
    while not is_done.wait(SLICE_SECONDS):
        _checked(host)
        if time.monotonic() > ends_at:
            raise httpcore.ConnectTimeout(f"{host}: its name was not resolved in time")
        patience.current().idle()
    if failures:
        raise httpcore.ConnectError(f"{host}: {failures[0]}") from failures[0]
    return found


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _checked(host: str) -> None:
    try:
        patience.current().check()
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{host}: {error}") from error


def _connected_here(path: str, ends_at: float) -> socket.socket:
    """To the Unix socket at `path`. Raises OSError or Stopping."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _closed_on_failure(sock):
        sock.settimeout(SLICE_SECONDS)
        while True:
            try:
                sock.connect(path)
            except BlockingIOError:  # its queue is full
                if time.monotonic() > ends_at:
                    raise
                patience.current().rest()
            else:
                return sock


def _connected(family: socket.AddressFamily, address: tuple[Any, ...], ends_at: float) -> socket.socket:
    """Raises OSError (TimeoutError when it took too long) or Stopping."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    with _closed_on_failure(sock):
        sock.setblocking(False)
        number = sock.connect_ex(address)
        if number not in (0, EINPROGRESS):
            raise OSError(number, os.strerror(number))
        while not _is_ready(sock, select.POLLOUT, SLICE_SECONDS):
            patience.current().check()
            if time.monotonic() > ends_at:
                raise TimeoutError("no connection in time")
            patience.current().idle()
        if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, os.strerror(number))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return sock


@contextmanager
def _closed_on_failure(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:  # whatever it was goes on: the socket must not be left open by it
        sock.close()
        raise


def _is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(seconds * 1000))
