from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from photovideos.media.child import rewrap
from photovideos.media.child.demuxers import NotMedia

SECRET = "+52.5200-013.4050/SecretCam"
TAGS = {
    "title": SECRET,
    "comment": SECRET,
    "location": SECRET,
    "artist": SECRET,
    "creation_time": "2024-05-03T10:11:12Z",
}


def copied(path: Path, *, wants_picture: bool) -> tuple[str, str | None, bytes]:
    out = io.BytesIO()
    with open(path, "rb") as file:
        extension, taken = rewrap.copy(file, out, wants_picture=wants_picture)
    return extension, taken, out.getvalue()


def packets(data: bytes, kind: str) -> list[tuple[int, bytes]]:
    with av.open(io.BytesIO(data), "r") as container:
        stream = getattr(container.streams, kind)[0]
        return [(packet.size, bytes(packet)) for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize(
    ("container", "codecs", "extension"),
    [
        ("mp4", ("libx264", "aac"), "mp4"),
        ("mov", ("libx264", "aac"), "mov"),
        ("mov", ("mjpeg", "pcm_s16le"), "mov"),
        ("matroska", ("libx264", "aac"), "mkv"),
        ("webm", ("libvpx", "libopus"), "webm"),
        ("avi", ("mpeg4", "mp3"), "avi"),
    ],
)
def test_a_clip_keeps_picture_and_sound_and_loses_its_tags(
    film: Callable[..., Path], tmp_path: Path, container: str, codecs: tuple[str, str], extension: str
) -> None:
    source = film(tmp_path / "clip", container=container, codecs=codecs, tags=TAGS)
    assert SECRET.encode() in source.read_bytes()
    found, _, copy = copied(source, wants_picture=True)
    assert found == extension
    assert SECRET.encode() not in copy
    assert b"SecretCam" not in copy
    assert packets(copy, "video") == packets(source.read_bytes(), "video")
    assert len(packets(copy, "audio")) == len(packets(source.read_bytes(), "audio"))
    with av.open(io.BytesIO(copy), "r") as again:
        assert sum(1 for _ in again.decode(video=0)) == 25


@pytest.mark.parametrize(
    ("container", "codec", "extension"),
    [("mp3", "mp3", "mp3"), ("wav", "pcm_s16le", "wav"), ("ipod", "aac", "m4a"), ("adts", "aac", "aac")],
)
def test_a_song_keeps_its_sound_and_loses_its_tags(
    film: Callable[..., Path], tmp_path: Path, container: str, codec: str, extension: str
) -> None:
    source = film(tmp_path / "song", container=container, codecs=("", codec), streams="a", tags=TAGS)
    found, _, copy = copied(source, wants_picture=False)
    assert found == extension
    assert SECRET.encode() not in copy
    assert b"ID3" not in copy[:3]
    with av.open(io.BytesIO(copy), "r") as again:
        seconds = sum(frame.samples for frame in again.decode(audio=0)) / 48000
    assert seconds == pytest.approx(1.0, abs=0.1)


def test_a_cover_in_a_song_stays_behind(samples: Path) -> None:
    cover = b"\xff\xd8\xff\xe0" + SECRET.encode() + b"\xff\xd9"
    body = b"\x00image/jpeg\x00\x03\x00" + cover
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    size = bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    song = b"ID3\x03\x00\x00" + size + frame + (samples / "audio" / "nebula-26s.mp3").read_bytes()
    out = io.BytesIO()
    rewrap.copy(io.BytesIO(song), out, wants_picture=False)
    assert SECRET.encode() not in out.getvalue()


def test_chunks_beside_the_sound_of_a_wav_stay_behind(film: Callable[..., Path], tmp_path: Path) -> None:
    source = film(tmp_path / "a.wav", container="wav", codecs=("", "pcm_s16le"), streams="a")
    chunk = SECRET.encode().ljust(602, b"\0")
    (tmp_path / "b.wav").write_bytes(source.read_bytes() + b"bext" + len(chunk).to_bytes(4, "little") + chunk)
    _, _, copy = copied(tmp_path / "b.wav", wants_picture=False)
    assert SECRET.encode() not in copy


def test_a_clip_filmed_upright_stays_upright(film: Callable[..., Path], tmp_path: Path) -> None:
    data = bytearray(film(tmp_path / "a.mp4", streams="v").read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    quarter_turn = (0, 0x10000, 0, -0x10000, 0, 0, 120 << 16, 0, 0x40000000)
    data[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in quarter_turn)
    (tmp_path / "b.mp4").write_bytes(data)
    with av.open(io.BytesIO(bytes(data)), "r") as before:
        rotation = next(before.decode(video=0)).rotation
    assert rotation != 0
    _, _, copy = copied(tmp_path / "b.mp4", wants_picture=True)
    with av.open(io.BytesIO(copy), "r") as after:
        assert next(after.decode(video=0)).rotation == rotation


def test_the_time_of_a_clip_is_its_creation_time(film: Callable[..., Path], tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", tags=TAGS)
    with open(source, "rb") as file:
        assert rewrap.look(file, wants_picture=True) == "2024-05-03T10:11:12+00:00"


def test_a_camera_that_does_not_know_the_time_gives_none(film: Callable[..., Path], tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", tags={"creation_time": "1970-01-01T00:00:00Z"})
    with open(source, "rb") as file:
        assert rewrap.look(file, wants_picture=True) is None


def test_a_clip_without_a_picture_is_no_clip_and_a_song_without_sound_no_song(
    film: Callable[..., Path], tmp_path: Path
) -> None:
    silent, blind = film(tmp_path / "a.mp4", streams="v"), film(tmp_path / "b.mp4", streams="a")
    with open(blind, "rb") as file, pytest.raises(NotMedia):
        rewrap.look(file, wants_picture=True)
    with open(silent, "rb") as file, pytest.raises(NotMedia):
        rewrap.look(file, wants_picture=False)


def test_what_cannot_be_wrapped_anew_is_not_sent_with_its_tags(film: Callable[..., Path], tmp_path: Path) -> None:
    source = film(tmp_path / "a.ogg", container="ogg", codecs=("", "libopus"), streams="a", tags=TAGS)
    with pytest.raises(rewrap.NotStripped):
        copied(source, wants_picture=False)


def test_a_playlist_is_no_song(tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    (tmp_path / "song.mp3").write_text(f"#EXTM3U\n{tmp_path}/secret.mp3\n")
    with pytest.raises(NotMedia):
        copied(tmp_path / "song.mp3", wants_picture=False)
