"""What the contract gives as figures and words, and rows that no single room's tests hold: client and small cloud."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from photovideos.backend import Backends
from photovideos.config import BackendConfig, Config
from photovideos.errors import InstructionFailed
from photovideos.model import BackendKind, RawJson, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import upload
from photovideos.nemo.account import Attribution, export_blocked, no_credits
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.instruct import carry_out
from photovideos.nemo.token import fingerprint_of
from photovideos.pipeline.messages import DEFAULT_MESSAGE
from photovideos_studio.routes.uploads import PUBLISHED_TYPES
from support.fake_cloud import SESSION, Act, Asked, FakeCloud, Handler, answers, hang_up, said

TYPES = "mp4 mov avi webm mkv jpg jpeg png gif webp mp3 wav m4a aac"
TOKEN = Token(secret="nmv_usr_published", fingerprint="0" * 12, user_id="anon_1", expires_at=2e9, is_own=False)
RECORD = RenderRecord(id=RenderId("render_1"), token_fingerprint="0" * 12, begun_at=0.0)


@pytest.fixture
def make_client(cloud: FakeCloud) -> Iterator[Callable[..., NemoClient]]:
    made: list[NemoClient] = []

    def make(**pace: Any) -> NemoClient:
        client = NemoClient(
            cloud.url,
            attribution=Attribution(source="s", version="1", platform="unknown"),
            stop=threading.Event(),
            now=lambda: 1_800_000_000.0,
            pace=Pace(**{"again": (0.01, 0.01, 0.01), "silence": 5.0, **pace}),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def test_the_defaults_are_the_contract_s() -> None:
    backend = BackendConfig()
    assert backend.url == "https://mega-api-prod.nemovideo.ai"
    assert backend.skill_source == "fast-photo-video-maker"
    assert backend.poll_seconds == 30
    assert backend.rate_limit_wait_seconds == 30
    assert backend.recovery_waits_seconds == (30, 60, 60, 60, 60)
    assert backend.still_working_seconds == 2 * 60
    assert backend.stream_timeout_seconds == 15 * 60
    assert backend.render_timeout_seconds == 60 * 60
    assert backend.token_lifetime_days == 7
    assert DEFAULT_MESSAGE == "turn these photos into a video with transitions and background music"


def test_the_settings_reach_the_calls(cloud: FakeCloud, tmp_path: Path) -> None:
    settings = BackendConfig(
        kind="nemo",
        url=cloud.url,
        skill_source="image-to-video-converter-online",
        skill_version="2.3",
        stream_timeout_seconds=77,
        token_lifetime_days=3,
        rate_limit_wait_seconds=0.05,
    )
    stop = threading.Event()
    backends = Backends(
        Config(backend=settings),
        state_dir=tmp_path,
        environ={},
        stop=stop,
        clock=lambda: 1_800_000_000.0,
        monotonic=time.monotonic,
    )
    cloud.plan("anonymous-token", answers({"code": 429}, 429))
    try:
        with backends.lease(BackendKind.NEMO) as backend:
            token = backend.tokens.token()
            backend.client.credits(token)
            assert backend.client.pace.stream == 77
    finally:
        backends.close()
    assert token.expires_at == 1_800_000_000 + 3 * 86_400
    assert len(cloud.calls("anonymous-token")) == 2
    for asked in cloud.asked:
        assert asked.headers["x-skill-source"] == "image-to-video-converter-online"
        assert asked.headers["x-skill-version"] == "2.3"


def test_the_published_types_are_these_and_no_others() -> None:
    published = {f".{ending}" for ending in TYPES.split()}
    assert {f".{ending.removeprefix('.')}" for ending in upload._TYPES} == published
    assert {f".{ending.removeprefix('.')}" for ending in PUBLISHED_TYPES} == published


def test_a_fingerprint_is_twelve_hex_digits_of_the_sha_256() -> None:
    secret = "nmv_usr_published"
    assert fingerprint_of(secret) == hashlib.sha256(secret.encode()).hexdigest()[:12]


def test_both_causes_of_waiting_add_the_contract_s_words() -> None:
    words = (
        "After registering, set NEMO_TOKEN to your own token, restart, and drop RETRY. "
        "Films made on this machine need no credits: backend.kind: studio."
    )
    for token in (TOKEN, replace(TOKEN, is_own=True)):
        assert words in no_credits(token, "anon_1").advice
        assert words in export_blocked(token).advice


def test_a_stream_may_be_silent_for_longer_than_any_other_answer(
    cloud: FakeCloud, make_client: Callable[..., NemoClient]
) -> None:
    def silent(handler: Handler, _asked: Asked) -> None:
        handler.stream(is_whole=False)
        threading.Event().wait(0.6)
        handler.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(said("Done.")), said("Done.")))

    cloud.plan("/run_sse", silent)
    client = make_client(silence=0.2, whole=0.2)
    events = list(client.instruct(TOKEN, SessionId(SESSION), "x", on_accepted=lambda: None))
    assert [getattr(event, "text", "") for event in events] == ["Done."]


def test_each_look_at_the_state_comes_after_its_own_wait(
    cloud: FakeCloud, make_client: Callable[..., NemoClient]
) -> None:
    client = make_client()
    paused: list[float] = []
    client.pause = lambda seconds, **_options: paused.append(seconds)
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(said("Working"), is_whole=False))
    with pytest.raises(InstructionFailed):
        carry_out(
            client,
            TOKEN,
            SessionId(SESSION),
            "x",
            record=None,
            save=lambda _record: None,
            waits=BackendConfig().recovery_waits_seconds,
            still_working=(120.0, lambda: None),
            stop=threading.Event(),
        )
    assert paused == [30, 60, 60, 60, 60]
    assert len(cloud.calls("/state/")) == 1 + 5


@pytest.mark.parametrize(
    "answer",
    [
        {"taskId": "t", "status": "failed", "error": "odd"},
        {"status": "completed", "output": {"url": "https://elsewhere/film.mp4"}},
        b"",
        b"accepted",
        {"code": 0},
        {"success": True, "data": {"id": "another"}},
    ],
)
def test_the_answer_to_the_post_of_a_render_counts_only_for_its_codes(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], answer: Any
) -> None:
    cloud.plan("/lambda", answers(answer))
    make_client().start_render(TOKEN, RECORD, SessionId(SESSION), RawJson("{}"), {})
    assert len(cloud.asked) == 1


def _uploaded(client: NemoClient, path: Path) -> list[str]:
    file = upload.Outgoing(
        path="a.jpg", name="a.jpg", size=4, open_file=lambda: os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    )
    names: list[str] = []
    upload.upload(
        client,
        TOKEN,
        SessionId(SESSION),
        [file],
        on_sent=lambda _file, name: names.append(name),
        on_refused=lambda _file, reason: pytest.fail(reason),
        stop=threading.Event(),
    )
    return names


CALLS: dict[str, Callable[[NemoClient, Path], object]] = {
    "anonymous-token": lambda client, _path: client.anonymous_grant("11111111-1111-4111-8111-111111111111"),
    "with-session": lambda client, _path: client.open_session(TOKEN, None),
    "upload-video": _uploaded,
    "/state/": lambda client, _path: client.state(TOKEN, SessionId(SESSION)),
    "/credits/": lambda client, _path: client.credits(TOKEN),
    "/lambda/": lambda client, _path: client.poll_render(TOKEN, RenderId("render_1")),
}


@pytest.mark.parametrize("trouble", [answers(b"", 408), answers(b"<html>", 502), hang_up], ids=["408", "502", "broken"])
@pytest.mark.parametrize("place", CALLS)
def test_every_call_that_may_be_repeated_is_asked_again_in_place(
    cloud: FakeCloud, make_client: Callable[..., NemoClient], tmp_path: Path, place: str, trouble: Act
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    cloud.plan(place, trouble, trouble, trouble)
    assert CALLS[place](make_client(), tmp_path / "a.jpg")
    assert len(cloud.calls(place)) == 4
