"""PURE: does a folder rest, and if not, what does it wait for and when is it worth another look? (watching.md, settled)

Time comes in, in monotonic seconds; nothing is read here. A folder has settled when what lies in it has not changed for
long enough and nothing speaks against it. `observe` is called after each look, `hinted` when an event named the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from photovideos.intake.naming import nfc
from photovideos.intake.pace import Pace
from photovideos.intake.unfinished import Sorted, Unfinished, sort_unfinished, unfinished_files
from photovideos.model import Control, FileEntry, LeftOut, MediaKind, Snapshot

Signature = bytes

_PICTURES = (MediaKind.PHOTO, MediaKind.CLIP)


class Waiting(StrEnum):
    """What a folder waits for; `NOTHING`: it has settled."""

    NOTHING = "nothing"
    HOLD = "hold"
    COPY = "copy"
    PROMPT = "prompt"
    PHOTOS = "photos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a folder beside its snapshot.

    `has_prompt`: there is one and it is not blank. `incomplete`: path and reason (`whole`). `being_written`: ask when
    a verdict says settled, then observe again (`writers`). `is_complete`: somebody vouches for it, as with READY
    (`once FOLDER`). `default_prompt_after_seconds`: None, there is no default prompt for it.
    """

    pace: Pace
    has_prompt: bool
    incomplete: Mapping[str, str] = field(default_factory=dict)
    being_written: tuple[str, ...] = ()
    is_complete: bool = False
    default_prompt_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to make of a folder now.

    `since`: when this waiting began. `next_look_seconds`: how long the next look may wait. `left_out`: what the film is
    made without, if it is made now (beside the snapshot's own list). `holding_up`: what keeps the folder waiting, once
    it has done so for long enough to be worth naming. `uses_default_prompt`: it settled without a prompt of its own.
    """

    waiting: Waiting
    since: float
    next_look_seconds: float
    left_out: tuple[LeftOut, ...] = ()
    holding_up: tuple[LeftOut, ...] = ()
    uses_default_prompt: bool = False

    @property
    def is_settled(self) -> bool:
        return self.waiting is Waiting.NOTHING

    def usable(self, snapshot: Snapshot) -> tuple[FileEntry, ...]:
        """The snapshot's media without what this verdict leaves out."""
        left_out = {item.file for item in self.left_out}
        return tuple(entry for entry in snapshot.media if entry.path not in left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """What is remembered of a folder between looks; all times monotonic.

    `files`: the signature without the prompt.
    `changed_at`: when its inputs were last seen to change. `hot_since`: the last change or hint.
    `longest_pause_seconds`: between changes of one copy. `unfinished_since`: by the key of each unfinished file.
    `known_quiet_since`: an earlier process saw the same files since then; it counts for giving up on the unfinished,
    never for having settled.
    """

    signature: Signature
    files: Signature
    changed_at: float
    hot_since: float
    waiting: Waiting
    waiting_since: float
    longest_pause_seconds: float = 0.0
    is_renamed_whole: bool = False
    controls: frozenset[Control] = frozenset()
    unfinished_since: Mapping[str, float] = field(default_factory=dict)
    known_quiet_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    state: FolderState
    snapshot: Snapshot
    facts: Facts
    now: float
    unfinished: Sorted
    is_vouched_for: bool

    @property
    def rested_seconds(self) -> float:
        return self.now - self.state.changed_at

    @property
    def needed_seconds(self) -> float:
        pace = self.facts.pace
        if self.is_vouched_for or (self.state.is_renamed_whole and pace.trusts_renames):
            return pace.quick_seconds
        return pace.rest_after_pause(self.state.longest_pause_seconds)

    @property
    def has_pictures(self) -> bool:
        gone = {item.file for item in self.unfinished.left_out}
        return any(entry.kind in _PICTURES and entry.path not in gone for entry in self.snapshot.media)

    def verdict(
        self, waiting: Waiting, *, at_most_seconds: float | None = None, at_least_seconds: float = 0.0
    ) -> Verdict:
        every = max(self.facts.pace.look_every(self.now - self.state.hot_since), at_least_seconds)
        if at_most_seconds is not None:
            every = max(min(every, at_most_seconds), 0.01)
        return Verdict(
            waiting=waiting,
            since=self.now,
            next_look_seconds=every,
            left_out=self.unfinished.left_out,
            holding_up=self.unfinished.named,
        )


def signature_of(snapshot: Snapshot) -> Signature:
    """What must not change: all files but litter, our own and control files. Twins in NFC and NFD differ by inode.

    A digest, because a thousand folders are remembered for as long as the daemon lives.
    """
    return _digest_of(_files_of(snapshot) if snapshot.prompt is None else (*_files_of(snapshot), snapshot.prompt))


def _signature_of_files(snapshot: Snapshot) -> Signature:
    return _digest_of(_files_of(snapshot))


def _files_of(snapshot: Snapshot) -> tuple[FileEntry, ...]:
    return (*snapshot.media, *snapshot.others, *snapshot.temporaries)


def _digest_of(entries: tuple[FileEntry, ...]) -> Signature:
    lines = (f"{nfc(item.path)}\0{item.size} {item.mtime_ns} {item.ctime_ns} {item.inode}\0" for item in entries)
    whole = "".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(whole, digest_size=16).digest()


def hinted(state: FolderState, *, now: float) -> FolderState:
    """An event named the folder, or the inbox: it is looked at often again."""
    return replace(state, hot_since=max(now, state.hot_since))


def quiet_since(state: FolderState) -> float:
    """Since when nothing in the folder was seen to change, by this process or an earlier one."""
    return state.changed_at if state.known_quiet_since is None else state.known_quiet_since


def taken_up(state: FolderState, *, quiet_since: float, unfinished_since: Mapping[str, float]) -> FolderState:
    """The state after a first look, with what an earlier process saw of the same files; what it did not see is new."""
    known = {file: unfinished_since.get(file, since) for file, since in state.unfinished_since.items()}
    return replace(state, known_quiet_since=quiet_since, unfinished_since=known)


def observe(state: FolderState | None, snapshot: Snapshot, *, now: float, facts: Facts) -> tuple[FolderState, Verdict]:
    """The state after this look, and what to make of it. `state` is None at the first look."""
    state = _changed(state, snapshot, now)
    files = tuple(unfinished_files(snapshot, facts.incomplete, facts.being_written, facts.pace))
    state = replace(state, unfinished_since=_since(state, files, now))
    is_vouched_for = facts.is_complete or Control.READY in snapshot.controls
    unfinished = sort_unfinished(
        files,
        state.unfinished_since,
        now=now,
        quiet_since=quiet_since(state),
        pace=facts.pace,
        is_vouched_for=is_vouched_for,
    )
    look = _Look(
        state=state,
        snapshot=snapshot,
        facts=facts,
        now=now,
        unfinished=unfinished,
        is_vouched_for=is_vouched_for,
    )
    verdict = _judge(look)
    if verdict.waiting is not state.waiting:
        state = replace(state, waiting=verdict.waiting, waiting_since=now)
    return state, replace(verdict, since=state.waiting_since)


def _changed(state: FolderState | None, snapshot: Snapshot, now: float) -> FolderState:
    signature, files = signature_of(snapshot), _signature_of_files(snapshot)
    if state is None:
        return FolderState(
            signature=signature,
            files=files,
            changed_at=now,
            hot_since=now,
            waiting=Waiting.COPY,
            waiting_since=now,
            is_renamed_whole=snapshot.is_renamed_whole,
            controls=snapshot.controls,
        )
    if state.controls != snapshot.controls:
        state = replace(state, controls=snapshot.controls, hot_since=now)
    if state.signature == signature:
        # Our own status file in the folder hides the trace of the rename: it is remembered.
        return replace(state, is_renamed_whole=state.is_renamed_whole or snapshot.is_renamed_whole)
    return replace(
        state,
        signature=signature,
        files=files,
        changed_at=now,
        hot_since=now,
        longest_pause_seconds=_longest_pause(state, files, now),
        is_renamed_whole=snapshot.is_renamed_whole,
        known_quiet_since=None,
    )


def _longest_pause(state: FolderState, files: Signature, now: float) -> float:
    """Of the copy that this change belongs to; if the folder rested, waiting for something else, a new one begins.
    A person who saves the prompt again copies nothing: that is no pause, and nobody waits five minutes for it."""
    if state.waiting not in (Waiting.COPY, Waiting.NOTHING):
        return 0.0
    return (
        state.longest_pause_seconds
        if files == state.files
        else max(state.longest_pause_seconds, now - state.changed_at)
    )


def _since(state: FolderState, files: tuple[Unfinished, ...], now: float) -> dict[str, float]:
    return {file.key: state.unfinished_since.get(file.key, now) for file in files}


def _judge(look: _Look) -> Verdict:
    if Control.HOLD in look.snapshot.controls:
        return look.verdict(Waiting.HOLD)
    if look.snapshot.too_big is not None:  # what was seen of it is by chance
        return look.verdict(Waiting.COPY, at_least_seconds=look.facts.pace.settle_seconds)
    lacking = look.needed_seconds - look.rested_seconds
    if lacking > 0:
        return look.verdict(Waiting.COPY, at_most_seconds=lacking)
    if look.unfinished.holding:
        return look.verdict(Waiting.COPY)
    if not look.has_pictures:
        # One thing at a time; of a folder that holds a photo-less prompt or nothing at all, photos are the first.
        return look.verdict(Waiting.PHOTOS)
    if look.facts.has_prompt:
        return look.verdict(Waiting.NOTHING)
    return _without_prompt(look)


def _without_prompt(look: _Look) -> Verdict:
    after = look.facts.default_prompt_after_seconds
    if after is None:
        return look.verdict(Waiting.PROMPT)
    if look.rested_seconds < after and not look.is_vouched_for:
        return look.verdict(Waiting.PROMPT, at_most_seconds=after - look.rested_seconds)
    return replace(look.verdict(Waiting.NOTHING), uses_default_prompt=True)
