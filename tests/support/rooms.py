"""The rooms of a daemon whose threads were not started; the inbox is seen as the test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from photovideos import config, pipeline
from photovideos.backend import Backends
from photovideos.daemon.house import House
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Fingerprint, FolderKey
from photovideos.reception import Reception
from photovideos.reception.overview import Standing
from photovideos.workers import Workers
from support.fake_cloud import Now

CALM = Standing(is_online=True, scanned_at=0.0, watches=True, waiting={}, unsettled=())


@dataclass
class Watcher:
    """Stands for the reception of one inbox: what it sees is set by the test."""

    path: str
    seen: Standing = CALM
    scans: int = 1
    woken: int = 0

    def standing(self) -> Standing:
        return self.seen

    def wake(self) -> None:
        self.woken += 1


@dataclass
class Rooms:
    house: House
    now: Now
    watcher: Watcher
    inbox: Path
    woken: list[bool] = field(default_factory=list)

    def job(self, name: str = "Rome", state: JobState = JobState.QUEUED, *, inbox: str = "", **values: Any) -> Job:
        """A job that has come to `state`."""
        key = FolderKey(inbox=inbox or str(self.inbox), name=name, device=1, inode=abs(hash(name)) % 10**9)
        job = self.house.ledger.add(
            key, prompt="p", fingerprint=Fingerprint("f"), backend=values.pop("backend", BackendKind.NEMO)
        )
        if state is JobState.QUEUED and not values:
            return job
        way = (JobState.WORKING, state) if state not in (JobState.QUEUED, JobState.WORKING) else (state,)
        for one in way:
            job = self.house.ledger.put(job.id, one, **(values if one is state else {}))
        return job

    def sees(self, **changes: Any) -> None:
        self.watcher.seen = replace(self.watcher.seen, **changes)


@contextmanager
def opened(root: Path, url: str) -> Iterator[Rooms]:
    inbox, state = root / "inbox", root / "state"
    inbox.mkdir()
    settings = config.parse(
        f"inboxes: [{{path: {inbox}}}]\nbackend: {{kind: nemo, url: '{url}', rate_limit_wait_seconds: 0.01}}\n"
    )
    now, stop = Now(), threading.Event()
    ledger = Ledger(state / "ledger.sqlite", clock=now)
    backends = Backends(settings, state_dir=state, environ={}, stop=stop, clock=now, monotonic=lambda: 0.0)
    tools = pipeline.Tools(ledger=ledger, config=settings, work_dir=state / "work", clock=now, monotonic=lambda: 0.0)
    workers = Workers(tools, backends, parallel=1, on_settling=lambda _job: None)
    watcher = Watcher(path=str(inbox))
    house = House(
        config=settings,
        state_dir=state,
        clock=now,
        monotonic=lambda: 0.0,
        ledger=ledger,
        backends=backends,
        workers=workers,
        receptions=[cast("Reception", watcher)],
    )
    made = Rooms(house=house, now=now, watcher=watcher, inbox=inbox)
    workers.wake = lambda: made.woken.append(True)  # type: ignore[method-assign]  # nobody is there to be woken
    try:
        yield made
    finally:
        backends.close()
        ledger.close()
