"""The watch over secrets sees what it is there for, in each kind of file and in what is said (issue 3).

What is planted here lies in directories that the watch of this very run does not know.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support import secrets_watch

SHAPED = "nmv_" + "usr_planted_here"  # put together here: this file is itself no hiding place
OTHER = "a-token-of-" + "another-shape"
TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def hits(place: Path, *secrets: str) -> list[secrets_watch.Hit]:
    return secrets_watch.searched([place], frozenset(secret.encode() for secret in secrets))


@pytest.mark.parametrize("secret", [SHAPED, OTHER])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log", '{{"event": "token.refused", "reason": "{}"}}\n'),
        ("cloud.log", "GET /x {}\n"),
        ("inbox/Rome/_photovideos - NEEDS HELP.txt", "\ufeffIt said: {}\r\n"),
        ("inbox/Rome/Rome - timeline.txt", "Timeline (1 track):\n{}\n"),
        ("inbox/_photovideos - inbox.txt", "\ufeffNot ready: {}\r\n"),
        ("inbox/.photovideos-inbox", "{}"),
        ("state/studio/sessions/1/messages.jsonl", '{{"text": "{}"}}\n'),
        ("state/studio/tokens.json", '{{"{}": 1}}'),
        ("config.yaml", "backend: {{url: https://x/?token={}}}\n"),
        ("account.json.bak", "{}"),
    ],
)
def test_a_secret_in_a_file_is_found_with_its_place_and_not_shown(
    place: Path, name: str, text: str, secret: str
) -> None:
    path = place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = ("x" * 5000 + text.format(secret)).encode()
    path.write_bytes(content)
    (hit,) = hits(place, OTHER)
    assert (hit.where, hit.offset) == (str(path), content.index(secret.encode()))
    assert secret not in str(hit)


@pytest.mark.parametrize("secret", [SHAPED, OTHER])
def test_a_secret_in_a_ledger_is_found_in_its_pages_and_in_its_write_ahead_log(place: Path, secret: str) -> None:
    path = place / "ledger.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("PRAGMA journal_mode=WAL")
        ledger.execute("CREATE TABLE jobs (road TEXT)")
        ledger.execute("INSERT INTO jobs VALUES (?)", (f'{{"token": "{secret}"}}',))
        assert {hit.where for hit in hits(place, OTHER)} == {f"{path}-wal"}
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert {hit.where for hit in hits(place, OTHER)} == {str(path)}


def test_what_the_account_file_holds_may_stand_nowhere_else(place: Path) -> None:
    account = place / "account.json"
    account.write_text(f'{{"accounts": {{"a": {{"current": {{"secret": "{OTHER}"}}}}}}}}')
    account.chmod(0o600)
    assert hits(place) == []
    (place / "log").write_text(f"asked with {OTHER}")
    assert [hit.where for hit in hits(place)] == [str(place / "log")]


def test_an_account_file_that_others_may_read_is_a_hit(place: Path) -> None:
    account = place / "account.json"
    account.write_text(f'{{"secret": "{SHAPED}"}}')
    account.chmod(0o640)
    assert [hit.where for hit in hits(place)] == [str(account)]


def test_only_these_files_may_hold_a_secret(place: Path) -> None:
    assert secrets_watch.ALLOWED == ("account.json", "account.json.part", "nemo_token", "token")
    for name in secrets_watch.ALLOWED:
        (place / name).write_text(SHAPED)
        (place / name).chmod(0o600)
    assert hits(place) == []


def test_a_long_log_is_searched_at_both_ends(place: Path) -> None:
    with (place / "log").open("wb") as log:
        log.write(SHAPED.encode())
        log.seek(20 << 20)
        log.write(OTHER.encode())
    assert len(hits(place, OTHER)) == 2


def test_what_only_speaks_of_the_shape_is_none(place: Path) -> None:
    (place / "log").write_text("a free token begins with nmv_usr_… and nmv_ stands for it; (secret)")
    assert hits(place) == []


def test_links_closed_directories_and_pipes_are_passed_by(place: Path) -> None:
    os.symlink("/proc/self/environ", place / "log")
    os.mkfifo(place / "pipe")
    os.symlink(place, place / "again")
    assert hits(place, OTHER) == []


RUN = """
import sys
import pytest
from support import secrets_watch
SECRET = "nmv_" + "usr_of_the_inner_run"

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")

@pytest.fixture
def closing(tmp_path):
    yield
    (tmp_path / "log").write_text(SECRET)

def test_clean(tmp_path, shared):
    (tmp_path / "log").write_text("nothing")
    (tmp_path / "account.json").write_text(SECRET)
    (tmp_path / "account.json").chmod(0o600)
def test_file(tmp_path):
    (tmp_path / "log").write_text(SECRET)
def test_made_by_a_fixture_as_it_closes(closing): pass
def test_stdout(): print(SECRET)
def test_stderr(): print(SECRET, file=sys.stderr)
def test_logging():
    import logging
    logging.getLogger().warning("asked with %s", SECRET)
def test_address(): secrets_watch.asked("/api/x?token=" + SECRET)
def test_pipe(): secrets_watch.heard("a log", SECRET)
def test_header(tmp_path):
    secrets_watch.asked("/", "Bearer of-no-known-" + "shape")
    (tmp_path / "log").write_text("of-no-known-" + "shape")
def test_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("NEMO_TOKEN", "mine-and-" + "mine-alone")
    (tmp_path / "log").write_text("mine-and-" + "mine-alone")
def test_of_the_module(shared):
    (shared / "log").write_text(SECRET)
"""
CAUGHT = ("file", "made_by_a_fixture_as_it_closes", "stdout", "stderr", "logging", "address", "pipe", "header",
          "environment", "of_the_module")  # fmt: skip


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_fails_each_test_that_leaves_a_secret_and_no_other(place: Path, workers: int) -> None:
    (place / "test_inner.py").write_text(RUN)
    command = [sys.executable, "-m", "pytest", "-p", "support.secrets_watch", "-p", "no:cacheprovider", "-q", "-rE"]
    run = subprocess.run(
        [*command, "-p", "no:randomly", "-n", str(workers), "--basetemp", str(place / "tmp"), "test_inner.py"],
        cwd=place,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(TESTS)},
        check=False,
        capture_output=True,
        text=True,
    )
    caught = {line.split("::")[1].split()[0] for line in run.stdout.splitlines() if line.startswith("ERROR test_inner")}
    expected = {f"test_{name}" for name in CAUGHT}
    if workers:  # each has a directory of its own for the module, and searches it after the last of its tests
        assert caught >= expected - {"test_of_the_module"}, run.stdout
    else:
        assert caught == expected, run.stdout
    assert run.returncode == 1
    assert "a secret where none may be" in run.stdout
