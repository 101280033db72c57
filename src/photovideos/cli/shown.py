"""PURE but for the ledger it is given: how jobs, progress and explanations are said on a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from photovideos.config import Config
from photovideos.daemon import health
from photovideos.delivery.status import State
from photovideos.explain import Explanation
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.states import NEEDS_HELP, JobState
from photovideos.logs import clean
from photovideos.reception import absence, board

# What JSON leaves as it is and a terminal obeys: C1, DEL, line separators, bidi; and what no encoding takes.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
FINISHED = frozenset({JobState.DONE, JobState.CANCELLED, JobState.GONE})


def as_json(value: Any) -> str:
    """For stdout: letters stay readable, what would command a terminal is escaped and stays the same JSON."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False, indent=2))


def standing(ledger: Ledger | None, config: Config, *, is_running: bool) -> dict[str, Any]:
    """What `status --json` prints."""
    jobs = ledger.jobs() if ledger else []
    inboxes = [str(inbox.path) for inbox in config.inboxes]
    waiting = board.waiting(ledger) if ledger and is_running else {}
    return {
        "running": is_running,
        "backend": config.backend.kind,
        "inboxes": inboxes,
        "hanging": [
            {"inbox": path, "since": _moment(since)}
            for path, since in (health.hanging(ledger) if ledger and is_running else {}).items()
        ],
        "offline": [
            {"inbox": path, "reason": reason}
            for path, reason in (absence.offline(ledger) if ledger and is_running else {}).items()
        ],
        "waiting": [
            {"folder": clean(str(Path(inbox) / name), 4096), "state": state}
            for inbox in inboxes
            for name, state in waiting.get(inbox, {}).items()
        ],
        "paused": [
            {"backend": pause.backend, "reason": pause.problem.message, "advice": pause.problem.advice}
            for pause in (ledger.pauses() if ledger else [])
        ],
        "jobs": [_job(job) for job in jobs if job.state is not JobState.GONE],
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "folder": clean(str(Path(job.key.inbox) / job.key.name), 4096),
        "state": State.ON_HOLD if job.is_held and job.state not in FINISHED else job.state.value,
        "stage": job.stage.value if job.stage else None,
        "progress": job.progress,
        "since": _moment(job.since),
        "next_try": _moment(job.due_at) if job.state is JobState.RETRYING else None,
        "waits_for": job.problem.message if job.problem else None,
        "advice": job.problem.advice if job.problem else None,
        "films": [clean(film.file, 300) for film in job.films],
        "reference": job.reference,
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def standing_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `status` prints."""
    yield "photovideos is running." if told["running"] else "photovideos is not running."
    for inbox in told["hanging"]:
        yield f"No look at {inbox['inbox']} has come back since {inbox['since']}: is its disk or share connected?"
    for inbox in told["offline"]:
        yield f"{inbox['inbox']} is offline: {inbox['reason']}"
    for pause in told["paused"]:
        yield f"Waiting: {pause['reason']} {pause['advice']}"
    if not told["jobs"] and not told["waiting"]:
        yield f"No folder has been taken yet. Drop one into {told['inboxes'][0]}."
    waiting = {folder["folder"]: folder["state"] for folder in told["waiting"]}
    for job in told["jobs"]:
        progress = f" {job['progress']:.0%}" if job["progress"] is not None else ""
        # What a folder waits for says more than that its last film is done: `new photos`.
        what = waiting.pop(job["folder"], None) or f"{job['stage'] or job['state']}{progress}"
        yield f"{what:<22} {job['folder']}"
        if job["waits_for"]:
            yield f"{'':<22} {job['waits_for']} {job['advice'] or ''}".rstrip()
    for name, state in waiting.items():
        yield f"{state:<22} {name}"


def left_undone(jobs: list[Job]) -> Iterator[str]:
    """After `once`: what needs help or waits, and why."""
    for job in jobs:
        if job.state in FINISHED:
            continue
        word = State.NEEDS_HELP if job.state in NEEDS_HELP else "waits"
        reason = f"{job.problem.message} {job.problem.advice}".rstrip() if job.problem else job.state.value
        yield f"{clean(job.key.name, 200)}: {word}: {reason}"


def explanation(explained: Explanation) -> Iterator[str]:
    """What `explain` prints: the wishes with what became of each, and the timeline, block by block."""
    for number, block in enumerate(explained.blocks, start=1):
        if len(explained.blocks) > 1:
            yield f"— {block.label or f'Block {number}'} —"
        for line in block.told.receipt if block.told else ():
            reason = f" – {line.reason}" if line.reason else ""
            yield clean(f"“{line.clause}”: {line.understood or line.outcome}{reason}", 500)
        yield from (clean(line, 1000) for line in block.timeline)
        for left in block.told.left_out if block.told else ():
            yield clean(f"Left out: {left.file}: {left.reason}", 500)
        yield ""
    for left in explained.left_out:
        yield clean(f"Left out: {left.file}: {left.reason}", 500)
