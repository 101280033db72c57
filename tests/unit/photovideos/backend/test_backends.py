"""Which backend is opened with what: the user's own token belongs to the cloud alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photovideos.backend import Backends
from photovideos.config import BackendConfig, Config
from photovideos.errors import Unreachable
from photovideos.model import BackendKind
from photovideos.nemo.client import Pace
from support.fake_cloud import FakeCloud

OWN = "an-own-token-of-any-shape"


@pytest.fixture
def backends(tmp_path: Path, cloud: FakeCloud) -> Iterator[Backends]:
    with closing(
        Backends(
            Config(backend=BackendConfig(kind="nemo", url=cloud.url)),
            state_dir=tmp_path,
            environ={},
            stop=threading.Event(),
            clock=lambda: 1_800_000_000.0,
            monotonic=lambda: 0.0,
            own_token=OWN,
        )
    ) as made:
        yield made


def test_the_cloud_is_asked_with_the_users_own_token_and_for_no_other(backends: Backends, cloud: FakeCloud) -> None:
    with backends.lease(BackendKind.NEMO) as backend:
        token = backend.tokens.token()
        assert (token.secret, token.is_own) == (OWN, True)
        backend.client.credits(token)
    (asked,) = cloud.asked
    assert asked.headers["authorization"] == f"Bearer {OWN}"
    assert (backend.is_local, backend.host) == (False, "127.0.0.1")


def test_the_studio_gives_tokens_of_its_own_and_never_sees_the_users(backends: Backends) -> None:
    backend = backends._opened(BackendKind.STUDIO)  # without the program itself: nobody answers
    assert (backend.is_local, backend.host) == (True, "this machine")
    backend.client._caller.pace = Pace(again=())
    with pytest.raises(Unreachable):
        backend.tokens.token()
