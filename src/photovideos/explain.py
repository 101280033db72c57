"""What the studio would make of a folder's prompt and photos, without making it: no render, nothing written, no ledger.

Always asks the studio, in a store of its own that is gone afterwards, so no daemon is needed and none is disturbed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photovideos import media, prompt
from photovideos.backend import Backend, Backends
from photovideos.backend.scratch import Scratch
from photovideos.config import Config
from photovideos.errors import UsageError
from photovideos.intake import scan
from photovideos.model import BackendKind, Block, LeftOut, Message, Prepared, SessionId
from photovideos.nemo import draft as drafts
from photovideos.nemo import instruct, upload
from photovideos.nemo.draft import Told
from photovideos.nemo.upload import Outgoing, file_address
from photovideos.pipeline.messages import fresh_timeline

PREPARE_SECONDS = 600.0
_NOTHING_ASKED: dict[str, Any] = {"titles": [], "drop": [], "sequence": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One block: all wishes as they stand after it, what is told of each clause, and the timeline."""

    label: str | None
    wishes: Mapping[str, Any]
    told: Told | None
    timeline: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    blocks: tuple[Explained, ...]
    left_out: tuple[LeftOut, ...]


def explain(folder: Path, config: Config, environ: Mapping[str, str], *, clock: Callable[[], float]) -> Explanation:
    """Raises UsageError for what is no folder with a prompt, else as the road does."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    stop = threading.Event()
    with Scratch() as store:
        backends = Backends(
            config, state_dir=store.path, environ=environ, stop=stop, clock=clock, monotonic=time.monotonic
        )
        try:
            with backends.lease(BackendKind.STUDIO, [folder]) as backend:
                return _explained(folder, config, backend, stop)
        finally:
            backends.close()


def _explained(folder: Path, config: Config, backend: Backend, stop: threading.Event) -> Explanation:
    folder_fd = scan.open_folder(str(folder.parent), folder.name)
    try:
        snapshot = scan.take_snapshot(folder_fd, scan.key_of(str(folder.parent), folder.name, folder_fd))
        text = scan.read_prompt(folder_fd, snapshot) or config.default_prompt
        if not text:
            raise UsageError(f"{folder} holds no prompt.txt.", advice="Write into one what film you would like.")
        incomplete = scan.incomplete_media(folder_fd, snapshot)
        prepared = media.prepare(
            folder_fd,
            [entry for entry in snapshot.media if entry.path not in incomplete],
            {},
            into=None,
            longest_edge_pixels=0,
            strip_metadata=False,
            parallel=config.upload.parallel,
            stop=stop,
            deadline_seconds=PREPARE_SECONDS,
        )
    finally:
        os.close(folder_fd)
    left_out = [*snapshot.left_out, *(LeftOut(file=path, reason=why) for path, why in incomplete.items())]
    left_out += [LeftOut(file=item.path, reason=item.problem) for item in prepared if item.problem]
    talk = _Talk(folder, backend, stop)
    left_out += talk.upload([item for item in prepared if not item.problem])
    blocks = tuple(talk.block(block, config) for block in prompt.read(text).blocks)
    return Explanation(blocks=blocks, left_out=tuple(left_out))


class _Talk:
    """One session with the studio."""

    def __init__(self, folder: Path, backend: Backend, stop: threading.Event) -> None:
        self._folder = folder
        self._client = backend.client
        self._token = backend.tokens.token()
        self._stop = stop
        self._session: SessionId = self._client.open_session(self._token, None).id
        self._names: dict[str, str] = {}

    def upload(self, prepared: list[Prepared]) -> list[LeftOut]:
        """What the studio does not take."""
        files = [
            Outgoing(
                path=item.path, name=item.name, size=0, address=file_address(str(self._folder / item.path), item.name)
            )
            for item in prepared
        ]

        left_out: list[LeftOut] = []

        def _sent(file: Outgoing, name: str) -> None:
            self._names[file.path] = name

        def _refused(file: Outgoing, reason: str) -> None:
            left_out.append(LeftOut(file=file.path, reason=reason))

        upload.upload(
            self._client,
            self._token,
            self._session,
            files,
            on_sent=_sent,
            on_refused=_refused,
            stop=self._stop,
        )
        return left_out

    def block(self, block: Block, config: Config) -> Explained:
        opening: tuple[str, ...] = ()
        if block.files is not None:
            chosen = prompt.select(block.files, list(self._names)).paths
            opening = (fresh_timeline(block.files, [self._names[path] for path in chosen]),)
        for step in block.steps:
            if isinstance(step, Message):
                self._say("\n".join([*opening, step.text]), config)
                opening = ()
        draft = self._client.state(self._token, self._session).draft
        told = drafts.told(draft)
        wishes = told.wishes if told and told.wishes else _NOTHING_ASKED
        return Explained(label=block.label, wishes=wishes, told=told, timeline=drafts.timeline_lines(draft))

    def _say(self, text: str, config: Config) -> None:
        instruct.carry_out(
            self._client,
            self._token,
            self._session,
            text,
            record=None,
            save=lambda _record: None,
            waits=config.backend.recovery_waits_seconds,
            still_working=(config.backend.still_working_seconds, lambda: None),
            stop=self._stop,
        )
