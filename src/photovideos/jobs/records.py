"""What the ledger hands out, and how a row becomes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from photovideos.jobs.states import JobState, Stage
from photovideos.model import BackendKind, Claim, Fingerprint, FolderKey, JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a job waits: a sentence, what the person can do, and for the log."""

    message: str
    advice: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One folder and what is being done with it.

    `prompt`: what this run answers. `fingerprint`: of the inputs it was taken in with. `is_complete`: given to `once`,
    taken as it lies. `is_held`: HOLD lies in it. `cancel_asked`: stop and publish nothing. `since`: of the state.
    `problem` is kept while it waits because of it. `films`: all films made for this folder, over all runs.
    `parked_by`: the error's class name. `glance`: how the folder lay when it was last found at rest; `newest_ctime_ns`:
    of what lay in it then, by its own file system's clock.
    """

    id: JobId
    key: FolderKey
    state: JobState
    since: float
    backend: BackendKind
    prompt: str
    fingerprint: Fingerprint
    is_complete: bool
    is_held: bool
    cancel_asked: bool
    due_at: float | None
    attempts: int
    failing_since: float | None
    stage: Stage | None
    progress: float | None
    problem: Problem | None
    films: tuple[Claim, ...]
    parked_by: str | None
    glance: bytes | None = None
    newest_ctime_ns: int | None = None

    @property
    def reference(self) -> str:
        """Short enough to be read out; the log lines of this job carry it."""
        return self.id[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The little of a job that tells which folders have one."""

    id: JobId
    name: str
    device: int
    inode: int
    state: JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why no job of this backend is begun: the cause holds for all of them."""

    backend: BackendKind
    cause: str  # the error's class name
    problem: Problem
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a command asked of the daemon: `retry`, `cancel` or `once`, about the folder at `path`."""

    id: int
    verb: str
    path: str


_COLUMNS = (
    "id", "inbox", "name", "device", "inode", "state", "since", "backend", "prompt", "fingerprint", "is_complete",
    "is_held", "cancel_asked", "due_at", "attempts", "failing_since", "stage", "progress", "problem", "films",
    "parked_by", "glance", "newest_ctime",
)  # fmt: skip
SELECT_JOBS = f"SELECT {', '.join(_COLUMNS)} FROM jobs"  # noqa: S608 - the names are our own


def as_stored(value: str) -> str | bytes:
    """Names are kept as the bytes they have where they are no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="surrogateescape")
    return value


def as_name(value: str | bytes) -> str:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


def column_value(column: str, value: Any) -> Any:
    if column == "problem":
        return problem_json(value)
    if column == "glance":
        return value.hex()
    if column == "newest_ctime":
        return str(value)
    return value


def problem_json(problem: Problem | None) -> str | None:
    if problem is None:
        return None
    return json.dumps({"message": problem.message, "advice": problem.advice, "detail": problem.detail})


def read_problem(text: str | None) -> Problem | None:
    return Problem(**json.loads(text)) if text else None


def read_job(row: tuple[Any, ...]) -> Job:
    """A row of SELECT_JOBS."""
    found = dict(zip(_COLUMNS, row, strict=True))
    return Job(
        id=JobId(found["id"]),
        key=FolderKey(
            inbox=as_name(found["inbox"]),
            name=as_name(found["name"]),
            device=int(found["device"]),
            inode=int(found["inode"]),
        ),
        state=JobState(found["state"]),
        since=found["since"],
        backend=BackendKind(found["backend"]),
        prompt=found["prompt"],
        fingerprint=Fingerprint(found["fingerprint"]),
        is_complete=bool(found["is_complete"]),
        is_held=bool(found["is_held"]),
        cancel_asked=bool(found["cancel_asked"]),
        due_at=found["due_at"],
        attempts=found["attempts"],
        failing_since=found["failing_since"],
        stage=Stage(found["stage"]) if found["stage"] else None,
        progress=found["progress"],
        problem=read_problem(found["problem"]),
        films=tuple(Claim(**film) for film in json.loads(found["films"])),
        parked_by=found["parked_by"],
        glance=bytes.fromhex(found["glance"]) if found["glance"] else None,
        newest_ctime_ns=int(found["newest_ctime"]) if found["newest_ctime"] else None,
    )


def films_json(films: Iterable[Claim]) -> str:
    return json.dumps([{"file": film.file, "size": film.size, "sha256": film.sha256} for film in films])
