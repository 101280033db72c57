"""Each unit is understood by systemd to its last key, and the system unit is closed as tightly as it says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from photovideos import config

UNITS = Path(__file__).resolve().parents[2] / "systemd"
MOST_EXPOSURE = 2.0

needs_analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def _startable(unit: Path, tmp_path: Path) -> Path:
    """The unit with a program that is there: verify looks for it, and photovideos is installed elsewhere."""
    text, count = re.subn(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
    assert count == 1
    copy = tmp_path / unit.name
    copy.write_text(text, encoding="utf-8")
    return copy


def _analyze(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["systemd-analyze", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@needs_analyze
@pytest.mark.parametrize(("name", "manager"), [("photovideos", "--system"), ("photovideos-user", "--user")])
def test_a_unit_verifies_without_a_word(name: str, manager: str, tmp_path: Path) -> None:
    told = _analyze(tmp_path, "verify", manager, str(_startable(UNITS / f"{name}.service", tmp_path)))
    assert (told.returncode, told.stderr) == (0, "")


@needs_analyze
def test_the_system_unit_is_hardly_exposed(tmp_path: Path) -> None:
    told = _analyze(tmp_path, "security", "--offline=true", str(_startable(UNITS / "photovideos.service", tmp_path)))
    found = re.search(r"Overall exposure level.*: ([0-9.]+)", told.stdout)
    assert found, told.stdout + told.stderr
    assert float(found[1]) <= MOST_EXPOSURE


@pytest.mark.parametrize("name", ["photovideos", "photovideos-user"])
def test_a_unit_waits_for_readiness_feeds_a_watchdog_and_outlives_a_render(name: str) -> None:
    lines = (UNITS / f"{name}.service").read_text(encoding="utf-8").splitlines()
    assert "Type=notify" in lines
    assert "OOMPolicy=continue" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)


def test_the_config_of_the_system_unit_is_one() -> None:
    settings = config.parse((UNITS / "photovideos.yaml").read_bytes())
    assert [str(inbox.path) for inbox in settings.inboxes] == ["/srv/photovideos/inbox"]
    assert str(settings.state_dir) == "/var/lib/photovideos"


def test_user_and_inbox_of_the_system_unit_are_made_by_its_fragments() -> None:
    unit = (UNITS / "photovideos.service").read_text(encoding="utf-8")
    assert "User=photovideos\n" in unit
    assert re.search(r"(?m)^u photovideos ", (UNITS / "photovideos.sysusers.conf").read_text(encoding="utf-8"))
    tmpfiles = (UNITS / "photovideos.tmpfiles.conf").read_text(encoding="utf-8")
    assert re.search(r"(?m)^d +/srv/photovideos/inbox +2770 photovideos photovideos ", tmpfiles)
