"""Which addresses a download may ask (issue: a server's word must not lead into the house)."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.nemo.download.addresses import Refused, checked_origin, is_public, may_connect, origin_of

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::127.0.0.1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "localhost",
    "",
]

OUTSIDE = ["93.184.216.34", "1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::102:304"]


@pytest.mark.parametrize("ip", INSIDE)
def test_nothing_inside_is_public(ip: str) -> None:
    assert not is_public(ip)
    assert not may_connect(ip, api_is_public=True)


@pytest.mark.parametrize("ip", OUTSIDE)
def test_hosts_on_the_internet_are_public(ip: str) -> None:
    assert is_public(ip)
    assert may_connect(ip, api_is_public=True)
    assert may_connect(ip, api_is_public=False)


@pytest.mark.parametrize("ip", ["127.0.0.1", "192.168.1.1", "10.0.0.1", "fd12::1", "::1"])
def test_an_api_inside_the_house_may_send_into_the_house(ip: str) -> None:
    assert may_connect(ip, api_is_public=False)


@pytest.mark.parametrize("ip", ["224.0.0.1", "0.0.0.0", "ff02::1", "nowhere"])
def test_what_is_no_host_is_never_connected_to(ip: str) -> None:
    assert not may_connect(ip, api_is_public=False)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_is_no_way_around(ip: ipaddress.IPv4Address) -> None:
    assert not is_public(f"::ffff:{ip}")
    assert is_public(f"64:ff9b::{ip}") == is_public(str(ip))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.org/a?b", ("https", "example.org", 443)),
        ("http://example.org:8080", ("http", "example.org", 8080)),
        ("https://[2606:4700::1]/x", ("https", "2606:4700::1", 443)),
        ("https://example.org./x", ("https", "example.org", 443)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org/",
        "data:video/mp4;base64,AAAA",
        "//example.org/a",
        "/a.mp4",
        "https://",
        "https:///a",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://[::1/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        origin_of(url)


def test_an_https_api_sends_to_https_only() -> None:
    with pytest.raises(Refused, match="https"):
        checked_origin("http://cdn.example/a", api_url="https://api.example")
    assert checked_origin("https://cdn.example/a", api_url="https://api.example")[1] == "cdn.example"
    assert checked_origin("http://cdn.example/a", api_url="http://127.0.0.1:8000")[0] == "http"


@given(st.text(max_size=60))
def test_any_text_is_an_origin_or_refused(url: str) -> None:
    try:
        scheme, host, port = origin_of(url)
    except Refused:
        return
    assert scheme in ("http", "https")
    assert host
    assert 0 <= port <= 65535
