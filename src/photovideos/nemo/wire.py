"""PURE. JSON of the API <-> our types, for every endpoint and every published form (contract §2–§8). Raw dicts end
here.

Unknown fields are ignored; what is missing is a JsonError that begins with the JSON path. Codes are read in `codes`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from photovideos.model import Balance, RawJson, RenderId, Session, SessionId, SessionState
from photovideos.nemo import jsontext
from photovideos.nemo.draft import digest
from photovideos.nemo.jsontext import JsonError, Node, finite

_EMPTY = re.compile(r"null|\{[ \t\n\r]*\}")
_SECRET = re.compile(r"[\x21-\x7e]{1,4096}")  # what may stand in a header; anything else would end up in an exception
_MOST_NOTES = 20
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,128}")  # what may stand in an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token as the API hands it out. `expires_at` in seconds since the epoch, None where it does not say."""

    secret: str
    user_id: str | None
    expires_at: float | None

    def __repr__(self) -> str:
        return f"Grant(user_id={self.user_id!r}, expires_at={self.expires_at!r})"


class RenderStage(StrEnum):
    WORKING = "working"  # pending, processing and every word nobody knows
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderStatus:
    """One answer to a poll. `word`: the server's own. `progress` 0–100.

    `reason`: why it failed, in the server's words. The studio's own: `waits_for`, why it does not go on just now;
    `notes`, what is to be told of the finished film; `ask_again_seconds`, when there may be news.
    """

    stage: RenderStage
    word: str
    progress: float | None = None
    url: str | None = None
    duration_seconds: float | None = None
    size_bytes: int | None = None
    reason: str | None = None
    waits_for: str | None = None
    notes: tuple[str, ...] = ()
    ask_again_seconds: float | None = None


# --- answers ---------------------------------------------------------------------------------------------------------


def token(body: bytes) -> Grant:
    """Answer of the token call; the token may stand at the top level."""
    data = _data(body)
    secret = data.need("token")
    if not _SECRET.fullmatch(secret.as_text()):
        raise JsonError(f"{secret.path} is not a token")
    return Grant(secret=secret.as_text(), user_id=_text(data, "user_id"), expires_at=_moment(data.get("expires_at")))


def session(body: bytes) -> Session:
    """Answer of the session call; the fields may stand at the top level."""
    data = _data(body)
    return Session(
        id=SessionId(_identifier(data.need("session_id"))),
        user_id=_text(data, "user_id"),
    )


def uploaded(body: bytes) -> tuple[str, ...]:
    """The server's names of what was uploaded, in its order; at least one."""
    files = _data(body).need("files")
    names = tuple(name for item in files.items() if (name := _file_name(item)))
    if not names:
        raise JsonError(f"{files.path}[0].filename is missing")
    return names


def balance(body: bytes) -> Balance:
    data = _data(body)
    return Balance(
        available=data.need("available").as_number(),
        frozen=_number(data, "frozen"),
        total=_number(data, "total"),
    )


def state(body: bytes) -> SessionState:
    """Answer of the state call. The draft is cut out of the text as it stands there."""
    text = jsontext.decoded(body)
    root = Node(jsontext.parse(text))
    in_envelope = isinstance(root.value, dict) and isinstance(root.value.get("data"), dict)
    data = root.need("data") if in_envelope else root
    if not isinstance(data.value, dict) or "state" not in data.value:
        raise JsonError(f"{'data.' if in_envelope else ''}state is missing")
    inner = data.get("state")
    if inner is not None and not isinstance(inner.value, dict):
        raise JsonError(f"{inner.path} is not an object")
    way = ("data", "state") if in_envelope else ("state",)
    draft = _present(jsontext.span(text, *way, "draft"))
    infos = inner.get("video_infos") if inner else None
    return SessionState(
        draft=draft,
        digest=digest(draft, _present(jsontext.span(text, *way, "generated_media"))),
        uploaded=tuple(name for item in (infos.items() if infos else ()) if (name := _file_name(item))),
        user_id=_text(data, "user_id") or (_text(inner, "user_id") if inner else None),
    )


def render_status(body: bytes) -> RenderStatus:
    """Answer to a poll in the forms A, B and C (contract §8)."""
    root = Node(jsontext.parse(jsontext.decoded(body)))
    data = root.get("data")
    places = [place for place in (data, root) if place is not None and isinstance(place.value, dict)]
    word = next((found.as_text() for place in places if (found := place.get("status"))), None)
    if word is None:
        raise JsonError(f"{'data.' if data else ''}status is missing")
    outputs = [output for place in places if (output := place.get("output"))]
    url = _first_text([*outputs, *places], "url", "outputUrl", "output_url")
    return RenderStatus(
        stage=_stage(word, has_url=url is not None),
        word=word,
        progress=_progress(places),
        url=url,
        duration_seconds=_positive([*outputs, *places], "duration"),
        size_bytes=_whole(_positive([*outputs, *places], "size")),
        reason=_reason(places),
        waits_for=_first_text(places, "waits_for"),
        notes=_notes(places),
        ask_again_seconds=_positive(places, "ask_again_seconds"),
    )


