from __future__ import annotations

from pathlib import Path

import pytest

from photovideos_studio import photos
from support.reels import flat, save, write_clip


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
