from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from photovideos.delivery import inbox_file
from photovideos.delivery.inbox_file import NAME, InboxNote, Waiting
from photovideos.model import BackendKind, Balance

NOW = 1_700_000_000.0
NOTE = InboxNote(backend=BackendKind.STUDIO, looked_at=NOW, watching="Watched by events, and looked at every 60 s.")


def text(**changed: object) -> str:
    return inbox_file.text_of(replace(NOTE, **changed))  # type: ignore[arg-type]  # one table for all fields


def test_five_lines_on_how_to_use_it_come_first() -> None:
    lines = text().split("\r\n")
    assert [line[:2] for line in lines[:6]] == ["1.", "2.", "3.", "4.", "5.", ""]


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (BackendKind.STUDIO, "Connected and ready: films are made on this machine."),
        (BackendKind.NEMO, "Connected and ready: films are made by NemoVideo."),
    ],
)
def test_it_says_whether_and_where_films_are_made(backend: BackendKind, sentence: str) -> None:
    assert sentence in text(backend=backend).split("\r\n")


def test_trouble_takes_the_place_of_ready() -> None:
    found = text(trouble="NemoVideo does not accept your NEMO_TOKEN.", backend=BackendKind.NEMO)
    assert "Not ready: NemoVideo does not accept your NEMO_TOKEN." in found
    assert "Connected" not in found


def test_queue_problems_credits_strays_and_library_are_told() -> None:
    found = text(
        queue=(Waiting(folder="Italy", state="rendering"), Waiting(folder="Rome", state="queued")),
        problems=("‘Oslo’: None of the photos could be used.",),
        credits=Balance(available=60.0),
        astray=("12 photos lie loose in the inbox: put them into a folder with a prompt.txt",),
        library=3,
        notices=("NEMO_TOKEN is set and not used.",),
    )
    for line in (
        "2 folders are on the way:",
        "  Italy: rendering",
        "Needs help:",
        "Credits: 60 available.",
        "Not where it belongs:",
        "NEMO_TOKEN is set and not used.",
    ):
        assert line in found.split("\r\n")
    assert "3 folders were here before and are left alone" in found
    assert "1 folder was here before" in text(library=1)


def test_a_thousand_folders_are_counted() -> None:
    found = text(queue=tuple(Waiting(folder=str(number), state="queued") for number in range(1000)))
    assert "1000 folders are on the way:" in found
    assert "and 980 more" in found


def test_its_age_tells_whether_the_service_runs() -> None:
    assert "older than 2 hours, the service is not running" in text()


def test_a_folder_s_name_cannot_command_a_terminal() -> None:
    found = text(queue=(Waiting(folder="a\x1b[2J\r\nNeeds help:\u202e", state="queued"),))
    assert not {"\x1b", "\u202e"} & set(found)


def test_it_is_rewritten_on_change_and_else_hourly(folder: Path, folder_fd: int) -> None:
    path = folder / NAME

    def _show(note: InboxNote, seconds: float) -> int:
        assert inbox_file.show(folder_fd, replace(note, looked_at=NOW + seconds), now=NOW + seconds)
        return path.stat().st_ino

    first = _show(NOTE, 0)
    assert _show(NOTE, 60) == first
    assert _show(NOTE, 3599) == first
    second = _show(NOTE, 3600)
    assert second != first
    assert _show(replace(NOTE, library=2), 3610) != second
    assert os.listdir(folder) == [NAME]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_stranger_s_file_of_that_name_is_left_alone(folder: Path, folder_fd: int, tmp_path: Path) -> None:
    (folder / NAME).write_text("mine")
    assert not inbox_file.show(folder_fd, NOTE, now=NOW)
    inbox_file.remove(folder_fd)
    assert (folder / NAME).read_text() == "mine"
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(tmp_path / "outside")
    assert not inbox_file.show(folder_fd, NOTE, now=NOW)
    assert not (tmp_path / "outside").exists()


def test_ours_can_be_taken_away(folder: Path, folder_fd: int) -> None:
    inbox_file.show(folder_fd, NOTE, now=NOW)
    inbox_file.remove(folder_fd)
    assert os.listdir(folder) == []


def test_an_inbox_that_cannot_be_written_to_is_no_reason_to_fail(folder: Path, folder_fd: int) -> None:
    folder.rmdir()
    assert not inbox_file.show(folder_fd, NOTE, now=NOW)
