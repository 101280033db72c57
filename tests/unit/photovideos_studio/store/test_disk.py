from __future__ import annotations

import os
from pathlib import Path

import pytest

from photovideos_studio.store import disk


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    disk.write_json(path, {"v": 1})

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)  # the one moment a full disk shows that cannot be had otherwise
    with pytest.raises(OSError, match="No space"):
        disk.write_json(path, {"v": 2})
    assert disk.read_json(path) == {"v": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null"])
def test_what_is_no_json_object_counts_as_not_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    assert disk.read_json(tmp_path / "a.json") is None
    assert disk.read_json(tmp_path / "b.json") is None


def test_a_path_that_is_no_utf8_survives_in_a_record(tmp_path: Path) -> None:
    disk.write_json(tmp_path / "a.json", {"path": "caf\udce9"})
    assert disk.read_json(tmp_path / "a.json") == {"path": "caf\udce9"}


def test_records_are_for_their_owner_alone(tmp_path: Path) -> None:
    disk.write_json(tmp_path / "a.json", {})
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    disk.write_json(tmp_path / "sessions" / "session.json", {"a": 1})
    for name in (".session.json.48e76259.part", "photo.part", ".hidden"):
        (tmp_path / "sessions" / name).write_bytes(b"x")
    disk.remove_parts(tmp_path)
    assert sorted(path.name for path in (tmp_path / "sessions").iterdir()) == [".hidden", "photo.part", "session.json"]
