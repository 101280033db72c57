"""The checkpoint of a job: everything the road has behind it, and the intent of what cannot be repeated.

The pipeline replaces it step by step and the ledger holds its JSON; nothing here decides anything. Tokens never
stand in it, only their fingerprints.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from photovideos.model import (
    Block,
    FilmFacts,
    Fingerprint,
    InstructionRecord,
    LeftOut,
    MediaKind,
    RawJson,
    RenderedFilm,
    RenderRecord,
    SessionId,
)

NO_FINGERPRINT = Fingerprint("")


class RoadError(ValueError):
    """A checkpoint that this version cannot read."""


class InputState(StrEnum):
    NEW = "new"
    UPLOADED = "uploaded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One photo, clip or song of this job; `name` is what it is called on the wire."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    kind: MediaKind
    name: str = ""
    state: InputState = InputState.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film that lies in the folder (`published`), or is about to: name and digest are here before the rename."""

    stem: str
    name: str
    size: int
    sha256: str
    published: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The render under way for one export: which output of which block, its record, what came of it."""

    label: str | None = None
    record: RenderRecord | None = None
    rendered: RenderedFilm | None = None
    film: Film | None = None
    facts: FilmFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """How far a job is.

    Account: `user_id` and `token_fingerprint` of the token it was begun with. Session: `session_id`,
    `sessions_opened` (1002 is answered once in a job). Place: `block`, `step` (the next to do), `exports_in_block`,
    `is_changed` (since the last export), `shapes_done` of the export under way. `said`: the messages carried out on
    this timeline, `paid` how many in all. `replies`, `answers`: what the summary quotes. `made`: films of this run.
    """

    user_id: str | None = None
    token_fingerprint: str | None = None
    began_with_own: bool = False  # with the user's own NEMO_TOKEN
    session_id: SessionId | None = None
    sessions_opened: int = 0
    credits_before: float | None = None
    credits_after: float | None = None
    fingerprint: Fingerprint = NO_FINGERPRINT
    inputs: tuple[Input, ...] = ()
    has_begun_upload: bool = False  # in this session: a part may have arrived that is not on record
    left_out: tuple[LeftOut, ...] = ()
    late: tuple[str, ...] = ()
    added: tuple[str, ...] = ()  # paths of files that came since the timeline was made; the next message names them
    gone: tuple[str, ...] = ()  # wire names of files that are gone since
    blocks: tuple[Block, ...] = ()
    block: int = 0
    step: int = 0
    exports_in_block: int = 0
    is_changed: bool = False
    shapes_done: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    must_resay: bool = False  # the session is a new one: what was said comes first, as one message
    first_export: int = 0  # blocks before this one were made in an earlier run: their words count, their films exist
    paid: int = 0
    earlier_paid: int = 0  # in the runs before this one
    instruction: InstructionRecord | None = None
    edits: tuple[str, ...] = ()  # what the last reply asked the person to drag: sent as messages next
    export: Export | None = None
    replies: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    made: tuple[Film, ...] = ()
    notes: tuple[str, ...] = ()  # sentences for the summary: what was done without being asked
    told: tuple[int, int, int] = (0, 0, 0)  # how many of replies, answers and notes stand in a summary
    draft: RawJson | None = None  # the draft the export under way is about

    @property
    def has_spoken(self) -> bool:
        """Whether a message of this run may have reached the backend."""
        return self.paid > 0 or self.instruction is not None


_ROAD = TypeAdapter(Road)


def to_json(road: Road) -> str:
    """ASCII JSON; file names that are no text keep their bytes as lone surrogates."""
    return json.dumps(asdict(road), separators=(",", ":"))


def from_json(text: str) -> Road:
    """Raises RoadError."""
    try:
        return _ROAD.validate_python(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise RoadError("the checkpoint cannot be read by this version") from error
