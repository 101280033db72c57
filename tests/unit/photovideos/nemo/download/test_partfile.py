"""The unfinished file: whole or not at all, gone on with after a crash, never filling the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from photovideos.errors import NoSpace
from photovideos.nemo.download import partfile
from photovideos.nemo.download.partfile import PartFile, Version

NAMED = Version(etag='"one"', total=10)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "film.mp4"


@pytest.fixture(autouse=True)
def often_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partfile, "CHECKED_EVERY_BYTES", 4)  # else a test would have to write 16 MB


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_has_its_name_only_when_it_is_whole(target: Path) -> None:
    with PartFile(target) as part:
        part.restart(NAMED)
        part.write(b"01234")
        assert not target.exists()
        part.write(b"56789")
        assert part.finish() == target
    assert target.read_bytes() == b"0123456789"
    assert names(target.parent) == ["film.mp4"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_after_a_crash_it_goes_on_at_the_last_checked_byte(target: Path) -> None:
    with PartFile(target) as part:
        part.restart(NAMED)
        part.write(b"01234")
        part.write(b"5")
    with PartFile(target) as part:
        assert (part.size, part.version) == (5, NAMED)
        part.write(b"56789")
        part.finish()
    assert target.read_bytes() == b"0123456789"


@pytest.mark.parametrize("version", [Version(), Version(etag='W/"weak"'), Version(total=10)])
def test_a_file_that_nobody_can_tell_from_another_begins_again(target: Path, version: Version) -> None:
    with PartFile(target) as part:
        part.restart(version)
        part.write(b"0123456")
    with PartFile(target) as part:
        assert part.size == 0


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"size":99,"etag":"x"}',
        '{"size":true,"etag":"x"}',
        '{"size":-1,"etag":"x"}',
        '{"size":3}',
    ],
)
def test_a_note_that_makes_no_sense_is_not_believed(target: Path, note: str) -> None:
    target.with_name("film.mp4.part").write_bytes(b"0123")
    target.with_name("film.mp4.part.json").write_text(note)
    with PartFile(target) as part:
        assert part.size == 0
        assert os.fstat(part._fd).st_size == 0


def test_beginning_again_forgets_what_was_there(target: Path) -> None:
    with PartFile(target) as part:
        part.restart(NAMED)
        part.write(b"0123456789")
        part.restart(Version(etag='"two"'))
        part.write(b"abc")
        part.finish()
    assert target.read_bytes() == b"abc"


def test_no_room_is_told_before_and_gives_the_room_back(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PartFile(target) as part:
        part.need(1)
        monkeypatch.setattr(os, "statvfs", lambda _place: SimpleNamespace(f_bavail=100, f_frsize=1024 * 1024))
        part.need(30 * 1024 * 1024)
        with pytest.raises(NoSpace, match=r"118 MB are needed, 104 MB are free") as caught:
            part.need(50_000_000)
    assert caught.value.advice
    assert names(target.parent) == []


def test_a_disk_that_fills_up_meanwhile_is_noticed(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PartFile(target) as part:
        part.write(b"01")
        monkeypatch.setattr(os, "statvfs", lambda _place: SimpleNamespace(f_bavail=0, f_frsize=4096))
        with pytest.raises(NoSpace):
            part.write(b"2345")
    assert names(target.parent) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_write_that_does_not_fit_is_no_space(target: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_fd: int, _data: object) -> int:
        raise OSError(number, "full")

    with PartFile(target) as part:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(NoSpace):
            part.write(b"0")
        monkeypatch.undo()
    assert names(target.parent) == []


def test_another_trouble_with_the_disk_is_not_called_a_full_one(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_fd: int, _data: object) -> int:
        raise OSError(errno.EIO, "broken")

    with PartFile(target) as part:
        monkeypatch.setattr(os, "write", broken)
        with pytest.raises(OSError, match="broken"):
            part.write(b"0")
        monkeypatch.undo()


def test_short_writes_lose_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with PartFile(target) as part:
        monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:3]))
        part.write(b"0123456789")
        part.finish()
    assert target.read_bytes() == b"0123456789"


def test_a_link_in_its_place_is_not_followed(target: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    target.with_name("film.mp4.part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        PartFile(target)
    assert victim.read_text() == "mine"
