"""Arguments that cannot be followed are refused before anything is opened."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from photovideos_studio.__main__ import ArgumentsError, director_of, read_arguments, run
from photovideos_studio.facts import Material, MediaFacts, MediaKind
from photovideos_studio.faults import FaultsError
from photovideos_studio.listening import ListenError
from photovideos_studio.store import Store
from photovideos_studio.store.errors import StoreBusy
from support import secrets_watch


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("--listen", "0.0.0.0:0"), ListenError, "token-file"),
        (("--listen", "nowhere"), ListenError, "HOST:PORT"),
        (("--listen", "127.0.0.1:0", "--token-file", "/nonexistent"), ListenError, "token file"),
        (("--socket", "/nonexistent/s"), ListenError, "cannot be opened"),
        (("--listen", "127.0.0.1:0", "--faults", "/nonexistent"), FaultsError, "cannot be read"),
        (("--listen", "127.0.0.1:0", "--assistant-url", "http://127.0.0.1:1"), ArgumentsError, "--assistant-model"),
        (
            ("--socket", "s", "--assistant-url", "u", "--assistant-model", "m", "--assistant-key-env", "NOT_SET"),
            ArgumentsError,
            "NOT_SET",
        ),
    ],
)
def test_what_it_cannot_do_is_said_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        run(read_arguments(["--store", str(tmp_path / "store"), *arguments]))
    Store(tmp_path / "store").close()  # the store is free again


def test_the_help_names_the_store_that_the_command_uses_and_does_not_ask_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "[--store STORE]" in told
    assert "studio-alone in the state directory" in told


def test_ten_tokens_an_address_are_the_default_and_may_be_changed() -> None:
    arguments = ["--store", "x", "--listen", "127.0.0.1:0"]
    assert read_arguments(arguments).tokens_per_address == 10
    assert read_arguments([*arguments, "--tokens-per-address", "0"]).tokens_per_address == 0


def test_a_second_studio_on_the_same_store_gives_way(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StoreBusy, match="another studio"):
        run(read_arguments(["--store", str(tmp_path), "--socket", str(tmp_path / "s")]))
    assert not (tmp_path / "s").exists()
    first.close()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "required"),
        (["--store", "x"], "required"),
        (["--socket", "s"], "required: --store"),
        (["--store", "x", "--socket", "s", "--listen", "127.0.0.1:0"], "not allowed with"),
    ],
)
def test_a_store_and_one_place_to_listen_are_needed(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        read_arguments(arguments)
    assert caught.value.code == 2
    assert reason in capsys.readouterr().err


def test_the_assistant_hears_the_clauses_nobody_understood_and_never_a_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str | None, bytes]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps({"choices": [{"message": {"content": '{"aspect": "1:1"}'}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            return

    monkeypatch.setenv("ASSISTANT_KEY", secrets_watch.keep_secret("the-key-of-an-assistant"))
    photo = Material(id="u1", name="a.jpg", facts=MediaFacts(kind=MediaKind.PHOTO, width=400, height=300))
    with HTTPServer(("127.0.0.1", 0), Endpoint) as endpoint:
        threading.Thread(target=endpoint.serve_forever).start()
        arguments = ["--store", str(tmp_path), "--socket", "s", "--assistant-key-env", "ASSISTANT_KEY"]
        url = f"http://127.0.0.1:{endpoint.server_port}"
        options = read_arguments([*arguments, "--assistant-url", url, "--assistant-model", "m"])
        direct = director_of(options).direct
        made = direct("zorble the quux frantically", materials=[photo], previous=None, seed="1", language="en")
        endpoint.shutdown()
    assert [key for key, _ in heard] == ["Bearer the-key-of-an-assistant"]
    assert b"zorble" in heard[0][1]
    assert b"a.jpg" not in heard[0][1]
    assert made.draft.canvas.width == made.draft.canvas.height
