"""From an address to a whole file, over real sockets (contract §8, last row; hostile servers)."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import (
    ExportBlocked,
    FilmBroken,
    NoSpace,
    ServiceTrouble,
    Stopping,
    TokenExpired,
    Unreachable,
)
from photovideos.model import RenderedFilm, RenderId, Token
from photovideos.nemo.client import NemoClient
from photovideos.nemo.download import Download, fetching, partfile
from photovideos.nemo.exchange import Incoming
from support import secrets_watch
from support.loopback import on_loopback

FILM = os.urandom(300_000)
FALLBACK = "/api/render/proxy/render_1/download"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        act = self.shelf.take(self.path, headers)
        if act is None:
            self.send_error(404)
        else:
            act(self)

    def begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": "video/mp4", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: Any) -> None:
        pass


Act = Callable[[Handler], None]


@dataclass
class Shelf:
    """A server whose paths answer what was put there; the last answer stays."""

    acts: dict[str, deque[Act]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def put(self, path: str, *acts: Act) -> str:
        self.acts[path] = deque(acts)
        return self.url + path

    def take(self, path: str, headers: dict[str, str]) -> Act | None:
        self.asked.append((path, headers))
        secrets_watch.asked(path, headers.get("authorization"))
        acts = self.acts.get(path)
        if not acts:
            return None
        return acts.popleft() if len(acts) > 1 else acts[0]

    def headers_of(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]


@contextmanager
def serving() -> Iterator[Shelf]:
    shelf = Shelf()
    with on_loopback(type("Bound", (Handler,), {"shelf": shelf})) as shelf.url:
        yield shelf


@pytest.fixture
def api() -> Iterator[Shelf]:
    with serving() as shelf:
        yield shelf


@pytest.fixture
def cdn() -> Iterator[Shelf]:
    with serving() as shelf:
        yield shelf


# --- answers ---------------------------------------------------------------------------------------------------------


def whole(body: bytes = FILM, /, **headers: str) -> Act:
    def act(handler: Handler) -> None:
        handler.begin(200, Content_Length=str(len(body)), **headers)
        handler.wfile.write(body)

    return act


def cut_after(count: int, body: bytes = FILM, /, **headers: str) -> Act:
    def act(handler: Handler) -> None:
        handler.begin(200, Content_Length=str(len(body)), **headers)
        handler.wfile.write(body[:count])
        handler.hang_up()

    return act


def rest_from(start: int, body: bytes = FILM, /, **headers: str) -> Act:
    def act(handler: Handler) -> None:
        span = f"bytes {start}-{len(body) - 1}/{len(body)}"
        handler.begin(206, Content_Length=str(len(body) - start), Content_Range=span, **headers)
        handler.wfile.write(body[start:])

    return act


def status(number: int, body: bytes = b"", /, **headers: str) -> Act:
    def act(handler: Handler) -> None:
        handler.begin(number, Content_Length=str(len(body)), **headers)
        handler.wfile.write(body)

    return act


def redirect(location: str, number: int = 302) -> Act:
    return status(number, Location=location)


def json_answer(body: bytes, number: int = 200) -> Act:
    return status(number, body, Content_Type="application/json")


def hang_up(handler: Handler) -> None:
    handler.hang_up()


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass
class Fetcher:
    client: NemoClient
    api: Shelf
    folder: Path
    token: Token
    stop: threading.Event
    progress: list[float] = field(default_factory=list)

    def get(self, url: str, **options: Any) -> Path:
        size = options.pop("size", None)
        film = RenderedFilm(id=RenderId("render_1"), url=url, size_bytes=size)
        settings: dict[str, Any] = {"max_bytes": 10_000_000, "waits_seconds": (0.0, 0.0, 0.0)} | options
        return Download(
            film=film,
            client=settings.pop("client", self.client),
            token=self.token,
            api_url=settings.pop("api_url", self.api.url),
            stop=self.stop,
            on_progress=self.progress.append,
            **settings,
        ).into(self.folder / "film.mp4")


@pytest.fixture
def fetcher(
    make_client: Callable[..., NemoClient], api: Shelf, tmp_path: Path, token: Token, stop: threading.Event
) -> Fetcher:
    return Fetcher(client=make_client(api.url), api=api, folder=tmp_path, token=token, stop=stop)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_film_is_fetched_whole(fetcher: Fetcher, cdn: Shelf, tmp_path: Path) -> None:
    path = fetcher.get(cdn.put("/film.mp4?sig=a%2Fb", whole()))
    assert path == tmp_path / "film.mp4"
    assert path.read_bytes() == FILM
    assert names(tmp_path) == ["film.mp4"]
    assert fetcher.progress[-1] == 1.0
    assert fetcher.progress == sorted(fetcher.progress)


def test_another_origin_never_sees_who_asks(fetcher: Fetcher, cdn: Shelf) -> None:
    fetcher.get(cdn.put("/film.mp4", whole()))
    (headers,) = cdn.headers_of("/film.mp4")
    assert "authorization" not in headers
    assert not any(name.startswith("x-skill") for name in headers)
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_redirects_are_followed_without_authorization(fetcher: Fetcher, api: Shelf, cdn: Shelf, number: int) -> None:
    cdn.put("/b", redirect("c", number))
    cdn.put("/c", redirect(api.url + "/d", number))
    api.put("/d", whole())
    assert fetcher.get(cdn.put("/a", redirect(cdn.url + "/b", number))).read_bytes() == FILM
    assert all("authorization" not in headers for _path, headers in [*cdn.asked, *api.asked])


def test_five_redirects_are_followed_and_a_sixth_is_not(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    for hop in range(1, 7):
        cdn.put(f"/{hop}", redirect(f"/{hop - 1}"))
    cdn.put("/0", whole())
    assert fetcher.get(cdn.url + "/5").read_bytes() == FILM
    api.put(FALLBACK, status(404))
    with pytest.raises(ServiceTrouble) as caught:
        fetcher.get(cdn.url + "/6")
    assert "redirects" in caught.value.detail


@pytest.mark.parametrize("answer", [redirect(""), redirect("file:///etc/passwd"), redirect("https://u:p@x.example/")])
def test_a_redirect_that_leads_nowhere_is_not_followed(fetcher: Fetcher, api: Shelf, cdn: Shelf, answer: Act) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/a", answer)).read_bytes() == FILM
    assert api.headers_of(FALLBACK)


@pytest.mark.parametrize(
    "answer",
    [status(403), status(404), status(410), status(500), status(503), hang_up, json_answer(b'{"error":"expired"}')],
)
def test_where_the_address_fails_the_fallback_route_is_asked_with_authorization(
    fetcher: Fetcher, api: Shelf, cdn: Shelf, answer: Act
) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/film.mp4", answer)).read_bytes() == FILM
    (headers,) = api.headers_of(FALLBACK)
    assert headers["authorization"] == "Bearer nmv_usr_secret"
    assert headers["x-skill-source"] == "fast-photo-video-maker"


@pytest.mark.parametrize("trouble", [status(408), status(503, b"<html>"), hang_up], ids=["408", "503", "broken"])
def test_an_address_in_trouble_is_asked_again_in_place(fetcher: Fetcher, api: Shelf, cdn: Shelf, trouble: Act) -> None:
    fetcher.get(cdn.put("/film.mp4", trouble, trouble, trouble, whole()))
    assert len(cdn.asked) == 4
    assert api.asked == []


def test_a_page_instead_of_a_film_is_no_film(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    api.put(FALLBACK, whole())
    page = status(200, b"<html>log in</html>", Content_Type="text/html; charset=utf-8")
    assert fetcher.get(cdn.put("/film.mp4", page)).read_bytes() == FILM


def test_a_film_without_a_type_is_taken(fetcher: Fetcher, cdn: Shelf) -> None:
    assert fetcher.get(cdn.put("/f", whole(Content_Type="binary/octet-stream"))).read_bytes() == FILM


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_answer(b'{"code":1001,"message":"expired"}'), TokenExpired),
        (json_answer(b"", 401), TokenExpired),
        (json_answer(b'{"code":402}', 402), ExportBlocked),
        (status(404), ServiceTrouble),
        (status(500), ServiceTrouble),
        (hang_up, ServiceTrouble),
        (redirect("/elsewhere"), ServiceTrouble),
    ],
)
def test_what_the_fallback_route_says_is_the_outcome(
    fetcher: Fetcher, api: Shelf, cdn: Shelf, answer: Act, error: type[Exception], tmp_path: Path
) -> None:
    api.put("/elsewhere", whole())
    api.put(FALLBACK, answer)
    with pytest.raises(error):
        fetcher.get(cdn.url + "/gone")
    assert not (tmp_path / "film.mp4").exists()
    assert not api.headers_of("/elsewhere")


def test_an_address_on_the_apis_own_origin_is_asked_without_authorization_first(fetcher: Fetcher, api: Shelf) -> None:
    assert fetcher.get(api.put("/files/film.mp4?x=1", whole())).read_bytes() == FILM
    (headers,) = api.headers_of("/files/film.mp4?x=1")
    assert "authorization" not in headers


def test_an_address_without_a_host_is_on_the_apis_own_origin(fetcher: Fetcher, api: Shelf) -> None:
    api.put("/files/film.mp4", whole())
    assert fetcher.get("/files/film.mp4").read_bytes() == FILM


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "https://[::1/", "http://a:b@127.0.0.1/"])
def test_an_address_of_another_kind_goes_straight_to_the_fallback_route(fetcher: Fetcher, api: Shelf, url: str) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(url).read_bytes() == FILM


# --- cut, resumed, begun again ---------------------------------------------------------------------------------------


def test_a_cut_film_is_gone_on_with_where_it_was_left(fetcher: Fetcher, cdn: Shelf) -> None:
    tag = {"ETag": '"v1"'}
    url = cdn.put("/film.mp4", cut_after(100_000, **tag), rest_from(100_000, **tag))
    assert fetcher.get(url).read_bytes() == FILM
    asked = cdn.headers_of("/film.mp4")
    assert "range" not in asked[0]
    assert (asked[1]["range"], asked[1]["if-range"]) == ("bytes=100000-", '"v1"')


def test_a_film_that_is_cut_on_the_fallback_route_is_gone_on_with_too(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    tag = {"ETag": '"v1"'}
    api.put(FALLBACK, cut_after(100_000, **tag), rest_from(100_000, **tag))
    assert fetcher.get(cdn.put("/film.mp4", status(404))).read_bytes() == FILM
    asked = api.headers_of(FALLBACK)
    assert (asked[1]["range"], asked[1]["if-range"]) == ("bytes=100000-", '"v1"')
    assert [headers["authorization"] for headers in asked] == ["Bearer nmv_usr_secret"] * 2


def test_a_date_of_change_serves_as_well(fetcher: Fetcher, cdn: Shelf) -> None:
    date = {"Last_Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
    url = cdn.put("/film.mp4", cut_after(5, **date), rest_from(5, **date))
    assert fetcher.get(url).read_bytes() == FILM
    assert cdn.headers_of("/film.mp4")[1]["if-range"] == date["Last_Modified"]


@pytest.mark.parametrize("tag", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_name_for_the_version_it_begins_again(fetcher: Fetcher, cdn: Shelf, tag: dict[str, str]) -> None:
    url = cdn.put("/film.mp4", cut_after(100_000, **tag), whole(**tag))
    assert fetcher.get(url).read_bytes() == FILM
    assert "range" not in cdn.headers_of("/film.mp4")[1]


def test_a_film_that_changed_meanwhile_begins_again(fetcher: Fetcher, cdn: Shelf) -> None:
    other = os.urandom(200_000)
    url = cdn.put("/film.mp4", cut_after(100_000, ETag='"v1"'), whole(other, ETag='"v2"'))
    assert fetcher.get(url).read_bytes() == other


@pytest.mark.parametrize(
    "answer",
    [
        rest_from(90_000, ETag='"v1"'),
        rest_from(100_000, ETag='"v2"'),
        rest_from(100_000, FILM + b"more", ETag='"v1"'),
        status(206, b"x", ETag='"v1"'),
        status(206, b"x", ETag='"v1"', Content_Range="bytes lies"),
        status(416),
    ],
)
def test_a_rest_that_does_not_fit_is_not_glued_on(fetcher: Fetcher, cdn: Shelf, answer: Act) -> None:
    url = cdn.put("/film.mp4", cut_after(100_000, ETag='"v1"'), answer, whole(ETag='"v3"'))
    assert fetcher.get(url).read_bytes() == FILM


def test_an_unasked_206_is_no_film(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/film.mp4", rest_from(100))).read_bytes() == FILM


def test_an_address_that_is_cut_again_and_again_is_given_up_for_the_fallback(
    fetcher: Fetcher, api: Shelf, cdn: Shelf
) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/film.mp4", cut_after(1000))).read_bytes() == FILM
    assert len(cdn.asked) == 4


def test_a_way_that_gets_further_each_time_is_not_given_up(
    fetcher: Fetcher, cdn: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_PROGRESS_BYTES", 20_000)

    def part_of_the_rest(handler: Handler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        span = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        headers = {"Content_Length": str(len(FILM) - start), "ETag": '"v1"'}
        handler.begin(206 if start else 200, **headers, **({"Content_Range": span} if start else {}))
        handler.wfile.write(FILM[start : start + 25_000])
        if start + 25_000 < len(FILM):
            handler.hang_up()

    assert fetcher.get(cdn.put("/film.mp4", part_of_the_rest)).read_bytes() == FILM
    assert len(cdn.asked) == 12


def test_after_a_crash_it_goes_on_where_it_was(
    fetcher: Fetcher, api: Shelf, cdn: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partfile, "CHECKED_EVERY_BYTES", 50_000)
    url = cdn.put("/film.mp4", cut_after(200_000, ETag='"v1"'))

    def stop_now(handler: Handler) -> None:
        fetcher.stop.set()
        handler.hang_up()

    cdn.acts["/film.mp4"].append(stop_now)
    with pytest.raises(Stopping):
        fetcher.get(url)
    fetcher.stop.clear()
    cdn.put("/film.mp4", lambda handler: rest_from(int(handler.headers["Range"][6:-1]), ETag='"v1"')(handler))
    assert fetcher.get(url).read_bytes() == FILM
    assert int(cdn.headers_of("/film.mp4")[-1]["range"][6:-1]) >= 50_000


def test_a_file_that_lies_there_already_is_not_taken_for_the_film(fetcher: Fetcher, cdn: Shelf, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"of another time")
    assert fetcher.get(cdn.put("/film.mp4", whole())).read_bytes() == FILM


# --- lengths ---------------------------------------------------------------------------------------------------------


def test_a_length_that_lies_short_is_believed_only_if_the_render_says_no_more(fetcher: Fetcher, cdn: Shelf) -> None:
    assert len(fetcher.get(cdn.put("/film.mp4", whole(FILM[:1000])), size=1000).read_bytes()) == 1000


def test_a_film_shorter_than_the_render_says_is_not_delivered(
    fetcher: Fetcher, api: Shelf, cdn: Shelf, tmp_path: Path
) -> None:
    api.put(FALLBACK, whole(FILM[:2000]))
    with pytest.raises(FilmBroken, match="shorter"):
        fetcher.get(cdn.put("/film.mp4", whole(FILM[:1000])), size=len(FILM))
    assert not (tmp_path / "film.mp4").exists()


def test_the_fallback_can_have_what_the_address_lacks(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/film.mp4", whole(FILM[:1000])), size=len(FILM)).read_bytes() == FILM


def test_an_empty_answer_is_no_film(fetcher: Fetcher, api: Shelf, cdn: Shelf) -> None:
    api.put(FALLBACK, whole())
    assert fetcher.get(cdn.put("/film.mp4", whole(b""))).read_bytes() == FILM


def chunked(total: int) -> Act:
    def act(handler: Handler) -> None:
        handler.begin(200, Transfer_Encoding="chunked")
        sent = 0
        try:
            while sent < total:
                piece = FILM[: min(60_000, total - sent)]
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            handler.close_connection = True

    return act


def test_a_film_of_unknown_length_is_taken_to_its_end(fetcher: Fetcher, cdn: Shelf) -> None:
    assert fetcher.get(cdn.put("/film.mp4", chunked(150_000))).stat().st_size == 150_000
    assert fetcher.progress == []


def test_an_endless_film_ends_at_the_cap(fetcher: Fetcher, cdn: Shelf, tmp_path: Path) -> None:
    with pytest.raises(FilmBroken, match="larger"):
        fetcher.get(cdn.put("/film.mp4", chunked(10**12)), max_bytes=1_000_000)
    assert names(tmp_path) == []


def test_a_film_said_to_be_larger_than_the_cap_is_not_begun(fetcher: Fetcher, cdn: Shelf) -> None:
    with pytest.raises(FilmBroken, match="larger"):
        fetcher.get(cdn.put("/film.mp4", whole()), max_bytes=100_000)


def test_a_disk_without_room_is_told_before_anything_is_written(
    fetcher: Fetcher, cdn: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(partfile, "SPARE_BYTES", 10**18)
    with pytest.raises(NoSpace):
        fetcher.get(cdn.put("/film.mp4", whole()))
    assert names(tmp_path) == []


def test_who_drips_is_given_up(fetcher: Fetcher, api: Shelf, cdn: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 61))  # a minute goes by between two pieces
    monkeypatch.setattr(fetching, "_SLOWEST_BYTES", 10**9)
    api.put(FALLBACK, hang_up)
    with pytest.raises(ServiceTrouble) as caught:
        fetcher.get(cdn.put("/film.mp4", whole()), monotonic=lambda: float(next(clock)))
    assert "too slowly" in caught.value.detail


# --- stopping --------------------------------------------------------------------------------------------------------


def test_stopping_is_heard_while_nothing_comes(fetcher: Fetcher, cdn: Shelf) -> None:
    is_silent, may_end = threading.Event(), threading.Event()

    def silence(handler: Handler) -> None:
        handler.begin(200, Content_Length="1000")
        is_silent.set()
        may_end.wait(20)

    url = cdn.put("/film.mp4", silence)

    def stop_then() -> None:
        is_silent.wait(10)
        fetcher.stop.set()

    threading.Thread(target=stop_then, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Stopping):
        fetcher.get(url)
    may_end.set()
    assert time.monotonic() - began < 3


def test_stopping_is_heard_between_two_tries(fetcher: Fetcher, cdn: Shelf) -> None:
    def stop_now(handler: Handler) -> None:
        fetcher.stop.set()
        handler.hang_up()

    with pytest.raises(Stopping):
        fetcher.get(cdn.put("/film.mp4", stop_now), waits_seconds=(60.0,))


# --- where the film may lie ------------------------------------------------------------------------------------------


@dataclass
class FarHost:
    """A client of an API out on the internet, which no test may ask; its fallback route is down."""

    origin: str = "https://api.example"
    service: str = "NemoVideo"

    def open_download(
        self, token: Token, render_id: RenderId, *, headers: Mapping[str, str] | None, stop: threading.Event | None
    ) -> AbstractContextManager[Incoming]:
        raise Unreachable("down", detail="the fallback is down")

    def open_own(
        self, path: str, *, headers: Mapping[str, str] | None, stop: threading.Event | None
    ) -> AbstractContextManager[Incoming]:
        raise AssertionError("the film lies elsewhere")


@pytest.fixture
def names_of_hosts(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the resolver says; patched because a test must not depend on the world's DNS. Lists are used up."""
    known: dict[str, list[str]] = {"api.example": ["93.184.216.34"]}
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host not in known:
            return real(host, port, *args, **options)
        ips = known[host]
        ip = ips.pop(0) if len(ips) > 1 else ips[0]
        return real(ip, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "::ffff:127.0.0.1"])