def ask_again_seconds(body: bytes) -> float | None:
    """Of the answer to the POST of a render, which counts for nothing else (contract §8); None: it does not say."""
    try:
        return _positive([Node(jsontext.parse(jsontext.decoded(body))).need("data")], "ask_again_seconds")
    except JsonError:
        return None


# --- requests --------------------------------------------------------------------------------------------------------


def session_request(language: str | None) -> bytes:
    body = {"task_name": "project"} | ({"language": language} if language else {})
    return _json(body)


def urls_request(urls: Sequence[str]) -> bytes:
    return _json({"urls": list(urls), "source_type": "url"})


def instruct_request(session_id: SessionId, text: str) -> bytes:
    return _json(
        {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": session_id,
            "new_message": {"parts": [{"text": _sendable(text)}]},
        }
    )


def render_request(render_id: RenderId, session_id: SessionId, draft: RawJson, output: Mapping[str, Any]) -> bytes:
    """The POST of a render; the draft stands in it exactly as it came."""
    head = _json({"id": render_id, "sessionId": session_id}).decode()
    return f'{head[:-1]},"draft":{draft},"output":{_json(dict(output)).decode()}}}'.encode()


# --- reading ---------------------------------------------------------------------------------------------------------


def _data(body: bytes) -> Node:
    """`data` of the envelope, else the answer itself."""
    root = Node(jsontext.parse(jsontext.decoded(body)))
    data = root.get("data")
    if data is not None and not isinstance(data.value, dict):
        raise JsonError("data is not an object")
    if data is None and isinstance(root.value, dict) and "code" in root.value and len(root.value.keys() - _FRAME) == 0:
        raise JsonError("data is missing")
    return data if data is not None else root


_FRAME = frozenset({"code", "message", "msg", "data", "success", "error"})


def _identifier(node: Node) -> str:
    """An id that will stand in addresses; one that came as a whole number is taken digit by digit."""
    value = node.value
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else node.as_text()
    if not _ID.fullmatch(text) or set(text) <= {"."}:
        raise JsonError(f"{node.path} is not an id")
    return text


def _text(node: Node, name: str) -> str | None:
    found = node.get(name)
    return found.value.strip() or None if found is not None and isinstance(found.value, str) else None


def _number(node: Node, name: str) -> float | None:
    found = node.get(name)
    return finite(found.value) if found is not None else None


def _file_name(item: Node) -> str | None:
    if isinstance(item.value, str):
        return item.value or None
    return _text(item, "filename")


def _present(raw: RawJson | None) -> RawJson | None:
    """Absent, null and {} are one value."""
    return None if raw is None or _EMPTY.fullmatch(raw) else raw


def _moment(node: Node | None) -> float | None:
    """ISO 8601 (without an offset: UTC) or seconds or milliseconds since the epoch; None for what cannot be read."""
    if node is None:
        return None
    number = finite(node.value)
    if number is not None:
        return number / 1000 if number > 1e11 else number
    try:
        moment = datetime.fromisoformat(node.value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _stage(word: str, *, has_url: bool) -> RenderStage:
    known = word.strip().lower()
    if known == "failed":
        return RenderStage.FAILED
    return RenderStage.COMPLETED if known == "completed" and has_url else RenderStage.WORKING


def _first_text(places: Sequence[Node], *names: str) -> str | None:
    return next((text for place in places for name in names if (text := _text(place, name))), None)


def _notes(places: Sequence[Node]) -> tuple[str, ...]:
    found = [place.value.get("notes") for place in places]
    texts = [text for several in found if isinstance(several, list) for text in several[:_MOST_NOTES]]
    return tuple(text for text in texts if isinstance(text, str) and text.strip())


def _positive(places: Sequence[Node], name: str) -> float | None:
    numbers = (_number(place, name) for place in places)
    return next((number for number in numbers if number is not None and number > 0), None)


def _whole(number: float | None) -> int | None:
    return int(number) if number is not None else None


def _progress(places: Sequence[Node]) -> float | None:
    number = next((found for place in places if (found := _number(place, "progress")) is not None), None)
    return max(0.0, min(100.0, number)) if number is not None else None


def _reason(places: Sequence[Node]) -> str | None:
    for place in places:
        for name in ("error", "message"):
            found = place.get(name)
            said = found.get("message") if found is not None and isinstance(found.value, dict) else found
            if said is not None and isinstance(said.value, str) and said.value.strip():
                return said.value.strip()[:2000]
    return None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _sendable(text: str) -> str:
    """`text` without what UTF-8 cannot carry (lone surrogates of file names)."""
    return text.encode("utf-8", "replace").decode()
