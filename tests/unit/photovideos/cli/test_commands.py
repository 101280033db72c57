"""The commands that need no running daemon: what they say, and their exit status."""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
import typer
import yaml

from photovideos import __version__, cli, config
from photovideos.cli import beside, shown
from photovideos.jobs.ledger import Ledger
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Fingerprint, FolderKey
from photovideos.reception.absence import Absence
from support.fake_cloud import FakeCloud, answers


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    root = logging.getLogger()
    before, level, settings = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers, root.level = before, level
    structlog.configure(**settings)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def run(tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`photovideos ARGUMENTS` with a config of this test, in this process."""
    settings = {"inboxes": [{"path": str(inbox)}], "state_dir": str(tmp_path / "state")}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    monkeypatch.setenv("PHOTOVIDEOS_CONFIG", str(tmp_path / "config.yaml"))
    monkeypatch.delenv("NEMO_TOKEN", raising=False)

    def _run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["photovideos", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return _run


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "state").mkdir()
    ledger = Ledger(tmp_path / "state" / "ledger.sqlite", clock=lambda: 1_800_000_000.0)
    yield ledger
    ledger.close()


COMMANDS = sorted(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]  # a group; the stubs hide it


def test_there_are_the_commands_that_were_promised() -> None:
    promised = "run once demo explain init status retry cancel credits doctor studio"
    assert sorted(promised.split()) == COMMANDS


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "studio"])
def test_each_command_says_how_it_is_used(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.status == 0
    assert re.search(rf"Usage: \S+.* {command}", said.out)


def test_the_version(run: Run) -> None:
    assert run("--version") == Said(0, f"photovideos {__version__}\n", "")


@pytest.mark.parametrize("arguments", [("nonsense",), ("status", "--nonsense"), ("retry",)])
def test_a_command_given_wrongly_is_status_two(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).status == 2


@pytest.mark.parametrize("arguments", [("status",), ("once",), ("run",), ("doctor",), ("credits",)])
def test_every_command_lists_all_problems_of_the_config(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "config.yaml").write_text("upload: {parallel: 0}\njobs: {paralel: 1}\n", encoding="utf-8")
    said = run(*arguments)
    assert said.status == 2
    assert "upload.parallel:" in said.err
    assert "jobs.paralel:" in said.err
    assert str(tmp_path / "config.yaml") in said.err
    assert "Traceback" not in said.err


def test_a_config_may_be_named_before_and_behind_the_command(run: Run, tmp_path: Path) -> None:
    for arguments in (("--config", "/no/such.yaml", "status"), ("status", "--config", "/no/such.yaml")):
        said = run(*arguments)
        assert (said.status, "/no/such.yaml" in said.err) == (2, True)


def test_the_status_of_nothing_says_what_to_do(run: Run, inbox: Path) -> None:
    said = run("status")
    assert said.status == 0
    assert "not running" in said.out
    assert str(inbox) in said.out


def test_status_tells_jobs_as_lines_and_as_json(run: Run, ledger: Ledger, inbox: Path) -> None:
    key = FolderKey(inbox=str(inbox), name="Ita\x1b[31mly", device=1, inode=2)
    job = ledger.add(key, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)
    ledger.put(job.id, JobState.WORKING)
    ledger.note(job.id, progress=0.25)
    told = json.loads(run("status", "--json").out)
    assert told["running"] is False
    assert told["backend"] == "studio"
    assert told["inboxes"] == [str(inbox)]
    (one,) = told["jobs"]
    assert one["folder"] == f"{inbox}/Ita[31mly"
    assert (one["state"], one["progress"], one["films"]) == ("working", 0.25, [])
    lines = run("status").out
    assert "25%" in lines
    assert "\x1b" not in lines


def test_status_tells_of_inboxes_and_folders_what_the_running_daemon_wrote_down(
    tmp_path: Path, ledger: Ledger, inbox: Path
) -> None:
    settings = config.Config(inboxes=(config.InboxConfig(path=inbox),))
    Absence(str(inbox), ledger).tell("It is not there.")
    ledger.remember(f"waiting.{inbox}", json.dumps({"Trip": "waiting for copy to finish"}))
    lines = list(shown.standing_lines(shown.standing(ledger, settings, is_running=True)))
    assert f"{inbox} is offline: It is not there." in lines
    assert f"waiting for copy to finish {inbox}/Trip" in lines
    assert not [line for line in lines if "No folder" in line]
    asleep = list(shown.standing_lines(shown.standing(ledger, settings, is_running=False)))
    assert asleep[1:] == [f"No folder has been taken yet. Drop one into {inbox}."]


def test_a_finished_folder_that_waits_for_somebody_is_told_once(ledger: Ledger, inbox: Path) -> None:
    settings = config.Config(inboxes=(config.InboxConfig(path=inbox),))
    key = FolderKey(inbox=str(inbox), name="Trip", device=1, inode=2)
    ledger.put(ledger.add(key, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO).id, JobState.DONE)
    ledger.remember(f"waiting.{inbox}", json.dumps({"Trip": "new photos"}))
    lines = list(shown.standing_lines(shown.standing(ledger, settings, is_running=True)))
    assert [line.split() for line in lines[1:]] == [["new", "photos", f"{inbox}/Trip"]]


def test_a_wish_without_a_daemon_waits_in_the_ledger(run: Run, ledger: Ledger, inbox: Path) -> None:
    (inbox / "Italy").mkdir()
    for verb in ("retry", "cancel"):
        said = run(verb, str(inbox / "Italy"))
        assert said.status == 0
        assert "when photovideos runs next" in said.out
    assert [(request.verb, request.path) for request in ledger.asked()] == [
        ("retry", str(inbox / "Italy")),
        ("cancel", str(inbox / "Italy")),
    ]


@pytest.mark.parametrize("verb", ["retry", "cancel", "once"])
def test_a_wish_for_an_inbox_or_for_nothing_is_refused(run: Run, inbox: Path, verb: str) -> None:
    for place in (inbox, inbox.parent, inbox / "none"):
        said = run(verb, str(place))
        assert said.status == 2
        assert str(place) in said.err


def test_init_refuses_nothing_but_a_config_that_is_there(run: Run, tmp_path: Path) -> None:
    before = (tmp_path / "config.yaml").read_bytes()
    said = run("init", "--inbox", str(tmp_path / "other"))
    assert said.status == 2
    assert (tmp_path / "config.yaml").read_bytes() == before
    assert not (tmp_path / "other").exists()
    said = run("init", "--inbox", str(tmp_path / "other"), "--backend", "nemo", "--config", str(tmp_path / "new.yaml"))
    assert said.status == 0
    assert "sent to NemoVideo" in said.out
    assert (tmp_path / "other").is_dir()


def test_the_studio_needs_no_credits(run: Run) -> None:
    assert "no credits" in run("credits").out


def test_explain_wants_a_folder_with_a_prompt(run: Run, inbox: Path) -> None:
    assert run("explain", str(inbox / "none")).status == 2


def test_credits_are_told_as_the_service_tells_them(run: Run, tmp_path: Path, cloud: FakeCloud) -> None:
    settings = {"backend": {"kind": "nemo", "url": cloud.url}, "state_dir": str(tmp_path / "state")}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert run("credits").out == "60 of 100 credits available, 40 frozen.\n"
    cloud.plan("/credits/", answers({"code": 0, "data": {"available": 7.5}}))
    assert run("credits").out == "7.5 credits available.\n"


@pytest.mark.parametrize("failed", ["Italy", "Rome"])
def test_once_beside_a_daemon_is_as_bad_as_the_worst_of_its_folders(
    run: Run, ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch, failed: str
) -> None:
    folders = [inbox / "Italy", inbox / "Rome"]
    for folder in folders:
        folder.mkdir()
        status = folder.stat()
        key = FolderKey(inbox=str(inbox), name=folder.name, device=status.st_dev, inode=status.st_ino)
        job = ledger.add(key, prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)
        ledger.put(job.id, JobState.WORKING)
        ledger.put(job.id, JobState.FAILED if folder.name == failed else JobState.DONE)
    monkeypatch.setattr(beside, "_ask", lambda *_: None)  # no daemon runs here: it would have taken the wish
    assert beside.once_through_daemon(config.load(None, os.environ), folders) == 1
