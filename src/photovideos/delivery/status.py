"""The status file of a folder: one, with its state in its name (design §2.1). Never a reason for a job to fail.

It holds what happened, since when, when it is tried again, what the person can do, and which files are left out. It
does not hold ids, codes or paths of the service.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from photovideos import disk, logs
from photovideos.delivery import files
from photovideos.delivery.ours import BOM, MAX_TEXT_BYTES, Kind, is_ours, reference_of
from photovideos.errors import PhotoVideosError
from photovideos.intake.ignore import OWN_NOTE_PREFIX
from photovideos.logs import clean
from photovideos.model import LeftOut

_log = logs.get("status")

PREFIX = OWN_NOTE_PREFIX
MAX_LINES = 40
MAX_LINE_CHARACTERS = 300
REWRITE_SECONDS = 15.0
_NEWLINE = "\r\n"
TRYING_AGAIN = "trying again at "
_AGAIN_SHAPE = re.compile(re.escape(TRYING_AGAIN) + r"\d\d-\d\d")


class State(StrEnum):
    """All states but `trying again at 14-05`, which is made by `trying_again`."""

    WAITING_FOR_COPY = "waiting for copy to finish"
    WAITING_FOR_PROMPT = "waiting for prompt.txt"
    WAITING_FOR_PHOTOS = "waiting for photos"
    ON_HOLD = "on hold"
    QUEUED = "queued"
    CONNECTING = "connecting"
    UPLOADING = "uploading"
    MAKING = "making"
    RENDERING = "rendering"
    NEW_PHOTOS = "new photos"
    ALREADY_MADE = "already made"
    CANCELLED = "cancelled"
    NEEDS_HELP = "NEEDS HELP"


_STATES = frozenset(state.value for state in State)


def trying_again(at: datetime) -> str:
    """The state of a job that is tried again at this local time."""
    return f"{TRYING_AGAIN}{at:%H-%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusNote:
    """What a status file says. `lines`: what happened and what the person can do. `since`: of the state."""

    state: str
    lines: tuple[str, ...]
    reference: str
    since: float | None = None
    left_out: tuple[LeftOut, ...] = ()


def file_name(state: str) -> str:
    if not is_state(state):
        raise ValueError(f"no state of a folder: {state!r}")
    return f"{PREFIX}{state}.txt"


def is_state(state: str) -> bool:
    return state in _STATES or _AGAIN_SHAPE.fullmatch(state) is not None


def text_of(note: StatusNote) -> str:
    """PURE: at most 40 lines, CRLF; its last line is the reference under which the log tells more."""
    head = [f"photovideos: {note.state}", ""]
    head += [clean(line, MAX_LINE_CHARACTERS) for line in _split(note.lines)]
    if note.since is not None:
        head.append(f"Since {datetime.fromtimestamp(note.since).astimezone():%Y-%m-%d %H:%M}.")
    tail = ["", Kind.STATUS.value, f"Reference: {clean(note.reference, 40)}"]
    head = head[: MAX_LINES - len(tail)]
    room = MAX_LINES - len(head) - len(tail)
    return _NEWLINE.join([*head, *_left_out_lines(note.left_out, room), *tail]) + _NEWLINE


def _split(lines: tuple[str, ...]) -> Iterator[str]:
    for line in lines:
        yield from (part for part in line.splitlines() if part.strip())


def _left_out_lines(left_out: tuple[LeftOut, ...], room: int) -> list[str]:
    if not left_out or room < 3:
        return []
    named = [f"  {clean(one.file, 120)}: {clean(one.reason, 160)}" for one in left_out]
    most = room - 2
    if len(named) > most:
        named = [*named[: most - 1], f"  and {len(named) - most + 1} more"]
    return ["", "Left out:", *named]


def show(folder_fd: int, note: StatusNote, *, now: float) -> bool:
    """Makes the folder's status file say this; False where it could not. `now`: seconds since the epoch.

    Under an unchanged state it is rewritten at most every 15 s. Other status files of ours go.
    """
    name = file_name(note.state)
    data = (BOM + text_of(note)).encode(errors="replace")
    try:
        old = files.read_regular(folder_fd, name, MAX_TEXT_BYTES)
        if old is not None and not is_ours(Kind.STATUS, old):
            return False
        if old is not None and _is_fresh(folder_fd, name, now):
            return True
        if old is None and files.exists(folder_fd, name):
            return False  # a link, a folder, or a long text of somebody's own
        if old != data:
            _put_somehow(folder_fd, name, data, now=now, is_new=old is None)
        _remove(folder_fd, keep=name)
    except (OSError, PhotoVideosError) as error:
        _log.warning("status.unwritten", state=note.state, reference=note.reference, reason=str(error))
        return False
    return True


def _is_fresh(folder_fd: int, name: str, now: float) -> bool:
    """By its mtime, which was set to our own clock: a server's clock may be another."""
    written = os.stat(name, dir_fd=folder_fd, follow_symlinks=False).st_mtime
    return 0 <= now - written < REWRITE_SECONDS


def _put_somehow(folder_fd: int, name: str, data: bytes, *, now: float, is_new: bool) -> None:
    """On a full disk there is still room for a note: that of the note before it."""
    try:
        _put(folder_fd, name, data, now=now, is_new=is_new)
    except OSError as error:
        if error.errno not in disk.FULL:
            raise
        _remove(folder_fd, keep=None)
        _put(folder_fd, name, data, now=now, is_new=True)


def _put(folder_fd: int, name: str, data: bytes, *, now: float, is_new: bool) -> None:
    with files.new_part(folder_fd) as (part, fd):
        files.write_all(fd, data)
        with suppress(OSError):
            os.utime(fd, (now, now))
        _remove(folder_fd, keep=name)  # first, so that there are never two
        if is_new:
            files.rename_new(folder_fd, part, name)
        else:
            os.rename(part, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)


def _ours(folder_fd: int) -> Iterator[str]:
    for name in os.listdir(folder_fd):
        if not name.startswith(PREFIX) or not name.endswith(".txt"):
            continue
        if not is_state(name[len(PREFIX) : -len(".txt")]):
            continue
        if is_ours(Kind.STATUS, files.read_regular(folder_fd, name, MAX_TEXT_BYTES)):
            yield name


def _remove(folder_fd: int, *, keep: str | None) -> None:
    for name in _ours(folder_fd):
        if name != keep:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder_fd)


def withdraw(folder_fd: int, state: str) -> None:
    """Takes back the status file of that state, if it is ours: somebody else knows better by now."""
    name = file_name(state)
    with suppress(OSError):
        if is_ours(Kind.STATUS, files.read_regular(folder_fd, name, MAX_TEXT_BYTES)):
            os.unlink(name, dir_fd=folder_fd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a status file of ours tells."""

    state: str
    reference: str


def find(folder_fd: int) -> Found | None:
    """What a status file of ours in this folder tells, if there is one."""
    with suppress(OSError):
        for name in _ours(folder_fd):
            reference = reference_of(files.read_regular(folder_fd, name, MAX_TEXT_BYTES) or b"")
            return Found(state=name[len(PREFIX) : -len(".txt")], reference=reference or "")
    return None


def clear(folder_fd: int) -> None:
    """No status file of ours is left in the folder."""
    try:
        _remove(folder_fd, keep=None)
        files.remove_leftovers(folder_fd)
    except OSError as error:
        _log.warning("status.unremoved", reason=str(error))
