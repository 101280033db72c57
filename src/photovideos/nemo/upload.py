"""The files of a job, one request each, in the film's order (contract §4); after a break only what the state lacks.

To the cloud go files that were prepared for it; the studio on this machine gets addresses of the originals. What a
file is and how it was prepared is not known here.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from photovideos import logs
from photovideos.errors import FileRefused, ServiceTrouble, Unreachable
from photovideos.model import SessionId, Token
from photovideos.nemo.caller import may_pass
from photovideos.nemo.client import NemoClient

MAX_UPLOAD_BYTES = 200 * 1024 * 1024
_TYPES = {
    "mp4": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm",
    "mkv": "video/x-matroska", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac",
}  # fmt: skip
_log = logs.get("upload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One file to upload.

    `path`: what the person knows it by. `name`: its base name on the wire, unique in the session. `open_file` gives a
    descriptor to read it from, which is closed here; or `address`, a `file:` address, for the studio on this machine.
    """

    path: str
    name: str
    size: int
    open_file: Callable[[], int] | None = None
    address: str | None = None


def file_address(path: str, name: str, sha256: str | None = None) -> str:
    """The `file:` address of an absolute `path` (bytes that are no text as surrogates) under its `name` on the wire.

    `sha256`: of the content that is meant; another one under that path is then refused.
    """
    pinned = f"&sha256={sha256}" if sha256 else ""
    return f"file://{quote(os.fsencode(path))}#name={quote(name.encode('utf-8', 'surrogateescape'), safe='')}{pinned}"


def upload(
    client: NemoClient,
    token: Token,
    session_id: SessionId,
    files: Sequence[Outgoing],
    *,
    is_resumed: bool = False,
    others: Collection[str] = (),
    on_sent: Callable[[Outgoing, str], None],
    on_refused: Callable[[Outgoing, str], None],
    stop: threading.Event,
) -> None:
    """Sends `files` in order, one after the other.

    `is_resumed`: an earlier try may have sent some; the state is asked which are there, and `others` are names there
    that belong to other content. Of each file is told as soon as it is known what became of it: `on_sent`, with the
    server's name; `on_refused`, with a sentence for the person.
    Raises TokenExpired, SessionGone, NoCredits, RateLimited, ServiceTrouble, Stopping, and whatever `open_file`
    raises.
    """
    there = _there(client, token, session_id, stop) if is_resumed else frozenset()
    there -= {_plain(name) for name in others}
    for file in files:
        client.pause(0, stop=stop)
        try:
            name = file.name if _plain(file.name) in there else _sent(client, token, session_id, file, stop)
        except FileRefused as error:
            _log.info("file.refused", file=file.path, detail=error.detail)
            on_refused(file, str(error))
        else:
            on_sent(file, name)


def _sent(client: NemoClient, token: Token, session_id: SessionId, file: Outgoing, stop: threading.Event) -> str:
    """The server's name of `file`; asked again in place as every repeatable call, but not if it arrived after all."""
    if file.address is None and file.size > MAX_UPLOAD_BYTES:
        raise FileRefused("the file is larger than 200 MB; compress or trim it", code=4002, status=0)
    for wait in (*client.pace.again, None):
        try:
            return _send(client, token, session_id, file, stop)
        except ServiceTrouble as error:
            if wait is None or not may_pass(error):
                raise
            client.pause(max(wait, error.retry_after_seconds or 0), stop=stop)
            if not isinstance(error, Unreachable) and _plain(file.name) in _there(client, token, session_id, stop):
                return file.name
    raise AssertionError("unreachable: the last try returns or raises")


def _send(client: NemoClient, token: Token, session_id: SessionId, file: Outgoing, stop: threading.Event) -> str:
    if file.address is not None:
        return client.upload_urls(token, session_id, [file.address], is_repeated=False, stop=stop)[0]
    assert file.open_file is not None
    descriptor = file.open_file()
    try:
        return client.upload_file(
            token,
            session_id,
            descriptor,
            file.name,
            file.size,
            media_type=_TYPES.get(file.name.rpartition(".")[2].lower(), "application/octet-stream"),
            stop=stop,
        )
    finally:
        os.close(descriptor)


def _there(client: NemoClient, token: Token, session_id: SessionId, stop: threading.Event) -> frozenset[str]:
    return frozenset(_plain(name) for name in client.state(token, session_id, stop=stop).uploaded)


def _plain(name: str) -> str:
    """A name as it is compared: servers and file systems compose accents in different ways."""
    return unicodedata.normalize("NFC", name)
