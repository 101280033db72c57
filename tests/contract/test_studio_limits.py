"""The limits of the cloud on tokens, as the studio on TCP keeps them, and what a client makes of them (contract §2)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from photovideos.errors import TokenLimited
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient
from photovideos.nemo.token import TokenBook
from support.cloud import Cloud
from support.fake_cloud import Now


@pytest.mark.slow
def test_the_studio_limits_tokens_by_address_and_the_client_waits_without_another_id(tmp_path: Path) -> None:
    studio = Cloud(tmp_path, None, "--tokens-per-address", "1")
    now, stop = Now(), threading.Event()
    client = NemoClient(
        studio.url,
        attribution=Attribution(source="s", version="1", platform="unknown"),
        stop=stop,
        now=now,
    )
    try:

        def book(name: str) -> TokenBook:
            path = tmp_path / name / "account.json"
            return TokenBook(path, client, "x", None, stop=stop, now=now, rate_limit_wait_seconds=0.1)

        first, second = book("one"), book("two")
        assert client.credits(first.token()).available == 100
        with pytest.raises(TokenLimited):
            second.token()
        asks = len(studio.told("request.answered", status=429))
        with pytest.raises(TokenLimited):
            second.token()
        assert asks == len(studio.told("request.answered", status=429)) == 2
        assert client.credits(first.token()).available == 100, "the token there is goes on"
    finally:
        client.close()
        studio.close()
