"""The render queue: one film at a time, in the order asked for, taken up again after a restart.

Between the routes, which put renders in, and the farm, which makes films. Every state is in the store before anybody
hears of it; a studio that goes down leaves its render unfinished there, and the next one starts it anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from photovideos_studio.draft import Draft, DraftError
from photovideos_studio.store import Store, disk
from photovideos_studio.store.errors import NoRoom, SourceChanged, StoreError
from photovideos_studio.store.renders import Render, RenderStatus
from photovideos_studio.store.sessions import Upload

log = logging.getLogger(__name__)

ASSUMED_BITS_PER_PIXEL = 0.2  # of a frame; generous, so that a film that begins also finds room to end
CANCELLED = "The render was cancelled."
STUMBLED = "The studio stumbled over this film."
ROOM_WAIT_SECONDS = 15.0


class FilmMaker(Protocol):
    """What the queue needs of the farm: `film` blocks until the file is whole, or raises with the reason; it gives what
    is to be told of the film."""

    def film(
        self,
        draft: Draft,
        sources: Mapping[str, Path],
        into: Path,
        *,
        on_progress: Callable[[float], None],
        cancelled: threading.Event,
    ) -> tuple[str, ...]: ...


def needed_uploads(draft: Draft) -> frozenset[str]:
    """Ids of the uploads a draft is made of."""
    pictures = {segment.upload_id for segment in draft.pictures}
    songs = {segment.upload_id for segment in draft.music if segment.upload_id is not None}
    return frozenset(pictures | songs)


def expected_bytes(draft: Draft) -> int:
    """A generous guess at the size of a film, to ask for room beforehand."""
    pixels = draft.canvas.width * draft.canvas.height * max(1, draft.frame_count)
    return round(pixels * ASSUMED_BITS_PER_PIXEL / 8) + draft.length_ms * 24


class RenderQueue:
    """Lives in the event loop; films are made in one thread of its own."""

    def __init__(
        self,
        store: Store,
        farm: FilmMaker,
        *,
        clock: Callable[[], float],
        reasons: tuple[type[Exception], ...],
        room_wait_seconds: float = ROOM_WAIT_SECONDS,
    ) -> None:
        """`reasons`: errors of the farm whose message is written for a person."""
        self._store = store
        self._farm = farm
        self._clock = clock
        self._room_wait_seconds = room_wait_seconds
        self._reasons: tuple[type[Exception], ...] = (*reasons, StoreError)
        self._waiting: asyncio.Queue[Render] = asyncio.Queue()
        self._cancels: dict[str, threading.Event] = {}  # of what waits or runs; the event loop's alone
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="film")
        self._stopping = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Takes up what the last studio left, then whatever comes."""
        for render in self._store.renders.unfinished():
            log.info("render.resumed", extra={"fields": {"render": render.id}})
            self.put(render)
        self._task = asyncio.get_running_loop().create_task(self._work(), name="render queue")

    def put(self, render: Render) -> None:
        self._cancels[render.id] = threading.Event()
        self._waiting.put_nowait(render)

    def cancel(self, render_id: str) -> bool:
        """False when there is nothing (any more) to cancel."""
        cancelled = self._cancels.get(render_id)
        if cancelled is None:
            return False
        cancelled.set()
        return True

    async def close(self) -> None:
        """Breaks off the film being made; it stays unfinished in the store."""
        self._stopping.set()
        for cancelled in self._cancels.values():
            cancelled.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    async def _work(self) -> None:
        while True:
            render = await self._waiting.get()
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._carry_out, render, self._cancels[render.id])
            self._cancels.pop(render.id, None)

    # --- in the film thread ----------------------------------------------------------------------------------------

    def _carry_out(self, render: Render, cancelled: threading.Event) -> None:
        begun = self._clock()
        ended = self._attempted(render, cancelled)
        if ended is None:  # a full disk: it goes on by itself when there is room, and is told of once
            log.warning("render.waits_for_room", extra={"fields": {"render": render.id}})
        while ended is None:
            cancelled.wait(self._room_wait_seconds)
            ended = self._attempted(render, cancelled)
        self._store.renders.note_waiting(render.id, None)
        if self._stopping.is_set() and ended.status is not RenderStatus.COMPLETED:
            return  # not a failure: the next studio makes it
        while not self._is_saved(ended):  # a full disk, once more
            if self._stopping.wait(self._room_wait_seconds):
                return
        seconds = round(self._clock() - begun, 2)
        fields = {"render": render.id, "status": ended.status, "seconds": seconds, "reason": ended.error}
        log.info("render.ended", extra={"fields": fields})

    def _attempted(self, render: Render, cancelled: threading.Event) -> Render | None:
        """The render as it ended; None when there was no room for it."""
        if cancelled.is_set():
            return replace(render, status=RenderStatus.FAILED, error=CANCELLED)
        try:
            self._store.renders.save(replace(render, status=RenderStatus.PROCESSING))
            draft = self._store.renders.draft(render)
            self._store.make_room(expected_bytes(draft), now=self._clock())
            ended = self._made(render, draft, cancelled)
        except DraftError as error:
            ended = replace(render, status=RenderStatus.FAILED, error=f"The draft cannot be read: {error}")
        except (NoRoom, OSError) as error:
            if isinstance(error, NoRoom) or error.errno in disk.FULL:
                self._store.renders.note_waiting(render.id, self._store.told_as_no_room(error))
                return None
            log.exception("render.broke", extra={"fields": {"render": render.id}})
            ended = replace(render, status=RenderStatus.FAILED, error=STUMBLED)
        except self._reasons as error:
            ended = replace(render, status=RenderStatus.FAILED, error=str(error))
        except Exception:  # the worker's top frame: one film fails, the queue goes on
            log.exception("render.broke", extra={"fields": {"render": render.id}})
            ended = replace(render, status=RenderStatus.FAILED, error=STUMBLED)
        if cancelled.is_set() and ended.status is not RenderStatus.COMPLETED:
            return replace(render, status=RenderStatus.FAILED, error=CANCELLED)
        return ended

    def _is_saved(self, render: Render) -> bool:
        try:
            self._store.renders.save(render)
        except FileNotFoundError:
            return True  # cleaned away meanwhile: nobody will ask
        except OSError:
            return False
        return True

    def _made(self, render: Render, draft: Draft, cancelled: threading.Event) -> Render:
        renders = self._store.renders
        part = renders.new_part(render)
        try:
            with opened_sources(self._store, render.session_id, needed_uploads(draft)) as sources:
                notes = self._farm.film(
                    draft,
                    sources,
                    part,
                    on_progress=lambda fraction: renders.note_progress(render.id, fraction),
                    cancelled=cancelled,
                )
            if cancelled.is_set():
                return render
            disk.move_into(part, renders.film(render))
        except self._reasons:
            # A film that failed because the disk filled up meanwhile is not a film that cannot be made.
            self._store.make_room(expected_bytes(draft), now=self._clock())
            raise
        finally:
            part.unlink(missing_ok=True)
        return replace(
            render,
            status=RenderStatus.COMPLETED,
            progress=1.0,
            duration_seconds=draft.frame_count / draft.fps,
            size_bytes=renders.film(render).stat().st_size,
            notes=notes,
        )


@contextlib.contextmanager
def opened_sources(store: Store, session_id: str, needed: frozenset[str]) -> Iterator[dict[str, Path]]:
    """Upload id -> path of exactly the file that was checked. Raises SourceChanged.

    The paths lead through this process's open descriptors, so that nobody can put another file, or a link, in the place
    of a photo between the check and the moment when a farm process opens it. They carry the name's ending, which some
    openers want.
    """
    folder = disk.make_folder(store.new_part())
    descriptors: list[int] = []
    try:
        sources: dict[str, Path] = {}
        uploads: dict[str, Upload] = {upload.id: upload for upload in store.sessions.uploads(session_id)}
        for upload_id in sorted(needed):
            if upload_id not in uploads:
                raise SourceChanged("The timeline shows a file that is not in this session.")
            upload = uploads[upload_id]
            descriptors.append(store.sessions.open_upload(session_id, upload))
            path = folder / f"{upload_id}{os.path.splitext(upload.name)[1][:8]}"
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptors[-1]}")
            sources[upload_id] = path
        yield sources
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)
