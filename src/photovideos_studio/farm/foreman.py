"""The farm: keeps the nursery, makes one film at a time with a worker per core, and looks at files for the director."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

from photovideos_studio import photos
from photovideos_studio.draft import Draft
from photovideos_studio.facts import MediaFacts
from photovideos_studio.farm.crew import Worker, WorkerGone
from photovideos_studio.farm.films import Cancelled, FilmRun, RenderError
from photovideos_studio.farm.nursery import Nursery, NurseryGone
from photovideos_studio.farm.tasks import Look

_LOOK_SECONDS: Final = 180.0
_SILENCE_SECONDS: Final = 30.0
_TURN_SECONDS: Final = 0.2


def cores() -> int:
    """Those this process may run on."""
    return len(os.sched_getaffinity(0))


class Farm:
    """May be used from several threads: films wait for each other, looks run beside them, one per worker."""

    def __init__(
        self,
        workers: int | None = None,
        *,
        silence_seconds: float = _SILENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`workers`: None is one per core. `silence_seconds`: after which a worker that tells nothing is replaced."""
        self.workers = max(1, workers or cores())
        self._silence_seconds = silence_seconds
        self._clock = clock
        self._lock = threading.Lock()  # guards _nursery and _closed
        self._nursery: Nursery | None = Nursery()
        self._closed = False
        self._film_turn = threading.Lock()
        self._look_turns = threading.BoundedSemaphore(self.workers)

    def close(self) -> None:
        """Ends the nursery and, with it, whatever still works."""
        with self._lock:
            nursery, self._nursery, self._closed = self._nursery, None, True
        if nursery is not None:
            nursery.close()

    def look(self, path: Path, name: str) -> MediaFacts:
        """What is in one file. Raises photos.Unreadable, also for a file that no process survives."""
        with self._look_turns:
            worker = self._with_nursery(lambda nursery: Worker(nursery, b"L", self._clock))
            try:
                worker.tell(Look(path, name))
                if not wait([worker.connection], _LOOK_SECONDS):
                    raise photos.Unreadable("takes too long to decode")
                answer = worker.answer()
            except WorkerGone as error:
                raise photos.Unreadable("cannot be decoded safely") from error
            finally:
                worker.end()
        if "done" in answer:
            return MediaFacts.from_json(answer["done"])
        raise photos.Unreadable(str(answer.get("unreadable") or "cannot be decoded")[:300])

    def film(
        self,
        draft: Draft,
        sources: Mapping[str, Path],
        into: Path,
        *,
        on_progress: Callable[[float], None],
        cancelled: threading.Event,
    ) -> tuple[str, ...]:
        """Makes `into`, whole or not at all. `on_progress` gets 0–1, never less than before, in the calling thread.
        Gives sentences for a person on what could not be heard.

        Raises RenderError with a sentence for a person; cancelling takes effect within a second.
        """
        while not self._film_turn.acquire(timeout=_TURN_SECONDS):
            if cancelled.is_set():
                raise Cancelled("The render was cancelled.")
        scratch = Path(tempfile.mkdtemp(prefix=".film-", dir=into.parent))
        try:
            made = self._with_nursery(
                lambda nursery: FilmRun(
                    draft=draft,
                    sources=sources,
                    into=into,
                    scratch=scratch,
                    nursery=nursery,
                    crew=self.workers,
                    silence_seconds=self._silence_seconds,
                    clock=self._clock,
                    on_progress=on_progress,
                    cancelled=cancelled,
                ).run()
            )
        except ValueError as error:
            raise RenderError("The timeline has no pictures to show.") from error
        else:
            notes: tuple[str, ...] = made
            return notes
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            self._film_turn.release()

    def _with_nursery(self, do: Callable[[Nursery], Any]) -> Any:
        """A nursery that has died (killed for memory, say) is replaced once."""
        for is_last in (False, True):
            with self._lock:
                if self._closed:
                    raise RenderError("The studio is shutting down.")
                if self._nursery is None:
                    self._nursery = Nursery()
                nursery = self._nursery
            try:
                return do(nursery)
            except NurseryGone as error:
                with self._lock:
                    if self._nursery is nursery:
                        self._nursery = None
                nursery.close()
                if is_last:
                    raise RenderError("The studio's workers could not be started.") from error
        raise AssertionError
