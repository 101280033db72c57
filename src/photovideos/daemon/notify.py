"""sd_notify: tells systemd that the service is ready, how it does, that it is alive. Silent where systemd is not."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Speaks to `$NOTIFY_SOCKET` (sd_notify(3)). `watchdog_seconds`: how often WATCHDOG=1 is due, None: not at all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        for_us = environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        interval = environ.get("WATCHDOG_USEC", "")
        self.watchdog_seconds = int(interval) / 1e6 / 3 if for_us and interval.isdigit() and int(interval) else None

    def tell(self, *assignments: str) -> None:
        """Sends `READY=1`, `STATUS=…`, `WATCHDOG=1`, `STOPPING=1` …"""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # systemd itself judges silence; a manager that cannot be told is no reason to fail.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)  # a manager that does not listen holds nobody up
            channel.connect(address)
            channel.sendall("\n".join(assignments).encode())
