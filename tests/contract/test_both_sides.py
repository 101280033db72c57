"""The daemon's client and the studio on the same wire: a studio of its own process, over its socket and over TCP.

What each side knows of the wire is written on both sides on purpose; here the two are held together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photovideos.errors import FileRefused, RateLimited, RequestRefused, SessionGone, TokenExpired
from photovideos.model import InstructionPhase, InstructionRecord, RawJson, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import draft as drafts
from photovideos.nemo import upload
from photovideos.nemo.account import Attribution
from photovideos.nemo.attempt import Order
from photovideos.nemo.client import NemoClient
from photovideos.nemo.download import Download
from photovideos.nemo.instruct import carry_out
from photovideos.nemo.render import render
from photovideos.nemo.token import TokenBook
from photovideos_studio.app import ROUTES
from photovideos_studio.routes.accounts import ATTRIBUTION
from photovideos_studio.routes.multipart import MAX_FILE_BYTES
from photovideos_studio.routes.renders import ASK_AGAIN_SECONDS
from photovideos_studio.routes.uploads import PUBLISHED_TYPES
from support import secrets_watch

SOURCES = Path(__file__).resolve().parents[2] / "src"


def wall_clock() -> float:
    return datetime.now(UTC).timestamp()


@dataclass(frozen=True, kw_only=True)
class Road:
    """A client of the daemon in front of a running studio."""

    client: NemoClient
    tokens: TokenBook
    photos: Path
    is_private: bool
    api_url: str
    stop: threading.Event

    def upload(self, token: Token, session: SessionId, name: str) -> str:
        path = self.photos / name
        if self.is_private:
            return self.client.upload_urls(token, session, [path.as_uri()])[0]
        with path.open("rb") as file:
            return self.client.upload_file(token, session, file.fileno(), name, path.stat().st_size)

    def say(self, token: Token, session: SessionId, text: str, saved: list[InstructionRecord] | None = None) -> Any:
        return carry_out(
            self.client,
            token,
            session,
            text,
            record=None,
            save=(saved if saved is not None else []).append,
            waits=[0.1, 0.1],
            still_working=(60.0, lambda: None),
            stop=self.stop,
        )


@pytest.fixture(scope="module", params=["socket", "tcp"])
def road(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    folder = tmp_path_factory.mktemp("c")
    photos = folder / "photos"
    photos.mkdir()
    for number, colour in enumerate([(200, 60, 40), (40, 160, 90), (50, 80, 190)]):
        Image.new("RGB", (640, 480), colour).save(photos / f"IMG {number}.png")
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 not a picture")
    (photos / "note.txt").write_text("words")
    is_private = request.param == "socket"
    where = ["--socket", str(folder / "s")] if is_private else ["--listen", "127.0.0.1:0"]
    command = [sys.executable, "-m", "photovideos_studio", "--store", str(folder / "store"), *where]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)}
    child = subprocess.Popen(
        [*command, "--file-root", str(photos)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert child.stdout is not None
    assert child.stderr is not None
    listening = json.loads(child.stderr.readline())
    pipe = child.stderr
    drain = threading.Thread(target=lambda: secrets_watch.heard("the studio's log", pipe.read()), daemon=True)
    drain.start()
    assert child.stdout.readline() == b"ready\n"
    api_url = "http://studio" if is_private else f"http://{listening['on']}"
    stop = threading.Event()
    client = NemoClient(
        api_url,
        attribution=Attribution(source="fast-photo-video-maker", version="1.0.0", platform="unknown"),
        stop=stop,
        now=wall_clock,
        socket=folder / "s" if is_private else None,
    )
    tokens = TokenBook(folder / "account.json", client, api_url, None, stop=stop, now=wall_clock)
    yield Road(client=client, tokens=tokens, photos=photos, is_private=is_private, api_url=api_url, stop=stop)
    client.close()
    child.terminate()
    child.wait(30)
    drain.join(30)
    child.stdout.close()
    child.stderr.close()


def test_photos_and_words_become_a_film_along_the_daemon_s_own_road(road: Road, tmp_path: Path) -> None:
    token = road.tokens.token()
    assert road.client.credits(token).available == 100
    session = road.client.open_session(token, "en").id
    assert len(session) == 19
    assert road.client.state(token, session).draft is None
    names = [road.upload(token, session, f"IMG {number}.png") for number in range(3)]
    assert names == ["IMG 0.png", "IMG 1.png", "IMG 2.png"]
    assert road.client.state(token, session).uploaded == tuple(names)

    saved: list[InstructionRecord] = []
    reply = road.say(token, session, 'a 3 second video, 720p, title "Urban Dreams"', saved)
    assert reply.applied
    assert reply.text
    assert [record.phase for record in saved] == [
        InstructionPhase.INTENDED,
        InstructionPhase.ACCEPTED,
        InstructionPhase.DONE,
    ]

    draft = road.client.state(token, session).draft
    assert draft is not None
    assert drafts.is_export_ready(draft)
    assert [track.kind for track in drafts.tracks(draft)] == ["Video", "BGM", "Title"]
    assert drafts.told(draft) is not None

    progress: list[float | None] = []
    records: list[RenderRecord] = []
    order = Order(
        client=road.client,
        session_id=session,
        draft=draft,
        save=records.append,
        poll_seconds=0.1,
        timeout_seconds=60,
        on_progress=lambda fraction, *_lines: progress.append(fraction),
        stop=road.stop,
    )
    film = render(order, road.tokens, None)
    assert film.duration_seconds == pytest.approx(3.0, abs=0.05)
    path = Download(
        film=film,
        client=road.client,
        token=token,
        api_url=road.api_url,
        max_bytes=10**9,
        stop=road.stop,
    ).into(tmp_path / "film.mp4")
    assert path.stat().st_size == film.size_bytes
    assert path.read_bytes()[4:8] == b"ftyp"
    assert [record.id for record in records] == [film.id]


def test_a_file_that_is_no_picture_is_refused_by_name(road: Road) -> None:
    token = road.tokens.token()
    session = road.client.open_session(token, None).id
    for name in ("broken.jpg", "note.txt"):
        with pytest.raises(FileRefused) as caught:
            road.upload(token, session, name)
        assert caught.value.code == 4001


def test_a_token_and_a_session_that_are_none_are_told_apart(road: Road) -> None:
    token = road.tokens.token()
    stranger = Token(secret="nmv_usr_made_up", fingerprint="0", user_id=None, expires_at=2e9, is_own=False)
    nowhere = SessionId("1000000000000000001")
    with pytest.raises(TokenExpired):
        road.client.credits(stranger)
    with pytest.raises(SessionGone):
        road.client.state(token, nowhere)
    with pytest.raises(SessionGone):
        road.say(token, nowhere, "make a film")
    with pytest.raises(TokenExpired):
        road.say(stranger, nowhere, "make a film")


def test_one_token_a_client(road: Road) -> None:
    road.tokens.token()
    client_id = json.loads((road.photos.parent / "account.json").read_text())["client_id"]
    with pytest.raises(RateLimited):
        road.client.anonymous_grant(client_id)


def test_a_render_is_known_by_its_token_and_its_id(road: Road) -> None:
    token = road.tokens.token()
    with pytest.raises(RequestRefused) as caught:
        road.client.poll_render(token, RenderId("render_0"))
    assert caught.value.status == 404
    session = road.client.open_session(token, None).id
    road.upload(token, session, "IMG 0.png")
    road.say(token, session, "a 2 second video, no music")
    draft = road.client.state(token, session).draft
    assert draft is not None
    record = RenderRecord(id=RenderId(f"render_{session}"), token_fingerprint=token.fingerprint, begun_at=0.0)
    output = {"format": "mp4", "quality": "high"}
    assert road.client.start_render(token, record, session, draft, output) == ASK_AGAIN_SECONDS
    with pytest.raises(RequestRefused) as caught:
        road.client.start_render(token, record, session, draft, output)
    assert caught.value.status == 409
    with pytest.raises(RequestRefused):
        road.client.start_render(token, record, session, RawJson('{"t":[]}'), output)


def test_both_sides_list_the_same_types_and_the_same_limit() -> None:
    assert set(upload._TYPES) == PUBLISHED_TYPES
    assert upload.MAX_UPLOAD_BYTES == MAX_FILE_BYTES


def test_both_sides_know_the_same_attribution_headers() -> None:
    headers = Attribution(source="s", version="1", platform="unknown").headers
    assert {name.lower() for name in headers} == {name.lower() for name in ATTRIBUTION}


def test_the_studio_serves_every_endpoint_of_the_contract() -> None:
    served = {(method, route.path) for route in ROUTES for method in route.methods or ()}
    assert served >= {
        ("POST", "/api/auth/anonymous-token"),
        ("POST", "/api/tasks/me/with-session/nemo_agent"),
        ("POST", "/api/upload-video/nemo_agent/me/{session_id}"),
        ("GET", "/api/credits/balance/simple"),
        ("GET", "/api/state/nemo_agent/me/{session_id}/latest"),
        ("POST", "/run_sse"),
        ("POST", "/api/render/proxy/lambda"),
        ("GET", "/api/render/proxy/lambda/{render_id}"),
        ("GET", "/api/render/proxy/{render_id}/download"),
    }
