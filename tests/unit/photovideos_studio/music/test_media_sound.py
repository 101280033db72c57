"""Sound out of strangers' files: only what is on the list, only the file itself, and never a crash."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.music.media_sound import SoundUnreadable, decode, demuxer_of

if TYPE_CHECKING:
    from support.sounds import Sounds

RATE = 48_000


def encoded(form: str, codec: str, *, rate: int = 48_000, seconds: float = 1.0, layout: str = "mono") -> bytes:
    """A tone in some other container, made by the library itself."""
    out = io.BytesIO()
    count = int(seconds * rate)
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(count) / rate)).astype(np.float32)
    channels = 1 if layout == "mono" else 2
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        frame = av.AudioFrame.from_ndarray(np.tile(tone, (channels, 1)), format="fltp", layout=layout)
        frame.sample_rate = rate
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return out.getvalue()


def whole(data: bytes, **how: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.concatenate(list(decode(io.BytesIO(data), **how)), axis=1)  # type: ignore[arg-type]  # floats only


@pytest.mark.parametrize(
    ("form", "codec"),
    [
        ("mp4", "aac"),
        ("adts", "aac"),
        ("flac", "flac"),
        ("ogg", "libopus"),
        ("wav", "pcm_s24le"),
        ("matroska", "aac"),
        ("avi", "pcm_s16le"),
        ("aiff", "pcm_s16be"),
    ],
)
def test_songs_of_every_usual_kind_are_decoded_resampled_and_stereo(form: str, codec: str) -> None:
    sides = whole(encoded(form, codec, rate=48_000 if codec == "libopus" else 44_100))
    assert sides.dtype == np.float32
    assert abs(sides.shape[1] - RATE) < 0.08 * RATE
    spectrum = np.abs(np.fft.rfft(sides[0, 4800:43_200]))
    assert np.argmax(spectrum) == pytest.approx(440 * 0.8, abs=2)
    assert np.allclose(sides[0], sides[1])


def test_mono_at_8_khz_comes_out_in_stereo_at_48(tmp_path: Path, sounds: Sounds) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(8000) / 8000).astype(np.float32)
    path = sounds.write_wav(tmp_path / "a.wav", tone, 8000)
    with path.open("rb") as file:
        sides = np.concatenate(list(decode(file)), axis=1)
    assert abs(sides.shape[1] - RATE) < 100


def test_a_part_is_taken_to_the_frame() -> None:
    data = encoded("wav", "pcm_s16le", rate=48_000, seconds=2)
    everything = whole(data)
    part = whole(data, start_ms=500, length_ms=250)
    assert part.shape[1] == 12_000
    assert np.allclose(part, everything[:, 24_000:36_000], atol=1e-4)


def test_nan_and_infinity_come_out_as_silence(tmp_path: Path, sounds: Sounds) -> None:
    wave = 0.3 * np.ones(RATE, np.float32)
    wave[1000:2000] = np.nan
    wave[3000] = np.inf
    path = sounds.write_float_wav(tmp_path / "nan.wav", wave)
    with path.open("rb") as file:
        sides = np.concatenate(list(decode(file)), axis=1)
    assert np.isfinite(sides).all()
    assert np.abs(sides).max() <= 8


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:10,\n{secret}\n",
        "ffconcat version 1.0\nfile '{secret}'\n",
        "<?xml version='1.0'?><MPD><BaseURL>{secret}</BaseURL></MPD>",
        "v=0\nm=audio 9 RTP/AVP 0\n",
    ],
)
def test_a_playlist_called_song_opens_nothing(tmp_path: Path, text: str, sounds: Sounds) -> None:
    secret = sounds.write_wav(tmp_path / "secret.wav", np.ones(4800, np.float32) * 0.1)
    with pytest.raises(SoundUnreadable, match="not a sound file"):
        whole(text.format(secret=secret).encode())


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"hello", b"\xff\xd8\xff\xe0" + b"\x00" * 60, b"%PDF-1.7"])
def test_what_is_no_sound_is_refused_for_a_reason(data: bytes) -> None:
    with pytest.raises(SoundUnreadable, match="not a sound file of a kind"):
        whole(data)


_HEADS = (
    b"RIFF\x00\x00\x00\x00WAVE",
    b"fLaC",
    b"OggS",
    b"ID3\x04\x00\x00\x00\x00\x00\x00",
    b"\x00\x00\x00\x18ftypM4A ",
)


@pytest.mark.parametrize("head", _HEADS)
def test_a_head_without_a_body_is_refused_for_a_reason(head: bytes) -> None:
    with pytest.raises(SoundUnreadable, match=r"damaged|no sound|could be decoded"):
        whole(head + b"\x00" * 200)


def test_a_video_without_sound_says_so() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(SoundUnreadable, match="it has no sound"):
        whole(out.getvalue())


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_cut_song_gives_what_is_there_or_a_reason(kept: float) -> None:
    for form, codec in (("adts", "aac"), ("flac", "flac"), ("mp4", "aac"), ("ogg", "libopus")):
        data = encoded(form, codec)
        try:
            sides = whole(data[: int(kept * len(data))])
        except SoundUnreadable:
            continue
        assert sides.shape[1] < 1.1 * RATE


@settings(max_examples=40, deadline=None)
@given(damage=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=60))
def test_damage_never_does_worse_than_a_reason(damage: list[tuple[int, int]]) -> None:
    data = bytearray(_MP4)
    for at, value in damage:
        data[at % len(data)] = value
    try:
        sides = whole(bytes(data), length_ms=3000)
    except SoundUnreadable:
        return
    assert np.isfinite(sides).all()


_MP4 = encoded("mp4", "aac")


@given(head=st.binary(max_size=64))
def test_any_beginning_is_either_on_the_list_or_not(head: bytes) -> None:
    allowed = {None, "wav", "avi", "flac", "ogg", "matroska", "mp3", "aac", "aiff", "mov"}
    assert demuxer_of(head) in allowed


def test_real_songs_are_decoded(sounds: Sounds) -> None:
    for name, seconds in (("nebula-26s.mp3", 26.0), ("awakening-15s.m4a", 15.0), ("nebula-4s-mono.wav", 4.0)):
        with sounds.sample(f"audio/{name}").open("rb") as file:
            frames = sum(sides.shape[1] for sides in decode(file))
        assert frames / RATE == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("rate", [1, 100, 4_000_000])
def test_a_sampling_rate_that_cannot_be_right_is_refused(rate: int, tmp_path: Path, sounds: Sounds) -> None:
    path = sounds.write_wav(tmp_path / "bomb.wav", np.full(50_000, 0.1, np.float32), rate)
    with path.open("rb") as file, pytest.raises(SoundUnreadable, match=r"sampling rate|damaged|could be decoded"):
        list(decode(file))


def test_a_stream_that_changes_its_form_on_the_way_is_heard_on() -> None:
    """ADTS frames carry their own rate and channels: two recordings, one after the other, are one file."""
    data = encoded("adts", "aac", rate=48_000) + encoded("adts", "aac", rate=44_100, layout="stereo")
    sides = whole(data)
    assert abs(sides.shape[1] - 2 * RATE) < 0.15 * RATE
    assert np.abs(sides[:, round(1.5 * RATE) : round(1.7 * RATE)]).max() > 0.1
