"""The README is short, and what it names is there."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from photovideos.cli import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_read_in_three_minutes() -> None:
    assert 250 <= len(README.split()) <= 700


def test_the_first_screen_ends_in_a_film() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/photovideos demo"
    assert command in "\n".join(README.splitlines()[:24])


def test_every_command_is_named_and_every_named_command_exists() -> None:
    there = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group, which the stubs hide
    listed = re.search(r"Commands: ([^;]+);", README)
    assert listed
    assert set(re.findall(r"`(\w+)`", listed[1])) == there
    assert set(re.findall(r"(?:`|bin/)photovideos ([a-z]+)", README)) <= there


@pytest.mark.parametrize("path", sorted(set(re.findall(r"systemd/[\w.-]+\.(?:service|yaml|conf)\b", README))))
def test_a_file_it_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file() or path.startswith("systemd/system/")


def test_the_layers_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    lines = [line.strip("|") for line in README.splitlines() if line.startswith("| ")]
    rows = [[cell.strip().split(", ") for cell in line.split("|")] for line in lines]
    table = rows[next(index for index, row in enumerate(rows) if row[0] == ["daemon `photovideos`"]) + 1 :]
    for column, name in ((0, "The daemon: imports run downhill"), (1, "The studio: imports run downhill")):
        layers = next(contract["layers"] for contract in contracts if contract["name"] == name)
        checked = [room.strip() for layer in layers for room in layer.split("|") if room != "__main__"]
        assert [room for row in table for room in row[column] if room[:3] != "---"] == checked
