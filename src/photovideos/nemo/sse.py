"""PURE. The event stream of an instruction (contract §7): bytes in, events out, however the network cut them.

Lines end with CR, LF or CRLF and nothing else (U+2028 and U+0085 come raw inside the JSON), and are decoded after that.
Known forms: ADK events, the `type` form of an early publication, every heartbeat, every error, also the old one that is
no valid JSON and may spill onto lines without a prefix. What an event means for a job is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from photovideos.nemo import jsontext

MAX_EVENT_BYTES = 16 * 1024 * 1024  # 300 KB on one line are usual


class EventTooLong(ValueError):
    """One event is longer than anyone would send in earnest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Text for the person. `is_partial`: a delta that a later event repeats whole.

    `is_chunk`: goes on without a break.
    """

    text: str
    is_partial: bool = False
    is_chunk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUsed:
    """A tool call, or its result: a sign of work, never shown."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Still working."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error inside the stream, in the server's words. `code`: its own name for it, if it gave one."""

    message: str
    code: str | None = None

    @property
    def is_want_of_credits(self) -> bool:
        """2001 inside the stream; forms without a code say it in words."""
        return self.code == "2001" or (self.code is None and bool(_NO_CREDITS.search(self.message)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Anything else: state deltas, thoughts, events of later versions."""


Event = Said | ToolUsed | Heartbeat | Failure | Noticed

_NO_CREDITS = re.compile(r"\b2001\b|\b(?:insufficient|no|not enough) credits\b|积分不足|余额不足", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_OLD_ERROR = re.compile(r'^\s*\{\s*"error"\s*:')
_BEATS = frozenset({"heartbeat", "ping", "keepalive", "keep-alive"})


class Decoder:
    """Feed it the bytes as they come; `finish` when the stream has closed. Owned by one thread."""

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._rest = bytearray()  # the line that has not ended yet
        self._after_cr = False
        self._is_first = True
        self._data: list[str] = []  # the event that has not ended yet
        self._data_size = 0
        self._is_torn = False  # the event is the old error form, its message not closed yet
        self._name = ""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that `chunk` completes; to be read to its end. Raises EventTooLong."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        start = 0
        for end in _LINE_END.finditer(chunk):
            line = bytes(self._rest) + chunk[start : end.start()]
            self._rest.clear()
            start = end.end()
            self._check_size(len(line))
            yield from self._line(line)
        self._after_cr = chunk.endswith(b"\r") or (self._after_cr and not chunk)
        self._rest += chunk[start:]
        self._check_size(len(self._rest))

    def finish(self) -> Iterator[Event]:
        """The events of what stands there without its blank line; a torn one says nothing."""
        if self._rest:
            line = bytes(self._rest)
            self._rest.clear()
            yield from self._line(line)
        if self._data or self._name:
            yield from self._dispatch()

    def _line(self, raw: bytes) -> Iterator[Event]:
        line = raw.decode("utf-8", "replace")
        if self._is_first:
            line, self._is_first = line.removeprefix("\ufeff"), False
        if not line:
            if self._data or self._name:
                yield from self._dispatch()
            return
        field, colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._is_torn = self._is_torn or bool(_OLD_ERROR.match(value) and not _is_json(value))
            self._keep(value)
        elif self._is_torn:
            self._keep(line)
        elif not field and colon:
            yield Heartbeat()
        elif field == "event":
            self._name = value.strip()

    def _keep(self, text: str) -> None:
        self._data.append(text)
        self._data_size += len(text) + 1
        self._check_size(self._data_size)

    def _check_size(self, size: int) -> None:
        if size > self._max:
            raise EventTooLong(f"one event is longer than {self._max} bytes")

    def _dispatch(self) -> Iterator[Event]:
        lines, name = self._data, self._name.lower()
        self._data, self._data_size, self._name, self._is_torn = [], 0, "", False
        if name in _BEATS or not "".join(lines).strip():
            yield Heartbeat()
            return
        whole = "\n".join(lines)
        if len(lines) == 1 or _is_json(whole) or _OLD_ERROR.match(whole):
            yield from _events_of(whole, name)
        else:  # several events whose blank lines were forgotten
            for line in lines:
                yield from _events_of(line, name)


def _is_json(text: str) -> bool:
    try:
        jsontext.parse(text)
    except jsontext.JsonError:
        return False
    return True


def _events_of(data: str, name: str) -> Iterator[Event]:
    """The events of one `data:` value under the event name `name`."""
    if data.strip().lower() in _BEATS:
        yield Heartbeat()
        return
    try:
        value = jsontext.parse(data)
    except jsontext.JsonError:
        if _OLD_ERROR.match(data):
            yield Failure(message=_words_of_old_error(data))
        elif name == "error":
            yield Failure(message=data.strip())
        else:
            yield Noticed()
        return
    if not isinstance(value, dict):
        yield Failure(message=str(value)) if name == "error" else Noticed()
    elif isinstance(value.get("type"), str) and not isinstance(value.get("content"), dict):
        yield _typed(value["type"].lower(), value)
    else:
        yield from _adk(value, is_error=name == "error")


def _words_of_old_error(data: str) -> str:
    words = data.split(":", 1)[1].strip()
    return words.removesuffix("}").rstrip().removeprefix('"').removesuffix('"').strip() or "no reason given"


def _typed(kind: str, value: dict[str, Any]) -> Event:
    """The form of one early publication: `{"type": "text", "content": …}`."""
    content = value.get("content", value.get("text"))
    if kind in _BEATS:
        return Heartbeat()
    if kind == "text" and isinstance(content, str):
        if value.get("thought") is True:
            return Noticed()
        return Said(text=content, is_partial=value.get("partial") is True, is_chunk=True)
    if kind in ("tool_call", "tool_result"):
        return ToolUsed(name=str(value.get("name") or value.get("tool") or ""))
    if kind == "error":
        words = content or value.get("message")
        return _failure(value) or Failure(message=words if isinstance(words, str) else "no reason given")
    return _failure(value) or Noticed()


def _adk(value: dict[str, Any], *, is_error: bool) -> Iterator[Event]:
    """One event of Google's ADK; its text first, what went wrong last."""
    content = value.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    is_echo = value.get("author") == "user" or (isinstance(content, dict) and content.get("role") == "user")
    spoken: list[str] = []
    seen = False
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict):
            continue
        if isinstance(part.get("text"), str) and part.get("thought") is not True:
            spoken.append(part["text"])
        for key in ("functionCall", "functionResponse", "function_call", "function_response"):
            if isinstance(part.get(key), dict):
                seen = True
                yield ToolUsed(name=str(part[key].get("name") or ""))
    if (text := "".join(spoken)) and not is_echo:
        seen = True
        yield Said(text=text, is_partial=value.get("partial") is True)
    failure = _failure(value)
    if failure or is_error:
        yield failure or Failure(message="no reason given")
    elif not seen:
        yield Noticed()


def _failure(value: dict[str, Any]) -> Failure | None:
    """The error that an event carries in any of its forms, None if it carries none."""
    code = value.get("errorCode") or value.get("error_code")
    message = value.get("errorMessage") or value.get("error_message")
    error = value.get("error")
    if isinstance(error, dict):
        code, message = code or error.get("code"), message or error.get("message")
    elif isinstance(error, str) and error:
        message = message or error
    number = value.get("code")
    if isinstance(number, int) and not isinstance(number, bool) and number != 0:
        code, message = code or number, message or value.get("message") or value.get("msg")
    if not (code or message or error or value.get("success") is False):
        return None
    words = message if isinstance(message, str) and message.strip() else str(code or "no reason given")
    return Failure(message=words.strip(), code=str(code) if code else None)
