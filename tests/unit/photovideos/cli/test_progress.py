"""The bars on a terminal: one for each job under way, as far as it is, and full when its film is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos.cli.progress import following
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import JobState, Stage
from photovideos.model import BackendKind, Fingerprint, FolderKey
from support.house import wait_for


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite", clock=lambda: 1_800_000_000.0)
    yield ledger
    ledger.close()


def add(ledger: Ledger, name: str, inode: int) -> Job:
    key = FolderKey(inbox="/inbox", name=name, device=1, inode=inode)
    return ledger.add(key, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)


def shares(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r"(\d+) %", shown)]


def test_a_job_under_way_has_a_bar_and_one_that_waits_has_none(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    add(ledger, "Italy [b]2024[/b]\x1b[31m", 1)
    add(ledger, "Waiting", 2)
    job = ledger.claim(1_800_000_001.0)
    assert job is not None
    ledger.note(job.id, stage=Stage.RENDERING, progress=0.5)
    with following(ledger):
        pass
    shown = capsys.readouterr().err
    assert "Italy [b]2024[/b]" in shown
    assert "rendering" in shown
    assert "\x1b[31m" not in shown
    assert "Waiting" not in shown
    assert shares(shown)[-1] == round(100 * (0.15 + 0.85 * 0.5) - 0.5)


def test_the_bar_is_full_when_the_film_is_made(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal: the bar lives
    add(ledger, "Italy", 1)
    job = ledger.claim(1_800_000_001.0)
    assert job is not None
    with following(ledger):
        wait_for("the bar", lambda: "Italy" in capsys.readouterr().err, 10)
        ledger.put(job.id, JobState.DONE)
    assert shares(capsys.readouterr().err)[-1] == 100


def test_the_bar_of_each_stage_begins_where_the_one_before_ended(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    add(ledger, "Italy", 1)
    job = ledger.claim(1_800_000_001.0)
    assert job is not None
    seen = []
    for stage in Stage:
        for progress in (None, 1.0):
            ledger.note(job.id, stage=stage, progress=progress)
            with following(ledger):
                pass
            seen.append(shares(capsys.readouterr().err)[-1])
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 100)
    assert all(end == begin for end, begin in zip(seen[1::2], seen[2::2], strict=False))
