"""A client of the small cloud, and a clock that moves only when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photovideos.model import Token
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient, Pace
from support.fake_cloud import FakeCloud, Now


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def make_client(stop: threading.Event, now: Now) -> Iterator[Callable[..., NemoClient]]:
    made: list[NemoClient] = []

    def make(url: str, *, socket: Path | None = None, **pace: Any) -> NemoClient:
        client = NemoClient(
            url,
            attribution=Attribution(source="fast-photo-video-maker", version="1.0.0", platform="unknown"),
            stop=stop,
            now=now,
            socket=socket,
            pace=Pace(**{"again": (0.01, 0.01, 0.01), "silence": 5.0, **pace}),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., NemoClient], cloud: FakeCloud) -> NemoClient:
    return make_client(cloud.url)


@pytest.fixture
def token() -> Token:
    return Token(secret="nmv_usr_secret", fingerprint="0123456789ab", user_id="anon_1", expires_at=2e9, is_own=False)
