"""What the rooms of the daemon hand to each other: frozen data, no behaviour beyond reading itself.

Times: `*_ns` nanoseconds of the file system, `*_at` seconds since the epoch, `*_seconds` durations. Paths inside a
folder are relative, `/`-separated, as the file system gave them (`surrogateescape`); `display` names are for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType

JobId = NewType("JobId", str)
SessionId = NewType("SessionId", str)  # 19 digits on the cloud; never a number
RenderId = NewType("RenderId", str)
Fingerprint = NewType("Fingerprint", str)
RawJson = NewType("RawJson", str)  # one JSON value as it came, byte for byte; parsed only to read, never to send


class MediaKind(StrEnum):
    PHOTO = "photo"
    CLIP = "clip"
    SONG = "song"


class BackendKind(StrEnum):
    STUDIO = "studio"
    NEMO = "nemo"


class Control(StrEnum):
    """Control files at the top of a folder (design §2.1)."""

    READY = "READY"
    RETRY = "RETRY"
    CANCEL = "CANCEL"
    HOLD = "HOLD"


# --- the folder ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One regular file of a folder as the scan saw it. `kind` is None for what is neither photo, clip nor song."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is not in the film, and why (a sentence for the person)."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderKey:
    """Which folder this is: its inbox and name, and device and inode to follow it through a rename."""

    inbox: str
    name: str
    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A film of ours, known again by size and digest under any name."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSummary:
    """What a summary of ours says about itself: the inputs it was made from, the films it belongs to."""

    path: str
    inputs: Fingerprint | None
    films: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folder at one look.

    `media`: photos, clips and songs in the film's natural order (by path, digits as numbers). `prompt`: the prompt
    file, if there is one. `temporaries`: names of unfinished copies. `left_out`: what is ignored with a reason worth
    telling (too deep, a link, a device …). `own`: our own finished films and summaries; `summaries`: what the latter
    claim. `others`: ordinary files of no use for a film, and those of folders with a prompt of their own.
    `control_files`: the files behind `controls`. `is_renamed_whole`: the folder itself was touched after all that lies
    in it, as a rename does it. `too_big`: which bound the look ended at (then the rest is unknown), or None.
    `glance`: a digest of all that was seen; with an equal one the snapshot would be the same.
    """

    key: FolderKey
    media: tuple[FileEntry, ...]
    prompt: FileEntry | None
    controls: frozenset[Control]
    temporaries: tuple[FileEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    own: tuple[FileEntry, ...] = ()
    nested_prompts: tuple[str, ...] = ()
    others: tuple[FileEntry, ...] = ()
    summaries: tuple[OwnSummary, ...] = ()
    control_files: tuple[FileEntry, ...] = ()
    is_renamed_whole: bool = False
    too_big: str | None = None
    glance: bytes = b""

    @property
    def has_pictures(self) -> bool:
        return any(entry.kind in (MediaKind.PHOTO, MediaKind.CLIP) for entry in self.media)


# --- the prompt as steps (contract §10, design §2.1) ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Lines that go to the backend as one message."""

    text: str
    step: Literal["message"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A render of the timeline as it stands. `resolution` and `container` are what the line named, if it did."""

    line: str
    resolution: str | None = None
    container: str | None = None
    step: Literal["export"] = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCredits:
    line: str
    step: Literal["credits"] = "credits"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStatus:
    line: str
    step: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Upload of what is new in the folder, or of the addresses the line named."""

    line: str
    urls: tuple[str, ...] = ()
    step: Literal["upload"] = "upload"


Step = Message | Export | AskCredits | AskStatus | Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the prompt; it ends in a render of its own.

    `text` is the block as written (what 'unchanged' compares). `label`: its name, or None. `files`: None, the block
    goes on from the one before; else the patterns of a fresh timeline about those files alone (`("*",)`: all).
    """

    text: str
    steps: tuple[Step, ...]
    label: str | None = None
    files: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt read as steps. `makes_film` is False for nothing but credits, status or upload lines."""

    text: str
    blocks: tuple[Block, ...]
    makes_film: bool


# --- the backend's side ------------------------------------------------------------------------------------------


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
    task_id: str | None = None
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
    wants_state: bool = False
    edits: tuple[str, ...] = ()  # edits it asked the person to drag: sent as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRecord:
    """A render in flight; on disk before the POST. `again`: it is the one new try after `failed`."""

    id: RenderId
    token_fingerprint: str
    begun_at: float
    posted: bool = False
    again: bool = False
    output_label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFilm:
    """A completed render as the server tells it; None where it says nothing."""

    id: RenderId
    url: str
    duration_seconds: float | None = None
    size_bytes: int | None = None


# --- media ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An input made ready for upload.

    `name`: what it is called on the wire. `local`: the file to send (relative to the job's work folder), None: the
    original itself. `taken`: ISO 8601 from EXIF, if any. `problem`: why it cannot be sent; then nothing else counts.
    """

    path: str
    name: str
    kind: MediaKind
    local: str | None = None
    taken: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What was measured in a film file. Loudness in LUFS, peak in dBTP; None without sound."""

    duration_seconds: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    size_bytes: int
    sha256: str
