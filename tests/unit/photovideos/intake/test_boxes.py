"""ISO media files, box by box."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from photovideos.intake.boxes import missing_of_boxes
from photovideos.intake.endings import END_MISSING, ZERO_TAIL
from photovideos.intake.pieces import Pieces


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return b"\0\0\0\1" + kind + (16 + len(content)).to_bytes(8, "big") + content


FTYP, META, MOOV, MDAT = box(b"ftyp", b"isom"), box(b"meta", b"x" * 9), box(b"moov", b"x" * 9), box(b"mdat", b"d" * 99)


@pytest.fixture
def missing(tmp_path: Path) -> Callable[[bytes], str | None]:
    def asked(content: bytes) -> str | None:
        path = tmp_path / "file"
        path.write_bytes(content)
        with open(path, "rb") as file:
            return missing_of_boxes(Pieces(file.fileno(), len(content)))

    return asked


@pytest.mark.parametrize(
    "content",
    [
        FTYP + META + MDAT,
        FTYP + MOOV + MDAT,
        FTYP + MDAT + MOOV,
        FTYP + MOOV + box(b"moof", b"x") + MDAT,
        FTYP + MOOV + long_box(b"mdat", b"d" * 99),
        FTYP + MOOV + MDAT + box(b"free", bytes(5000)),
        FTYP + MOOV + MDAT + b"\xde\xad",
        FTYP + MOOV + MDAT + b"\0\0\xff\xffjunk that looks like a long box",
        FTYP + MOOV + MDAT + bytes(100),
        FTYP + b"\0\0\0\x04badx" + b"damage, not a missing end",
    ],
)
def test_whole_and_damaged_files_lack_nothing(missing: Callable[[bytes], str | None], content: bytes) -> None:
    assert missing(content) is None


@pytest.mark.parametrize(
    "content",
    [
        FTYP,
        FTYP + MOOV,
        FTYP + MDAT,
        FTYP + META + MDAT[:-1],
        FTYP + MDAT + MOOV[:-1],
        FTYP + MOOV + b"\0\0",
        FTYP + MOOV + b"\0\0\0\1mdat\0\0",
        FTYP + MOOV + bytes(200),
        FTYP + MOOV + long_box(b"mdat", b"d" * 99)[:-1],
    ],
)
def test_beginnings_lack_their_end(missing: Callable[[bytes], str | None], content: bytes) -> None:
    assert missing(content) == END_MISSING


def test_data_that_end_in_zeros_are_not_there_yet(missing: Callable[[bytes], str | None]) -> None:
    assert missing(FTYP + META + box(b"mdat", b"d" * 500 + bytes(2000))) == ZERO_TAIL
    assert missing(FTYP + MOOV + box(b"mdat", b"d" * 500 + bytes(2000))) is None, "silence in a clip is zeros too"
    assert missing(FTYP + MOOV + box(b"mdat", b"d" * 500 + bytes(70_000))) == ZERO_TAIL
