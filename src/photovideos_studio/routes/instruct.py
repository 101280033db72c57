"""Messages (contract §7): `/run_sse` answers with a stream of events in the shape of Google's Agent Development Kit.

A message runs to its end even if its client goes away: its effect is in the state. What it means is the director's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from photovideos_studio.routes.accounts import account_of
from photovideos_studio.routes.answers import json_answer, json_body
from photovideos_studio.routes.context import Direction, Studio, studio_of
from photovideos_studio.routes.dynamics import with_ranges
from photovideos_studio.routes.lettering import with_missing_characters
from photovideos_studio.routes.sessions import find_session
from photovideos_studio.store.accepted import Accepted
from photovideos_studio.store.disk import FULL
from photovideos_studio.store.errors import SessionMissing, StoreError
from photovideos_studio.store.sessions import Session

log = logging.getLogger(__name__)
T = TypeVar("T")

APP_NAME = "nemo_agent"
TOOL = "edit_timeline"
DELTA_CHARACTERS = 48
MAX_MESSAGE_CHARACTERS = 100_000
ROOM_WAIT_SECONDS = 2.0  # somebody listens, and not for ever
ROOM_BYTES = 4_000_000  # for the draft of a very long film


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    session_id: str
    text: str
    streams_deltas: bool


class NotAsked(Exception):
    """The body lacks something; `details` in ADK's own form."""

    def __init__(self, details: list[dict[str, Any]]) -> None:
        super().__init__("422")
        self.details = details


def read_request(body: dict[str, Any]) -> Asked:
    """ADK takes both spellings of its keys, so this does too. Raises NotAsked."""
    values = {"appName": body.get("app_name", body.get("appName")), "userId": body.get("user_id", body.get("userId"))}
    values["sessionId"] = body.get("session_id", body.get("sessionId"))
    values["newMessage"] = body.get("new_message", body.get("newMessage"))
    details = [_detail("missing", [name], "Field required") for name, value in values.items() if value is None]
    details += [
        _detail("string_type", [name], "Input should be a valid string")
        for name in ("appName", "userId", "sessionId")
        if values[name] is not None and not isinstance(values[name], str)
    ]
    text = _text_of(values["newMessage"])
    if values["newMessage"] is not None and text is None:
        details.append(_detail("value_error", ["newMessage", "parts"], "Input should be a list of text parts"))
    streaming = body.get("streaming")
    if streaming is not None and not isinstance(streaming, bool):
        details.append(_detail("bool_type", ["streaming"], "Input should be a valid boolean"))
    if details or text is None:
        raise NotAsked(details)
    is_ours = values["appName"] == APP_NAME and values["userId"] == "me"
    # Deltas come unless they are refused: the client of the contract never says which it wants, and must bear both.
    session_id = str(values["sessionId"]) if is_ours else ""  # another app's or user's sessions are not found here
    return Asked(session_id=session_id, text=text, streams_deltas=streaming is not False)


def _detail(kind: str, where: list[str], message: str) -> dict[str, Any]:
    return {"type": kind, "loc": ["body", *where], "msg": message}


def _text_of(message: Any) -> str | None:
    parts = message.get("parts") if isinstance(message, dict) else None
    if not isinstance(parts, list) or not parts:
        return None
    texts = [part.get("text") if isinstance(part, dict) else None for part in parts]
    if not all(isinstance(text, str) for text in texts):
        return None
    text = "\n".join(str(text) for text in texts)[:MAX_MESSAGE_CHARACTERS]
    return text.encode("utf-8", "replace").decode()


