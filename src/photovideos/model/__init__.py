"""What the rooms of the daemon hand to each other: frozen data, no behaviour beyond reading itself.

    service    folder | prompt | media
                  kinds

Times: `*_ns` nanoseconds of the file system, `*_at` seconds since the epoch, `*_seconds` durations. Paths inside a
folder are relative, `/`-separated, as the file system gave them (`surrogateescape`); `display` names are for people.
"""

from __future__ import annotations

from photovideos.model.folder import (
    Claim,
    FileEntry,
    FolderKey,
    LeftOut,
    OwnSummary,
    Snapshot,
)
from photovideos.model.kinds import (
    BackendKind,
    Control,
    Fingerprint,
    JobId,
    MediaKind,
    RawJson,
    RenderId,
    SessionId,
)
from photovideos.model.media import (
    FilmFacts,
    Prepared,
)
from photovideos.model.prompt import (
    AskCredits,
    AskStatus,
    Block,
    Export,
    Message,
    Prompt,
    Step,
    Upload,
)
from photovideos.model.service import (
    Balance,
    InstructionPhase,
    InstructionRecord,
    RenderedFilm,
    RenderRecord,
    Reply,
    Session,
    SessionState,
    Token,
)

__all__ = [
    "AskCredits",
    "AskStatus",
    "BackendKind",
    "Balance",
    "Block",
    "Claim",
    "Control",
    "Export",
    "FileEntry",
    "FilmFacts",
    "Fingerprint",
    "FolderKey",
    "InstructionPhase",
    "InstructionRecord",
    "JobId",
    "LeftOut",
    "MediaKind",
    "Message",
    "OwnSummary",
    "Prepared",
    "Prompt",
    "RawJson",
    "RenderId",
    "RenderRecord",
    "RenderedFilm",
    "Reply",
    "Session",
    "SessionId",
    "SessionState",
    "Snapshot",
    "Step",
    "Token",
    "Upload",
]
