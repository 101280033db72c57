"""The daemon's client and the studio on the same wire: a real process, a real socket, a real film."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from photovideos.errors import FileRefused, RequestRefused, SessionGone, TokenExpired
from photovideos.model import RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import draft as drafts
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.instruct import carry_out
from photovideos.nemo.token import TokenBook
from photovideos.nemo.upload import Outgoing, file_address, upload
from photovideos.nemo.wire import RenderStage
from support.house import draw, wait_for

NOW = 1_800_000_000.0
OUTPUT = {"format": "mp4", "quality": "high"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a running studio that may open files below the folder it lies in."""
    root = tmp_path_factory.mktemp("s")
    socket = root / "socket"
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "photovideos_studio", "--store", root / "store", "--socket", socket,
             "--file-root", root, "--workers", "1", "--exit-with-stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "ready", (root / "log").read_text()
        yield socket
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def client(studio: Path, stop: threading.Event) -> Iterator[NemoClient]:
    made = NemoClient(
        "http://studio",
        attribution=Attribution(source="fast-photo-video-maker", version="1.0.0", platform="unknown"),
        stop=stop,
        now=lambda: NOW,
        socket=studio,
        service="The studio",
        pace=Pace(again=(0.2,)),
    )
    yield made
    made.close()


@pytest.fixture
def token(client: NemoClient, stop: threading.Event, tmp_path: Path) -> Token:
    book = TokenBook(tmp_path / "account.json", client, "studio", None, stop=stop, now=lambda: NOW)
    return book.token()


@pytest.fixture
def session(client: NemoClient, token: Token) -> SessionId:
    return client.open_session(token, "en").id


def photos(folder: Path, count: int = 2) -> list[Outgoing]:
    folder.mkdir(exist_ok=True)
    files = []
    for number in range(count):
        path = folder / f"{uuid.uuid4().hex}.jpg"
        draw(path, seed=number, size=(640, 480))
        name = f"IMG {number} ü.jpg"
        files.append(Outgoing(path=path.name, name=name, size=1, address=file_address(str(path), name)))
    return files


def put(
    client: NemoClient, token: Token, session: SessionId, files: Sequence[Outgoing], stop: threading.Event
) -> dict[str, str]:
    """The server's names by ours."""
    names: dict[str, str] = {}

    def sent(file: Outgoing, name: str) -> None:
        names[file.name] = name

    def refused(file: Outgoing, reason: str) -> None:
        pytest.fail(f"{file.name}: {reason}")

    upload(client, token, session, files, on_sent=sent, on_refused=refused, stop=stop)
    return names


def test_the_road_from_photos_to_a_film(
    client: NemoClient, token: Token, session: SessionId, studio: Path, stop: threading.Event, tmp_path: Path
) -> None:
    assert len(session) == 19
    assert session.isdigit()
    assert client.credits(token).available > 0
    before = client.state(token, session)
    assert (before.draft, before.uploaded) == (None, ())

    sent = put(client, token, session, photos(studio.parent / "in"), stop)
    assert sent == {"IMG 0 ü.jpg": "IMG 0 ü.jpg", "IMG 1 ü.jpg": "IMG 1 ü.jpg"}
    assert client.state(token, session).uploaded == tuple(sent.values())

    reply = carry_out(
        client,
        token,
        session,
        "a 3-second video without music, 720p",
        record=None,
        save=lambda _record: None,
        waits=(0.1,) * 5,
        still_working=(120.0, lambda: None),
        stop=stop,
    )
    assert reply.applied
    assert reply.text
    assert reply.changes
    after = client.state(token, session)
    assert after.draft is not None
    assert drafts.is_export_ready(after.draft)

    record = RenderRecord(id=RenderId(f"render_{uuid.uuid4().hex}"), token_fingerprint=token.fingerprint, begun_at=NOW)
    client.start_render(token, record, session, after.draft, OUTPUT)

    def finished() -> str | None:
        status = client.poll_render(token, record.id)
        assert status.stage is not RenderStage.FAILED, status.reason
        return status.url if status.stage is RenderStage.COMPLETED else None

    assert wait_for("the film", finished, 120)
    with client.open_download(token, record.id) as answer:
        film = answer.read(100 << 20)
    assert film[4:8] == b"ftyp"


def test_a_file_sent_over_the_wire_is_taken_too(
    client: NemoClient, token: Token, session: SessionId, tmp_path: Path
) -> None:
    draw(tmp_path / "a.jpg", size=(640, 480))
    size = (tmp_path / "a.jpg").stat().st_size
    with (tmp_path / "a.jpg").open("rb") as photo:
        assert client.upload_file(token, session, photo.fileno(), "a.jpg", size) == "a.jpg"
        assert client.upload_file(token, session, photo.fileno(), "a.jpg", size) == "a (2).jpg"
    assert client.state(token, session).uploaded == ("a.jpg", "a (2).jpg")


def test_what_the_studio_refuses_is_the_error_the_contract_names(
    client: NemoClient, token: Token, session: SessionId, tmp_path: Path
) -> None:
    nobody = replace(token, secret="nmv_usr_nobody")
    with pytest.raises(TokenExpired):
        client.credits(nobody)
    with pytest.raises(TokenExpired):
        list(client.instruct(nobody, session, "x", on_accepted=pytest.fail))
    with pytest.raises(SessionGone):
        client.state(token, SessionId("1234567890123456789"))
    with pytest.raises(SessionGone):
        list(client.instruct(token, SessionId("1234567890123456789"), "x", on_accepted=pytest.fail))
    (tmp_path / "a.exe").write_bytes(b"MZ" * 100)
    with (tmp_path / "a.exe").open("rb") as program, pytest.raises(FileRefused) as caught:
        client.upload_file(token, session, program.fileno(), "a.exe", 200)
    assert caught.value.code == 4001
    with pytest.raises(RequestRefused) as refused:
        client.poll_render(token, RenderId("render_of_nobody"))
    assert refused.value.status == 404
    with pytest.raises(RequestRefused) as refused:
        client.anonymous_grant("")
    assert 400 in (refused.value.code, refused.value.status)


def test_a_file_outside_the_roots_is_not_opened(client: NemoClient, token: Token, session: SessionId) -> None:
    with pytest.raises((FileRefused, RequestRefused)):
        client.upload_urls(token, session, [file_address("/etc/hostname", "a.jpg")])


def test_a_draft_keeps_every_byte_on_its_way(
    client: NemoClient, token: Token, session: SessionId, studio: Path, stop: threading.Event
) -> None:
    put(client, token, session, photos(studio.parent / "in"), stop)
    list(client.instruct(token, session, "a 3-second video, title “你好”", on_accepted=lambda: None))
    first, second = client.state(token, session), client.state(token, session)
    assert first.draft == second.draft
    assert first.draft is not None
    assert first.digest == second.digest
    assert json.loads(first.draft)["t"]
