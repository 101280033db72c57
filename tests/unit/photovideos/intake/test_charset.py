"""Encodings, one step below the prompt."""

from __future__ import annotations

import pytest

from photovideos.intake.charset import decode


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        (b"\xef\xbb\xbfplain", "utf-8"),
        ("für".encode("latin-1"), "cp1252"),
        (b"caf\xe9 \x81", "latin-1"),
        ("音乐".encode("gbk"), "gb18030"),
    ],
)
def test_the_encoding_is_named(raw: bytes, encoding: str) -> None:
    assert decode(raw)[1] == encoding


def test_a_mark_is_not_part_of_the_text() -> None:
    assert decode("a\n".encode("utf-16"))[0] == "a\n"
