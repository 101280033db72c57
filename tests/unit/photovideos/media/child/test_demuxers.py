from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from photovideos.media.child.demuxers import NotMedia, demuxer_of, open_media


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"\0\0\0\x20ftypisom", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\x1aE\xdf\xa3\x01", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", None),
        (b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0", "mp3"),
        (b"ID3\x04\0\0\0\0\0\0\xff\xf1\x50\x80", "aac"),
        (b"\xff\xfb\x90\0", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"\xff\xff\xff\xff", None),
        (b"OggS\0\x02", "ogg"),
        (b"fLaC\0\0", "flac"),
        (b"", None),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\nfile:///etc/passwd", None),
        (b"ffconcat version 1.0\nfile /etc/passwd", None),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5000 RTP/AVP 96", None),
        (b"[playlist]\nFile1=/etc/passwd", None),
        (b"<?xml version='1.0'?><MPD>", None),
        (b"<smil>", None),
    ],
)
def test_the_first_bytes_name_the_demuxer_and_a_playlist_has_none(head: bytes, demuxer: str | None) -> None:
    file = io.BytesIO(head)
    assert demuxer_of(file) == demuxer
    assert file.tell() == 0


def test_every_demuxer_of_the_list_is_one_that_libavformat_has() -> None:
    import av

    for name in ("mov", "matroska", "avi", "wav", "mp3", "aac", "ogg", "flac", "asf", "mpeg", "mpegts"):
        assert av.ContainerFormat(name, "r").is_input


def test_a_long_id3_tag_that_lies_about_its_length_does_no_harm() -> None:
    assert demuxer_of(io.BytesIO(b"ID3\x04\0\0\x7f\x7f\x7f\x7f")) == "mp3"


@pytest.mark.parametrize("head", [b"\0\0\0\x20ftypisom", b"\x1aE\xdf\xa3", b"RIFF\0\0\0\0AVI ", b"OggS\0\x02"])
def test_garbage_behind_the_right_first_bytes_has_nothing_to_play(head: bytes) -> None:
    try:
        with open_media(io.BytesIO(head + b"\x99" * 5000)) as container:
            assert not container.streams
    except NotMedia:
        pass


def test_only_the_demuxers_asked_for_will_do(film: Callable[..., Path], tmp_path: Path) -> None:
    song = film(tmp_path / "a.mka", streams="a", container="matroska", codecs=("", "aac"))
    with open(song, "rb") as file, pytest.raises(NotMedia):
        open_media(file, only=frozenset({"mov"}))
    with open(song, "rb") as file, open_media(file) as container:
        assert container.streams.audio


def test_a_quicktime_file_that_points_at_another_file_opens_nothing(
    film: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A data reference (`dref`) of type `alis`/`url ` without the self-contained flag names an outside file."""
    inside = film(tmp_path / "a.mov", container="mov", streams="v").read_bytes()
    reference = inside.index(b"dref")
    place = reference + 12
    assert inside[place + 4 : place + 8] in (b"url ", b"alis")
    changed = bytearray(inside)
    changed[place + 4 : place + 12] = b"url \0\0\0\0"
    with open_media(io.BytesIO(bytes(changed))) as container:
        assert container.streams.video  # read from itself, whatever it points at
