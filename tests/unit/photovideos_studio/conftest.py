"""A studio on a real socket, with a farm and a director that are small and obedient; everything between is real."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from photovideos_studio import listening, server
from photovideos_studio.app import Director, Manner, create_app
from photovideos_studio.draft import (
    Canvas,
    Draft,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.facts import Box, Material, MediaFacts, MediaKind
from photovideos_studio.photos import Unreadable
from photovideos_studio.store import Store
from photovideos_studio.store.references import Roots
from support import secrets_watch

DEADLINE_SECONDS = 20.0
WHOLE = Box(x=0.0, y=0.0, w=1.0, h=1.0)
ATTRIBUTION = {"X-Skill-Source": "s", "X-Skill-Version": "1", "X-Skill-Platform": "unknown"}


class FilmTrouble(Exception):
    """What the farm says when a film cannot be made."""


def eventually(holds: Callable[[], Any]) -> Any:
    """The condition's value once it is true; fails after the deadline."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not (value := holds()):
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.01)
    return value


def draft_of(materials: Sequence[Material], *, wish: str = "", shape: tuple[int, int] = (1920, 1080)) -> Draft:
    pictures = tuple(
        PictureSegment(
            id=f"p{index}",
            name=material.name,
            start_ms=3000 * index,
            length_ms=3000,
            upload_id=material.id,
            is_clip=False,
            fit=Fit.CROP,
            motion=Motion(kind="none", start=WHOLE, end=WHOLE),
            transition=Transition(kind=TransitionKind.NONE, length_ms=0),
        )
        for index, material in enumerate(materials)
    )
    length = 3000 * len(pictures)
    music = MusicSegment(
        id="m0", name="Calm piano", start_ms=0, length_ms=length or 1, volume=0.35, mood="calm", seed=7
    )
    return Draft(
        canvas=Canvas(width=shape[0], height=shape[1]),
        fps=30,
        length_ms=length,
        pictures=pictures,
        music=(music,) if pictures else (),
        photovideos={
            "wishes": {"text": wish},
            "outputs": [{"label": "16x9", "aspect": "16:9"}, {"label": "9x16", "aspect": "9:16"}],
        },
    )


@dataclass(frozen=True, kw_only=True)
class Direction:
    draft: Draft
    reply: str
    changed: bool
    language: str = "en"


@dataclass
class ObedientDirector:
    """Shows all photos; "nothing" changes nothing, "silent" says nothing, "stumble" breaks; waits for `gate`."""

    gate: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[str, str, str | None]] = field(default_factory=list)

    def direct(
        self, message: str, *, materials: Sequence[Material], previous: Draft | None, seed: str, language: str | None
    ) -> Direction:
        self.calls.append((message, seed, language))
        assert self.gate.wait(DEADLINE_SECONDS)
        if "stumble" in message:
            raise RuntimeError("the director stumbled")
        draft = draft_of(materials, wish=message)
        if "nothing" in message:
            return Direction(draft=previous or draft, reply="Nothing to change.", changed=False)
        reply = (
            ""
            if "silent" in message
            else f"Made a timeline of {len(materials)} photos, {draft.length_ms} ms. 好的\u2028!"
        )
        return Direction(draft=draft, reply=reply, changed=True)

    def for_output(self, draft: Draft, label: str, materials: Sequence[Material]) -> Draft:
        return draft_of(materials, shape=(1080, 1920) if label == "9x16" else (1920, 1080))


@dataclass
class ObedientFarm:
    """Reads what it is given and writes it into the "film"; waits while `gate` is shut; fails with `trouble`."""

    gate: threading.Event = field(default_factory=threading.Event)
    trouble: Exception | None = None
    troubled: int = 0
    notes: tuple[str, ...] = ()
    films: list[Draft] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)

    def look(self, path: Path, name: str) -> MediaFacts:
        self.looks.append(name)
        content = path.read_bytes()
        if content.startswith(b"broken"):
            raise Unreadable("is not a picture")
        if name.endswith((".mp3", ".m4a")):
            return MediaFacts(kind=MediaKind.SONG, length_ms=12_500, has_sound=True)
        return MediaFacts(kind=MediaKind.PHOTO, width=400, height=300)

    def film(
        self,
        draft: Draft,
        sources: Mapping[str, Path],
        into: Path,
        *,
        on_progress: Callable[[float], None],
        cancelled: threading.Event,
    ) -> tuple[str, ...]:
        self.films.append(draft)
        on_progress(0.42)
        while not self.gate.wait(0.01):
            if cancelled.is_set():
                return ()
        if self.trouble is not None:
            self.troubled += 1
            raise self.trouble
        into.write_bytes(b"FILM" + b"".join(sources[key].read_bytes() for key in sorted(sources)) * 1000)
        return self.notes


