"""The log is data: events `noun.past` with keys; lines for people on a terminal, JSON lines otherwise.

What strangers chose (file names, server text) is cleaned of control characters before it goes anywhere, and values
under a secret's key never appear. This room does not decide what is logged.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_SECRET_KEYS = frozenset({"token", "secret", "authorization", "nemo_token", "password", "key"})
_SECRET_SHAPES = re.compile(r"nmv_[A-Za-z0-9_\-]{4,}|(?i:bearer)\s+\S+")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str, limit: int = 500) -> str:
    """`text` without C0, C1 and bidi controls (line breaks and tabs become blanks), cut at `limit` characters.

    Bytes that are no text (lone surrogates of file names) become U+FFFD.
    """
    kept = []
    for character in text[: limit * 4]:
        if character in "\n\r\t\u2028\u2029":
            kept.append(" ")
        elif character in _BIDI or unicodedata.category(character) == "Cc":
            continue
        elif unicodedata.category(character) == "Cs":
            kept.append("\ufffd")
        else:
            kept.append(character)
    cleaned = "".join(kept)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def _made_safe(value: Any) -> Any:
    if isinstance(value, str):
        return clean(_SECRET_SHAPES.sub("(secret)", value), 2000)
    if isinstance(value, dict):
        return {str(key): _hidden(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_made_safe(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean(_SECRET_SHAPES.sub("(secret)", str(value)), 2000)


def _hidden(key: str, value: Any) -> Any:
    return "(secret)" if key.lower() in _SECRET_KEYS else _made_safe(value)


def _safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _hidden(key, value) for key, value in event.items()}


def get(name: str) -> FilteringBoundLogger:
    """The logger of a room; `name` is bound as `room`."""
    logger: FilteringBoundLogger = structlog.get_logger(room=name)
    return logger


class _Stderr(io.TextIOBase):
    """Whatever stderr is at the moment of writing: a live progress bar puts itself in its place and moves aside."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


def set_up(*, stream: TextIO | None = None, for_people: bool | None = None, level: int = logging.INFO) -> None:
    """Once per process, before the first line. `for_people` None: whether `stream` (stderr) is a terminal."""
    out = stream if stream is not None else _Stderr()
    readable = out.isatty() if for_people is None else for_people
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        structlog.processors.format_exc_info,
        _safe,
    ]
    if readable:
        processors.append(_line_for_people)
    else:
        processors.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", out)),
        cache_logger_on_first_use=False,
    )
    _route_library_logs(level)


def _line_for_people(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    stamp, level, name = event.pop("timestamp", ""), event.pop("level", "info"), event.pop("event", "")
    event.pop("room", None)
    trace = event.pop("exception", None)
    mark = {"warning": "! ", "error": "!! ", "critical": "!! "}.get(str(level), "")
    line = f"{stamp}  {mark}{str(name).replace('.', ' ')}{_pairs(event.items())}"
    return f"{line}\n{trace}" if trace else line


def _pairs(items: Iterable[tuple[str, Any]]) -> str:
    shown = [f"{key}={value}" for key, value in items if value is not None]
    return "  (" + ", ".join(shown) + ")" if shown else ""


class _ToStructlog(logging.Handler):
    """Warnings of the libraries (APScheduler, watchdog, httpx) become events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        get(record.name).warning("library.warned", message=record.getMessage())


def _route_library_logs(level: int) -> None:
    root = logging.getLogger()
    root.handlers = [_ToStructlog()]
    root.setLevel(max(level, logging.WARNING))
