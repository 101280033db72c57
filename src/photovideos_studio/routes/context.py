"""What every route works with. One of it lives as long as the app."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from starlette.requests import Request

from photovideos_studio.draft import Draft
from photovideos_studio.facts import Material, MediaFacts
from photovideos_studio.queue import ROOM_WAIT_SECONDS, RenderQueue
from photovideos_studio.store import Store


class Direction(Protocol):
    """How the director answers a message."""

    @property
    def draft(self) -> Draft: ...
    @property
    def reply(self) -> str: ...
    @property
    def changed(self) -> bool: ...
    @property
    def language(self) -> str: ...


class Direct(Protocol):
    """`director.direct`: words, materials and the timeline so far make the next timeline."""

    def __call__(
        self,
        message: str,
        *,
        materials: Sequence[Material],
        previous: Draft | None,
        seed: str,
        language: str | None,
    ) -> Direction: ...


class ForOutput(Protocol):
    """`director.edit.for_output`: another shape of the same wishes."""

    def __call__(self, draft: Draft, label: str, materials: Sequence[Material]) -> Draft: ...


class Looker(Protocol):
    """What the uploads need of the farm; raises an error that is in `Studio.unreadable`."""

    def look(self, path: Path, name: str) -> MediaFacts: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """`unreadable`: errors of `looker` whose message says why a file cannot be used.

    `looking`: threads of their own, so that a thousand photos to be looked at keep no other request waiting.
    `takes_file_urls`: on the private socket only. `gives_anonymous_tokens`: on the socket and on loopback only.
    `tokens_per_address`: in seven days; None: as many as are asked for.
    """

    store: Store
    queue: RenderQueue
    looker: Looker
    direct: Direct
    for_output: ForOutput
    unreadable: tuple[type[Exception], ...]
    clock: Callable[[], float]
    looking: ThreadPoolExecutor
    heartbeat_seconds: float = 10.0
    room_wait_seconds: float = ROOM_WAIT_SECONDS
    takes_file_urls: bool = False
    gives_anonymous_tokens: bool = True
    tokens_per_address: int | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _turns: weakref.WeakValueDictionary[str, asyncio.Lock] = field(default_factory=weakref.WeakValueDictionary)

    def turn(self, session_id: str) -> asyncio.Lock:
        """One message at a time in a session."""
        lock = self._turns.get(session_id)
        if lock is None:
            lock = self._turns[session_id] = asyncio.Lock()
        return lock

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Work that goes on when its client has gone away."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, *, within_seconds: float) -> None:
        """Waits for what was started, but not for ever."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_seconds)


def studio_of(request: Request) -> Studio:
    return cast("Studio", request.app.state.studio)
