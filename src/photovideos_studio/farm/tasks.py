"""What a worker can be told to do, and how it answers. Runs in the farm's processes only.

Requests come pickled from the studio, which is trusted; answers go back as JSON, because a worker that a photo has
turned must not be able to turn the studio.
"""

from __future__ import annotations

import importlib
import json
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from photovideos_studio import photos
from photovideos_studio.draft import Draft
from photovideos_studio.render.encode import SOUND_RATE, PacketPlace, encode_piece, encode_sound
from photovideos_studio.render.film import PacketFile, write_film
from photovideos_studio.render.frames import FilmUnmakeable, FrameMaker
from photovideos_studio.render.timeline import Piece

_FRAMES_A_BEAT: Final = 4
Beat = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """The film a worker is part of; comes before any of its pieces and is not answered."""

    draft: Draft
    sources: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class MakePiece:
    piece: Piece
    into: Path


@dataclass(frozen=True, slots=True)
class MakeSound:
    raw: Path
    into: Path


@dataclass(frozen=True, slots=True)
class WriteFilm:
    pieces: tuple[PacketFile, ...]
    sound: PacketFile
    into: Path


@dataclass(frozen=True, slots=True)
class Look:
    path: Path
    name: str


Task = Begin | MakePiece | MakeSound | WriteFilm | Look


def import_rooms() -> None:
    """Before the first fork, so that no worker has to. A saving: what cannot be imported fails at its task."""
    for room in ("photovideos_studio.director.look", "photovideos_studio.music.mix"):
        with suppress(ImportError):
            importlib.import_module(room)


def serve(connection: Connection) -> None:
    """Does one task after another until the studio closes its end."""
    worker = _Worker(connection)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        worker.do(task)


class _Worker:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._draft: Draft | None = None
        self._sources: Mapping[str, Path] = {}
        self._frames: FrameMaker | None = None

    def do(self, task: Task) -> None:
        if isinstance(task, Begin):
            self._draft, self._sources = task.draft, task.sources
            return
        try:
            done = self._done(task)
        except photos.Unreadable as error:
            self._answer({"unreadable": error.reason})
        except FilmUnmakeable as error:
            self._answer({"unmakeable": error.reason})
        except Exception:  # noqa: BLE001 - a worker's top frame: whatever it was, the studio hears of it
            self._answer({"failed": traceback.format_exc(limit=-6)})
        else:
            self._answer({"done": done})

    def _done(self, task: Task) -> Any:
        if isinstance(task, Look):
            return _look(task)
        assert self._draft is not None
        if isinstance(task, MakePiece):
            return _listed(self._make_piece(self._draft, task))
        if isinstance(task, MakeSound):
            return self._make_sound(self._draft, task)
        assert isinstance(task, WriteFilm)
        write_film(self._draft, task.pieces, task.sound, task.into)
        return None

    def _make_piece(self, draft: Draft, task: MakePiece) -> list[PacketPlace]:
        if self._frames is None:
            self._frames = FrameMaker(draft, self._sources)
        beats = _Beats(self._answer)
        places = encode_piece(draft, task.piece, self._frames.draw, task.into, beats.frame)
        if len(places) != task.piece.last - task.piece.first:
            raise RuntimeError("the encoder gave another number of frames than it was given")
        return places

    def _make_sound(self, draft: Draft, task: MakeSound) -> dict[str, Any]:
        from photovideos_studio.music import mix

        try:
            facts = mix.soundtrack(draft, self._sources, task.raw)
        except mix.SoundError as error:
            raise FilmUnmakeable(str(error)) from error
        self._answer({"frames": 0})
        samples = round(draft.length_ms * SOUND_RATE / 1000)
        places = encode_sound(task.raw, samples, task.into, lambda: self._answer({"frames": 0}))
        task.raw.unlink()
        return {"places": _listed(places), "notes": list(facts.notes)}

    def _answer(self, message: dict[str, Any]) -> None:
        self._connection.send_bytes(json.dumps(message).encode())


class _Beats:
    """Tells every few frames how many more there are."""

    def __init__(self, answer: Callable[[dict[str, Any]], None]) -> None:
        self._answer = answer
        self._untold = 0

    def frame(self) -> None:
        self._untold += 1
        if self._untold >= _FRAMES_A_BEAT:
            self._answer({"frames": self._untold})
            self._untold = 0


def _listed(places: list[PacketPlace]) -> list[list[int]]:
    return [[place.size, place.shown, int(place.is_key)] for place in places]


def places_from(listed: list[list[int]]) -> tuple[PacketPlace, ...]:
    return tuple(PacketPlace(int(size), int(shown), bool(is_key)) for size, shown, is_key in listed)


def _look(task: Look) -> dict[str, Any]:
    from photovideos_studio.director import look

    return look.look(task.path, task.name).to_json()
