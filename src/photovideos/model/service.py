"""What is known of a backend: its account, its sessions, and the messages and renders that are on their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from photovideos.model.kinds import RawJson, RenderId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token in hand. `secret` never leaves `nemo`; `fingerprint` is 12 hex digits of its SHA-256."""

    secret: str = field(repr=False)
    fingerprint: str
    user_id: str | None
    expires_at: float
    is_own: bool  # the user's NEMO_TOKEN: never refreshed, stored or replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: SessionId
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    available: float
    frozen: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """`state` of contract §6. `draft`: None when absent, null or {}. `digest`: of draft and generated_media alone."""

    draft: RawJson | None
    digest: str
    uploaded: tuple[str, ...] = ()  # file names out of video_infos, in the server's order
    user_id: str | None = None


class InstructionPhase(StrEnum):
    INTENDED = "intended"  # on disk before the request goes out
    ACCEPTED = "accepted"  # 200 text/event-stream seen, before the first event
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionRecord:
    """What the ledger holds of a message in flight (contract §7).

    `sends`: how often it went out, twice at most; 0 once it was refused, then it may go out again as if new.
    `draft_before`: the draft it was sent to, only to say in words what changed.
    """

    text: str
    digest_before: str
    intended_at: float
    phase: InstructionPhase = InstructionPhase.INTENDED
    sends: int = 1
    draft_before: RawJson | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a message ended: `text` in the backend's words (GUI talk translated), `changes` what the state shows."""

    text: str
    applied: bool
    changes: tuple[str, ...] = ()
    wants_export: bool = False
    wants_summary: bool = False  # "preview in timeline": the tracks are written into the summary
    edits: tuple[str, ...] = ()  # edits it asked the person to drag: sent as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRecord:
    """A render in flight; on disk before the POST. `again`: it is the one new try after `failed`. `refused`: the POST
    was turned away for the moment, so that nothing is under way. `still_seconds`: how long it was seen not to go on
    from `furthest` (progress 0–100), by the try that was broken off."""

    id: RenderId
    token_fingerprint: str
    begun_at: float
    again: bool = False
    refused: bool = False
    still_seconds: float = 0.0
    furthest: float = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFilm:
    """A completed render as the server tells it; None where it says nothing. `notes`: what is to be told."""

    id: RenderId
    url: str
    duration_seconds: float | None = None
    size_bytes: int | None = None
    notes: tuple[str, ...] = ()
