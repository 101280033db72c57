"""PURE: the sentences that a folder without a job shows in its status file."""

from __future__ import annotations

from photovideos.delivery.status import State, StatusNote
from photovideos.intake.settle import Verdict, Waiting
from photovideos.logs import clean
from photovideos.model import LeftOut, Snapshot

STATES = {
    Waiting.COPY: State.WAITING_FOR_COPY,
    Waiting.PROMPT: State.WAITING_FOR_PROMPT,
    Waiting.PHOTOS: State.WAITING_FOR_PHOTOS,
    Waiting.HOLD: State.ON_HOLD,
}

_LINES = {
    Waiting.COPY: (
        "Files are still arriving. The film is made once the folder has rested.",
        "If the copy is complete, put an empty file named READY into this folder to start at once.",
    ),
    Waiting.PROMPT: (
        "The photos are here. Now put a file prompt.txt into this folder that says what film to make, such as:",
        "turn these photos into a 30-second video with transitions and background music",
    ),
    Waiting.PHOTOS: ("There is no photo or clip here yet that a film could be made of.",),
    Waiting.HOLD: ("A file HOLD lies in this folder. Remove it to go on.",),
}


def of_waiting(verdict: Verdict, snapshot: Snapshot, *, since: float, blank_prompt: bool) -> StatusNote | None:
    """The note of a folder that has not settled; None for one that has."""
    if verdict.is_settled:
        return None
    if snapshot.too_big:
        return _of_too_big(snapshot.too_big, since=since)
    lines = list(_LINES[verdict.waiting])
    if verdict.waiting is Waiting.PROMPT and blank_prompt:
        lines.insert(0, "The prompt.txt in this folder is empty.")
    if verdict.holding_up:
        lines.append("These files hold it up; copy them again or take them out:")
        lines += [f"  {clean(item.file, 120)}: {item.reason}" for item in verdict.holding_up[:20]]
    return _note(STATES[verdict.waiting], lines, since=since, left_out=(*snapshot.left_out, *verdict.left_out))


def _of_too_big(why: str, *, since: float) -> StatusNote:
    lines = (
        f"This folder is too big for one film: {why}.",
        "Move a part of its files into folders of their own, each with a prompt.txt.",
    )
    return _note(State.NEEDS_HELP, lines, since=since)


def of_problem(message: str, advice: str, *, since: float) -> StatusNote:
    return _note(State.NEEDS_HELP, [message, advice], since=since)


def of_lost_record(*, since: float) -> StatusNote:
    """Our status file lies here and the ledger knows nothing of it (design §4, Exactly one film)."""
    lines = (
        "Work on this folder had begun, but photovideos' own record of it is lost.",
        "To make the film from the beginning, put an empty file named RETRY into this folder.",
        "With NemoVideo that may be charged a second time.",
    )
    return _note(State.NEEDS_HELP, lines, since=since)


def of_new_photos(*, since: float) -> StatusNote:
    lines = (
        "Photos came or went since the film was made. That alone makes no new film.",
        "To take them along, change prompt.txt, add the line `upload` to it, or put an empty file RETRY here.",
    )
    return _note(State.NEW_PHOTOS, lines, since=since)


def of_already_made(film: str, *, since: float) -> StatusNote:
    lines = (
        f"The film of these photos is here already: {clean(film, 200)}",
        "To make it again, put an empty file named RETRY into this folder, or change prompt.txt.",
    )
    return _note(State.ALREADY_MADE, lines, since=since)


def of_gate(count: int, *, since: float) -> StatusNote:
    """The first scan found many folders and the backend is the cloud (design §2.1, New means new)."""
    lines = (
        f"{count} folders were ready when photovideos saw this inbox first, and NemoVideo makes the films.",
        "So that nothing is sent and paid by mistake, put an empty file named READY into the inbox itself to begin.",
    )
    return _note(State.ON_HOLD, lines, since=since)


def of_no_room(message: str, advice: str, *, since: float) -> StatusNote:
    """Our own records have no room, so it cannot be taken in yet."""
    return _note(State.QUEUED, [f"Waiting: {message}", advice], since=since)


def of_other_backend(*, since: float) -> StatusNote:
    """design §4, Who sees the photos: refining after a switch to the cloud waits for READY."""
    lines = (
        "This film was made on this machine; films are made by NemoVideo now.",
        "To send this folder's photos to NemoVideo, put an empty file named READY into this folder.",
    )
    return _note(State.ON_HOLD, lines, since=since)


def _note(
    state: str, lines: tuple[str, ...] | list[str], *, since: float, left_out: tuple[LeftOut, ...] = ()
) -> StatusNote:
    return StatusNote(state=state, lines=tuple(lines), left_out=left_out, since=since, reference="")
