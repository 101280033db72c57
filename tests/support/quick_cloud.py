"""A backend that keeps its sessions apart, makes every film at once, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.fake_cloud import Asked, FakeCloud, Handler, listening, opened, rendered, said, taken
from support.small_film import small_film


@dataclass
class Sitting:
    """What one session was given: file names in their order, messages, ids of renders."""

    id: str
    uploads: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    renders: list[str] = field(default_factory=list)
    downloads: int = 0

    @property
    def state(self) -> dict[str, Any]:
        segments = [{"n": name, "d": 3000 + len(self.messages)} for name in self.uploads]
        draft = {"t": [{"tt": 0, "sg": segments}]} if self.messages else None
        return {"draft": draft, "video_infos": [{"filename": name} for name in self.uploads]}


@dataclass
class QuickCloud(FakeCloud):
    """`before`, `after`: called with the word for each request (`session`, `upload`, `message`, `render`, `poll`,
    `film`), before it has its effect and after it had, in both cases before it is answered."""

    film: bytes = field(default_factory=lambda: small_film(1.0))
    sittings: list[Sitting] = field(default_factory=list)
    before: Callable[[str], None] | None = None
    after: Callable[[str], None] | None = None
    _sittings_lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, words: str) -> list[Sitting]:
        """The sessions in which a message held these words."""
        return [one for one in list(self.sittings) if any(words in message for message in one.messages)]

    def the(self, words: str) -> Sitting:
        """The one session in which these words were said, once."""
        (found,) = self.of(words)
        assert sum(words in message for message in found.messages) == 1, found.messages
        return found

    def _as_published(self, handler: Handler, asked: Asked) -> None:
        word = _word_of(asked)
        if word is None:
            super()._as_published(handler, asked)
            return
        if self.before:
            self.before(word)
        answer = _ANSWERS[word](self, asked)
        if self.after:
            self.after(word)
        answer(handler)

    def _sitting(self, asked: Asked) -> Sitting:
        body = asked.body if len(asked.body) < 100_000 else b""
        return next(one for one in self.sittings if one.id in asked.path or one.id.encode() in body)


Answer = Callable[[Handler], None]


def _word_of(asked: Asked) -> str | None:
    parts = {
        "/with-session/": "session",
        "/upload-video/": "upload",
        "/state/": "state",
        "/run_sse": "message",
        "/cdn/": "film",
    }
    word = next((word for part, word in parts.items() if part in asked.path), None)
    if word is None and "/api/render/proxy/lambda" in asked.path:
        word = "render" if asked.method == "POST" else "poll"
    return word


def _session(cloud: QuickCloud, _asked: Asked) -> Answer:
    with cloud._sittings_lock:
        sitting = Sitting(id=str(5529798706024415232 + len(cloud.sittings)))
        cloud.sittings.append(sitting)
    return lambda handler: handler.answer(opened(sitting.id))


def _upload(cloud: QuickCloud, asked: Asked) -> Answer:
    cloud._sitting(asked).uploads.append(asked.file_name)
    return lambda handler: handler.answer(taken(asked.file_name))


def _state(cloud: QuickCloud, asked: Asked) -> Answer:
    sitting = cloud._sitting(asked)
    return lambda handler: handler.answer({"code": 0, "data": {"session_id": sitting.id, "state": sitting.state}})


def _message(cloud: QuickCloud, asked: Asked) -> Answer:
    cloud._sitting(asked).messages.append(asked.json["new_message"]["parts"][0]["text"])
    return lambda handler: handler.stream(said("Done."))


def _render(cloud: QuickCloud, asked: Asked) -> Answer:
    told = json.loads(asked.body)
    cloud._sitting(asked).renders.append(told["id"])
    return lambda handler: handler.answer({"success": True})


def _poll(cloud: QuickCloud, asked: Asked) -> Answer:
    render = asked.path.rpartition("/")[2].partition("?")[0]
    if not any(render in sitting.renders for sitting in list(cloud.sittings)):
        return lambda handler: handler.answer({"detail": "Not Found"}, status=404)
    return lambda handler: handler.answer(rendered(f"{cloud.url}/cdn/{render}.mp4", cloud.film))


def _film(cloud: QuickCloud, asked: Asked) -> Answer:
    for sitting in list(cloud.sittings):
        sitting.downloads += any(render in asked.path for render in sitting.renders)
    return lambda handler: handler.answer(cloud.film, content_type="video/mp4")


_ANSWERS: dict[str, Callable[[QuickCloud, Asked], Answer]] = {
    "session": _session,
    "upload": _upload,
    "state": _state,
    "message": _message,
    "render": _render,
    "poll": _poll,
    "film": _film,
}


@contextmanager
def serving_quickly() -> Iterator[QuickCloud]:
    with listening(QuickCloud()) as fake:
        yield fake
