"""What a folder's inputs are, by content."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from photovideos.errors import FolderMoved, Stopping
from photovideos.intake import fingerprint as room
from photovideos.intake import scan
from photovideos.model import FileEntry

MakeDrop = Callable[..., Any]


def filled(drop: MakeDrop, name: str, photos: dict[str, bytes]) -> Any:
    folder = drop(name)
    for path, content in photos.items():
        folder.put(path, b"\xff\xd8\xff" + content)
    return folder


def of(folder: Any) -> str:
    return scan.fingerprint(folder.fd, folder.look().media, {})[0]


def test_a_copy_under_another_name_has_the_same_fingerprint(drop: MakeDrop) -> None:
    photos = {"a.jpg": b"one", "sub/été.jpg": b"two"}
    copied = {unicodedata.normalize("NFD", path): content for path, content in photos.items()}
    assert of(filled(drop, "one", photos)) == of(filled(drop, "other", copied))


@pytest.mark.parametrize(
    "photos",
    [
        {"a.jpg": b"one"},
        {"a.jpg": b"one", "b.jpg": b"twO"},
        {"b.jpg": b"one", "a.jpg": b"two"},
        {"a.jpg": b"one", "c.jpg": b"two"},
    ],
)
def test_another_content_name_or_number_is_another_fingerprint(drop: MakeDrop, photos: dict[str, bytes]) -> None:
    assert of(filled(drop, "x", photos)) != of(filled(drop, "y", {"a.jpg": b"one", "b.jpg": b"two"}))


def test_a_touched_folder_is_the_same(drop: MakeDrop) -> None:
    folder = filled(drop, "x", {"a.jpg": b"one"})
    before = of(folder)
    os.utime(folder.path / "a.jpg", (1, 1))
    assert of(folder) == before


def test_a_file_is_read_again_only_if_its_stat_changed(drop: MakeDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(drop, "x", {"a.jpg": b"one", "b.jpg": b"two"})
    first, digests = scan.fingerprint(folder.fd, folder.look().media, {})
    read: list[str] = []
    real = room.digest_of

    def watched(folder_fd: int, entry: FileEntry, **options: Any) -> str:
        read.append(entry.path)
        return real(folder_fd, entry, **options)

    monkeypatch.setattr(room, "digest_of", watched)
    assert scan.fingerprint(folder.fd, folder.look().media, digests)[0] == first
    assert read == []
    folder.put("b.jpg", b"\xff\xd8\xffTWO")
    assert scan.fingerprint(folder.fd, folder.look().media, digests)[0] != first
    assert read == ["b.jpg"]


def test_a_file_that_changes_meanwhile_is_not_fingerprinted(drop: MakeDrop) -> None:
    folder = filled(drop, "x", {"a.jpg": b"one"})
    snapshot = folder.look()
    folder.put("a.jpg", b"\xff\xd8\xff longer now")
    with pytest.raises(FolderMoved):
        scan.fingerprint(folder.fd, snapshot.media, {})


def test_hashing_ends_when_the_daemon_stops(drop: MakeDrop) -> None:
    folder = filled(drop, "x", {"a.jpg": b"one"})
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopping):
        scan.fingerprint(folder.fd, folder.look().media, {}, stop=stop)
