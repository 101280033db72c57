"""Where the studio listens: a private Unix socket for this user alone, or TCP. Binds, and says what follows from it.

The socket is bound here under umask 077, because uvicorn's own would be open to everybody. Beyond loopback a secret is
needed, and no foreign host name is answered to.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEER = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED
MIN_SECRET_CHARACTERS = 16


class ListenError(Exception):
    """The studio cannot listen where it was told to; the message is for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A bound socket and what follows from where it is. `hosts`: which Host names are its own; None: any."""

    bound: socket.socket
    name: str
    is_private: bool
    is_loopback: bool
    hosts: Callable[[str], bool] | None


def listen_private(path: Path) -> Listening:
    """A Unix socket only this user can open. What a dead studio left in its place is removed."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o077)
    try:
        _remove_dead_socket(path)
        bound.bind(os.fspath(path))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise ListenError(f"The socket {path} cannot be opened: {error.strerror or error}.") from error
    finally:
        os.umask(old_mask)
    return Listening(bound=bound, name=os.fspath(path), is_private=True, is_loopback=True, hosts=None)


def _remove_dead_socket(path: Path) -> None:
    """Another studio's living socket is left alone, and so is anything that is no socket."""
    if not path.is_socket():
        return
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(2)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        else:
            raise OSError(0, "another studio listens there")


def listen_tcp(address: str, *, has_secret: bool) -> Listening:
    """`HOST:PORT`, an address or localhost; port 0 lets the system choose."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ListenError(f"{address}: HOST:PORT is expected, such as 127.0.0.1:8765.")
    numeric = "127.0.0.1" if host.lower() == "localhost" else host
    try:
        # Addresses alone: to look a name up would be to ask the network.
        family, kind, protocol, _, target = socket.getaddrinfo(
            numeric, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICHOST
        )[0]
    except OSError as error:
        raise ListenError(f"{host} is no address to listen on: give one such as 127.0.0.1 or 0.0.0.0.") from error
    is_loopback = ipaddress.ip_address(str(target[0]).partition("%")[0]).is_loopback
    if not is_loopback and not has_secret:
        raise ListenError(
            f"{host} can be reached from other machines: give a --token-file with a secret that its clients send."
        )
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(target)
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise ListenError(f"The studio cannot listen on {address}: {error.strerror or error}.") from error
    number = bound.getsockname()[1]
    name = f"[{host}]:{number}" if ":" in host else f"{host}:{number}"
    return Listening(
        bound=bound, name=name, is_private=False, is_loopback=is_loopback, hosts=own_hosts(host, is_loopback)
    )


def own_hosts(host: str, is_loopback: bool) -> Callable[[str], bool]:
    """On loopback: localhost and loopback addresses. Beyond it: any plain address, the host given, this machine's name.

    Plain addresses are safe to answer to: what is kept out is a foreign *name* that was made to point here.
    """
    names = {"localhost", host.lower()}
    if not is_loopback:
        names |= {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}

    def is_own(header: str) -> bool:
        name = header.lower()
        if name.startswith("["):
            name, _, port = name[1:].partition("]")
            if port and not port.startswith(":"):
                return False
        elif name.count(":") == 1:
            name = name.partition(":")[0]
        if name in names:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback or not is_loopback
        except ValueError:
            return False

    return is_own


def is_own_user(peer: Any) -> bool:
    """By SO_PEERCRED: the kernel's word for who opened the other end."""
    _, user, _ = PEER.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    return int(user) == os.getuid()


def read_secret(path: Path | None) -> str | None:
    """The first line of the token file. Raises ListenError when there is none to use."""
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ListenError(f"The token file {path} cannot be read.") from error
    if len(secret) < MIN_SECRET_CHARACTERS or not secret.isascii() or not secret.isprintable() or " " in secret:
        wanted = f"a secret of at least {MIN_SECRET_CHARACTERS} plain characters"
        raise ListenError(f"The token file {path} needs {wanted} in its first line.")
    return secret
