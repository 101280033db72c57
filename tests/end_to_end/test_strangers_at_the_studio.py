"""The studio's doors, knocked at from outside: who gets in, what `file:` opens, and how much anybody may take."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from support.house import draw
from support.strangers import Start, StudioAlone, lying_socket, open_session, send_address

pytestmark = pytest.mark.slow


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Of its own: those above a test's folder are their owner's alone, and stay so."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


# --- who gets in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": ""},
        {"Host": "[::1].evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_a_page_of_another_site_gets_nothing_from_a_studio_on_loopback(
    on_tcp: StudioAlone, headers: dict[str, str]
) -> None:
    with on_tcp.client(sign_in=False) as client:
        answer = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "rebound", **headers})
        assert answer.status_code in (403, 421)
        assert "token" not in answer.text
        asked = client.options("/run_sse", headers={"Access-Control-Request-Method": "POST", **headers})
        assert asked.status_code >= 400
        assert not [name for name in asked.headers if name.lower().startswith("access-control")]
        own = f"127.0.0.1:{on_tcp.port}"
        own_page = {"X-Client-Id": os.urandom(4).hex(), "Host": own, "Origin": f"http://{own}"}
        assert client.post("/api/auth/anonymous-token", headers=own_page).status_code == 200


def test_two_host_headers_are_one_too_many(on_tcp: StudioAlone) -> None:
    with socket.create_connection(("127.0.0.1", on_tcp.port), 10) as raw:
        raw.sendall(b"POST /api/auth/anonymous-token HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
        assert b" 400 " in raw.recv(4096).split(b"\r\n")[0]


def test_beyond_loopback_nothing_is_given_away(tmp_path: Path, start: Start) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "photovideos_studio", "--store", str(tmp_path / "x"), "--listen", "0.0.0.0:0"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert b"--token-file" in refused.stderr
    (tmp_path / "secret").write_text("a-secret-of-enough-characters\n")
    studio = start("--listen", "0.0.0.0:0", "--token-file", str(tmp_path / "secret"))
    with studio.client(sign_in=False) as client:
        assert client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a"}).status_code == 403
        assert client.get("/api/credits/balance/simple").status_code == 401
        assert client.get("/api/credits/balance/simple", headers={"Host": "evil.example"}).status_code == 421
        with_secret = {"Authorization": "Bearer a-secret-of-enough-characters"}
        assert client.get("/api/credits/balance/simple", headers=with_secret).status_code == 200
    assert "a-secret" not in studio.log()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else for a moment")
def test_another_user_does_not_get_in_even_where_the_socket_s_rights_are_lost(open_folder: Path) -> None:
    with closing(StudioAlone(open_folder)) as studio:
        assert studio.socket.stat().st_mode & 0o077 == 0
        studio.socket.chmod(0o777)  # somebody opened it by mistake: the kernel's word for who is there still holds
        knock = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1]);"
            "s.sendall(b'GET /api/credits/balance/simple HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'); print(s.recv(100))"
        )
        done = subprocess.run(
            ["/usr/bin/python3", "-c", knock, str(studio.socket)],
            capture_output=True,
            timeout=60,
            check=False,
            user=65534,
            group=65534,
        )
        assert b"HTTP" not in done.stdout
        assert done.stdout == b"b''\n" or b"ConnectionResetError" in done.stderr or b"BrokenPipe" in done.stderr, done
        assert "peer.refused" in studio.log()


# --- what `file:` opens ----------------------------------------------------------------------------------------------


def test_file_addresses_open_what_was_shown_and_nothing_beside_it(tmp_path: Path, start: Start) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    draw(inbox / "Trip" / "a.jpg")
    draw(outside / "secret.jpg", seed=2)
    (tmp_path / "inbox-of-another").mkdir()
    draw(tmp_path / "inbox-of-another" / "a.jpg")
    (inbox / "Trip" / "link.jpg").symlink_to(outside / "secret.jpg")
    (inbox / "Trip" / "dir").symlink_to(outside)
    os.mkfifo(inbox / "Trip" / "fifo.jpg")
    with lying_socket(inbox / "Trip" / "sock.jpg"):
        studio = start("--file-root", str(inbox))
        good = quote(str(inbox / "Trip" / "a.jpg"))
        root = quote(str(inbox))
        with studio.client() as client:
            session = open_session(client)
            addresses = [
                f"{root}/../outside/secret.jpg",
                f"{root}/Trip/../../outside/secret.jpg",
                f"{root}/%2e%2e/outside/secret.jpg",
                f"{root}/Trip%2f..%2f..%2foutside%2fsecret.jpg",
                f"{root}/Trip/link.jpg",
                f"{root}/Trip/dir/secret.jpg",
                f"{root}/Trip/fifo.jpg",
                f"{root}/Trip/sock.jpg",
                f"{root}/Trip",
                f"{root}-of-another/a.jpg",
                f"{root}/Trip/a.jpg%00.jpg",
                f"//evil.example{good}",
                f"{good}?x=1",
                "/proc/self/environ",
                f"/proc/self/root{quote(str(outside))}/secret.jpg",
                f"/proc/self/cwd{quote(str(outside))}/secret.jpg",
                "/proc/self/fd/0",
                "/dev/zero",
                "/etc/passwd",
                "",
                "/",
            ]
            for address in addresses:
                told = send_address(client, session, f"file://{address}")
                assert told["code"] != 0, address
            for other in ("FILE:///etc/passwd", "http://127.0.0.1:1/a.jpg", "data:image/png;base64,AAAA", "fd:0", "a"):
                assert send_address(client, session, other)["code"] != 0, other
            mine = send_address(client, session, f"file://{good}#name=..%2F..%2Fx.jpg")
            assert mine["data"]["files"][0]["filename"] == "x.jpg"
            state = client.get(f"/api/state/nemo_agent/me/{session}/latest").json()["data"]["state"]
            assert [info["filename"] for info in state["video_infos"]] == ["x.jpg"]


def test_the_file_that_was_meant_is_taken_and_no_other_that_lies_there_now(tmp_path: Path, start: Start) -> None:
    """Between the daemon's look and the studio's, whoever may write into the folder can put another file there."""
    draw(tmp_path / "in" / "a.jpg")
    meant = hashlib.sha256((tmp_path / "in" / "a.jpg").read_bytes()).hexdigest()
    address = f"{(tmp_path / 'in' / 'a.jpg').as_uri()}#name=a.jpg&sha256={meant}"
    studio = start("--file-root", str(tmp_path / "in"))
    with studio.client() as client:
        session = open_session(client)
        assert send_address(client, session, address)["code"] == 0
        draw(tmp_path / "elsewhere.jpg", seed=9)
        (tmp_path / "in" / "a.jpg").unlink()
        os.link(tmp_path / "elsewhere.jpg", tmp_path / "in" / "a.jpg")
        told = send_address(client, session, address)
        assert told["code"] == 4001
        assert "another lies there now" in told["message"]


def test_a_root_with_a_line_break_in_its_name_is_one_root(tmp_path: Path, start: Start) -> None:
    """What the daemon tells through the pipe is one line a root, whatever a folder is called."""
    secret = tmp_path / "home" / "secret.jpg"
    draw(secret)
    odd = tmp_path / f"x\nroot {tmp_path}/home" / "in\udcff"
    draw(odd / "a.jpg")
    studio = start("--exit-with-stdin")
    studio.tell(b"root " + quote(os.fsencode(odd)).encode())
    with studio.client() as client:
        session = open_session(client)
        assert send_address(client, session, secret.as_uri())["code"] == 4001
        assert send_address(client, session, f"file://{quote(os.fsencode(odd / 'a.jpg'))}")["code"] == 0