def test_an_api_on_the_internet_does_not_lead_into_the_house(
    fetcher: Fetcher, names_of_hosts: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, ip: str
) -> None:
    names_of_hosts["cdn.example"] = [ip]
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_args: pytest.fail("it was connected to"))
    with pytest.raises(ServiceTrouble) as caught:
        fetcher.get("https://cdn.example/film.mp4", client=FarHost(), api_url="https://api.example")
    assert "no address that may be connected to" in caught.value.detail


def test_neither_does_a_redirect_or_a_number_that_means_loopback(
    fetcher: Fetcher, cdn: Shelf, names_of_hosts: dict[str, list[str]]
) -> None:
    url = cdn.put("/film.mp4", whole())
    for disguised in (url, url.replace("127.0.0.1", "2130706433"), url.replace("127.0.0.1", "0x7f.1")):
        with pytest.raises(ServiceTrouble):
            fetcher.get(disguised, client=FarHost(origin="http://api.example"), api_url="http://api.example")
    assert cdn.asked == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    fetcher: Fetcher, cdn: Shelf, names_of_hosts: dict[str, list[str]]
) -> None:
    """A resolver that changes its mind between the check and the connection gains nothing: it is asked once."""
    names_of_hosts["cdn.example"] = ["192.0.2.1", "127.0.0.1"]
    url = cdn.put("/film.mp4", whole()).replace("127.0.0.1", "cdn.example")
    with pytest.raises(ServiceTrouble):
        fetcher.get(url, client=FarHost(origin="http://api.example"), api_url="http://api.example", waits_seconds=())
    assert cdn.asked == []
    assert names_of_hosts["cdn.example"] == ["127.0.0.1"]


