"""Sessions and their state (contract §3, §6)."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from photovideos_studio.facts import MediaKind
from photovideos_studio.routes.accounts import account_of
from photovideos_studio.routes.answers import data, json_body, not_understood, text_field
from photovideos_studio.routes.context import studio_of
from photovideos_studio.store import Store
from photovideos_studio.store.sessions import Session, Upload

FILE_TYPES = {MediaKind.PHOTO: "image", MediaKind.CLIP: "video", MediaKind.SONG: "audio"}


async def open_session(request: Request) -> Response:
    studio = studio_of(request)
    account = await account_of(request)
    body = await json_body(request)
    task_name = text_field(body, "task_name", default="project")
    language = body.get("language")
    if language is not None and not isinstance(language, str):
        raise not_understood("language: a text is expected.")
    session = await asyncio.to_thread(
        studio.store.sessions.create,
        user_id=account.user_id,
        task_name=task_name[:200],
        language=language[:35] if language else None,
    )
    return data({"task_id": session.task_id, "session_id": session.id, "user_id": session.user_id})


async def session_for(request: Request, session_id: str) -> Session:
    """The asker's own session, which counts as touched; SessionMissing otherwise."""
    studio = studio_of(request)
    account = await account_of(request)
    return await asyncio.to_thread(find_session, studio.store, session_id, account.user_id, studio.clock())


def find_session(store: Store, session_id: str, user_id: str, now: float) -> Session:
    session = store.sessions.get(session_id, user_id=user_id)
    store.sessions.touch(session.id, now=now)
    return session


def file_json(upload: Upload, *, session_id: str, origin: str) -> dict[str, Any]:
    """One file as upload and state tell of it; `duration` in seconds."""
    facts = upload.facts
    told: dict[str, Any] = {
        "filename": upload.name,
        "file_type": FILE_TYPES[facts.kind],
        "cdn_url": f"{origin}/api/upload-video/nemo_agent/me/{session_id}/files/{upload.id}",
    }
    if facts.kind is not MediaKind.SONG:
        told |= {"width": facts.width, "height": facts.height}
    if facts.length_ms is not None:
        told["duration"] = facts.length_ms / 1000
    return told


def origin_of(request: Request) -> str:
    """Where the client reached this server, so that it reaches it there again."""
    host = request.headers.get("Host", "studio")
    return f"{request.url.scheme}://{host}"


def _state(store: Store, session: Session, origin: str) -> dict[str, Any]:
    draft = store.sessions.draft_json(session.id)
    state: dict[str, Any] = {
        "draft": draft,
        "video_infos": [
            file_json(upload, session_id=session.id, origin=origin) for upload in store.sessions.uploads(session.id)
        ],
        "generated_media": [],
    }
    if draft is not None:
        width, height = draft["m"]["canvas"]["w"], draft["m"]["canvas"]["h"]
        state["canvas_config"] = {"width": width, "height": height}
    return state


async def latest_state(request: Request) -> Response:
    studio = studio_of(request)
    session = await session_for(request, request.path_params["session_id"])
    state = await asyncio.to_thread(_state, studio.store, session, origin_of(request))
    return data({"session_id": session.id, "task_id": session.task_id, "user_id": session.user_id, "state": state})
