"""The tables of the ledger over the versions. Version 1 is the first: there is nothing older yet."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photovideos.jobs import schema
from photovideos.jobs.ledger import Ledger, LedgerError
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Fingerprint, FolderKey

KEY = FolderKey(inbox="/inbox", name="Italy", device=1, inode=2)
RELEASED = {1: "5fdfe16c"}  # digests of the tables by version: what was released stays as it was


def ledger_of_today(path: Path) -> None:
    ledger = Ledger(path, clock=lambda: 1000.0)
    ledger.add(KEY, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.NEMO)
    ledger.close()


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger as today's version made it, and a version after the next, to which two steps lead."""
    ledger_of_today(tmp_path / "ledger.sqlite")
    now = schema.SCHEMA_VERSION
    steps = {
        now: "ALTER TABLE jobs ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'; CREATE TABLE moods (name TEXT);",
        now + 1: "INSERT INTO moods SELECT DISTINCT mood FROM jobs;",
    }
    monkeypatch.setattr(schema, "SCHEMA_VERSION", now + 2)
    monkeypatch.setattr(schema, "STEPS", schema.STEPS | steps)
    return tmp_path / "ledger.sqlite"


def moods(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name FROM moods").fetchall()


def test_the_tables_of_a_version_stay_as_they_were_released() -> None:
    """Whoever changes them raises SCHEMA_VERSION, adds a step to STEPS, and their digest here."""
    assert RELEASED[schema.SCHEMA_VERSION] == hashlib.sha256(schema.SCHEMA.encode()).hexdigest()[:8]
    assert set(schema.STEPS) == set(range(1, schema.SCHEMA_VERSION)), "a step leads away from every older version"


def test_a_ledger_of_an_older_version_becomes_one_of_today_and_keeps_its_jobs(older: Path) -> None:
    ledger = Ledger(older, clock=lambda: 2000.0)
    assert ledger.set_aside is None
    (job,) = ledger.jobs()
    assert (job.key, job.since, job.backend) == (KEY, 1000.0, BackendKind.NEMO)
    assert ledger.put(job.id, JobState.CANCELLED).state is JobState.CANCELLED
    ledger.close()
    assert moods(older) == [("calm",)]
    Ledger(older, clock=lambda: 3000.0).close()
    assert moods(older) == [("calm",)], "each step once"


def test_a_step_that_fails_leaves_the_older_ledger_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = schema.STEPS | {schema.SCHEMA_VERSION - 1: "INSERT INTO nowhere VALUES (1);"}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", broken)
        with pytest.raises(LedgerError):
            Ledger(older, clock=lambda: 2000.0)
    with closing(sqlite3.connect(older)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION - 2
        assert "mood" not in {row[1] for row in db.execute("PRAGMA table_info(jobs)")}
    ledger = Ledger(older, clock=lambda: 3000.0)
    assert [job.key for job in ledger.jobs()] == [KEY]
    ledger.close()


def test_whoever_only_looks_changes_no_older_ledger(older: Path) -> None:
    with pytest.raises(LedgerError, match="another version"):
        Ledger(older, clock=lambda: 2000.0, is_reader=True)
    with closing(sqlite3.connect(older)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION - 2
