"""Which files are not wholly there yet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos.intake import scan, whole
from photovideos.intake.pieces import Pieces

MakeDrop = Callable[..., Any]

WHOLE = [
    "UPPER.JPG", "jpeg-named.png", "jpeg-named.heic", "noextension", "png-named.jpg", "trailing-garbage.jpg",
    "bitrot.jpg", "broken-exif.jpg", "orientation-9.jpg", "lying-header-65500.jpg", "1x1.png", "strip-20000x3.png",
    "bomb-12000x12000.png", "bomb-40000x40000.png",
]  # fmt: skip
CUT = [
    "truncated-half.jpg", "truncated-header.jpg", "still-copying.jpg", "zero.jpg", "nulls.jpg", "truncated.heic",
    "corrupt.heic",
]  # fmt: skip


def missing(path: Path) -> str | None:
    file_fd = os.open(path, os.O_RDONLY)
    try:
        return whole.missing_at_end(Pieces(file_fd, os.fstat(file_fd).st_size))
    finally:
        os.close(file_fd)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_whole_whatever_else_is_wrong_with_them(samples: Path, name: str) -> None:
    assert missing(samples / "bad" / name) is None


def test_the_cut_and_blank_samples_are_named_and_the_rest_is_not(samples: Path, drop: MakeDrop) -> None:
    folder = drop()
    for name in (*WHOLE, *CUT):
        shutil.copyfile(samples / "bad" / name, folder.path / name)
    assert set(scan.incomplete_media(folder.fd, folder.look())) == set(CUT)


def real_files(samples: Path) -> Iterator[Path]:
    yield from sorted((samples / "extras").iterdir())
    yield from (samples / "audio" / name for name in ("awakening-15s.m4a", "nebula-4s-mono.wav"))


def test_real_files_are_whole_and_each_of_their_beginnings_is_not(samples: Path, tmp_path: Path) -> None:
    for path in real_files(samples):
        content = path.read_bytes()
        assert missing(path) is None, path.name
        for share in (0.05, 0.5, 0.9, 0.999):
            cut = tmp_path / "cut"
            cut.write_bytes(content[: int(len(content) * share)])
            assert missing(cut) is not None, (path.name, share)


def test_real_files_with_space_set_aside_for_the_rest_are_not_whole(samples: Path, tmp_path: Path) -> None:
    for path in real_files(samples):
        if path.suffix == ".wav":  # silence is zeros
            continue
        content = path.read_bytes()
        set_aside = tmp_path / "set aside"
        set_aside.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
        assert missing(set_aside) is not None, path.name


def test_trailing_garbage_is_nobodys_business(samples: Path, tmp_path: Path) -> None:
    for name in ("kite.png", "aitzgorri.heic", "clip-3s.mp4", "yellow-flower.webp", "ladybird-animated.gif"):
        longer = tmp_path / name
        longer.write_bytes((samples / "extras" / name).read_bytes() + b"\xde\xad\xbe\xef garbage" * 100)
        assert missing(longer) is None, name


def test_a_thumbnail_in_a_cut_photo_does_not_make_it_whole(tmp_path: Path) -> None:
    thumbnail = b"\xff\xd8\xff\xda\x00\x02thumb\xff\xd9"
    exif = b"\xff\xe1" + (2 + len(thumbnail)).to_bytes(2, "big") + thumbnail
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + exif + b"\xff\xda\x00\x02pixels and no end")
    assert missing(path) == "its end is missing"
    path.write_bytes(b"\xff\xd8" + exif + b"\xff\xda\x00\x02pixels\xff\xd9")
    assert missing(path) is None


def test_the_end_of_a_long_photo_with_a_long_tail_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xda\x00\x02" + b"x" * 700_001 + b"\xff\xd9" + b"tail" * 200_000)
    assert missing(path) is None


def test_a_clip_needs_its_index(tmp_path: Path) -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    path = tmp_path / "a.mp4"
    path.write_bytes(box(b"ftyp", b"isom") + box(b"mdat", b"data" * 50))
    assert missing(path) is not None
    path.write_bytes(box(b"ftyp", b"isom") + box(b"mdat", b"data" * 50) + box(b"moov", b"index"))
    assert missing(path) is None


def test_a_box_that_reaches_to_the_end_is_taken_at_its_word(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x0cftypisom\0\0\0\x0cmoovidxx\0\0\0\0mdat" + b"data" * 50)
    assert missing(path) is None


def test_a_live_recording_in_matroska_has_no_size(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    header = b"\x1a\x45\xdf\xa3\x84abcd"
    path.write_bytes(header + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + b"cluster")
    assert missing(path) is None
    path.write_bytes(header + b"\x18\x53\x80\x67\x90" + b"sixteen bytes...")
    assert missing(path) is None
    path.write_bytes(header + b"\x18\x53\x80\x67\x90" + b"less")
    assert missing(path) is not None


def test_a_tiff_needs_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0\x08\0\0\0\x01\0" + b"x" * 12 + b"pixels")
    assert missing(path) is None
    path.write_bytes(b"MM\0*\0\0\x40\0" + b"pixels")
    assert missing(path) is not None


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a",
            b"II*\0",
            b"RIFF",
            b"\x1a\x45\xdf\xa3",
            b"\0\0\0\x0cftyp",
            b"BM",
            b"",
        ]
    ),
    st.binary(max_size=300),
)
def test_no_bytes_make_it_fail_or_hang(tmp_path_factory: pytest.TempPathFactory, head: bytes, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(head + rest)
    assert missing(path) != "", "what is missing is said"


def test_what_was_found_is_remembered_until_the_file_changes(drop: MakeDrop, jpeg: bytes) -> None:
    folder = drop()
    folder.put("a.jpg", jpeg[:-2])
    known: dict[str, str | None] = {}
    assert set(scan.incomplete_media(folder.fd, folder.look(), known)) == {"a.jpg"}
    assert len(known) == 1
    folder.put("a.jpg", jpeg)
    assert scan.incomplete_media(folder.fd, folder.look(), known) == {}


def test_a_file_that_went_away_is_not_named(drop: MakeDrop) -> None:
    folder = drop()
    path = folder.put("a.jpg", b"\xff\xd8\xff")
    snapshot = folder.look()
    path.unlink()
    assert scan.incomplete_media(folder.fd, snapshot) == {}
