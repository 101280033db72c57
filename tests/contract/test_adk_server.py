"""The client against a real `run_sse` of Google's Agent Development Kit, oldest and newest form (contract §7).

The server is installed from PyPI into a virtual environment of its own in the cache directory, and runs agents that
need no model. It has no /api routes, so a small adapter in front of it shows the ADK session's state as the
contract's.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import InstructionFailed, SessionGone
from photovideos.model import InstructionPhase, InstructionRecord, Reply, SessionId, Token
from photovideos.nemo import sse
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.instruct import carry_out
from photovideos.nemo.transcript import Transcript
from support.fake_cloud import SESSION, Asked, Handler, serving
from support.house import House
from support.small_film import small_film

AGENTS = Path(__file__).resolve().parents[2].parent / "shared" / "adk" / "agents"
IN_MEMORY = ("--session_service_uri", "memory://", "--artifact_service_uri", "memory://")
VERSIONS = {"1.18.0": (), "2.13.0": IN_MEMORY}  # in memory is the old one's default
TOKEN = Token(secret="nmv_usr_x", fingerprint="x", user_id=None, expires_at=2e9, is_own=False)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def installed(version: str) -> Path:
    """The `adk` command of this version, installed once per machine."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photovideos-tests"
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"google-adk-{version}"
    command = home / "bin" / "adk"
    with (cache / f"google-adk-{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
            pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", f"google-adk=={version}"]
            done = subprocess.run(pip, check=False, capture_output=True, text=True)
            if done.returncode or not command.exists():
                last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
                pytest.skip(f"google-adk {version} cannot be installed here: {last[0]}")
            (home / "complete").touch()
    return command


def post(url: str) -> None:
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"}, method="POST")
    urllib.request.urlopen(request, timeout=30).close()


@dataclass
class Adk:
    version: str
    url: str

    def open_session(self, name: str = "") -> SessionId:
        name = name or f"s{uuid.uuid4().hex}"
        post(f"{self.url}/apps/nemo_agent/users/me/sessions/{name}")
        return SessionId(name)


@pytest.fixture(scope="module", params=list(VERSIONS))
def adk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adk]:
    if not AGENTS.is_dir():
        pytest.skip("the agents of the shared folder are not beside this checkout")
    version = request.param
    command = installed(version)
    home = tmp_path_factory.mktemp("adk")
    shutil.copytree(AGENTS, home / "agents")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [command, "api_server", "--host", "127.0.0.1", "--port", str(port), *VERSIONS[version], "./agents"],
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=log,
            stderr=log,
        )
    try:
        _await(f"http://127.0.0.1:{port}/list-apps", server, home / "log")
        yield Adk(version, f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(30)


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    pause = threading.Event()
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.URLError:
            pause.wait(0.2)
    pytest.fail(f"the ADK server did not come up: {log.read_text()[-2000:]}")


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def client(adk: Adk, stop: threading.Event) -> Iterator[NemoClient]:
    made = _client(adk.url, stop)
    yield made
    made.close()


def _client(url: str, stop: threading.Event) -> NemoClient:
    attribution = Attribution(source="fast-photo-video-maker", version="1.0.0", platform="unknown")
    return NemoClient(url, attribution=attribution, stop=stop, now=lambda: 1_800_000_000.0, pace=Pace(again=(0.1,)))


def heard(adk: Adk, client: NemoClient, scene: str) -> tuple[Transcript, list[sse.Event]]:
    session = adk.open_session()
    accepted: list[bool] = []
    transcript, events = Transcript(), []
    for event in client.instruct(TOKEN, session, scene, on_accepted=lambda: accepted.append(True)):
        transcript.add(event)
        events.append(event)
    assert accepted == [True]
    return transcript, events


@pytest.mark.parametrize(
    ("scene", "text"),
    [
        ("chat", "Making your slideshow\nDone: click Export to save."),
        ("silent", ""),
        ("empty", ""),
        ("thought", "Part one. Part two."),
        ("longtool", ""),
        ("slow", "Starting. \nDone."),
        ("big", "Analyzed."),
        ("unicode", "你好 🎬 line1\nline2\n\ndata: not-an-event\u2028after-LS \u0085 end"),
        ("trailing", "Your slideshow is ready: 5 photos, 15 s.\nI encountered a temporary issue. Please try again."),
    ],
)
def test_each_scene_gives_its_text(adk: Adk, client: NemoClient, scene: str, text: str) -> None:
    transcript, _events = heard(adk, client, scene)
    assert transcript.text == text
    assert transcript.failure is None


def test_tools_and_partial_text_are_told_apart(adk: Adk, client: NemoClient) -> None:
    _transcript, events = heard(adk, client, "chat")
    assert [type(event) for event in events] == [sse.Said] * 3 + [sse.ToolUsed] * 2 + [sse.Said] * 3
    assert [event.is_partial for event in events if isinstance(event, sse.Said)] == [True, True, False] * 2


def test_an_error_event_is_a_failure(adk: Adk, client: NemoClient) -> None:
    transcript, _events = heard(adk, client, "errevent")
    assert transcript.failure == sse.Failure(message="quota exceeded", code="RESOURCE_EXHAUSTED")


def test_a_crash_in_mid_stream_is_a_failure_in_its_own_words(adk: Adk, client: NemoClient) -> None:
    transcript, _events = heard(adk, client, "crash")
    assert transcript.failure is not None
    assert transcript.failure.message.endswith('tool "x" failed:\nsecond line')
    assert transcript.text == "Working on it"


def test_a_session_that_is_not_there_is_gone(client: NemoClient) -> None:
    with pytest.raises(SessionGone):
        list(client.instruct(TOKEN, SessionId("nope"), "chat", on_accepted=pytest.fail))


# --- behind an adapter -----------------------------------------------------------------------------------------------


class Adapter(BaseHTTPRequestHandler):
    """The contract's state out of the ADK session's; /run_sse is handed through as it comes."""

    adk_url = ""
    cuts_after_bytes: int | None = None

    def do_GET(self) -> None:
        session = self.path.split("/")[-2]
        address = f"{self.adk_url}/apps/nemo_agent/users/me/sessions/{session}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            state = json.load(answer)["state"]
        known = {"draft": state.pop("draft", None), "generated_media": state}
        self._answer(200, json.dumps({"code": 0, "data": {"session_id": session, "state": known}}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = urllib.request.Request(self.adk_url + self.path, data=body, headers=dict(self.headers.items()))
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.send_response(200)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            passed = 0
            while chunk := answer.read1(1000):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                passed += len(chunk)
                if self.cuts_after_bytes is not None and passed > self.cuts_after_bytes:
                    answer.read()  # the agent finishes its work all the same
                    self.close_connection = True
                    return
            self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def adapter(adk: Adk) -> Iterator[type[Adapter]]:
    bound = type("Bound", (Adapter,), {"adk_url": adk.url})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    bound.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined] # made just above
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    yield bound
    server.shutdown()
    server.server_close()
    thread.join(5)


def carried_out(
    adapter: type[Adapter], session: SessionId, text: str, stop: threading.Event
) -> tuple[Reply, list[InstructionPhase]]:
    client = _client(adapter.url, stop)  # type: ignore[attr-defined] # set by the fixture
    phases: list[InstructionPhase] = []

    def save(record: InstructionRecord) -> None:
        phases.append(record.phase)

    try:
        reply = carry_out(
            client,
            TOKEN,
            session,
            text,
            record=None,
            save=save,
            waits=(0.1,) * 5,
            still_working=(120.0, lambda: None),
            stop=stop,
        )
    finally:
        client.close()
    return reply, phases


def test_a_message_is_carried_out_and_its_edit_is_seen_in_the_state(
    adk: Adk, adapter: type[Adapter], stop: threading.Event
) -> None:
    reply, phases = carried_out(adapter, adk.open_session(), "chat", stop)
    assert reply.applied
    assert reply.text.startswith("Making your slideshow")
    assert phases == [InstructionPhase.INTENDED, InstructionPhase.ACCEPTED, InstructionPhase.DONE]


def test_a_silent_edit_is_seen_in_the_state(adk: Adk, adapter: type[Adapter], stop: threading.Event) -> None:
    reply, _phases = carried_out(adapter, adk.open_session(), "silent", stop)
    assert (reply.applied, reply.text) == (True, "")
    assert reply.changes


def test_a_stream_that_drops_in_the_middle_of_an_edit_is_found_out(
    adk: Adk, adapter: type[Adapter], stop: threading.Event
) -> None:
    adapter.cuts_after_bytes = 10
    reply, _phases = carried_out(adapter, adk.open_session(), "chat", stop)
    assert reply.applied


@pytest.mark.parametrize("scene", ["crash", "errevent"])
def test_an_error_that_changed_nothing_fails_in_the_servers_words(
    adk: Adk, adapter: type[Adapter], stop: threading.Event, scene: str
) -> None:
    with pytest.raises(InstructionFailed, match=r"quota exceeded|second line"):
        carried_out(adapter, adk.open_session(), scene, stop)


def test_the_daemon_makes_a_film_of_what_an_adk_server_says(adk: Adk, tmp_path: Path) -> None:
    def hand_through(handler: Handler, asked: Asked) -> None:
        url = f"{adk.url}/run_sse"
        request = urllib.request.Request(url, data=asked.body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            chunks = list(iter(lambda: answer.read1(700), b""))
        cloud.edit()
        handler.stream(*chunks)

    with contextlib.suppress(urllib.error.HTTPError):  # it may be there from the test before
        adk.open_session(SESSION)
    house = House(tmp_path)
    with serving() as cloud:
        cloud.film = small_film()
        cloud.plan("/run_sse", hand_through)
        house.settings["backend"] |= {"kind": "nemo", "url": cloud.url}
        folder = house.drop("Adk", "chat with me")
        try:
            assert house.once() == 0, house.log()
        finally:
            house.close()
    assert (folder / "Adk.mp4").read_bytes() == small_film()
    summary = (folder / "Adk - timeline.txt").read_text(encoding="utf-8")
    assert "Making your slideshow" in summary
    assert "click Export" not in summary
    assert len(cloud.calls("/run_sse")) == 1
