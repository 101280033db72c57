"""Sockets that hear the stop event: every wait for the network happens in short slices, so that the daemon stops at
once.

A `Patience` says how long one exchange may take as a whole (however slowly the other side drips), and is told while
nothing comes. Addresses can be checked on the very IP that is then connected to. Nothing here knows HTTP.
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
from dataclasses import dataclass
from errno import EINPROGRESS
from functools import partial
from typing import Any, TypeVar

import httpcore

from photovideos.errors import Stopping

SLICE_SECONDS = 0.2
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 6))  # silent streams outlive NAT tables

T = TypeVar("T")
Address = tuple[socket.AddressFamily, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one exchange may wait. `ends_at`: on the clock of `time.monotonic`. `on_idle`: called in the waiting
    thread about every 0.2 s while nothing comes. `stops`: any of them ends the wait with Stopping."""

    stops: tuple[threading.Event, ...] = ()
    ends_at: float = math.inf
    on_idle: Callable[[], None] | None = None

    def check(self) -> None:
        """Raises Stopping, or TimeoutError when the exchange has taken too long as a whole."""
        if any(stop.is_set() for stop in self.stops):
            raise Stopping
        if time.monotonic() > self.ends_at:
            raise TimeoutError("the exchange took too long")

    def idle(self) -> None:
        if self.on_idle is not None:
            self.on_idle()

    def rest(self, seconds: float = SLICE_SECONDS) -> None:
        """Waits for one slice, or for `seconds` if they are fewer. Raises as `check`."""
        (self.stops[0] if self.stops else threading.Event()).wait(min(seconds, SLICE_SECONDS))
        self.check()


def until(seconds: float) -> float:
    """The moment `seconds` from now, on the clock of Patience."""
    return time.monotonic() + seconds


_ENDLESS = Patience()
_current = threading.local()  # httpcore works in the thread that calls it, and hands no context down to its sockets


@contextmanager
def waiting(patience: Patience) -> Iterator[None]:
    """The patience of all sockets used by this thread inside the block."""
    before = getattr(_current, "patience", _ENDLESS)
    _current.patience = patience
    try:
        yield
    finally:
        _current.patience = before


def _patience() -> Patience:
    found: Patience = getattr(_current, "patience", _ENDLESS)
    return found


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
        try:
            secured._patiently(wrapped.do_handshake, timeout, httpcore.ConnectTimeout, httpcore.ConnectError)
        except BaseException:
            secured.close()
            raise
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
        patience, began = _patience(), time.monotonic()
        while True:
            try:
                patience.check()
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
            patience.idle()


class ListeningBackend(httpcore.NetworkBackend):
    """Connects. `is_allowed` is asked about each resolved IP before it is connected to; None: all are."""

    def __init__(self, is_allowed: Callable[[str], bool] | None = None) -> None:
        self._is_allowed = is_allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 httpcore's signature
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
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 httpcore's signature
    ) -> httpcore.NetworkStream:
        ends_at = time.monotonic() + (timeout if timeout is not None else math.inf)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(SLICE_SECONDS)
            while True:
                try:
                    sock.connect(path)
                    return ListeningStream(sock)
                except BlockingIOError:  # its queue is full
                    if time.monotonic() > ends_at:
                        raise
                    _patience().rest()
        except OSError as error:
            sock.close()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            sock.close()
            raise

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
        _patience().idle()
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
        _patience().check()
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{host}: {error}") from error


def _connected(family: socket.AddressFamily, address: tuple[Any, ...], ends_at: float) -> socket.socket:
    """Raises OSError (TimeoutError when it took too long) or Stopping."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        number = sock.connect_ex(address)
        if number not in (0, EINPROGRESS):
            raise OSError(number, os.strerror(number))
        while not _is_ready(sock, select.POLLOUT, SLICE_SECONDS):
            _patience().check()
            if time.monotonic() > ends_at:
                raise TimeoutError("no connection in time")
            _patience().idle()
        if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, os.strerror(number))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(seconds * 1000))
