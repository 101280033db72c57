from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpcore
import pytest

from photovideos.errors import Stopping
from photovideos.nemo.network import ListeningBackend
from photovideos.nemo.patience import Patience, waiting


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that lets everybody in and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


def test_bytes_go_both_ways(listener: socket.socket) -> None:
    stream = ListeningBackend().connect_tcp("localhost", port_of(listener), timeout=5)
    with listener.accept()[0] as peer:
        big = bytes(range(256)) * 8192
        received = bytearray()

        def take() -> None:
            while len(received) < len(big):
                received.extend(peer.recv(65536))

        taker = threading.Thread(target=take)
        taker.start()
        stream.write(big, timeout=10)
        taker.join(10)
        assert received == big
        assert stream.get_extra_info("is_readable") is False
        peer.sendall(b"hello")
        assert stream.read(100, timeout=5) == b"hello"
        assert stream.get_extra_info("server_addr") == listener.getsockname()
        assert stream.get_extra_info("ssl_object") is None
    assert stream.read(100, timeout=5) == b""
    assert stream.get_extra_info("is_readable") is True
    stream.close()


def test_a_stop_ends_a_wait_and_idle_moments_are_told(listener: socket.socket) -> None:
    stream = ListeningBackend().connect_tcp("127.0.0.1", port_of(listener))
    stop, idle = threading.Event(), [0]

    def on_idle() -> None:
        idle[0] += 1
        if idle[0] == 2:
            stop.set()

    with waiting(Patience(stops=(stop,), on_idle=on_idle)), pytest.raises(Stopping):
        stream.read(1)
    assert idle[0] == 2
    stream.close()


def test_silence_and_the_whole_exchange_have_limits_of_their_own(listener: socket.socket) -> None:
    stream = ListeningBackend().connect_tcp("127.0.0.1", port_of(listener))
    with pytest.raises(httpcore.ReadTimeout, match="nothing came in time"):
        stream.read(1, timeout=0.01)
    with waiting(Patience(ends_at=time.monotonic() - 1)), pytest.raises(httpcore.ReadTimeout, match="took too long"):
        stream.read(1)
    stream.close()


def test_the_patience_of_a_block_ends_with_it(listener: socket.socket) -> None:
    stop = threading.Event()
    stop.set()
    with waiting(Patience(stops=(stop,))):
        with waiting(Patience()):
            stream = ListeningBackend().connect_tcp("127.0.0.1", port_of(listener), timeout=5)
        with pytest.raises(Stopping):
            stream.read(1)
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(1, timeout=0.01)
    stream.close()


def test_a_broken_connection_is_told(listener: socket.socket) -> None:
    stream = ListeningBackend().connect_tcp("127.0.0.1", port_of(listener))
    stream.close()
    with pytest.raises(httpcore.ReadError):
        stream.read(1)
    with pytest.raises(httpcore.WriteError):
        stream.write(b"x")


def test_each_address_is_asked_about_before_it_is_connected_to(listener: socket.socket) -> None:
    asked: list[str] = []

    def refuse(address: str) -> bool:
        asked.append(address)
        return False

    with pytest.raises(httpcore.ConnectError, match="no address that may be connected to"):
        ListeningBackend(refuse).connect_tcp("localhost", port_of(listener))
    assert set(asked) <= {"127.0.0.1", "::1"}
    assert asked
    listener.settimeout(0.05)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_name_that_nobody_knows_is_no_connection() -> None:
    for host in ("no-such-host.invalid", "x" * 300, "a..b"):
        with pytest.raises(httpcore.ConnectError):
            ListeningBackend().connect_tcp(host, 80, timeout=30)


def test_a_closed_port_is_no_connection(listener: socket.socket) -> None:
    port = port_of(listener)
    listener.close()
    with pytest.raises(httpcore.ConnectError):
        ListeningBackend().connect_tcp("127.0.0.1", port, timeout=5)


def test_a_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()

    def slow(*_args: object, **_options: object) -> list[object]:
        is_over.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    stop = threading.Event()
    with pytest.raises(httpcore.ConnectTimeout):
        ListeningBackend().connect_tcp("slow.test", 80, timeout=0.01)
    stop.set()
    with waiting(Patience(stops=(stop,))), pytest.raises(Stopping):
        ListeningBackend().connect_tcp("slow.test", 80)
    is_over.set()


def test_a_full_queue_ends_in_a_time_out_or_a_stop() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        with pytest.raises(httpcore.ConnectTimeout):
            ListeningBackend().connect_tcp("127.0.0.1", port_of(server), timeout=0.3)
        stop = threading.Event()
        threading.Timer(0.2, stop.set).start()
        with waiting(Patience(stops=(stop,))), pytest.raises(Stopping):
            ListeningBackend().connect_tcp("127.0.0.1", port_of(server), timeout=math.inf)
        for filler in fillers:
            filler.close()


def test_a_unix_socket_is_connected_to(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(1)
        stream = ListeningBackend().connect_unix_socket(str(path), timeout=5)
        with server.accept()[0] as peer:
            peer.sendall(b"x")
            assert stream.read(1) == b"x"
        stream.close()
    with pytest.raises(httpcore.ConnectError):
        ListeningBackend().connect_unix_socket(str(path), timeout=1)
    with pytest.raises(httpcore.ConnectError):
        ListeningBackend().connect_unix_socket(str(tmp_path / ("x" * 200)), timeout=1)
