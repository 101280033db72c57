"""Which folders a command may name, and what becomes of what it asks."""

from pathlib import Path

import pytest

from photovideos import config
from photovideos.daemon.wishes import carry_out, check_folder_of
from photovideos.errors import UsageError
from photovideos.jobs.states import JobState
from support.front_desk import jpeg
from support.rooms import Rooms


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    (tmp_path / "above" / "inbox" / "Italy").mkdir(parents=True)
    return config.parse(f"inboxes: [{{path: {tmp_path / 'above' / 'inbox'}}}]")


def test_a_folder_in_an_inbox_or_anywhere_else_may_be_named(settings: config.Config, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert check_folder_of(settings, elsewhere) == elsewhere
    inside = settings.inboxes[0].path / "Italy"
    assert check_folder_of(settings, inside / ".." / "Italy") == inside


def test_root_homes_inboxes_and_what_lies_above_them_are_refused(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for place in (Path("/"), Path("/home"), home, settings.inboxes[0].path, tmp_path / "above", tmp_path):
        with pytest.raises(UsageError):
            check_folder_of(settings, place)


def test_what_is_no_folder_is_refused(settings: config.Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(settings.inboxes[0].path / "Italy")
    for place in ("file", "link", "none"):
        with pytest.raises(UsageError, match="is not a folder"):
            check_folder_of(settings, tmp_path / place)


def test_a_wish_is_carried_out_once_and_answered(rooms: Rooms, tmp_path: Path) -> None:
    """`once FOLDER` and `retry FOLDER`, for folders outside the inboxes."""
    folder = tmp_path / "Italy"
    folder.mkdir()
    (folder / "IMG_1.jpg").write_bytes(jpeg())
    (folder / "prompt.txt").write_text("a calm video", encoding="utf-8")
    ledger = rooms.house.ledger
    once = ledger.ask("once", str(folder))
    carry_out(rooms.house)
    assert ledger.answer_to(once) == "taken"
    (job,) = ledger.jobs()
    assert (job.key.name, job.state, job.is_complete) == ("Italy", JobState.QUEUED, True)
    assert rooms.woken
    ledger.put(job.id, JobState.WORKING)
    ledger.put(job.id, JobState.FAILED)
    retry = ledger.ask("retry", str(folder))
    carry_out(rooms.house)
    assert ledger.answer_to(retry) == "done"
    assert [job.state for job in ledger.jobs()] == [JobState.QUEUED]
    assert ledger.asked() == []


def test_a_wish_for_what_is_no_folder_for_a_film_is_refused_with_the_reason(rooms: Rooms) -> None:
    wish = rooms.house.ledger.ask("once", str(rooms.inbox))
    carry_out(rooms.house)
    answer = rooms.house.ledger.answer_to(wish)
    assert answer is not None
    assert answer.startswith("refused: ")
    assert "Name the folder with the photos itself." in answer
    assert list(rooms.house.ledger.jobs()) == []
