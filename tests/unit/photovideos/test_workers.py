"""A ledger that takes nothing: no job is lost, nobody spins, and it is told once."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from photovideos import workers as room
from photovideos.config import Config
from photovideos.errors import FolderOffline, JobFailed, NoSpace, PhotoVideosError, Unreachable
from photovideos.jobs.ledger import Job, Ledger, LedgerUnusable
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Fingerprint, FolderKey
from photovideos.pipeline import standing
from photovideos.workers import Workers
from support.house import wait_for

KEY = FolderKey(inbox="/nowhere", name="Italy", device=1, inode=2)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite", clock=lambda: 1000.0)
    yield ledger
    ledger.close()


@pytest.fixture
def workers(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.setattr(room, "LEDGER_WAIT_SECONDS", 0.02)
    tools: Any = SimpleNamespace(ledger=ledger, clock=lambda: 1000.0, config=Config(), work_dir=tmp_path / "work")
    backends: Any = None
    made = Workers(tools, backends, parallel=1, on_settling=lambda _job: None)
    yield made
    made.stop(5)


@pytest.fixture
def job(ledger: Ledger) -> Job:
    ledger.add(KEY, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)
    claimed = ledger.claim(1000.0)
    assert claimed is not None
    return claimed


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, error: Exception, times: float) -> list[float]:
    """This method of the ledger fails so often; when it was tried."""
    real: Callable[..., Any] = getattr(Ledger, method)
    tried: list[float] = []

    def refuse(*given: Any, **named: Any) -> Any:
        tried.append(time.monotonic())
        if len(tried) <= times:
            raise error
        return real(*given, **named)

    monkeypatch.setattr(Ledger, method, refuse)
    return tried


@pytest.mark.parametrize("error", [NoSpace("no room"), LedgerUnusable("disk I/O error")])
def test_how_a_job_ended_is_held_until_it_can_be_written_down(
    workers: Workers, ledger: Ledger, job: Job, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = refusing(monkeypatch, "put", error, times=3)
    workers._judge(job, Unreachable("nobody there"))
    assert len(tried) == 4
    (found,) = ledger.jobs()
    assert found.state is JobState.RETRYING
    assert found.problem is not None
    assert found.problem.message == "nobody there", "not the ledger's trouble but its own"


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (PhotoVideosError("of no kind that is known here"), JobState.RETRYING, "of no kind that is known here"),
        (ZeroDivisionError(), JobState.FAILED, "Something went wrong inside photovideos."),
        (JobFailed("it cannot be done"), JobState.FAILED, "it cannot be done"),
    ],
)
def test_trouble_of_ours_is_tried_again_and_a_mistake_is_not(
    workers: Workers, ledger: Ledger, job: Job, error: Exception, state: JobState, message: str
) -> None:
    workers._judge(job, error)
    (found,) = ledger.jobs()
    assert found.state is state
    assert found.problem is not None
    assert found.problem.message == message


def test_a_stop_ends_the_waiting_and_the_next_start_takes_the_job_up_again(
    workers: Workers, ledger: Ledger, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, "put", NoSpace("no room"), times=float("inf"))
    threading.Timer(0.2, lambda: workers.stop(5)).start()
    workers._judge(job, Unreachable("nobody there"))
    assert [found.state for found in ledger.jobs()] == [JobState.WORKING]
    assert ledger.take_up_again() == 1


def test_a_ledger_that_hands_out_nothing_is_asked_with_pauses_and_told_of_once(
    workers: Workers, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.add(KEY, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)
    tried = refusing(monkeypatch, "claim", NoSpace("no room", detail="full"), times=10)
    taken: list[Job] = []
    monkeypatch.setattr(workers, "_walk", taken.append)
    told: list[str] = []
    log: Any = SimpleNamespace(
        error=lambda event, **_: told.append(event), bind=lambda **_: log, info=lambda *_, **__: 0
    )
    monkeypatch.setattr(room, "_log", log)
    workers.start()
    for _ in range(50):
        workers.wake()
    wait_for("the job to be worked on", lambda: taken, 10)
    assert told == ["ledger.unavailable"]
    pauses = [later - before for before, later in pairwise(tried[:10])]
    assert min(pauses) >= 0.015, "whoever wakes them makes no room"


def test_a_mistake_while_an_end_is_told_ends_no_worker(
    workers: Workers, ledger: Ledger, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(standing, "show", mistaken)
    workers._judge(job, Unreachable("nobody there"))
    assert [found.state for found in ledger.jobs()] == [JobState.RETRYING]


def test_a_full_disk_is_looked_at_soon_and_then_less_and_less_often() -> None:
    waits = [room._wait_seconds(NoSpace("full"), attempt, waits_for_ever=True) for attempt in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert room._wait_seconds(FolderOffline("away"), 1, waits_for_ever=True) == 60