def test_an_https_api_does_not_lead_to_plain_http(
    fetcher: Fetcher, cdn: Shelf, names_of_hosts: dict[str, list[str]]
) -> None:
    with pytest.raises(ServiceTrouble) as caught:
        fetcher.get(cdn.put("/film.mp4", whole()), client=FarHost(), api_url="https://api.example")
    assert "not https" in caught.value.detail
    assert cdn.asked == []


def test_no_proxy_of_the_environment_sees_the_download(
    fetcher: Fetcher, cdn: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetcher.get(cdn.put("/film.mp4", whole())).read_bytes() == FILM


def test_cookies_are_neither_kept_nor_sent(fetcher: Fetcher, cdn: Shelf) -> None:
    cdn.put("/b", whole())
    fetcher.get(cdn.put("/a", status(302, Location="/b", Set_Cookie="who=me; Path=/")))
    assert "cookie" not in cdn.headers_of("/b")[0]


def test_over_a_unix_socket_the_apis_own_origin_is_asked_through_it(
    make_client: Callable[..., NemoClient], tmp_path: Path, token: Token, stop: threading.Event
) -> None:
    """The studio's way: its origin is no name that could be resolved."""
    shelf = Shelf()

    class UnixServer(ThreadingHTTPServer):
        address_family = socket.AF_UNIX

        def server_bind(self) -> None:
            self.socket.bind(self.server_address)
            self.server_name, self.server_port = "studio", 0

    class UnixHandler(Handler):
        def address_string(self) -> str:
            return "unix"

    path = tmp_path / "s"
    server = UnixServer(str(path), type("Bound", (UnixHandler,), {"shelf": shelf}))  # type: ignore[arg-type] # a path is an address, too
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        client = make_client("http://studio", socket=path)
        fetcher = Fetcher(client=client, api=shelf, folder=tmp_path, token=token, stop=stop)
        shelf.put("/films/1.mp4", whole())
        got = fetcher.get("http://studio/films/1.mp4", api_url="http://studio")
        assert got.read_bytes() == FILM
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
