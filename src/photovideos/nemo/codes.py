"""PURE. What an answer of the API says about itself: its code (contract §9), and the error of our tree that it means.

Codes come in the body of a 200, in the body of a 4xx, or as nothing but an HTTP status; a body need not be JSON. How an
error is taken depends on the call and is decided there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from photovideos.errors import (
    ExportBlocked,
    FileRefused,
    NoCredits,
    NoSpace,
    OutcomeUnknown,
    PhotoVideosError,
    RateLimited,
    RequestRefused,
    ServiceTrouble,
    SessionGone,
    TokenExpired,
)
from photovideos.nemo import jsontext
from photovideos.nemo.jsontext import finite

SUPPORTED = "MP4, MOV, AVI, WebM, MKV, JPG, PNG, GIF, WebP, MP3, WAV, M4A, AAC"
_TROUBLED = frozenset({408, 425})  # and all 5xx
_NO_ROOM = 507  # the studio's own: its store is full, it says so in a sentence, and nothing was done
_REFUSALS_OF_A_MESSAGE = frozenset({1001, 1002, 2001, 400, 402, 404, 422, 429})  # contract §7


class Call(Enum):
    """Which call was answered, where that changes what a code means."""

    TOKEN = auto()
    SESSION = auto()
    UPLOAD = auto()
    STATE = auto()
    CREDITS = auto()
    INSTRUCT = auto()
    RENDER = auto()
    POLL = auto()
    DOWNLOAD = auto()


_KNOWS_ITS_SESSION = frozenset({Call.UPLOAD, Call.STATE})  # the session is in their address: a 404 is about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an answer says about itself. `code` is None where its body names none; `words` are the server's."""

    status: int
    code: int | None = None
    words: str = ""
    retry_after_seconds: float | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300 and self.code in (None, 0)

    @property
    def number(self) -> int:
        """The code that counts: the body's, else the HTTP status."""
        return self.code if self.code else self.status


HIDDEN = "(secret)"


def read(status: int, body: bytes, *, retry_after: str | None = None, is_render: bool = False) -> Answer:
    """What status and body say.

    `is_render`: in an answer of the render a `status` word counts for more than `success`.
    """
    seconds = _seconds(retry_after)
    try:
        value = jsontext.parse(jsontext.decoded(body)) if body.strip() else None
    except jsontext.JsonError:
        return Answer(status=status, retry_after_seconds=seconds)
    if not isinstance(value, dict):
        return Answer(status=status, retry_after_seconds=seconds)
    code = _code(value)
    if code is None and value.get("success") is False and not (is_render and _has_status(value)):
        code = status if status >= 400 else -1
    return Answer(status=status, code=code, words=_words(value), retry_after_seconds=seconds)


def without(body: bytes, secret: str) -> bytes:
    """`body` with the token it answers to taken out: a service that quotes it would spread it through the status file,
    the summary, the log, the ledger, and the address of a film.
    """
    for spelling in {secret, secret.replace("/", "\\/")}:
        body = body.replace(spelling.encode(), HIDDEN.encode())
    return body


def is_refusal_of_a_message(answer: Answer) -> bool:
    """Whether an answer to an instruction says that it was not taken (contract §7); all else leaves it unknown."""
    return not answer.is_success and (answer.number in _REFUSALS_OF_A_MESSAGE or says_no_room(answer))


def says_no_room(answer: Answer) -> bool:
    """The body's own code, not the mere status: that may be anybody's on the way, and leaves a message unknown."""
    return answer.code == _NO_ROOM and answer.status == _NO_ROOM


def error_of(answer: Answer, call: Call, *, service: str) -> PhotoVideosError:
    """The error that an unsuccessful `answer` means; `service` is the backend's name for people.

    NoCredits and ExportBlocked come without advice: the links are the account's matter.
    """
    number, status = answer.number, answer.status
    detail = f"{call.name.lower()}: status {status}, code {answer.code}: {answer.words}"
    if number == 1001 or (number == 401 and call is not Call.TOKEN):
        return TokenExpired(f"{service} no longer accepts the token.", code=answer.code, status=status, detail=detail)
    if number == 1002 or (number == 404 and _is_about_session(answer, call)):
        return SessionGone(f"{service} no longer knows this session.", code=answer.code, status=status, detail=detail)
    if number == 2001:
        return NoCredits(f"{service} has no credits left for this.", detail=detail)
    if number == 402:
        return ExportBlocked("Register or upgrade your plan to unlock export.", detail=detail)
    if number in (4001, 4002):
        return FileRefused(_why_refused(number), code=number, status=status, detail=detail)
    if number == 429:
        return RateLimited(
            f"{service} asks to wait: too many requests.", detail=detail, retry_after_seconds=answer.retry_after_seconds
        )
    return _other(answer, call, service, detail)


def _other(answer: Answer, call: Call, service: str, detail: str) -> PhotoVideosError:
    if says_no_room(answer):
        return NoSpace(answer.words, advice="Make room there; it goes on by itself.", detail=detail)
    if is_trouble(answer):
        return trouble_of(call)(
            f"{service} has trouble just now.", detail=detail, retry_after_seconds=answer.retry_after_seconds
        )
    said = f" It said: {answer.words}" if answer.words else ""
    return RequestRefused(f"{service} refused a request.{said}", code=answer.code, status=answer.status, detail=detail)


def trouble_of(call: Call) -> type[ServiceTrouble]:
    """What it is when a call got no clear answer: of one that goes out once nobody knows whether it was done."""
    return OutcomeUnknown if call in (Call.INSTRUCT, Call.RENDER) else ServiceTrouble


def is_trouble(answer: Answer) -> bool:
    """408 and 5xx, as a status or as a body's code: what may be repeated is asked again. A full disk is no trouble that
    passes within a minute."""
    return not says_no_room(answer) and (answer.number in _TROUBLED or 500 <= answer.number < 600)


def _why_refused(number: int) -> str:
    if number == 4001:
        return f"this kind of file is not supported; supported are {SUPPORTED}"
    return "the file is too large; compress or trim it"


def _is_about_session(answer: Answer, call: Call) -> bool:
    words = answer.words.lower()
    return call in _KNOWS_ITS_SESSION or ("session" in words and "not found" in words)


def _code(value: dict[str, Any]) -> int | None:
    """`code` of the body, or of the error inside it; also when written as a text."""
    error = value.get("error")
    for place in (value, error if isinstance(error, dict) else {}):
        number = finite(place.get("code"))
        if number is not None and number == int(number):
            return int(number)
    return None


def _has_status(value: dict[str, Any]) -> bool:
    data = value.get("data")
    return any(isinstance(place.get("status"), str) for place in (value, data) if isinstance(place, dict))


def _words(value: dict[str, Any]) -> str:
    """The server's own words, from wherever they stand."""
    for key in ("message", "error", "detail", "msg"):
        said = value.get(key)
        if isinstance(said, dict):
            said = said.get("message") or said.get("msg")
        if isinstance(said, str) and said.strip():
            return said.strip()[:2000]
        if isinstance(said, list) and said:  # FastAPI's 422
            return str(said)[:2000]
    return ""


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds, at most a week; its date form is left to the job's own waits."""
    number = finite(retry_after)
    return min(number, 7 * 86400.0) if number is not None and number >= 0 else None
