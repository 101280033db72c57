"""The guard at the socket: of the IPs that a name led to, those that a download may connect to. Asks the resolver."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

from photovideos import logs
from photovideos.model import RenderId
from photovideos.nemo.download.addresses import Origin, is_public, may_connect, origin_of

_log = logs.get("download")


def guard(api_url: str, render: RenderId) -> Callable[[str], bool]:
    """Whether an IP may be connected to. `render`: for the log, which names what was refused."""
    api_is_public = _is_public_host(origin_of(api_url))

    def _is_allowed(ip: str) -> bool:
        allowed = may_connect(ip, api_is_public=api_is_public)
        if not allowed:
            _log.warning("download.address_refused", render=render, ip=ip)
        return allowed

    return _is_allowed


def _is_public_host(origin: Origin) -> bool:
    """Whether an API at `origin` lives on the internet; one that cannot be resolved does: that is stricter."""
    found: list[str] = []
    with suppress(OSError, UnicodeError):
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(origin[1], origin[2], type=socket.SOCK_STREAM)]
    return not found or any(is_public(ip) for ip in found)