@dataclass
class Clock:
    """The studio's time, moved by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Rig:
    """One running studio and a client that talks to it."""

    eventually = staticmethod(eventually)
    trouble = FilmTrouble

    def __init__(
        self,
        folder: Path,
        *,
        on_tcp: bool = False,
        secret: str | None = None,
        around: Callable[[ASGIApp], ASGIApp] | None = None,
        manner: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
        store_options: Mapping[str, Any] | None = None,
        with_roots: bool = True,
        store_folder: Path | None = None,
    ) -> None:
        self.folder = folder
        self.photos = folder / "photos"
        self.photos.mkdir(exist_ok=True)
        self.clock = clock or Clock()
        self.farm = ObedientFarm()
        self.farm.gate.set()
        self.director = ObedientDirector()
        self.director.gate.set()
        self.roots = Roots((self.photos,) if with_roots else ())
        if secret is not None:
            secrets_watch.keep_secret(secret)
        where = store_folder or folder / "store"
        self.store = Store(where, own_secret=secret, roots=self.roots, **(store_options or {}))
        if on_tcp:
            self.listening = listening.listen_tcp("127.0.0.1:0", has_secret=secret is not None)
        else:
            self.listening = listening.listen_private(folder / "s")
        self.app = create_app(
            store=self.store,
            farm=self.farm,
            director=Director(direct=self.director.direct, for_output=self.director.for_output),
            clock=self.clock,
            manner=Manner(
                **{
                    "takes_file_urls": not on_tcp,
                    "room_wait_seconds": 0.05,
                    "hosts": self.listening.hosts,
                    **(manner or {}),
                }
            ),
            unreadable=(Unreadable,),
            render_errors=(FilmTrouble,),
            around=around,
        )
        self.server = server.build(self.app, roots=self.roots)
        self._thread = threading.Thread(target=self._live)
        self._thread.start()
        eventually(lambda: self.server.started)
        transport = None if on_tcp else httpx.HTTPTransport(uds=self.listening.name)
        base = f"http://{self.listening.name}" if on_tcp else "http://studio"
        self.http = httpx.Client(base_url=base, transport=transport, timeout=DEADLINE_SECONDS, trust_env=False)
        self.headers: dict[str, str] = {}

    def _live(self) -> None:
        try:
            server.serve(self.server, self.listening)
        finally:
            self.store.close()

    def leave(self) -> None:
        """Asks the studio to end, which takes it a moment."""
        self.http.close()
        self.server.should_exit = True

    def close(self) -> None:
        """Returns when the studio has ended and another one may use its store."""
        self.leave()
        self._thread.join(DEADLINE_SECONDS)
        assert not self._thread.is_alive()

    # --- the client's side -----------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, **values: Any) -> httpx.Response:
        headers = {**self.headers, **ATTRIBUTION, **values.pop("headers", {})}
        secrets_watch.asked(path, headers.get("Authorization"))
        return self.http.request(method, path, headers=headers, **values)

    def sign_in(self, client_id: str = "6f1c9a2e") -> str:
        answer = self.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": client_id})
        token = str(answer.json()["data"]["token"])
        self.headers = {"Authorization": f"Bearer {token}"}
        return token

    def open_session(self, **body: Any) -> str:
        answer = self.ask("POST", "/api/tasks/me/with-session/nemo_agent", json={"task_name": "project", **body})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["session_id"])

    def photo(self, name: str, content: bytes = b"pixels") -> Path:
        path = self.photos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content + name.encode())
        return path

    def upload_url(self, session: str, url: str) -> httpx.Response:
        return self.ask(
            "POST", f"/api/upload-video/nemo_agent/me/{session}", json={"urls": [url], "source_type": "url"}
        )

    def upload(self, session: str, *files: tuple[str, bytes]) -> httpx.Response:
        parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
        return self.ask("POST", f"/api/upload-video/nemo_agent/me/{session}", files=parts)

    def say(self, session: str, text: str, **more: Any) -> list[Any]:
        """The events of a message; heartbeats as the string "heartbeat"."""
        body = {"app_name": "nemo_agent", "user_id": "me", "session_id": session, **more}
        body["new_message"] = {"parts": [{"text": text}]}
        answer = self.ask("POST", "/run_sse", json=body, headers={"Accept": "text/event-stream"})
        assert answer.status_code == 200, answer.text
        return read_events(answer.content)

    def state(self, session: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/api/state/nemo_agent/me/{session}/latest")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"]["state"])

    def render(self, session: str, draft: object, render_id: str = "render_1", **output: Any) -> httpx.Response:
        body = {"id": render_id, "sessionId": session, "draft": draft}
        body["output"] = {"format": "mp4", "quality": "high", **output}
        return self.ask("POST", "/api/render/proxy/lambda", json=body)

    def poll(self, render_id: str = "render_1") -> dict[str, Any]:
        answer = self.ask("GET", f"/api/render/proxy/lambda/{render_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, render_id: str = "render_1") -> dict[str, Any]:
        def final() -> dict[str, Any] | None:
            answer = self.poll(render_id)
            return answer if answer["status"] in ("completed", "failed") else None

        return dict(eventually(final))

    def ready_session(self, *names: str) -> str:
        """A signed-in client with a session, photos in it, and a timeline."""
        if not self.headers:
            self.sign_in()
        session = self.open_session()
        for name in names or ("a.jpg", "b.jpg"):
            assert self.upload_url(session, self.photo(name).as_uri()).status_code == 200
        self.say(session, "make a film")
        return session


def read_events(content: bytes) -> list[Any]:
    events: list[Any] = []
    for line in content.split(b"\n"):
        if line.startswith(b"data: "):
            events.append(json.loads(line[6:]))
        elif line.startswith(b":"):
            events.append("heartbeat")
    return events


@pytest.fixture(scope="session")
def all_rigs() -> Iterator[list[Rig]]:
    """Every studio of the run: asked to end after its test, waited for once at the end of all."""
    made: list[Rig] = []
    yield made
    for rig in made:
        rig.close()


@pytest.fixture
def rigs(tmp_path_factory: pytest.TempPathFactory, all_rigs: list[Rig]) -> Iterator[Callable[..., Rig]]:
    """Makes studios and ends them. A socket's path is short, so each has a short folder."""
    made: list[Rig] = []

    def make(folder: Path | None = None, **values: Any) -> Rig:
        rig = Rig(folder or tmp_path_factory.mktemp("s"), **values)
        made.append(rig)
        all_rigs.append(rig)
        return rig

    yield make
    for rig in made:
        rig.leave()


@pytest.fixture
def rig(rigs: Callable[..., Rig]) -> Rig:
    return rigs()
