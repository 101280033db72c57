"""The studio as a process of its own: started, spoken to, ended, killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from support import secrets_watch

SOURCES = Path(__file__).resolve().parents[3] / "src"
DEADLINE_SECONDS = 60.0
ATTRIBUTION = {"X-Skill-Source": "s", "X-Skill-Version": "1", "X-Skill-Platform": "unknown"}


class Process:
    """`python -m photovideos_studio` with these arguments; its log is kept."""

    def __init__(self, folder: Path, *arguments: str, listens: bool = True) -> None:
        self.folder = folder
        self.socket = folder / "s"
        where = () if "--listen" in arguments else ("--socket", str(self.socket))
        command = [sys.executable, "-m", "photovideos_studio", "--store", str(folder / "store"), *where, *arguments]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)}
        self.child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self.log: list[dict[str, Any]] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.ready = self.child.stdout.readline() if listens and self.child.stdout else b""

    def _listen(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            secrets_watch.heard("the studio's log", line)
            self.log.append(json.loads(line))

    def tell(self, line: str) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    @contextlib.contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Signed in, over the socket."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        with httpx.Client(base_url="http://studio", transport=transport, timeout=60, headers=ATTRIBUTION) as client:
            sign_in(client)
            yield client

    def end(self) -> int:
        status = self.child.wait(DEADLINE_SECONDS)
        self._listener.join(DEADLINE_SECONDS)
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            assert pipe is not None
            pipe.close()
        return status


def sign_in(client: httpx.Client) -> None:
    answer = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "one"}).json()
    client.headers["Authorization"] = f"Bearer {answer['data']['token']}"


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def begin(*arguments: str, folder: Path | None = None, listens: bool = True) -> Process:
        process = Process(folder or tmp_path_factory.mktemp("p"), *arguments, listens=listens)
        made.append(process)
        return process

    yield begin
    for process in made:
        if process.child.poll() is None:
            process.child.kill()
            process.end()


def photo(folder: Path, name: str, colour: tuple[int, int, int]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (480, 360), colour).save(path)
    return path


def upload(client: httpx.Client, session: str, path: Path) -> dict[str, Any]:
    answer = client.post(
        f"/api/upload-video/nemo_agent/me/{session}", json={"urls": [path.as_uri()], "source_type": "url"}
    )
    return dict(answer.json())


def open_session(client: httpx.Client) -> str:
    return str(client.post("/api/tasks/me/with-session/nemo_agent", json={}).json()["data"]["session_id"])


def say(client: httpx.Client, session: str, text: str) -> bytes:
    body = {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": session,
        "new_message": {"parts": [{"text": text}]},
    }
    return client.post("/run_sse", json=body).content


def draft_of(client: httpx.Client, session: str) -> Any:
    return client.get(f"/api/state/nemo_agent/me/{session}/latest").json()["data"]["state"]["draft"]


def ended(client: httpx.Client, render_id: str) -> dict[str, Any]:
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        told = client.get(f"/api/render/proxy/lambda/{render_id}").json()
        if told["status"] in ("completed", "failed"):
            return dict(told)
        threading.Event().wait(0.05)
    raise AssertionError("the render never ended")


def test_it_says_ready_serves_its_socket_and_ends_with_its_parent_s_pipe(start: Callable[..., Process]) -> None:
    process = start("--exit-with-stdin")
    assert process.ready == b"ready\n"
    assert process.socket.stat().st_mode & 0o077 == 0
    with process.client() as client:
        assert client.get("/api/credits/balance/simple").json()["data"]["available"] == 100
    assert process.child.stdin is not None
    process.child.stdin.close()
    begun = time.monotonic()
    assert process.end() == 0
    assert time.monotonic() - begun < 5
    assert not process.socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start: Callable[..., Process], number: signal.Signals) -> None:
    process = start()
    process.child.send_signal(number)
    assert process.end() == 0
    assert not process.socket.exists()


def test_a_root_told_through_the_pipe_opens_its_files_and_no_others(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    process = start("--exit-with-stdin")
    shown, hidden = photo(tmp_path / "shown", "a.png", (200, 30, 30)), photo(tmp_path / "hidden", "b.png", (0, 0, 99))
    with process.client() as client:
        session = open_session(client)
        process.tell("nonsense")
        process.tell(f"root {shown.parent}")
        assert upload(client, session, shown)["code"] == 0
        assert upload(client, session, hidden)["code"] == 4001


def test_what_it_cannot_do_is_said_in_a_sentence_with_status_2(start: Callable[..., Process]) -> None:
    process = start("--listen", "0.0.0.0:0", listens=False)
    assert process.end() == 2
    assert process.log[-1]["event"] == "studio.refused"
    assert "token-file" in process.log[-1]["reason"]


def test_faults_are_played_by_the_process_too(start: Callable[..., Process], tmp_path: Path) -> None:
    (tmp_path / "faults.yaml").write_text("faults:\n  - {on: credits, do: code, code: 1001}\n")
    process = start("--faults", str(tmp_path / "faults.yaml"))
    with process.client() as client:
        assert client.get("/api/credits/balance/simple").json()["code"] == 1001
        sign_in(client)
        assert client.get("/api/credits/balance/simple").json()["code"] == 0


def test_on_tcp_it_serves_loopback_and_writes_no_secret_into_its_log(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    secret = "the-secret-of-this-house"
    (tmp_path / "token").write_text(secret + "\n")
    process = start("--listen", "127.0.0.1:0", "--token-file", str(tmp_path / "token"))
    address = next(line["on"] for line in process.log if line["event"] == "studio.listening")
    with httpx.Client(base_url=f"http://{address}", headers=ATTRIBUTION, trust_env=False) as client:
        sign_in(client)
        token = client.headers["Authorization"].removeprefix("Bearer ")
        assert client.get("/api/credits/balance/simple").status_code == 200
        own = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/credits/balance/simple", headers=own).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
        client.get("/films/render_1/a-key-that-opens-a-film/film.mp4")
    process.child.terminate()
    process.end()
    log = json.dumps(process.log)
    assert "request.answered" in log
    for kept in (secret, token, "a-key-that-opens-a-film"):
        assert kept not in log


def test_words_and_photos_become_a_real_film(start: Callable[..., Process], tmp_path: Path) -> None:
    process = start("--exit-with-stdin", "--file-root", str(tmp_path), "--workers", "1")
    with process.client() as client:
        session = open_session(client)
        for number, colour in enumerate([(200, 30, 30), (30, 200, 30)]):
            assert upload(client, session, photo(tmp_path, f"{number}.png", colour))["code"] == 0
        assert b"turnComplete" in say(client, session, "a 2 second video, 720p, no music")
        draft = draft_of(client, session)
        body = {"id": "render_1", "sessionId": session, "draft": draft, "output": {"format": "mp4", "quality": "high"}}
        assert client.post("/api/render/proxy/lambda", json=body).json()["code"] == 0
        told = ended(client, "render_1")
        assert told["status"] == "completed", told
        film = client.get(told["output"]["url"]).content
    assert len(film) == told["output"]["size"]
    assert film[4:8] == b"ftyp"


@pytest.mark.slow
def test_a_studio_killed_in_the_middle_of_a_render_makes_that_film_after_its_restart(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    first = start("--exit-with-stdin")
    first.tell(f"root {tmp_path}")
    with first.client() as client:
        session = open_session(client)
        for number in range(4):
            assert upload(client, session, photo(tmp_path, f"{number}.png", (60 * number, 90, 120)))["code"] == 0
        say(client, session, "a 20 second video")
        draft = draft_of(client, session)
        body = {"id": "render_1", "sessionId": session, "draft": draft, "output": {"format": "mp4", "quality": "high"}}
        assert client.post("/api/render/proxy/lambda", json=body).json()["code"] == 0
        end = time.monotonic() + DEADLINE_SECONDS
        while client.get("/api/render/proxy/lambda/render_1").json()["progress"] < 5:
            assert time.monotonic() < end
            threading.Event().wait(0.02)
        authorization = client.headers["Authorization"]
    first.child.kill()
    first.end()
    second = start("--exit-with-stdin", folder=first.folder)
    transport = httpx.HTTPTransport(uds=str(second.socket))
    with httpx.Client(
        base_url="http://studio", transport=transport, timeout=60, headers={"Authorization": authorization}
    ) as client:
        told = ended(client, "render_1")
        assert told["status"] == "completed", told
        assert len(client.get(told["output"]["url"]).content) == told["output"]["size"]
    left = {path.name for path in (first.folder / "store" / "renders" / "render_1").iterdir()}
    assert left == {"render.json", "draft.json", "film.mp4"}


@pytest.mark.slow
def test_no_connection_leaves_the_machine(start: Callable[..., Process], tmp_path: Path) -> None:
    """In a network namespace without any way out the whole road works, so it needs none."""
    probe = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True)
    if probe.returncode != 0:
        pytest.skip("network namespaces need rights this user lacks")
    script = tmp_path / "alone.py"
    script.write_text(
        "import ctypes, os, runpy, sys\n"
        "os.unshare(0x40000000) if hasattr(os, 'unshare') else ctypes.CDLL(None).unshare(0x40000000)\n"
        "runpy.run_module('photovideos_studio', run_name='__main__', alter_sys=True)\n"
    )
    folder = tmp_path / "p"
    folder.mkdir()
    path = photo(tmp_path / "photos", "a.png", (9, 90, 190))
    command = [sys.executable, str(script), "--store", str(folder / "store"), "--socket", str(folder / "s")]
    child = subprocess.Popen(
        [*command, "--file-root", str(path.parent)],
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)},
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        transport = httpx.HTTPTransport(uds=str(folder / "s"))
        with httpx.Client(base_url="http://studio", transport=transport, timeout=60, headers=ATTRIBUTION) as client:
            sign_in(client)
            session = open_session(client)
            assert upload(client, session, path)["code"] == 0
            say(client, session, "a 2 second video with music")
            body = {"id": "r", "sessionId": session, "draft": draft_of(client, session), "output": {"format": "mp4"}}
            assert client.post("/api/render/proxy/lambda", json=body).json()["code"] == 0
            assert ended(client, "r")["status"] == "completed"
    finally:
        child.terminate()
        child.wait(DEADLINE_SECONDS)
        child.stdout.close()


def test_nothing_it_opens_is_a_network_socket(start: Callable[..., Process]) -> None:
    process = start()
    with process.client() as client:
        open_session(client)
        descriptors = Path(f"/proc/{process.child.pid}/fd")
        inodes = {os.readlink(entry).removeprefix("socket:[").rstrip("]") for entry in descriptors.iterdir()}
    tables = ("tcp", "tcp6", "udp", "udp6", "raw")
    for table in tables:
        lines = Path(f"/proc/{process.child.pid}/net/{table}").read_text().splitlines()[1:]
        assert not {line.split()[9] for line in lines} & inodes, socket.gethostname()
