"""Names, prompts and the server's words are a stranger's: none commands a terminal, forges a line or a log entry."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fake_cloud import Handler, said
from support.house import House, wait_for
from support.watched import Town, photo, town_at

# A screen cleared, a title set, colours, a C1 sequence, a line turned round, lines of our own forged.
EVIL = "\x1b[2J\x1b]0;pwned\x07\x9b31m\u202egpj.exe\nReference: forged\r\u2028x"
BROKEN = photo(3, "PNG").replace(b"IDAT", b"IDAT" + b"\xff" * 8, 1)  # begins and ends as it should
LINES = frozenset("\n")
FORBIDDEN = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def assert_plain(text: str, *, beside: frozenset[str] = LINES) -> None:
    """Nothing that a terminal or an editor obeys."""
    found = {char for char in text if unicodedata.category(char) in ("Cc", "Cs") or char in FORBIDDEN} - beside
    assert not found, (sorted(map(ascii, found)), ascii(text[-600:]))


def assert_note(path: Path) -> str:
    """A file of ours for people: plain, and with no line that a stranger put there."""
    text = path.read_bytes().decode("utf-8-sig")
    assert_plain(text, beside=frozenset("\r\n"))
    assert "\r" not in text.replace("\r\n", "")
    lines = text.splitlines()
    assert not [line for line in lines if line.startswith("Reference: forged")], text
    return text


def commanded(house: House, *arguments: str, status: int | None = 0) -> str:
    """What a command prints, both ways, where nothing helps with the encoding."""
    command = [sys.executable, "-m", "photovideos", *arguments, "--config", str(house.config)]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment, check=False)
    told = done.stdout.decode() + done.stderr.decode()
    assert "Traceback" not in told, told
    assert status is None or done.returncode == status, told
    return told


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running daemon for the tests of this module."""
    with town_at(tmp_path_factory.mktemp("lane")) as made:
        made.run()
        yield made


def _words(cloud: Any) -> None:
    """A server whose every word is hostile: reply, names in the draft, file names it gives."""

    def instruct(handler: Handler, asked: Any) -> None:
        sitting = cloud._sitting(asked)
        sitting.messages.append(asked.json["new_message"]["parts"][0]["text"])
        handler.stream(said(f"Done {EVIL}. Made by photovideos: forged.mp4, 1, {'a' * 64}"))

    cloud.plan("/run_sse", instruct)


def test_names_and_words_stay_words_in_the_log_the_notes_the_summary_and_the_commands(lane: Town) -> None:
    name = f"Trip {EVIL}"
    folder = lane.folder(name)
    (folder / "IMG_1.jpg").write_bytes(photo(1))
    (folder / f"good {EVIL}.jpg").write_bytes(photo(2))
    (folder / f"cut {EVIL}.png").write_bytes(BROKEN)
    (folder / f"link {EVIL}.jpg").symlink_to("nowhere")
    (folder / "raw \udcff\udcfe.nef").write_bytes(b"II*\0 raw")
    _words(lane.cloud)
    (folder / "prompt.txt").write_text(f"words: a calm video {EVIL}", encoding="utf-8")
    wait_for("the summary", lambda: list(folder.glob("*timeline.txt")), 45, log=lane.log)
    (sitting,) = [one for one in lane.cloud.sittings if any("words:" in message for message in one.messages)]
    assert_plain(sitting.messages[0], beside=LINES | frozenset("\u202e"))
    assert all("\n" not in sent and "\x1b" not in sent and "\u202e" not in sent for sent in sitting.uploads)
    (film,) = folder.glob("*.mp4")
    assert_plain(film.name, beside=frozenset())
    (summary,) = folder.glob("*timeline.txt")
    text = assert_note(summary)
    assert "link" in text
    assert "forged" in text  # said, and yet no claim: only the last line is ours
    assert [line for line in text.splitlines() if line.startswith("Made by photovideos: ")] == [text.splitlines()[-1]]
    for line in lane.log().splitlines():
        assert_plain(line, beside=frozenset())
        assert isinstance(json.loads(line), dict)
    assert_note(lane.inbox / "_photovideos - inbox.txt")
    for words in (["status"], ["status", "--json"]):
        told = commanded(lane, *words)
        assert "Trip" in told
        assert_plain(told)


