"""sd_notify, with a real datagram socket at the other end."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photovideos.daemon.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = str(tmp_path / "notify")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(address)
        listener.settimeout(5)
        yield listener, address


def test_what_is_told_arrives_in_one_datagram(systemd: tuple[socket.socket, str]) -> None:
    listener, address = systemd
    Notifier({"NOTIFY_SOCKET": address}).tell("READY=1", "STATUS=watching")
    assert listener.recv(4096) == b"READY=1\nSTATUS=watching"


def test_an_abstract_socket_is_reached_too() -> None:
    name = f"photovideos-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).tell("WATCHDOG=1")
        assert listener.recv(64) == b"WATCHDOG=1"


def test_without_systemd_and_with_one_that_is_gone_it_is_silent(tmp_path: Path) -> None:
    Notifier({}).tell("READY=1")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")


def test_a_manager_that_does_not_listen_holds_nobody_up(systemd: tuple[socket.socket, str]) -> None:
    _, address = systemd
    for _ in range(1000):  # more than a socket keeps for somebody who does not read
        Notifier({"NOTIFY_SOCKET": address}).tell("WATCHDOG=1")


def test_the_watchdog_is_fed_three_times_in_its_time_and_only_if_it_is_ours() -> None:
    assert Notifier({"WATCHDOG_USEC": "120000000"}).watchdog_seconds == pytest.approx(40)
    ours, anothers = str(os.getpid()), str(os.getpid() + 1)
    assert Notifier({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": ours}).watchdog_seconds == pytest.approx(1)
    assert Notifier({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": anothers}).watchdog_seconds is None
    for nothing in ({}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}):
        assert Notifier(nothing).watchdog_seconds is None