async def run_sse(request: Request) -> Response:
    studio = studio_of(request)
    account = await account_of(request)
    try:
        asked = read_request(await json_body(request))
        session = await asyncio.to_thread(find_session, studio.store, asked.session_id, account.user_id, studio.clock())
        # Asked now, while the message can still be refused: what was accepted must not fail for want of room.
        await asyncio.to_thread(studio.store.make_room, ROOM_BYTES, now=studio.clock())
        take = studio.store.accepted.take
        message = await asyncio.to_thread(take, session.id, session.user_id, asked.text, at=studio.clock())
    except NotAsked as error:
        return json_answer({"detail": error.details}, status=422)
    except SessionMissing:
        return json_answer({"detail": "Session not found"}, status=404)
    # Begun before the first byte of the answer: an accepted message is carried out, whatever becomes of its client, and
    # on disk, whatever becomes of this process.
    work = studio.start(carry_out(studio, session, message))
    return StreamingResponse(
        _events(studio, work, asked),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def carry_out(studio: Studio, session: Session, message: Accepted) -> Direction:
    """What was accepted does not fail for want of room: it waits, in the order of its session."""
    async with studio.turn(session.id):
        begun = await _with_room(studio, studio.store.accepted.begin, message)
        return await _with_room(studio, _direct, studio, session, begun)


async def _with_room(studio: Studio, write: Callable[..., T], *given: Any) -> T:
    """`write` must leave nothing behind when it finds no room."""
    is_told = False
    while True:
        try:
            return await asyncio.to_thread(write, *given)
        except OSError as error:
            if error.errno not in FULL:
                raise
            if not is_told:
                log.warning("message.waits_for_room", extra={"fields": {"reason": str(error)}})
            is_told = True
        await asyncio.sleep(min(studio.room_wait_seconds, ROOM_WAIT_SECONDS))


def take_up_again(studio: Studio) -> None:
    """At start, before anything is answered: carries out what a studio that went down had accepted."""
    for message in studio.store.accepted.left():
        log.info("message.resumed", extra={"fields": {"session": message.session_id, "turns": message.turns}})
        try:
            session = studio.store.sessions.get(message.session_id, user_id=message.user_id)
        except SessionMissing:
            studio.store.accepted.end(message)
            continue
        if studio.store.accepted.is_done(message):
            _note(studio, message, changed=True)
            studio.store.accepted.end(message)
        elif message.is_hopeless:
            studio.store.accepted.end(message)
        else:
            studio.start(_carry_out_alone(studio, session, message))


async def _carry_out_alone(studio: Studio, session: Session, message: Accepted) -> None:
    """Nobody listens any more: the state tells what came of it."""
    try:
        await carry_out(studio, session, message)
    except Exception:  # the top frame of the message's work
        log.exception("message.broke")


def _direct(studio: Studio, session: Session, message: Accepted) -> Direction:
    sessions = studio.store.sessions
    try:
        materials = [upload.material for upload in sessions.uploads(session.id)]
        seed = sessions.seeded(sessions.get(session.id, user_id=session.user_id)).seed
        direction = studio.direct(
            message.text,
            materials=materials,
            previous=sessions.draft(session.id),
            seed=seed or session.id,
            language=session.language,
        )
        if direction.changed:
            draft = with_missing_characters(direction.draft, direction.language)
            draft = with_ranges(draft, materials, direction.language)
            sessions.save_draft(session.id, draft)
    except Exception as error:  # raised on in any case; what is decided here is who may try again
        if not isinstance(error, OSError) or error.errno not in FULL:
            studio.store.accepted.end(message)  # its client is told so, and nobody carries it out later
        raise
    _note(studio, message, changed=direction.changed)
    studio.store.accepted.end(message)
    fields = {"session": session.id, "changed": direction.changed, "files": len(materials)}
    log.info("message.directed", extra={"fields": fields})
    return direction


def _note(studio: Studio, message: Accepted, *, changed: bool) -> None:
    """The draft is what counts: without room for the note the message was carried out all the same."""
    try:
        studio.store.sessions.note_message(message.session_id, message.text, at=studio.clock(), changed=changed)
    except OSError as error:
        log.warning("message.unnoted", extra={"fields": {"session": message.session_id, "reason": str(error)}})


# --- the stream --------------------------------------------------------------------------------------------------


async def _events(studio: Studio, work: asyncio.Task[Direction], asked: Asked) -> AsyncIterator[bytes]:
    events = Events(invocation=f"e-{secrets.token_hex(8)}", now=studio.clock)
    call_id = f"adk-{secrets.token_hex(8)}"
    call = {"functionCall": {"id": call_id, "args": {"request": asked.text[:500]}, "name": TOOL}}
    yield events.event(content={"parts": [call], "role": "model"}, longRunningToolIds=[])
    while not (await asyncio.wait([work], timeout=studio.heartbeat_seconds))[0]:
        yield b": heartbeat\n\n"
    try:
        direction = work.result()
    except (StoreError, OSError) as error:
        log.warning("message.refused", extra={"fields": {"reason": str(error)}})
        yield events.event(errorCode="UNAVAILABLE", errorMessage=str(error))
        return
    except Exception:  # the top frame of the message's work: the stream says so in the contract's own way
        log.exception("message.broke")
        yield events.event(errorCode="INTERNAL", errorMessage="The studio stumbled over this message.")
        return
    outcome = {"status": "ok", "changed": direction.changed}
    response = {"functionResponse": {"id": call_id, "name": TOOL, "response": outcome}}
    yield events.event(content={"parts": [response], "role": "user"}, state_delta={"changed": direction.changed})
    if not direction.reply:
        return
    if asked.streams_deltas:
        for delta in deltas(direction.reply):
            yield events.event(content={"parts": [{"text": delta}], "role": "model"}, partial=True)
    whole = {"parts": [{"text": direction.reply}], "role": "model"}
    yield events.event(content=whole, finishReason="STOP", turnComplete=True)


def deltas(text: str) -> list[str]:
    """The text in pieces that together are the text."""
    return [text[start : start + DELTA_CHARACTERS] for start in range(0, len(text), DELTA_CHARACTERS)]


class Events:
    """ADK's event objects: camelCase, one `data:` line each."""

    def __init__(self, *, invocation: str, now: Any) -> None:
        self._invocation = invocation
        self._now = now

    def event(self, *, state_delta: dict[str, Any] | None = None, **values: Any) -> bytes:
        whole = {
            **values,
            "invocationId": self._invocation,
            "author": APP_NAME,
            "actions": {
                "stateDelta": state_delta or {},
                "artifactDelta": {},
                "requestedAuthConfigs": {},
                "requestedToolConfirmations": {},
            },
            "id": secrets.token_hex(16),
            "timestamp": self._now(),
        }
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        return b"data: " + text.encode("utf-8", "replace") + b"\n\n"
