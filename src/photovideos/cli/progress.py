"""A live progress bar per job on a terminal; it reads the ledger, so it sees what a person would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from photovideos.errors import PhotoVideosError
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import JobState, Stage
from photovideos.logs import clean

LOOK_SECONDS = 0.25
# The share of a whole job that lies before each stage; rendering takes most of the time.
_BEFORE = {Stage.CONNECTING: 0.0, Stage.UPLOADING: 0.02, Stage.MAKING: 0.12, Stage.RENDERING: 0.15}
_LENGTH = {Stage.CONNECTING: 0.02, Stage.UPLOADING: 0.1, Stage.MAKING: 0.03, Stage.RENDERING: 0.85}


@contextmanager
def following(ledger: Ledger) -> Iterator[None]:
    """Shows the jobs of `ledger` until it is left."""
    done = threading.Event()
    bars = Progress(
        TextColumn("{task.fields[folder]}", markup=False),  # a folder's name is not rich's to read
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} % {task.fields[what]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bars:
        shown: dict[str, TaskID] = {}
        thread = threading.Thread(target=_follow, args=(ledger, bars, shown, done), name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(2)
            _look(ledger, bars, shown)


def _follow(ledger: Ledger, bars: Progress, shown: dict[str, TaskID], done: threading.Event) -> None:
    while not done.wait(LOOK_SECONDS):
        _look(ledger, bars, shown)


def _look(ledger: Ledger, bars: Progress, shown: dict[str, TaskID]) -> None:
    """`shown`: the bar of each job that was seen under way."""
    try:
        jobs = ledger.jobs()
    except PhotoVideosError:
        return
    for job in jobs:
        if job.state is JobState.WORKING and job.id not in shown:
            shown[job.id] = bars.add_task("", total=1.0, folder=clean(job.key.name, 40), what="")
        if job.id in shown:
            bars.update(shown[job.id], completed=_share(job), what=job.stage or job.state)


def _share(job: Job) -> float:
    if job.state is JobState.DONE:
        return 1.0
    if job.stage is None:
        return 0.0
    return _BEFORE[job.stage] + _LENGTH[job.stage] * (job.progress or 0.0)
