from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.photos.formats import sniff


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "WAV"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "AVIF"),
        (b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt  ", "MP4"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A ", "M4A"),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "MP4"),
        (b"\x1aE\xdf\xa3\x01", "Matroska"),
        (b"ID3\x04\x00", "MP3"),
        (b"\xff\xfb\x90\x64", "MP3"),
        (b"\xff\xf1\x50\x80", "AAC"),
    ],
)
def test_a_format_is_known_by_its_first_bytes(head: bytes, name: str) -> None:
    found = sniff(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head", [b"#EXTM3U\n", b"<svg xmlns", b"ffconcat version 1.0", b"", b"<?xml", b"BM\x00\x00", b"%PDF"]
)
def test_playlists_documents_and_scripts_are_nothing(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=64))
def test_any_bytes_may_be_sniffed(head: bytes) -> None:
    sniff(head)
