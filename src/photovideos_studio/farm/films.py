"""One film made by a crew: pieces dealt out, sound mixed by one, lost work done again, the file written last."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

from photovideos_studio.draft import Draft
from photovideos_studio.farm.crew import Worker, WorkerGone
from photovideos_studio.farm.dealing import Deal
from photovideos_studio.farm.nursery import Nursery
from photovideos_studio.farm.tasks import Begin, MakePiece, MakeSound, WriteFilm, places_from
from photovideos_studio.render.film import PacketFile
from photovideos_studio.render.timeline import pieces

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.1
_MOST_TRIES: Final = 3
_WRITTEN_SHARE: Final = 0.02  # of the progress: writing the file when all frames are done
_MOST_NOTES: Final = 20
_LONGEST_NOTE: Final = 300
_STUBBORN: Final = "The film could not be made: a part of it failed three times."


class RenderError(Exception):
    """The film cannot be made, or was cancelled; the message is a sentence for a person."""


class Cancelled(RenderError):
    """Somebody did not want it any more."""


@dataclass(slots=True)
class _Post:
    """One place in the crew: who works there and on what. `task` None: idle."""

    number: int
    worker: Worker | None = None
    task: MakePiece | MakeSound | WriteFilm | None = None
    frames: int = 0


@dataclass(slots=True)
class FilmRun:
    """Owned by the thread that runs it."""

    draft: Draft
    sources: Mapping[str, Path]
    into: Path
    scratch: Path
    nursery: Nursery
    crew: int
    silence_seconds: float
    clock: Callable[[], float]
    on_progress: Callable[[float], None]
    cancelled: threading.Event
    _made: dict[int, PacketFile] = field(default_factory=dict)
    _sound: PacketFile | None = None
    _notes: tuple[str, ...] = ()
    _sound_given: bool = False
    _written: bool = False
    _tries: dict[str, int] = field(default_factory=dict)
    _best: float = 0.0

    def run(self) -> tuple[str, ...]:
        """Gives sentences for a person on what could not be heard. Raises RenderError. No worker is left, ever."""
        plan = pieces(self.draft)
        deal = Deal([piece.last - piece.first for piece in plan])
        posts = [_Post(number) for number in range(max(1, min(self.crew, len(plan))))]
        try:
            while not self._written:
                if self.cancelled.is_set():
                    raise Cancelled("The render was cancelled.")
                for post in posts:
                    self._employ(post, deal, plan)
                self._hear(posts, deal)
                self._end_the_silent(posts, deal)
                self._tell_progress(posts)
        finally:
            for post in posts:
                if post.worker is not None:
                    post.worker.end()
        self._publish()
        return self._notes

    def _employ(self, post: _Post, deal: Deal, plan: tuple[Any, ...]) -> None:
        if post.task is not None:
            return
        task = self._next_task(post, deal, plan)
        if task is None:
            return
        try:
            if post.worker is None:
                post.worker = Worker(self.nursery, b"F", self.clock)
                post.worker.tell(Begin(self.draft, dict(self.sources)))
            post.task, post.frames = task, 0
            post.worker.tell(task)
        except WorkerGone:
            self._lose(post, deal)

    def _next_task(self, post: _Post, deal: Deal, plan: tuple[Any, ...]) -> MakePiece | MakeSound | WriteFilm | None:
        """The sound comes first, and to the last post: it is one long task, and the others can share the pieces."""
        if not self._sound_given and post.number == min(self.crew, len(plan)) - 1:
            self._sound_given = True
            return MakeSound(self.scratch / "sound.raw", self.scratch / "sound.aac")
        number = deal.next_for(post.number)
        if number is not None:
            return MakePiece(plan[number], self.scratch / f"{number}.h264")
        if self._sound is not None and len(self._made) == len(plan) and post.number == 0:
            return WriteFilm(
                tuple(self._made[number] for number in range(len(plan))), self._sound, self.scratch / "film.mp4"
            )
        return None

    def _hear(self, posts: list[_Post], deal: Deal) -> None:
        busy = {post.worker.connection: post for post in posts if post.worker is not None and post.task is not None}
        for connection in wait(list(busy), _POLL_SECONDS):
            post = busy[connection]  # type: ignore[index]  # wait() gives back what it was given
            assert post.worker is not None
            try:
                answer = post.worker.answer()
            except WorkerGone:
                self._lose(post, deal)
                continue
            self._heed(post, answer, deal)

    def _heed(self, post: _Post, answer: dict[str, Any], deal: Deal) -> None:
        if "frames" in answer:
            post.frames += int(answer["frames"])
        elif "done" in answer:
            self._keep(post, answer["done"])
            post.task = None
        elif "unmakeable" in answer or "unreadable" in answer:
            raise RenderError(str(answer.get("unmakeable") or answer.get("unreadable"))[:500])
        else:
            log.warning("worker failed: %s", str(answer.get("failed"))[:2000])
            self._lose(post, deal)

    def _keep(self, post: _Post, done: Any) -> None:
        if isinstance(post.task, MakePiece):
            self._made[post.task.piece.number] = PacketFile(post.task.into, places_from(done))
        elif isinstance(post.task, MakeSound):
            self._sound = PacketFile(post.task.into, places_from(done["places"]))
            self._notes = tuple(str(note)[:_LONGEST_NOTE] for note in done["notes"][:_MOST_NOTES])
        else:
            self._written = True

    def _lose(self, post: _Post, deal: Deal) -> None:
        """Its worker is ended, its task done again by whoever is free; three times, then the film is given up."""
        if post.worker is not None:
            post.worker.end()
        task, post.worker, post.task = post.task, None, None
        name = str(task.into.name) if task is not None else "start"
        self._tries[name] = self._tries.get(name, 0) + 1
        log.warning("worker lost at %s, try %d", name, self._tries[name])
        if self._tries[name] >= _MOST_TRIES:
            raise RenderError(_STUBBORN)
        deal.give_back(post.number, task.piece.number if isinstance(task, MakePiece) else None)
        if isinstance(task, MakeSound):
            self._sound_given = False

    def _end_the_silent(self, posts: list[_Post], deal: Deal) -> None:
        now = self.clock()
        for post in posts:
            if post.worker is None or post.task is None:
                continue
            # Composing and mixing tell nothing until they are through; their time grows with the film.
            patience = self.silence_seconds + (0 if isinstance(post.task, MakePiece) else self.draft.length_ms / 1000)
            if now - post.worker.heard_at > patience:
                log.warning("worker silent for %d s", patience)
                self._lose(post, deal)

    def _tell_progress(self, posts: list[_Post]) -> None:
        frames = sum(len(made.places) for made in self._made.values()) + sum(post.frames for post in posts if post.task)
        share = (1 - _WRITTEN_SHARE) * min(1.0, frames / max(1, self.draft.frame_count))
        if share > self._best:
            self._best = share
            self.on_progress(share)

    def _publish(self) -> None:
        os.replace(self.scratch / "film.mp4", self.into)
        self.on_progress(1.0)
