"""File formats' own ends, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from photovideos.intake import endings
from photovideos.intake.endings import END_MISSING
from photovideos.intake.pieces import Pieces

Ending = Callable[[Pieces], str | None]


@pytest.fixture
def missing(tmp_path: Path) -> Callable[[Ending, bytes], str | None]:
    def asked(ending: Ending, content: bytes) -> str | None:
        path = tmp_path / "file"
        path.write_bytes(content)
        with open(path, "rb") as file:
            return ending(Pieces(file.fileno(), len(content)))

    return asked


GIF_HEAD = b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"colour"
GIF_IMAGE = b"\x2c" + bytes(8) + b"\x80" + b"colour" + b"\x02" + b"\x03abc\x00"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PNG_DATA = b"\x00\x00\x00\x04IDATdatacrc!"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (endings.missing_of_gif, GIF_HEAD + GIF_IMAGE + b"\x3b"),
        (endings.missing_of_gif, GIF_HEAD + b"\x21\xf9\x04abcd\x00" + GIF_IMAGE + b"\x3btrailing"),
        (endings.missing_of_gif, GIF_HEAD + b"damage"),
        (endings.missing_of_png, PNG_HEAD + PNG_DATA + PNG_END),
        (endings.missing_of_png, PNG_HEAD + PNG_DATA + PNG_END + b"trailing garbage"),
        (endings.missing_of_png, PNG_HEAD + b"\x00\x00\x00\x04\x01\x02\x03\x04damage.."),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xff\xff\xd0\xff\xda\x00\x02pixels\xff\xd9"),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xe0\x00\x04abdamaged behind the first segment"),
        (endings.missing_of_riff, b"RIFF\x04\x00\x00\x00WEBP"),
        (endings.missing_of_riff, b"RIFF\x00\x00\x00\x00WAVEdata"),
        (endings.missing_of_riff, b"RIFF\xff\xff\xff\xffWAVEdata"),
        (endings.missing_of_riff, b"RIFF\x04\x00\x00\x00AVI RIFF\x04\x00\x00\x00AVIX"),
        (endings.missing_of_matroska, b"\x1a\x45\xdf\xa3\x00damage"),
    ],
)
def test_whole_and_damaged_files_lack_nothing(
    missing: Callable[[Ending, bytes], str | None], ending: Ending, content: bytes
) -> None:
    assert missing(ending, content) is None


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (endings.missing_of_gif, GIF_HEAD[:8]),
        (endings.missing_of_gif, GIF_HEAD),
        (endings.missing_of_gif, GIF_HEAD + GIF_IMAGE[:5]),
        (endings.missing_of_gif, GIF_HEAD + GIF_IMAGE[:-2]),
        (endings.missing_of_gif, GIF_HEAD + GIF_IMAGE),
        (endings.missing_of_gif, GIF_HEAD + GIF_IMAGE + bytes(20)),
        (endings.missing_of_png, PNG_HEAD),
        (endings.missing_of_png, PNG_HEAD + PNG_DATA[:10]),
        (endings.missing_of_png, PNG_HEAD + PNG_DATA + bytes(40)),
        (endings.missing_of_jpeg, b"\xff\xd8"),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xe0\x40\x00JFIF"),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xe0\x00\x04ab" + bytes(100)),
        (endings.missing_of_jpeg, b"\xff\xd8\xff\xda\x00\x02pixels\xff"),
        (endings.missing_of_riff, b"RIFF\x05\x00\x00\x00WEBP"),
        (endings.missing_of_riff, b"RIFF\x04\x00\x00\x00AVI RIFF\x09\x00\x00\x00AVIX"),
        (endings.missing_of_matroska, b"\x1a\x45\xdf\xa3"),
        (endings.missing_of_matroska, b"\x1a\x45\xdf\xa3\x84abcd"),
    ],
)
def test_beginnings_lack_their_end(
    missing: Callable[[Ending, bytes], str | None], ending: Ending, content: bytes
) -> None:
    assert missing(ending, content) == END_MISSING