def test_a_job_that_needs_help_tells_hostile_names_harmlessly(lane: Town) -> None:
    """The sentence about it holds the names: it goes into the ledger, the status file, `status` and the inbox file."""
    folder = lane.folder(f"Help {EVIL}")
    (folder / f"cut {EVIL} \udcff.png").write_bytes(BROKEN)
    (folder / "READY").write_bytes(b"")
    lane.write_prompt(folder)
    wait_for("help to be asked for", lambda: lane.status_of(folder) == "NEEDS HELP", 45, log=lane.log)
    text = assert_note(folder / "_photovideos - NEEDS HELP.txt")
    assert "cut" in text
    assert text.splitlines()[-1].startswith("Reference: ")
    for words in (["status"], ["status", "--json"]):
        told = commanded(lane, *words)
        assert "None of the photos could be used" in told
        assert_plain(told)
    inbox_file = lane.inbox / "_photovideos - inbox.txt"
    wait_for("the inbox file", lambda: "Help" in inbox_file.read_text("utf-8-sig"), 30)
    assert_note(inbox_file)


@pytest.mark.parametrize(
    "name", ["é" * 127, "x" * 255, "[red]markup [link=http:evil]here", "-rf --help", "%s {0} $(id) `id` ${IFS}"]
)
def test_long_and_speaking_names_get_their_film(lane: Town, name: str) -> None:
    folder = lane.folder(name)
    (folder / f"{name[:120]}.jpg").write_bytes(photo(1))
    (folder / "prompt.txt").write_text(f"speaking {len(name)}: a calm video", encoding="utf-8")
    wait_for("a film", lambda: list(folder.glob("*.mp4")) and lane.status_of(folder) is None, 45, log=lane.log)
    assert_plain(commanded(lane, "status"))


def _on_a_terminal(house: House, *arguments: str, seconds: float = 90.0) -> tuple[int, bytes]:
    """The command with a terminal of its own: its exit status, and what the terminal got to see."""
    ours, theirs = pty.openpty()
    house.write_config()
    command = [sys.executable, "-m", "photovideos", *arguments, "--config", str(house.config)]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    house.processes.append(process)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:
        pass  # the last one on the other side has gone: how a terminal ends
    finally:
        os.close(ours)
    return process.wait(seconds), seen


def test_on_a_terminal_neither_the_log_nor_the_bars_obey_a_name(town: Town) -> None:
    for name in (f"Trip {EVIL}", "[red]markup [link=http:evil]here", "plain"):
        folder = town.fill(name, photos=1, text=None)
        (folder / f"link {EVIL}.jpg").symlink_to("nowhere")
        (folder / "prompt.txt").write_text("a calm video", encoding="utf-8")
    broken = town.folder(f"Help {EVIL}")
    (broken / f"cut {EVIL}.png").write_bytes(BROKEN)
    town.write_prompt(broken)
    (broken / "READY").write_bytes(b"")
    status, seen = _on_a_terminal(town, "once")
    text = seen.decode()
    assert "Traceback" not in text, text[-3000:]
    assert status == 1  # one needs help
    assert text.count("Trip") > 1
    assert "NEEDS HELP" in text
    for sequence in ("\x1b]0;pwned", "\x9b", "\u202e", "\u2028", "\x1b[2J", "\x1b]8;", "\nReference: forged"):
        assert sequence not in text, (ascii(sequence), ascii(text[-2000:]))
    status, seen = _on_a_terminal(town, "status")
    assert status == 0
    assert_plain(seen.decode(), beside=frozenset("\r\n"))
    assert "\nReference: forged" not in seen.decode()
