"""Uploads (contract §4): files sent as multipart; `file:` addresses taken where they lie, on the private socket only.

A request is taken whole or not at all. What a file is, is judged by its content; its name has a say only for copies,
because the contract lists the types a client may send.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from photovideos_studio.facts import MediaFacts
from photovideos_studio.routes.answers import (
    ApiError,
    data,
    file_refused,
    file_too_large,
    json_body,
    not_understood,
)
from photovideos_studio.routes.context import Studio, studio_of
from photovideos_studio.routes.multipart import MAX_FILE_BYTES, MAX_FILES, FileReceiver, boundary_of
from photovideos_studio.routes.sessions import file_json, origin_of, session_for
from photovideos_studio.store.errors import FileClosed, StoreError
from photovideos_studio.store.names import plain_name
from photovideos_studio.store.references import digest, open_plainly, refer
from photovideos_studio.store.sessions import Content, Session, Upload

PUBLISHED_TYPES = frozenset(
    "mp4 mov avi webm mkv jpg jpeg png gif webp mp3 wav m4a aac".split()  # noqa: SIM905 -- as the contract lists them
)
MAX_DROPPED_BYTES = 2_000_000_000


async def upload(request: Request) -> Response:
    try:
        session, uploads = await _taken(request)
    except (ApiError, StoreError, OSError):
        await _read_away(request)
        raise
    origin = origin_of(request)
    files = [file_json(taken, session_id=session.id, origin=origin) for taken in uploads]
    return data({"files": files, "session_state_applied": True})


async def _taken(request: Request) -> tuple[Session, list[Upload]]:
    studio = studio_of(request)
    session = await session_for(request, request.path_params["session_id"])
    boundary = boundary_of(request)
    if boundary is not None:
        return session, await _take_copies(request, studio, session, boundary)
    return session, await _take_addresses(request, studio, session)


async def _read_away(request: Request) -> None:
    """What is left of a refused upload: a client that is still sending would not get to hear why."""
    with contextlib.suppress(RuntimeError):  # it was read to its end
        left = MAX_DROPPED_BYTES
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return


# --- copies ------------------------------------------------------------------------------------------------------


async def _take_copies(request: Request, studio: Studio, session: Session, boundary: bytes) -> list[Upload]:
    length = request.headers.get("Content-Length", "")
    expected = int(length) if length.isascii() and length.isdigit() else 0
    expected = min(expected, MAX_FILES * MAX_FILE_BYTES)

    def make_room(needed_bytes: int) -> None:
        studio.store.make_room(needed_bytes, now=studio.clock())

    await asyncio.to_thread(make_room, expected)
    receiver = FileReceiver(boundary, studio.store.new_part, room_bytes=expected, make_room=make_room)
    try:
        async for chunk in request.stream():
            await asyncio.to_thread(receiver.feed, chunk)
        receiver.finish()
        for content in receiver.contents:
            if os.path.splitext(content.name)[1].lower().removeprefix(".") not in PUBLISHED_TYPES:
                raise file_refused(content.name, f"supported are {', '.join(sorted(PUBLISHED_TYPES))}")
        return await _look_and_add(studio, session, receiver.contents)
    finally:
        await asyncio.to_thread(receiver.discard)


# --- addresses ---------------------------------------------------------------------------------------------------


async def _take_addresses(request: Request, studio: Studio, session: Session) -> list[Upload]:
    body = await json_body(request)
    urls = body.get("urls")
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        raise not_understood("urls: a list of addresses is expected.")
    if len(urls) > MAX_FILES:
        raise not_understood(f"urls: more than {MAX_FILES} in one request.")
    contents = [await asyncio.to_thread(_content_at, studio, url) for url in urls]
    return await _look_and_add(studio, session, contents)


def _content_at(studio: Studio, url: str) -> Content:
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise file_refused(plain_name(unquote(parts.path)), "this studio fetches nothing from the network")
    if not studio.takes_file_urls:
        raise ApiError(403, "file: addresses are taken on the studio's own socket only.", status=403)
    path = os.fsdecode(unquote_to_bytes(parts.path))
    name = plain_name(os.path.basename(path))
    told = dict(pair.partition("=")[::2] for pair in parts.fragment.split("&"))
    if "name" in told:
        name = plain_name(unquote(told["name"]))
    if parts.netloc not in ("", "localhost") or parts.query:
        raise file_refused(name, "the address is not a plain local file")
    try:
        path = studio.store.roots.plain_path(path)
        descriptor = open_plainly(path)
    except FileClosed as error:
        raise file_refused(name, str(error)) from error
    try:
        reference = refer(path, descriptor)
        if reference.size > MAX_FILE_BYTES:
            raise file_too_large(name)
        content = Content(name=name, size=reference.size, sha256=digest(descriptor), reference=reference)
        if told.get("sha256", content.sha256) != content.sha256:
            raise file_refused(name, "it is not the file that was meant; another lies there now")
        return content
    finally:
        os.close(descriptor)


# --- both --------------------------------------------------------------------------------------------------------


async def _look_and_add(studio: Studio, session: Session, contents: Sequence[Content]) -> list[Upload]:
    """Looks at all of them side by side, then adds them in their order; one that cannot be used refuses the request."""
    found = await asyncio.gather(*(_try_look(studio, content) for content in contents))
    for outcome in found:
        if isinstance(outcome, ApiError):
            raise outcome
    uploads = []
    for content, facts in zip(contents, found, strict=True):
        assert isinstance(facts, MediaFacts)
        uploads.append(await asyncio.to_thread(studio.store.sessions.add_upload, session.id, content, facts))
    return uploads


async def _try_look(studio: Studio, content: Content) -> MediaFacts | ApiError:
    try:
        return await asyncio.get_running_loop().run_in_executor(studio.looking, _look, studio, content)
    except studio.unreadable as error:
        return file_refused(content.name, str(error))
    except FileClosed as error:
        return file_refused(content.name, str(error))


def _look(studio: Studio, content: Content) -> MediaFacts:
    store = studio.store
    known = store.known_facts(content.sha256, content.name)
    if known is not None:
        return known
    if content.part is not None:
        facts = studio.looker.look(content.part, content.name)
    else:
        assert content.reference is not None  # a content has a part or a reference
        descriptor = open_plainly(content.reference.path)
        try:
            # Through the open descriptor: what is looked at is what was opened without following links.
            facts = studio.looker.look(Path(f"/proc/{os.getpid()}/fd/{descriptor}"), content.name)
        finally:
            os.close(descriptor)
    store.keep_facts(content.sha256, content.name, facts)
    return facts


class _OpenedFile(FileResponse):
    """A file through its descriptor, which is closed however the answer ends (a background task is left out where the
    answer is a refusal of the range that was asked for).
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(f"/proc/self/fd/{descriptor}", media_type="application/octet-stream")
        self._descriptor = descriptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


async def uploaded_file(request: Request) -> Response:
    """What was uploaded, given back to its owner (the `cdn_url` of an upload)."""
    studio = studio_of(request)
    session = await session_for(request, request.path_params["session_id"])
    for found in await asyncio.to_thread(studio.store.sessions.uploads, session.id):
        if found.id == request.path_params["upload_id"]:
            descriptor = await asyncio.to_thread(studio.store.sessions.open_upload, session.id, found)
            return _OpenedFile(descriptor)
    raise ApiError(404, "File not found", status=404)
