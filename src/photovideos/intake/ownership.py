"""PURE: whose inbox is it? (design §4, One owner)

Two daemons on one inbox would make each film twice. The marker names an owner and holds a counter that the owner
raises; who finds another's counter standing still for long enough, by its own clock, takes over. An inbox that was seen
before and does not look like itself (another disk, no marker) is offline: nothing fails, nothing is deleted.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

BEAT_SECONDS = 600.0
STANDSTILL_SECONDS = 1500.0
MAX_MARKER_BYTES = 4096

_FORM = re.compile(
    rb"photovideos inbox\n"
    rb"owner (?P<owner>[0-9a-f]{8,64})\n"
    rb"counter (?P<counter>\d{1,18})\n"
    rb"(?:boot (?P<boot>[0-9a-f]{8,64})\n)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What the marker holds. `owner` None: emptied by an owner that stopped in good order.

    `boot`: the running system the owner lives on; None: not known.
    """

    owner: str | None
    counter: int = 0
    boot: str | None = None


class Standing(StrEnum):
    """`MINE`: work it. `OFFLINE`: it is not the inbox it was. `OTHERS`: another works it, or seems to."""

    MINE = "mine"
    OFFLINE = "offline"
    OTHERS = "others"


class Deed(StrEnum):
    """What is to be written: a marker where none is, ours over what lies there, or nothing."""

    NOTHING = "nothing"
    CREATE = "create"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Another's marker under watch: since when it has stood still, in monotonic seconds."""

    marker: Marker
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerState:
    """What is remembered between looks. `own_id`: of this daemon. `device`: the inbox's, when it was seen; None: never.

    `counter` and `beaten_at` are of the last marker we wrote; `watched` is another's.
    """

    own_id: str
    device: int | None
    boot: str | None = None
    counter: int = 0
    beaten_at: float | None = None
    watched: Watched | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`reason`: for the person, unless it is ours. `took_over`: from an owner that stood still."""

    standing: Standing
    deed: Deed = Deed.NOTHING
    reason: str = ""
    took_over: bool = False


_WORD = "Connect the right disk or share; if this is to be the inbox from now on, put an empty file READY into it."
OTHER_DISK = f"The inbox lies on another disk than before. {_WORD}"
NO_MARKER = f"The inbox is not the one that was here before: its marker is missing. {_WORD}"
OTHERS = "Another photovideos works this inbox. If it is gone for good, this one takes over after 25 minutes."


def read_marker(raw: bytes) -> Marker:
    """What a marker file holds. One that makes no sense is another's; it stands still while it does not change."""
    if not raw.strip(b"\0 \r\n\t"):
        return Marker(owner=None)
    match = _FORM.fullmatch(raw.replace(b"\r\n", b"\n"))
    if match is None:
        return Marker(owner="?" + hashlib.sha256(raw).hexdigest()[:16])
    boot = match["boot"]
    return Marker(
        owner=match["owner"].decode("ascii"),
        counter=int(match["counter"]),
        boot=None if boot is None else boot.decode("ascii"),
    )


def write_marker(marker: Marker) -> bytes:
    """The bytes of the marker; `read_marker` of them gives it back."""
    if marker.owner is None:
        return b""
    raw = b"photovideos inbox\nowner %s\ncounter %d\n" % (marker.owner.encode("ascii"), marker.counter)
    return raw if marker.boot is None else raw + b"boot %s\n" % marker.boot.encode("ascii")


def judge(
    state: OwnerState, found: Marker | None, *, device: int, now: float, is_unlocked: bool = False
) -> tuple[OwnerState, Judgement]:
    """`found`: the marker that lies in the inbox, None if there is none. `device`: the inbox's, as it lies there now.
    `is_unlocked`: no process of this running system works the inbox but, if so, this one.

    If a deed is called for it is to be done before anything else; with `REPLACE` or `CREATE` the marker to write is
    `own_marker` of the new state, and the state holds only if writing worked.
    """
    if state.device is not None and state.device != device:
        return replace(state, watched=None), Judgement(standing=Standing.OFFLINE, reason=OTHER_DISK)
    if found is None:
        if state.device is not None:
            return replace(state, watched=None), Judgement(standing=Standing.OFFLINE, reason=NO_MARKER)
        return _beaten(state, device, now), Judgement(standing=Standing.MINE, deed=Deed.CREATE)
    if found.owner is None:
        return _beaten(state, device, now), Judgement(standing=Standing.MINE, deed=Deed.REPLACE)
    if found.owner == state.own_id:
        return _ours(state, found, device, now)
    return _others(state, found, device, now, is_unlocked)


def own_marker(state: OwnerState) -> Marker:
    return Marker(owner=state.own_id, counter=state.counter, boot=state.boot)


def _beaten(state: OwnerState, device: int, now: float) -> OwnerState:
    return replace(state, device=device, counter=state.counter + 1, beaten_at=now, watched=None)


def _ours(state: OwnerState, found: Marker, device: int, now: float) -> tuple[OwnerState, Judgement]:
    state = replace(state, device=device, counter=max(state.counter, found.counter), watched=None)
    if state.beaten_at is None or now - state.beaten_at >= BEAT_SECONDS:
        return _beaten(state, device, now), Judgement(standing=Standing.MINE, deed=Deed.REPLACE)
    return state, Judgement(standing=Standing.MINE)


def _others(
    state: OwnerState, found: Marker, device: int, now: float, is_unlocked: bool
) -> tuple[OwnerState, Judgement]:
    watched = state.watched
    if watched is None or watched.marker != found:
        watched = Watched(marker=found, since=now)
    # An owner on this very system holds the lock as long as it lives: without it there is nothing to wait for.
    is_dead = is_unlocked and found.boot is not None and found.boot == state.boot
    if is_dead or now - watched.since >= STANDSTILL_SECONDS:
        taken = _beaten(replace(state, counter=found.counter), device, now)
        return taken, Judgement(standing=Standing.MINE, deed=Deed.REPLACE, took_over=True)
    return replace(state, watched=watched), Judgement(standing=Standing.OTHERS, reason=OTHERS)
