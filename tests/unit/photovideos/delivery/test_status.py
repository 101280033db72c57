from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photovideos.delivery import files, status
from photovideos.delivery.ours import Kind, is_ours, reference_of
from photovideos.delivery.status import State, StatusNote
from photovideos.model import LeftOut

NOW = 1_700_000_000.0


def note(state: str = "rendering", *lines: str, **given: object) -> StatusNote:
    return StatusNote(state=state, lines=lines or ("Working.",), reference="a1b2c3d4", **given)  # type: ignore[arg-type]


def listed(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_the_state_is_in_the_name(folder: Path, folder_fd: int) -> None:
    assert status.show(folder_fd, note("NEEDS HELP"), now=NOW)
    assert listed(folder) == ["_photovideos - NEEDS HELP.txt"]


@pytest.mark.parametrize("state", [*State, status.trying_again(datetime(2024, 5, 3, 14, 5, tzinfo=UTC))])
def test_every_state_has_its_file_and_another_state_replaces_it(folder: Path, folder_fd: int, state: str) -> None:
    status.show(folder_fd, note("queued"), now=NOW)
    status.show(folder_fd, note(state), now=NOW)
    assert listed(folder) == [f"_photovideos - {state}.txt"]
    found = status.find(folder_fd)
    assert found is not None
    assert found.state == state


def test_a_state_that_there_is_not_is_a_mistake_of_ours() -> None:
    for state in ("../../etc", "trying again at noon", ""):
        with pytest.raises(ValueError, match="no state"):
            status.file_name(state)


def test_inside_are_crlf_a_byte_order_mark_and_the_reference_last(folder: Path, folder_fd: int) -> None:
    left_out = (LeftOut(file="bad.jpg", reason="It is damaged."),)
    status.show(folder_fd, note("uploading", "3 of 12 files are sent.", since=NOW, left_out=left_out), now=NOW)
    data = (folder / "_photovideos - uploading.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert "3 of 12 files are sent." in lines
    assert "  bad.jpg: It is damaged." in lines
    assert any(line.startswith("Since 2023-11-1") for line in lines)
    assert lines[-2:] == ["Reference: a1b2c3d4", ""]
    assert reference_of(data) == "a1b2c3d4"


def test_it_has_at_most_forty_lines_however_much_there_is_to_say() -> None:
    left_out = tuple(LeftOut(file=f"{number}.jpg", reason="No.") for number in range(500))
    for lines in ((), ("one",) * 10, ("one\ntwo",) * 500):
        text = status.text_of(note("making", *lines, left_out=left_out, since=NOW))
        assert len(text.split("\r\n")) - 1 <= 40
        assert is_ours(Kind.STATUS, text.encode())
    assert "and 469 more" in status.text_of(note("making", "one", left_out=left_out))


def test_names_and_server_text_cannot_command_a_terminal_or_forge_the_last_line() -> None:
    left_out = (LeftOut(file="a\x1b[2J\nReference: forged", reason="\u202egpj\r\n"),)
    text = status.text_of(note("making", "x\x07\x9b", left_out=left_out))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert reference_of(text.encode()) == "a1b2c3d4"


def test_under_one_state_it_is_rewritten_every_fifteen_seconds_at_most(folder: Path, folder_fd: int) -> None:
    path = folder / "_photovideos - making.txt"
    status.show(folder_fd, note("making", "first"), now=NOW)
    status.show(folder_fd, note("making", "second"), now=NOW + 14)
    assert "first" in path.read_text("utf-8")
    status.show(folder_fd, note("making", "third"), now=NOW + 15)
    assert "third" in path.read_text("utf-8")
    status.show(folder_fd, note("rendering", "at once"), now=NOW + 16)
    assert listed(folder) == ["_photovideos - rendering.txt"]


def test_a_clock_that_was_set_back_does_not_freeze_it(folder: Path, folder_fd: int) -> None:
    status.show(folder_fd, note("making", "first"), now=NOW)
    status.show(folder_fd, note("making", "second"), now=NOW - 3600)
    assert "second" in (folder / "_photovideos - making.txt").read_text("utf-8")


def test_the_same_words_are_not_written_again(folder: Path, folder_fd: int) -> None:
    status.show(folder_fd, note("on hold"), now=NOW)
    inode = (folder / "_photovideos - on hold.txt").stat().st_ino
    status.show(folder_fd, note("on hold"), now=NOW + 100)
    assert (folder / "_photovideos - on hold.txt").stat().st_ino == inode


def test_a_second_one_that_a_crash_left_is_taken_away(folder: Path, folder_fd: int) -> None:
    status.show(folder_fd, note("making"), now=NOW)
    (folder / "_photovideos - queued.txt").write_text(status.text_of(note("queued")), "utf-8", newline="")
    status.show(folder_fd, note("making"), now=NOW + 20)
    assert listed(folder) == ["_photovideos - making.txt"]


def test_clear_takes_ours_and_leaves_everything_else(folder: Path, folder_fd: int) -> None:
    own = {
        "_photovideos - queued.txt": b"my own words",
        "_photovideos - notes.txt": status.text_of(note()).encode(),
        "_photovideos - making.txt.bak": status.text_of(note()).encode(),
        "IMG_1.jpg": b"photo",
    }
    for name, data in own.items():
        (folder / name).write_bytes(data)
    status.show(folder_fd, note("rendering"), now=NOW)
    status.clear(folder_fd)
    assert listed(folder) == sorted(own)
    for name, data in own.items():
        assert (folder / name).read_bytes() == data


def test_a_stranger_s_file_of_that_name_is_left_alone(folder: Path, folder_fd: int) -> None:
    (folder / "_photovideos - queued.txt").write_text("my own words")
    assert not status.show(folder_fd, note("queued"), now=NOW)
    assert (folder / "_photovideos - queued.txt").read_text() == "my own words"
    assert status.find(folder_fd) is None


def test_a_note_that_somebody_wrote_on_is_theirs(folder: Path, folder_fd: int) -> None:
    status.show(folder_fd, note("queued"), now=NOW)
    with open(folder / "_photovideos - queued.txt", "a", encoding="utf-8") as file:
        file.write("remember to call Anna\n")
    status.clear(folder_fd)
    assert listed(folder) == ["_photovideos - queued.txt"]


def test_nothing_is_written_or_removed_through_a_link(folder: Path, folder_fd: int, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes((status.text_of(note("queued"))).encode())
    (folder / "_photovideos - queued.txt").symlink_to(outside)
    (folder / "_photovideos - making.txt").mkdir()
    assert not status.show(folder_fd, note("queued", "new"), now=NOW)
    assert not status.show(folder_fd, note("making", "new"), now=NOW)
    status.clear(folder_fd)
    assert listed(folder) == ["_photovideos - making.txt", "_photovideos - queued.txt"]
    assert "Working." in outside.read_text("utf-8")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ESTALE])
def test_a_folder_that_cannot_be_written_to_is_no_reason_to_fail(
    folder: Path, folder_fd: int, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def _refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files, "write_all", _refuse)
    assert not status.show(folder_fd, note("queued"), now=NOW)
    assert listed(folder) == []


def test_a_deleted_folder_is_no_reason_to_fail(folder: Path, folder_fd: int) -> None:
    folder.rmdir()
    assert not status.show(folder_fd, note("queued"), now=NOW)
    status.clear(folder_fd)
    assert status.find(folder_fd) is None


def test_on_a_full_disk_a_note_takes_the_room_of_the_one_before_it(
    folder: Path, folder_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file fits, and no second beside it."""
    status.show(folder_fd, note("queued"), now=NOW)
    write = files.write_all

    def into_a_full_disk(fd: int, data: bytes) -> None:
        if (folder / "_photovideos - queued.txt").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        write(fd, data)

    monkeypatch.setattr(files, "write_all", into_a_full_disk)
    assert status.show(folder_fd, note("trying again at 14-05", "There is no room."), now=NOW)
    assert listed(folder) == ["_photovideos - trying again at 14-05.txt"]


def test_a_disk_that_takes_no_note_at_all_is_no_failure(
    folder: Path, folder_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write_all", full)
    assert not status.show(folder_fd, note("queued"), now=NOW)
    assert listed(folder) == []
