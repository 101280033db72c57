from __future__ import annotations

import os
import signal
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PIL import Image

from photovideos import media
from photovideos.errors import FolderMoved, FolderOffline, NoSpace, Stopping
from photovideos.media import preparation, process
from photovideos.model import FileEntry, MediaKind, Prepared

EntryOf = Callable[[Path, str], FileEntry]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


def prepare(
    folder: Path,
    entries: list[FileEntry],
    *,
    into: Path | None = None,
    names: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
    **changed: Any,
) -> tuple[Prepared, ...]:
    settings: dict[str, Any] = {
        "longest_edge_pixels": 3840,
        "strip_metadata": True,
        "parallel": 2,
        "deadline_seconds": 60.0,
    }
    with opened(folder) as fd:
        return media.prepare(fd, entries, names or {}, into=into, stop=stop or threading.Event(), **settings | changed)


def written(folder: Path, **contents: bytes) -> None:
    for name, data in contents.items():
        (folder / name).write_bytes(data)


def test_for_the_studio_nothing_is_written_and_the_order_is_that_of_taking(
    folder: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    (folder / "a.jpg").write_bytes(jpeg(taken="2024:05:03 10:00:00"))
    (folder / "b.jpg").write_bytes(jpeg(taken="2024:05:01 10:00:00", fraction="25"))
    before = sorted(os.listdir(folder))
    first, second = prepare(folder, [entry(folder, "a.jpg"), entry(folder, "b.jpg")])
    assert (first.path, first.local, first.problem) == ("b.jpg", None, None)
    assert second.path == "a.jpg"
    assert sorted(os.listdir(folder)) == before


def test_for_the_cloud_copies_lie_in_the_work_folder_and_originals_are_untouched(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    original = jpeg(size=(400, 300), secret="SecretCam")
    (folder / "a.jpg").write_bytes(original)
    (one,) = prepare(folder, [entry(folder, "a.jpg")], into=into, longest_edge_pixels=100)
    assert one.local is not None
    copy = (into / one.local).read_bytes()
    assert b"SecretCam" not in copy
    with Image.open(into / one.local) as image:
        assert image.size == (100, 75)
    assert (folder / "a.jpg").read_bytes() == original
    assert (into / one.local).stat().st_mode & 0o077 == 0


def test_with_metadata_wanted_a_small_photo_goes_as_it_is(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    (folder / "small.jpg").write_bytes(jpeg())
    (folder / "large.jpg").write_bytes(jpeg(size=(400, 300)))
    entries = [entry(folder, "large.jpg"), entry(folder, "small.jpg")]
    large, small = prepare(folder, entries, into=into, strip_metadata=False, longest_edge_pixels=100)
    assert small.local is None
    assert large.local is not None


def test_photos_clips_and_songs_go_together(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], film: Callable[..., Path]
) -> None:
    (folder / "day 1").mkdir()
    (folder / "a.jpg").write_bytes(jpeg())
    (folder / "day 1" / "a.jpg").write_bytes(jpeg())
    film(folder / "clip.mov", container="mov")
    film(folder / "song.m4a", container="ipod", streams="a", codecs=("", "aac"))
    paths = ["a.jpg", "clip.mov", "day 1/a.jpg", "song.m4a"]
    for target in (None, into):
        found = prepare(folder, [entry(folder, path) for path in paths], into=target)
        assert [one.problem for one in found] == [None] * 4
        assert [one.name for one in found] == ["a.jpg", "clip.mov", "a (2).jpg", "song.m4a"]
        assert [one.kind for one in found] == [MediaKind.PHOTO, MediaKind.CLIP, MediaKind.PHOTO, MediaKind.SONG]


def test_one_bad_file_is_named_and_the_others_go_on(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    whole = jpeg(size=(400, 300))
    (folder / "a.jpg").write_bytes(whole)
    (folder / "b.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "c.mp4").write_text("#EXTM3U\nfile:///etc/passwd\n")
    (folder / "d.mp3").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    entries = [entry(folder, name) for name in ("a.jpg", "b.jpg", "c.mp4", "d.mp3")]
    good, half, clip, song = prepare(folder, entries, into=into)
    assert good.problem is None
    for one in (half, clip, song):
        assert one.problem is not None
        assert one.problem.endswith(".")
        assert one.local is None
    assert os.listdir(into) == [good.local]


def test_names_given_earlier_are_kept(folder: Path, entry: EntryOf, jpeg: Callable[..., bytes]) -> None:
    (folder / "a.jpg").write_bytes(jpeg())
    (one,) = prepare(folder, [entry(folder, "a.jpg")], names={"a.jpg": "a (2).jpg", "x/a.jpg": "a.jpg"})
    assert one.name == "a (2).jpg"


def test_names_that_are_no_text_are_prepared_too(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    names = ["line\nbreak.jpg", "-rf.jpg", "latin1-\udce9.jpg", "$(id) `id` %d.jpg"]
    for name in names:
        (folder / name).write_bytes(jpeg())
    found = prepare(folder, [entry(folder, name) for name in names], into=into)
    assert [one.problem for one in found] == [None] * len(names)
    assert {one.path for one in found} == set(names)


def test_a_file_swapped_for_a_link_sends_the_folder_back_to_settling(
    folder: Path, tmp_path: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    (folder / "a.jpg").write_bytes(jpeg())
    seen = entry(folder, "a.jpg")
    (folder / "a.jpg").rename(tmp_path / "outside.jpg")
    (folder / "a.jpg").symlink_to(tmp_path / "outside.jpg")
    with pytest.raises(FolderMoved):
        prepare(folder, [seen])


def test_a_file_that_is_gone_sends_the_folder_back_to_settling(
    folder: Path, entry: EntryOf, jpeg: Callable[..., bytes]
) -> None:
    (folder / "a.jpg").write_bytes(jpeg())
    (folder / "b.jpg").write_bytes(jpeg())
    seen = [entry(folder, "a.jpg"), entry(folder, "b.jpg")]
    (folder / "b.jpg").unlink()
    with pytest.raises(FolderMoved):
        prepare(folder, seen)


def test_what_is_no_matter_of_one_file_ends_the_work_on_the_others(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, halted = threading.Event(), []

    def ask(child: process.Child, request: dict[str, object], *, seconds: float) -> dict[str, object]:
        if request["path"] == "a.jpg":
            assert has_begun.wait(30)
            return {"moved": True}
        has_begun.set()
        for _ in range(1000):
            if child._stop.is_set():
                halted.append(request["path"])
                raise Stopping
            threading.Event().wait(0.01)
        return {"problem": "nobody halted it"}

    monkeypatch.setattr(process.Child, "ask", ask)
    written(folder, **{"a.jpg": jpeg(), "b.jpg": jpeg(), "c.jpg": jpeg()})
    with pytest.raises(FolderMoved):
        prepare(folder, [entry(folder, name) for name in ("a.jpg", "b.jpg", "c.jpg")], into=into, parallel=2)
    assert halted == ["b.jpg"]


def test_a_memory_bomb_costs_one_file_and_not_the_others(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "_MEMORY_BYTES", 400 * 1024**2)
    (folder / "a.jpg").write_bytes(jpeg())
    (folder / "bomb.png").write_bytes(bomb(9_900, 9_900))
    (folder / "c.jpg").write_bytes(jpeg())
    entries = [entry(folder, name) for name in ("a.jpg", "bomb.png", "c.jpg")]
    first, second, third = prepare(folder, entries, into=into, parallel=1)
    assert (first.problem, third.problem) == (None, None)
    assert second.problem is not None
    assert "memory" in second.problem


def bomb(width: int, height: int) -> bytes:
    """A PNG of one colour: a few hundred kilobytes that unpack to 400 MB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(1)
    line = bytes(1 + width * 3)
    lines = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def test_a_file_that_kills_its_process_costs_one_file_and_not_the_others(
    folder: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decoder that crashes cannot be had on demand: the child is killed at the file that stands for it."""
    killed_at(monkeypatch, "b.jpg", signal.SIGSEGV)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (folder / name).write_bytes(jpeg())
    found = prepare(folder, [entry(folder, name) for name in ("a.jpg", "b.jpg", "c.jpg")])
    assert [one.problem is None for one in found] == [True, False, True]


def test_a_file_that_hangs_costs_one_file_and_not_the_others(
    folder: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "_FILE_SECONDS", 0.5)
    killed_at(monkeypatch, "b.jpg", signal.SIGSTOP)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (folder / name).write_bytes(jpeg())
    found = prepare(folder, [entry(folder, name) for name in ("a.jpg", "b.jpg", "c.jpg")])
    assert [one.problem is None for one in found] == [True, False, True]
    assert "longer" in (found[1].problem or "")


def killed_at(monkeypatch: pytest.MonkeyPatch, path: str, number: signal.Signals) -> None:
    ask = process.Child.ask

    def _ask(self: process.Child, request: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        if request.get("path") == path:
            os.kill(self.pid, number)
        return ask(self, request, seconds=seconds)

    monkeypatch.setattr(process.Child, "ask", _ask)


def test_past_the_deadline_the_disk_is_taken_to_be_asleep(
    folder: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(monkeypatch, "a.jpg", signal.SIGSTOP)
    (folder / "a.jpg").write_bytes(jpeg())
    with pytest.raises(FolderOffline):
        prepare(folder, [entry(folder, "a.jpg")], deadline_seconds=0.5)


def test_a_stop_ends_it_at_once(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(monkeypatch, "a.jpg", signal.SIGSTOP)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (folder / name).write_bytes(jpeg())
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = monotonic()
    with pytest.raises(Stopping):
        prepare(folder, [entry(folder, name) for name in ("a.jpg", "b.jpg", "c.jpg")], into=into, stop=stop)
    assert monotonic() - began < 5


def test_no_room_for_copies_is_told_with_the_figure(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full cannot be had without a mount: the child's answer is."""
    monkeypatch.setattr(process.Child, "ask", lambda *_, **__: {"no_space": 28})
    (folder / "a.jpg").write_bytes(jpeg())
    with pytest.raises(NoSpace, match=r"1 MB are needed, [\d.]+ [MG]B are free"):
        prepare(folder, [entry(folder, "a.jpg")], into=into)


def test_what_a_child_says_cannot_lead_a_path_out_of_the_work_folder(
    folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"extension": "../../x", "taken": "\x1b[2J" * 50, "written": True, "local": "/etc/passwd"}
    monkeypatch.setattr(process.Child, "ask", lambda *_, **__: told)
    (folder / "a.jpg").write_bytes(jpeg())
    (one,) = prepare(folder, [entry(folder, "a.jpg")], into=into)
    assert one.name == "a.jpg"
    assert one.local is not None
    assert "/" not in one.local


def test_no_files_need_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_BOOT", "raise SystemExit(1)")
    assert prepare(folder, []) == ()


def test_no_descriptor_is_left_open(folder: Path, into: Path, entry: EntryOf, jpeg: Callable[..., bytes]) -> None:
    (folder / "a.jpg").write_bytes(jpeg())
    before = len(os.listdir("/proc/self/fd"))
    for target in (None, into):
        prepare(folder, [entry(folder, "a.jpg")], into=target)
    assert len(os.listdir("/proc/self/fd")) == before
