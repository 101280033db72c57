"""What a log line shows, and what it never shows."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from photovideos import logs


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """The test process keeps its own."""
    root = logging.getLogger()
    before, level, settings = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers, root.level = before, level
    structlog.configure(**settings)


def written(*, for_people: bool, level: int = logging.INFO, **fields: Any) -> str:
    out = io.StringIO()
    logs.set_up(stream=out, for_people=for_people, level=level)
    logs.get("room").info("folder.taken", **fields)
    return out.getvalue()


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_clean_text_has_no_controls_and_is_no_longer_than_asked(text: str, limit: int) -> None:
    cleaned = logs.clean(text, limit)
    assert len(cleaned) <= limit
    cleaned.encode()  # a lone surrogate could not be
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def test_line_breaks_become_blanks_and_escapes_go() -> None:
    assert logs.clean("a\nb\x1b[31mc\u202egpj.exe\u2028d") == "a b[31mcgpj.exe d"
    assert logs.clean("photo\udcff.jpg") == "photo\ufffd.jpg"
    assert logs.clean("x" * 10, 4) == "xxx…"


def test_a_json_line_is_one_line_with_event_room_level_and_time() -> None:
    line = written(for_people=False, folder="Italy\n2024", photos=12)
    assert line.count("\n") == 1
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {"event": "folder.taken", "level": "info", "room": "room", "folder": "Italy 2024", "photos": 12}


def test_a_line_for_people_is_short_and_marks_trouble() -> None:
    line = written(for_people=True, folder="Italy", reason=None)
    assert line.rstrip().endswith("folder taken  (folder=Italy)")
    out = io.StringIO()
    logs.set_up(stream=out, for_people=True)
    logs.get("room").error("render.failed")
    assert "!! render failed" in out.getvalue()


@pytest.mark.parametrize("for_people", [True, False])
def test_secrets_never_appear(for_people: bool) -> None:
    line = written(
        for_people=for_people,
        token="very-secret-1",
        headers={"Authorization": "very-secret-2", "X-Other": "fine"},
        reason="asked with Bearer very-secret-3 and nmv_usr_verysecret4",
        error=ValueError("nmv_usr_verysecret5"),
        listed=["nmv_usr_verysecret6"],
    )
    assert "secret-" not in line.replace("(secret)", "")
    assert "verysecret" not in line
    assert "fine" in line


def test_lines_below_the_level_are_not_written() -> None:
    assert written(for_people=False, level=logging.WARNING) == ""


def test_a_trace_is_written_with_the_error() -> None:
    out = io.StringIO()
    logs.set_up(stream=out, for_people=False)
    try:
        raise ValueError("nmv_usr_verysecret")
    except ValueError:
        logs.get("room").exception("worker.failed")
    told = json.loads(out.getvalue())
    assert "ValueError" in told["exception"]
    assert "verysecret" not in told["exception"]


def test_warnings_of_libraries_become_events() -> None:
    out = io.StringIO()
    logs.set_up(stream=out, for_people=False)
    logging.getLogger("some.library").warning("it is %s", "late")
    logging.getLogger("some.library").info("chatter")
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["event"], line["message"]) for line in told] == [("library.warned", "it is late")]
