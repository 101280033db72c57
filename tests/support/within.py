"""A daemon in this process, so that a test can reach its threads; its folders, backend and clocks are real."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from photovideos import config
from photovideos.daemon import Daemon
from support.house import wait_for
from support.watched import Town


@contextmanager
def daemon_within(town: Town) -> Iterator[Daemon]:
    town.write_config()
    environment = {name: value for name, value in os.environ.items() if name != "NEMO_TOKEN"} | town.environ
    with Daemon(config.load(town.config, environment), environment) as daemon:
        thread = threading.Thread(target=daemon.run, name="daemon")
        thread.start()
        try:
            wait_for("the inbox to be watched", (town.inbox / ".photovideos-inbox").exists, 30)
            yield daemon
        finally:
            daemon.stop.set()
            thread.join(10)
