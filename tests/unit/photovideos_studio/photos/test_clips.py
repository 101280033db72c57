from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest

from photovideos_studio import photos
from support.reels import flat, save, write_clip
from support.sounds import Sounds


def test_a_playlist_named_as_a_song_opens_nothing(tmp_path: Path) -> None:
    secret = save(flat(32, 32, (1, 2, 3)), tmp_path / "secret.jpg")
    playlist = tmp_path / "song.mp3"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n")
    with playlist.open("rb") as file, pytest.raises(photos.Unreadable):
        photos.open_container(file)


def test_frames_come_from_the_one_shown_at_the_moment_on(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [flat(64, 36, (n * 5, 90, 90)) for n in range(50)])
    with photos.ClipReader(clip) as reader:
        moments = [float(seconds) for seconds, _ in reader.frames(from_seconds=1.01)]
    assert moments[0] == pytest.approx(1.0)
    assert len(moments) == 25


def test_a_clip_s_facts(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", [flat(64, 36, (90, 90, 90))] * 25)
    facts = photos.probe(clip, "a.mkv")
    assert (facts.kind, facts.width, facts.height, facts.has_sound) == ("clip", 64, 36, False)
    assert facts.length_ms == pytest.approx(1000, abs=60)


def test_a_clip_cut_short_gives_the_frames_that_are_whole(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", [flat(64, 36, (n * 5, 90, 90)) for n in range(50)])
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 2 // 3])
    with photos.ClipReader(clip) as reader:
        assert 5 < len(list(reader.frames())) < 50


def test_a_clip_lasts_until_its_last_picture_whatever_its_track_s_header_says(tmp_path: Path) -> None:
    """Pictures that refer to later ones, at a varying rate: the header's length is that of their order in the file."""
    times = [number / 25 for number in range(25)] + [3.92, 3.96]
    clip = write_clip(tmp_path / "a.mp4", [flat(64, 36, (number * 5, 90, 90)) for number in range(27)], seconds=times)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base < 2
    assert photos.probe(clip, "a.mp4").length_ms == pytest.approx(4000, abs=60)


def test_a_clip_whose_sound_is_longer_is_as_long_as_its_pictures(tmp_path: Path) -> None:
    frames = [flat(64, 36, (number * 5, 90, 90)) for number in range(25)]
    clip = write_clip(tmp_path / "a.mp4", frames, sound=np.zeros((96_000, 2), np.float32))
    assert photos.probe(clip, "a.mp4").length_ms == pytest.approx(1000, abs=60)


def test_what_cannot_be_opened_is_refused_and_let_go(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no clip at all")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(photos.Unreadable):
        photos.ClipReader(tmp_path / "a.mp4")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_song_is_no_clip(tmp_path: Path) -> None:
    song = Sounds.write_wav(tmp_path / "a.wav", np.zeros(4800, np.float32))
    with pytest.raises(photos.Unreadable, match="no picture"):
        photos.ClipReader(song)
