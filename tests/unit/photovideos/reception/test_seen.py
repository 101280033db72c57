"""What is remembered of a folder only saves reading."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from photovideos.errors import FolderOffline
from photovideos.intake import scan
from photovideos.intake.prompt_text import PromptText, read_prompt_text
from photovideos.model import FileEntry, Snapshot
from photovideos.reception import seen as room
from photovideos.reception.seen import Seen, inputs_digest
from support.front_desk import Office


@pytest.fixture
def folder_fd(office: Office) -> Iterator[int]:
    office.fill("Trip")
    fd = scan.open_folder(str(office.inbox), "Trip")
    yield fd
    os.close(fd)


def seen_of(office: Office, folder_fd: int) -> Seen:
    return Seen(key=scan.key_of(str(office.inbox), "Trip", folder_fd))


def test_a_prompt_is_read_once_and_again_when_it_is_saved(
    office: Office, folder_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    def counted(folder_fd: int, snapshot: Snapshot) -> PromptText:
        reads.append(snapshot.key.name)
        return read_prompt_text(folder_fd, snapshot)

    monkeypatch.setattr(room, "read_prompt_text", counted)
    seen = seen_of(office, folder_fd)
    for _ in range(3):
        seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    assert (seen.text, len(reads)) == ("a calm film", 1)
    (office.inbox / "Trip" / "prompt.txt").write_text("another film", encoding="utf-8")
    seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    assert (seen.text, len(reads)) == ("another film", 2)
    (office.inbox / "Trip" / "prompt.txt").unlink()
    seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    assert seen.text == ""


def test_a_prompt_that_could_not_be_read_just_now_is_read_again(
    office: Office, folder_fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise FolderOffline("not just now")

    seen = seen_of(office, folder_fd)
    with monkeypatch.context() as patched:
        patched.setattr(room, "read_prompt_text", fails)  # a share that is away for a moment
        with pytest.raises(FolderOffline):
            seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    assert seen.text == "a calm film"


def test_a_prompt_that_is_no_text_is_a_problem_in_words(office: Office, folder_fd: int) -> None:
    (office.inbox / "Trip" / "prompt.txt").write_bytes(b"\x00\x01\x02\xff" * 100)
    seen = seen_of(office, folder_fd)
    seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
    assert seen.text == ""
    assert seen.prompt_problem


def test_a_prompt_saved_in_place_is_seen_by_one_stat(office: Office, folder_fd: int) -> None:
    seen = seen_of(office, folder_fd)
    with office.opened() as inbox_fd:
        assert not seen.is_prompt_other(inbox_fd, "Trip"), "there was none"
        seen.read_prompt(folder_fd, scan.take_snapshot(folder_fd, seen.key))
        assert not seen.is_prompt_other(inbox_fd, "Trip")
        with (office.inbox / "Trip" / "prompt.txt").open("a", encoding="utf-8") as file:
            file.write(", please")
        assert seen.is_prompt_other(inbox_fd, "Trip")
        (office.inbox / "Trip" / "prompt.txt").unlink()
        assert seen.is_prompt_other(inbox_fd, "Trip")


def test_the_reference_of_a_folder_without_a_job_outlives_a_restart_and_is_no_jobs(
    office: Office, folder_fd: int
) -> None:
    one, again = seen_of(office, folder_fd), seen_of(office, folder_fd)
    assert one.reference == again.reference
    assert one.reference.startswith("w-")


def test_the_digest_of_inputs_changes_with_each_stat_and_not_with_their_order() -> None:
    one = FileEntry(path="a", size=1, mtime_ns=2, ctime_ns=3, inode=4)
    other = FileEntry(path="b", size=1, mtime_ns=2, ctime_ns=3, inode=5)
    assert inputs_digest((one, other)) == inputs_digest((other, one))
    digests = {
        inputs_digest((FileEntry(path="a", size=size, mtime_ns=mtime, ctime_ns=ctime, inode=inode),))
        for size, mtime, ctime, inode in [(1, 2, 3, 4), (9, 2, 3, 4), (1, 9, 3, 4), (1, 2, 9, 4), (1, 2, 3, 9)]
    }
    assert len(digests) == 5


def test_a_folder_at_rest_forgets_what_was_read_of_its_files(office: Office, folder_fd: int) -> None:
    seen = seen_of(office, folder_fd)
    scan.take_snapshot(folder_fd, seen.key, memory=seen.memory)
    assert seen.memory.sniffed
    seen.rest(b"glance")
    assert not seen.memory.sniffed
    assert seen.glance == b"glance"
