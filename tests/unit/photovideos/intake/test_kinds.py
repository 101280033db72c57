"""Photo, clip or song, by name and bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake import kinds
from photovideos.intake.kinds import sniff
from photovideos.model import MediaKind

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)
MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(40)
M4A = b"\x00\x00\x00\x20ftypM4A " + bytes(40)


@pytest.mark.parametrize("name", ["a.jpg", "UPPER.JPG", "jpeg-named.png", "jpeg-named.heic", "noextension", "a.txt"])
def test_what_the_bytes_say_wins(name: str) -> None:
    assert sniff(name, JPEG).kind is MediaKind.PHOTO


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("text.jpg", b"hello, this is no picture at all", kinds.NOT_A_PHOTO),
        ("page.jpg", b"<html><body>404</body></html>", kinds.NOT_A_PHOTO),
        ("list.mp4", b"#EXTM3U\n#EXTINF:-1\nfile:///etc/passwd\n", kinds.NOT_A_CLIP),
        ("list.mp3", b"#EXTM3U\nhttp://example.org/song.mp3\n", kinds.NOT_A_SONG),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", kinds.DRAWING),
        ("raw.dng", b"II*\0" + bytes(60), kinds.RAW_PHOTO),
        ("raw.CR3", b"\0\0\0\x18ftypcrx " + bytes(40), kinds.RAW_PHOTO),
        ("clip.mts", b"\0\0\0\0G@\0\x10" + bytes(40), kinds.FOREIGN_CLIP),
        ("song.flac", b"fLaC" + bytes(40), kinds.FOREIGN_SONG),
    ],
)
def test_what_a_person_would_expect_to_be_taken_is_left_out_with_a_reason(name: str, head: bytes, reason: str) -> None:
    assert sniff(name, head).kind is None
    assert sniff(name, head).reason == reason


@pytest.mark.parametrize("name", ["notes.txt", "letter.docx", "IMG_1.thm", "IMG_1.aae", "README"])
def test_other_files_are_left_aside_without_a_word(name: str) -> None:
    assert sniff(name, b"PK\x03\x04 something else") == kinds.Sniffed(kind=None)


@pytest.mark.parametrize("head", [b"", b"\xff", bytes(64)])
def test_a_file_whose_bytes_are_yet_to_come_is_what_its_name_says(head: bytes) -> None:
    assert sniff("a.jpg", head).kind is MediaKind.PHOTO
    assert sniff("a.mov", head).kind is MediaKind.CLIP
    assert sniff("a.mp3", head).kind is MediaKind.SONG
    assert sniff("a.bin", head).kind is None


def test_a_song_in_an_mp4_box_is_told_by_brand_or_name() -> None:
    assert sniff("a.mp4", MP4).kind is MediaKind.CLIP
    assert sniff("a.m4a", MP4).kind is MediaKind.SONG
    assert sniff("a", M4A).kind is MediaKind.SONG


def test_utf16_text_is_no_mp3_frame() -> None:
    assert sniff("notes.txt", b"\xff\xfeH\0e\0l\0l\0o\0" * 4).kind is None
    assert sniff("notes", b"\xff\xfeH\0e\0l\0l\0o\0" * 4).kind is None


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [
        ("extras", "aitzgorri.heic", MediaKind.PHOTO),
        ("extras", "kite.png", MediaKind.PHOTO),
        ("extras", "ladybird-animated.gif", MediaKind.PHOTO),
        ("extras", "yellow-flower.webp", MediaKind.PHOTO),
        ("extras", "fallen-leaf-cmyk.jpg", MediaKind.PHOTO),
        ("extras", "clip-3s.mp4", MediaKind.CLIP),
        ("audio", "nebula-26s.mp3", MediaKind.SONG),
        ("audio", "nebula-4s-mono.wav", MediaKind.SONG),
        ("audio", "awakening-15s.m4a", MediaKind.SONG),
    ],
)
def test_real_files_are_known_by_their_bytes_alone(samples: Path, folder: str, name: str, kind: MediaKind) -> None:
    head = (samples / folder / name).read_bytes()[: kinds.HEAD_BYTES]
    assert sniff("x" + Path(name).suffix, head).kind is kind
    if folder == "extras":
        assert sniff("without an extension", head).kind is kind


@given(st.text(max_size=30), st.binary(max_size=80))
def test_no_name_and_no_bytes_make_it_fail(name: str, head: bytes) -> None:
    found = sniff(name, head)
    assert found.kind is None or found.reason is None
