from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photovideos.media.child.film import Broken, measure
from support.reels import flat, write_clip


def measured(path: Path, *, seconds: float | None = None, size: int | None = None) -> dict[str, Any]:
    with open(path, "rb") as file:
        return measure(file, expected_seconds=seconds, expected_bytes=size)


@pytest.fixture
def whole(film: Callable[..., Path], tmp_path: Path) -> Path:
    return film(tmp_path / "film.mp4", seconds=2.0, size=(320, 240), options={"movflags": "faststart"})


def test_a_whole_film_is_measured(whole: Path) -> None:
    facts = measured(whole, seconds=2.0, size=whole.stat().st_size)
    assert facts["duration_seconds"] == pytest.approx(2.0, abs=0.001)
    assert (facts["width"], facts["height"], facts["fps"]) == (320, 240, 25.0)
    assert (facts["video_codec"], facts["audio_codec"]) == ("h264", "aac")
    assert facts["size_bytes"] == whole.stat().st_size
    assert facts["sha256"] == hashlib.sha256(whole.read_bytes()).hexdigest()


def test_loudness_is_that_of_the_tone(film: Callable[..., Path], tmp_path: Path) -> None:
    """A sine of 997 Hz at −12 dBFS in both channels is −12 LUFS by definition (EBU Tech 3341: −3.01 + 3.01 dB)."""
    facts = measured(film(tmp_path / "tone.mp4", seconds=3.0, level=0.2512))
    assert facts["loudness_lufs"] == pytest.approx(-12.0, abs=0.5)
    assert facts["true_peak_dbtp"] == pytest.approx(-12.0, abs=0.6)


def test_a_film_without_sound_has_no_loudness(film: Callable[..., Path], tmp_path: Path) -> None:
    facts = measured(film(tmp_path / "mute.mp4", streams="v"))
    assert (facts["audio_codec"], facts["loudness_lufs"], facts["true_peak_dbtp"]) == (None, None, None)


def test_silence_has_no_loudness_either(film: Callable[..., Path], tmp_path: Path) -> None:
    facts = measured(film(tmp_path / "still.mp4", level=0.0))
    assert (facts["audio_codec"], facts["loudness_lufs"]) == ("aac", None)


def test_sound_alone_is_no_film(film: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(Broken, match="no picture"):
        measured(film(tmp_path / "song.mp4", streams="a"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.99])
def test_a_film_cut_short_is_refused_wherever_it_is_cut(whole: Path, share: float) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Broken):
        measured(whole)


def test_a_film_whose_index_is_missing_is_refused(film: Callable[..., Path], tmp_path: Path) -> None:
    late_index = film(tmp_path / "film.mp4")
    data = late_index.read_bytes()
    late_index.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(Broken):
        measured(late_index)


def test_a_hole_in_the_middle_is_found(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = bytes(20_000)
    whole.write_bytes(data)
    with pytest.raises(Broken):
        measured(whole)


def test_fewer_bytes_than_the_server_said_are_refused(whole: Path) -> None:
    with pytest.raises(Broken, match="bytes"):
        measured(whole, size=whole.stat().st_size + 1)


def test_a_film_shorter_than_the_server_said_is_refused_but_rounding_is_not(whole: Path) -> None:
    assert measured(whole, seconds=2.4)["duration_seconds"] == pytest.approx(2.0, abs=0.001)
    with pytest.raises(Broken, match="seconds long"):
        measured(whole, seconds=5.0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>Not found</html>",
        b'{"code":1001}',
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\0\0\0\x20ftypisom" + b"\0" * 50_000,
    ],
)
def test_what_is_no_film_is_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "film.mp4").write_bytes(data)
    with pytest.raises(Broken) as caught:
        measured(tmp_path / "film.mp4")
    assert str(caught.value).endswith(".")


def test_another_container_is_no_mp4(film: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(Broken, match="not an MP4"):
        measured(film(tmp_path / "film.mp4", container="matroska"))


def test_a_film_of_varying_rate_is_as_long_as_its_pictures_are_shown(tmp_path: Path) -> None:
    """A service may hold a picture for seconds instead of repeating it."""
    times = [number / 25 for number in range(25)] + [3.92, 3.96]
    path = write_clip(
        tmp_path / "film.mp4", [flat(64, 36, (number * 5, 90, 90)) for number in range(27)], seconds=times
    )
    assert measured(path, seconds=4.0)["duration_seconds"] == pytest.approx(4.0, abs=0.5)
