from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos.errors import Stopping
from photovideos.nemo import transport
from photovideos.nemo.exchange import BrokenExchange, Http, NoConnection, Reply, TooLarge
from photovideos.nemo.patience import Patience, until
from support.fake_cloud import Asked, FakeCloud, Handler


def get(http: Http, url: str, *, max_bytes: int = 10_000, stop: threading.Event | None = None) -> Reply:
    return http.exchange(
        "GET",
        url,
        max_bytes=max_bytes,
        headers={"X-Mine": "1"},
        patience=Patience(stops=(stop,) if stop else (), ends_at=until(20)),
        silence_seconds=10.0,
    )


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http()
    yield made
    made.close()


def test_one_exchange_sends_its_headers_and_gives_a_whole_answer(cloud: FakeCloud, http: Http) -> None:
    cloud.plan("/x", lambda handler, _asked: handler.answer(b"hello", status=203, X_Odd="y"))
    reply = get(http, f"{cloud.url}/x?q=1")
    assert (reply.status, reply.body, reply.headers["x-odd"]) == (203, b"hello", "y")
    (asked,) = cloud.asked
    assert asked.path == "/x?q=1"
    assert asked.headers["x-mine"] == "1"
    assert asked.headers["accept-encoding"] == "identity"


def test_connections_are_kept_or_not(cloud: FakeCloud, http: Http) -> None:
    ports: list[int] = []

    def note(handler: Handler, _asked: Asked) -> None:
        ports.append(handler.client_address[1])
        handler.answer(b"")

    cloud.plan("/x", note, note, note, note)
    get(http, f"{cloud.url}/x")
    get(http, f"{cloud.url}/x")
    single = Http(keeps_connections=False)
    get(single, f"{cloud.url}/x")
    get(single, f"{cloud.url}/x")
    single.close()
    assert ports[0] == ports[1]
    assert len(set(ports)) == 3


def test_no_cookie_is_kept(cloud: FakeCloud, http: Http) -> None:
    cloud.plan("/x", lambda handler, _asked: handler.answer(b"", Set_Cookie="a=b; Path=/"))
    get(http, f"{cloud.url}/x")
    get(http, f"{cloud.url}/x")
    assert "cookie" not in cloud.asked[1].headers


def test_a_netrc_adds_no_authorization(
    cloud: FakeCloud, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    get(http, f"{cloud.url}/x")
    assert "authorization" not in cloud.asked[0].headers


def test_a_body_longer_than_allowed_is_not_read_on(cloud: FakeCloud, http: Http) -> None:
    cloud.plan("/x", lambda handler, _asked: handler.answer(b"x" * 20_000))
    with pytest.raises(TooLarge):
        get(http, f"{cloud.url}/x")


def test_a_length_that_lies_is_a_broken_exchange(cloud: FakeCloud, http: Http) -> None:
    def lie(handler: Handler, _asked: Asked) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"short")
        handler.close_connection = True

    cloud.plan("/x", lie)
    with pytest.raises(BrokenExchange):
        get(http, f"{cloud.url}/x")


@pytest.mark.parametrize("packing", ["br", "gzip, br", "gzip"])
def test_a_packing_nobody_asked_for_is_a_broken_exchange(cloud: FakeCloud, http: Http, packing: str) -> None:
    cloud.plan("/x", lambda handler, _asked: handler.answer(b"not packed", Content_Encoding=packing))
    with pytest.raises(BrokenExchange):
        get(http, f"{cloud.url}/x")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://", "http://[::1", "nonsense", "http://a:99999999/"])
def test_an_address_that_cannot_be_used_is_no_connection(http: Http, url: str) -> None:
    with pytest.raises(NoConnection):
        get(http, url)


def test_what_is_no_http_is_a_broken_exchange(cloud: FakeCloud, http: Http) -> None:
    def talk_nonsense(handler: Handler, _asked: Asked) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        handler.close_connection = True

    cloud.plan("/x", talk_nonsense)
    with pytest.raises(BrokenExchange):
        get(http, f"{cloud.url}/x")


def test_a_header_that_may_not_be_sent_is_not_quoted(cloud: FakeCloud, http: Http) -> None:
    with (
        pytest.raises(BrokenExchange) as caught,
        http.open(
            "GET",
            f"{cloud.url}/x",
            headers={"Authorization": "Bearer nmv_secret\r\nX: y"},
            patience=Patience(),
            silence_seconds=1.0,
        ),
    ):
        pass
    assert "nmv_secret" not in str(caught.value)


def test_a_stop_is_heard(cloud: FakeCloud, http: Http) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopping):
        get(http, f"{cloud.url}/x", stop=stop)


# --- proxies ---------------------------------------------------------------------------------------------------------


def test_a_given_proxy_is_used(cloud: FakeCloud) -> None:
    http = Http(proxy=cloud.url)
    get(http, "http://api.invalid/x")
    http.close()
    assert cloud.asked[0].path == "http://api.invalid/x"


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, cert


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[int]:
    """A TLS server that answers each connection once, 400 KB long."""
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer = server.accept()[0]
            except OSError:
                return
            try:
                with context.wrap_socket(peer, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + b"x" * 400_000)
            except OSError:
                peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def test_tls_is_spoken_to_names_whose_certificate_is_known(
    secure: int, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    transport._ssl_context.cache_clear()
    http = Http()
    assert len(get(http, f"https://localhost:{secure}/", max_bytes=500_000).body) == 400_000
    with pytest.raises(NoConnection):
        get(http, f"https://127.0.0.1:{secure}/")  # another name than the certificate's
    http.close()
    transport._ssl_context.cache_clear()


def test_an_unknown_certificate_is_no_connection(secure: int, http: Http) -> None:
    with pytest.raises(NoConnection):
        get(http, f"https://localhost:{secure}/")


def test_a_handshake_that_never_ends_hears_the_stop(http: Http) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        threading.Timer(0.3, stop.set).start()
        with pytest.raises(Stopping):
            get(http, f"https://127.0.0.1:{silent.getsockname()[1]}/", stop=stop)
