"""Answers in the contract's shapes, and what errors of the rooms below are called in it (contract §9).

A code comes in the body, beside the HTTP status that says the same; 400 and 402 mean what the contract says and nothing
else is answered with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from photovideos_studio.draft import DraftError
from photovideos_studio.store.disk import FULL
from photovideos_studio.store.errors import (
    FileClosed,
    NoRoom,
    RenderExists,
    RenderMissing,
    SessionMissing,
    SourceChanged,
    StoreError,
)

BAD_TOKEN = 1001
NO_SESSION = 1002
BAD_FILE = 4001
LARGE_FILE = 4002

MAX_BODY_BYTES = 1_000_000


class ApiError(Exception):
    """Answered with `code` and `message` in the body."""

    def __init__(self, code: int, message: str, *, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(
        text.encode("utf-8", "replace"), status_code=status, media_type="application/json", headers=dict(headers or {})
    )


def data(value: Mapping[str, Any]) -> Response:
    return json_answer({"code": 0, "message": "success", "data": value})


def session_missing() -> ApiError:
    return ApiError(NO_SESSION, "Session not found", status=404)


def file_refused(name: str, reason: str) -> ApiError:
    return ApiError(BAD_FILE, f"Unsupported file: {name}: {reason}", status=415)


def file_too_large(name: str) -> ApiError:
    return ApiError(LARGE_FILE, f"File too large: {name}: at most 200 MB a file", status=413)


def not_understood(message: str) -> ApiError:
    return ApiError(422, message, status=422)


async def json_body(request: Request, *, limit_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The body as a JSON object; 413 and 422 otherwise."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise ApiError(413, "The request is too large.", status=413)
    try:
        value = json.loads(body) if body else {}
    except (ValueError, RecursionError) as error:
        raise not_understood("The request is not JSON.") from error
    if not isinstance(value, dict):
        raise not_understood("The request is not a JSON object.")
    return value


def text_field(body: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise not_understood(f"{name}: a text is expected.")
    return value


# --- errors that reach the app -----------------------------------------------------------------------------------


def _of_store(error: StoreError) -> ApiError:
    match error:
        case SessionMissing():
            return session_missing()
        case SourceChanged():
            return ApiError(NO_SESSION, f"Session not found: {error}", status=404)
        case RenderMissing():
            return ApiError(404, "Render not found", status=404)
        case RenderExists():
            return ApiError(409, "duplicate id", status=409)
        case FileClosed():
            return ApiError(BAD_FILE, f"Unsupported file: {error}", status=415)
        case NoRoom():
            return ApiError(507, str(error), status=507)
        case _:
            return ApiError(500, "The studio's store cannot be used just now.", status=500)


async def answer_error(request: Request, error: Exception) -> Response:
    """The door through which every expected error leaves."""
    match error:
        case StoreError():
            error = _of_store(error)
        case DraftError():
            error = not_understood(str(error))
        case HTTPException():
            error = ApiError(error.status_code, error.detail, status=error.status_code)
        case ClientDisconnect():
            error = ApiError(400, "The client went away.", status=400)  # nobody is there to read it
        case OSError() if error.errno in FULL:
            error = ApiError(507, request.app.state.studio.store.told_as_no_room(error), status=507)
        case OSError():
            error = ApiError(500, f"The studio's store cannot be used just now: {error.strerror}.", status=500)
    assert isinstance(error, ApiError)
    body = {"code": error.code, "message": error.message, "data": None}
    return json_answer(body, status=error.status, headers=error.headers)


EXPECTED_ERRORS: tuple[type[Exception], ...] = (
    ApiError,
    StoreError,
    DraftError,
    HTTPException,
    ClientDisconnect,
    OSError,
)
