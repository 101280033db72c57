"""The studio's events, read by the Agent Development Kit's own model of an event (contract §7)."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from photovideos_studio.routes.context import Direction, Studio
from photovideos_studio.routes.instruct import Asked, _events

REPLY = "Made a film of 10 photos: 30 s, 16:9, with composed music (calm). 好的 \u2028 and on it goes, in many deltas."
READ = """
import json, sys
from google.adk.events import Event
for line in sys.stdin.buffer.read().split(b"\\n"):
    if line.startswith(b"data: "):
        told = json.loads(line[6:])
        read = json.loads(Event.model_validate(told).model_dump_json(exclude_none=True, by_alias=True))
        for delta in ("actions", "longRunningToolIds", "nodeInfo"):
            read.pop(delta, None), told.pop(delta, None)
        assert read == told, (read, told)
        print("read")
"""


async def stream(work: Any) -> bytes:
    studio = cast("Studio", SimpleNamespace(clock=lambda: 1_795_228_295.5, heartbeat_seconds=0.01))
    task = cast("asyncio.Task[Direction]", asyncio.ensure_future(work))
    asked = Asked(session_id="1", text="make a film", streams_deltas=True)
    return b"".join([chunk async for chunk in _events(studio, task, asked)])


async def told() -> Any:
    await asyncio.sleep(0.03)
    return SimpleNamespace(changed=True, reply=REPLY)


async def stumbled() -> Any:
    raise RuntimeError("on purpose")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.18.0", "2.13.0"])
def test_every_event_of_the_studio_is_one_of_the_agent_kit(version: str) -> None:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photovideos-tests"
    home = cache / f"google-adk-{version}"
    if not (home / "complete").exists():
        pytest.skip(f"google-adk {version} is not installed: tests/contract/test_adk_server.py installs it")
    content = asyncio.run(stream(told())) + asyncio.run(stream(stumbled()))
    assert content.count(b": heartbeat") >= 1
    command = [str(home / "bin" / "python"), "-W", "ignore", "-c", READ]
    read = subprocess.run(command, check=False, input=content, capture_output=True)
    assert read.returncode == 0, read.stderr.decode()[-2000:]
    assert read.stdout.count(b"read") == content.count(b"data: ") >= 7
