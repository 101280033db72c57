"""`python -m photovideos.media`, as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import photovideos

ROOT = str(Path(photovideos.__file__).parents[1])
LIMITS = {"memory_bytes": 2 << 30, "cpu_seconds": 60, "file_bytes": 0, "descriptors": 64}


def run(task: str, *requests: Mapping[str, object], fds: tuple[int, ...] = ()) -> list[dict[str, object]]:
    said = subprocess.run(
        [sys.executable, "-m", "photovideos.media", task, json.dumps({"limits": LIMITS, "parent": os.getpid()})],
        input="".join(json.dumps(request) + "\n" for request in requests),
        env={"PYTHONPATH": ROOT},
        pass_fds=fds,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_it_answers_line_by_line_and_ends_with_its_input(film: Callable[..., Path], tmp_path: Path) -> None:
    with open(film(tmp_path / "a.mp4"), "rb") as file:
        request = {"film_fd": file.fileno(), "expected_seconds": None, "expected_bytes": None}
        ready, first, second = run("inspect", request, request, fds=(file.fileno(),))
    assert ready == {"ready": True}
    assert "facts" in first
    assert first == second


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        run("publish")
