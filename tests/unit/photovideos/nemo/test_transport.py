from __future__ import annotations

import base64

import pytest

from photovideos.errors import UsageError
from photovideos.nemo.exchange import Http
from photovideos.nemo.patience import Patience
from photovideos.nemo.transport import environment_proxy
from support.fake_cloud import FakeCloud


def test_the_proxy_of_the_environment_is_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert environment_proxy("https://api.example") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "intern.example")
    assert environment_proxy("https://api.example") == "http://proxy:3128"
    assert environment_proxy("http://api.example") is None
    for url in ("https://localhost:1", "https://127.0.0.1", "https://[::1]/x", "https://a.intern.example"):
        assert environment_proxy(url) is None
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy:1080")
    assert environment_proxy("https://api.example") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    assert environment_proxy("https://api.example") == "http://proxy:3128"


def test_a_proxy_of_another_kind_is_told() -> None:
    with pytest.raises(UsageError):
        Http(proxy="socks5://127.0.0.1:1")


def test_a_password_of_a_proxy_is_told_as_it_is_meant(cloud: FakeCloud) -> None:
    http = Http(proxy=cloud.url.replace("://", "://anna:p%40ss%3A1@"))
    with http.open("GET", "http://api.invalid/x", headers={}, patience=Patience(), silence_seconds=10.0):
        pass
    http.close()
    assert cloud.asked[0].headers["proxy-authorization"] == f"Basic {base64.b64encode(b'anna:p@ss:1').decode()}"
