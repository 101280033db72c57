"""Where the studio may listen, and to whom it answers."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from photovideos_studio.listening import ListenError, is_own_user, listen_private, listen_tcp, own_hosts, read_secret


def test_the_private_socket_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        listening = listen_private(tmp_path / "s")
    finally:
        os.umask(old)
    mode = (tmp_path / "s").stat().st_mode
    listening.bound.close()
    assert stat.S_ISSOCK(mode)
    assert mode & 0o077 == 0


def test_what_a_dead_studio_left_is_replaced(tmp_path: Path) -> None:
    listen_private(tmp_path / "s").bound.close()
    assert (tmp_path / "s").exists()
    listen_private(tmp_path / "s").bound.close()


def test_a_living_studio_s_socket_and_other_files_are_left_alone(tmp_path: Path) -> None:
    living = listen_private(tmp_path / "s")
    with pytest.raises(ListenError, match="another studio listens there"):
        listen_private(tmp_path / "s")
    living.bound.close()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ListenError):
        listen_private(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_path_too_long_for_a_socket_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ListenError, match="cannot be opened"):
        listen_private(tmp_path / ("x" * 120))


def test_the_kernel_says_who_is_at_the_other_end(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert is_own_user(here)
        monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000 - 1)  # another user would need another account here
        assert not is_own_user(here)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"])
def test_beyond_loopback_a_secret_is_needed(address: str) -> None:
    with pytest.raises(ListenError, match="token-file"):
        listen_tcp(address, has_secret=False)


def test_with_a_secret_it_listens_anywhere_and_gives_no_tokens_away() -> None:
    listening = listen_tcp("0.0.0.0:0", has_secret=True)
    listening.bound.close()
    assert not listening.is_loopback
    assert not listening.is_private


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:８０", ":0", "[]:0", "127.0.0.1:70000", "127.0.0.1:-1"]
)
def test_an_address_that_is_none_is_said_plainly(address: str) -> None:
    with pytest.raises(ListenError, match="HOST:PORT is expected"):
        listen_tcp(address, has_secret=True)


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(ListenError, match="no address to listen on"):
        listen_tcp("host.invalid:1", has_secret=True)


def test_a_port_in_use_is_said_plainly() -> None:
    listening = listen_tcp("127.0.0.1:0", has_secret=False)
    try:
        with pytest.raises(ListenError, match="cannot listen on"):
            listen_tcp(listening.name, has_secret=False)
    finally:
        listening.bound.close()


@pytest.mark.parametrize(
    ("header", "is_loopback", "answers"),
    [
        ("localhost", True, True),
        ("localhost:8765", True, True),
        ("127.0.0.1:8765", True, True),
        ("[::1]:8765", True, True),
        ("evil.example", True, False),
        ("evil.example:8765", True, False),
        ("127.0.0.1.evil.example", True, False),
        ("localhost.evil.example:80", True, False),
        ("192.168.1.5:8765", True, False),
        ("", True, False),
        ("192.168.1.5:8765", False, True),
        ("evil.example", False, False),
        (socket.gethostname(), False, True),
    ],
)
def test_only_its_own_host_names_are_answered_to(header: str, is_loopback: bool, answers: bool) -> None:
    assert own_hosts("127.0.0.1" if is_loopback else "0.0.0.0", is_loopback)(header) is answers


def test_a_foreign_host_header_is_refused_on_tcp(rigs: Any) -> None:
    rig = rigs(on_tcp=True)
    rig.sign_in()
    answer = rig.ask("GET", "/api/credits/balance/simple", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert rig.ask("GET", "/api/credits/balance/simple").status_code == 200


def test_on_the_private_socket_the_host_is_the_client_s_own_affair(rig: Any) -> None:
    rig.sign_in()
    assert rig.ask("GET", "/api/credits/balance/simple", headers={"Host": "anything"}).status_code == 200


def test_a_stranger_is_shown_the_door_before_a_byte_is_read(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photovideos_studio.server.is_own_user", lambda _peer: False)  # no second user on this machine
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(10)
        stranger.connect(rig.listening.name)
        try:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = stranger.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        assert answer == b""


@pytest.mark.parametrize("content", ["", "short", "with a blank in the middle", "ü" * 20, "x" * 10 + "\n" + "y" * 30])
def test_a_token_file_without_a_proper_secret_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)
    with pytest.raises(ListenError, match="token file"):
        read_secret(tmp_path / "token")


def test_the_first_line_of_the_token_file_is_the_secret(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("0123456789abcdef  \nignored\n")
    assert read_secret(tmp_path / "token") == "0123456789abcdef"
    assert read_secret(None) is None
    with pytest.raises(ListenError):
        read_secret(tmp_path / "absent")
