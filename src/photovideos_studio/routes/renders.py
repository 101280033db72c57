"""Renders (contract §8): asked for, polled in form A, fetched. Cancelling one (DELETE) is the studio's own addition."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from photovideos_studio.draft import Draft
from photovideos_studio.queue import expected_bytes, needed_uploads, opened_sources
from photovideos_studio.routes.accounts import account_of, check_attribution
from photovideos_studio.routes.answers import ApiError, data, json_answer, json_body, not_understood, text_field
from photovideos_studio.routes.context import Studio, studio_of
from photovideos_studio.routes.sessions import find_session, origin_of
from photovideos_studio.store.errors import RenderMissing
from photovideos_studio.store.renders import Render, RenderStatus, is_plain_id
from photovideos_studio.store.sessions import Session
from photovideos_studio.store.tokens import Account

MAX_DRAFT_BYTES = 64_000_000
# Told with an answer about a film in the making: it is soon done, and asking costs nothing here.
ASK_AGAIN_SECONDS = 1


async def start_render(request: Request) -> Response:
    studio = studio_of(request)
    account = await account_of(request)
    check_attribution(request)
    body = await json_body(request, limit_bytes=MAX_DRAFT_BYTES)
    render_id = text_field(body, "id")
    if not is_plain_id(render_id):
        raise not_understood("id: letters, digits, '_', '-' and '.', at most 128, are expected.")
    label = _label(body.get("output"))
    session = await asyncio.to_thread(
        find_session, studio.store, text_field(body, "sessionId"), account.user_id, studio.clock()
    )
    render = await asyncio.to_thread(_accept, studio, account, session, render_id, label, body.get("draft"))
    studio.queue.put(render)
    return data({"id": render.id, "taskId": render.id, "status": render.status, "ask_again_seconds": ASK_AGAIN_SECONDS})


def _label(output: Any) -> str | None:
    """Which of several shapes is wished for; refuses what this studio does not make."""
    if output is None:
        return None
    if not isinstance(output, Mapping):
        raise not_understood("output: an object is expected.")
    if output.get("format", "mp4") != "mp4":
        raise not_understood("output.format: films are made as mp4.")
    label = output.get("label")
    if label is not None and not isinstance(label, str):
        raise not_understood("output.label: a text is expected.")
    return label


def _accept(
    studio: Studio, account: Account, session: Session, render_id: str, label: str | None, value: object
) -> Render:
    store, now = studio.store, studio.clock()
    draft = Draft.from_json(value)
    if not draft.pictures and not draft.texts and not draft.music:
        raise not_understood("draft.t: the timeline is empty.")
    if not draft.pictures:
        raise not_understood("draft.t: there is no picture on the timeline.")
    if label is not None:
        draft = _in_shape(studio, session, draft, label)
    with opened_sources(store, session.id, needed_uploads(draft)):
        pass  # raises SourceChanged now, while the client can still upload again
    store.make_room(expected_bytes(draft), now=now)
    return store.renders.create(
        render_id=render_id, session_id=session.id, account=account, draft=draft, label=label, now=now
    )


def _in_shape(studio: Studio, session: Session, draft: Draft, label: str) -> Draft:
    outputs = draft.photovideos.get("outputs")
    known = [output.get("label") for output in outputs or () if isinstance(output, Mapping)]
    if label not in known:
        raise not_understood("output.label: the draft has no output of that name.")
    materials = [upload.material for upload in studio.store.sessions.uploads(session.id)]
    return studio.for_output(draft, label, materials)


# --- polling and fetching ----------------------------------------------------------------------------------------


async def _asked_render(request: Request) -> Render:
    studio = studio_of(request)
    account = await account_of(request)
    return await asyncio.to_thread(studio.store.renders.get, request.path_params["render_id"], account)


async def poll_render(request: Request) -> Response:
    render = await _asked_render(request)
    answer: dict[str, Any] = {
        "taskId": render.id,
        "status": render.status,
        "progress": round(100 * render.progress),
    }
    match render.status:
        case RenderStatus.COMPLETED:
            answer["output"] = {
                "url": f"{origin_of(request)}/films/{render.id}/{render.key}/film.mp4",
                "duration": render.duration_seconds,
                "size": render.size_bytes,
            }
            answer |= {"notes": list(render.notes)} if render.notes else {}
        case RenderStatus.FAILED:
            answer["error"] = render.error or "The render failed."
        case _:
            answer["progress"] = min(99, answer["progress"])
            reason = studio_of(request).store.renders.waits_for(render.id)
            answer |= {"waits_for": reason} if reason else {"ask_again_seconds": ASK_AGAIN_SECONDS}
    return json_answer(answer)


async def cancel_render(request: Request) -> Response:
    render = await _asked_render(request)
    if not studio_of(request).queue.cancel(render.id):
        raise ApiError(409, "This render has already ended.", status=409)
    return data({"id": render.id})


async def film(request: Request) -> Response:
    """The address given with `completed`: its key is the right to fetch it, so no token is asked for."""
    studio = studio_of(request)
    params = request.path_params
    render = await asyncio.to_thread(studio.store.renders.by_key, params["render_id"], params["key"])
    return _film_answer(studio, render)


async def film_with_token(request: Request) -> Response:
    return _film_answer(studio_of(request), await _asked_render(request))


def _film_answer(studio: Studio, render: Render) -> Response:
    path = studio.store.renders.film(render)
    if render.status is not RenderStatus.COMPLETED or not path.is_file():
        raise RenderMissing(render.id)
    return FileResponse(path, media_type="video/mp4", filename=f"{render.id}.mp4", content_disposition_type="inline")
