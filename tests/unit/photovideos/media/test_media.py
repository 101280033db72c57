"""`media.inspect`, through a real child."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from photovideos import media
from photovideos.errors import FilmBroken, Stopping, TryLater


def test_a_whole_film_has_its_facts(film: Callable[..., Path], tmp_path: Path, stop: threading.Event) -> None:
    path = film(tmp_path / "film.mp4", seconds=2.0)
    facts = media.inspect(
        path, stop=stop, deadline_seconds=60, expected_seconds=2.0, expected_bytes=path.stat().st_size
    )
    assert facts.duration_seconds == pytest.approx(2.0, abs=0.001)
    assert facts.size_bytes == path.stat().st_size
    assert facts.loudness_lufs is not None


def test_a_film_cut_short_is_not_delivered(film: Callable[..., Path], tmp_path: Path, stop: threading.Event) -> None:
    path = film(tmp_path / "film.mp4", options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(FilmBroken):
        media.inspect(path, stop=stop)


def test_a_playlist_in_place_of_a_film_opens_nothing(tmp_path: Path, stop: threading.Event) -> None:
    (tmp_path / "film.mp4").write_text("#EXTM3U\nhttp://127.0.0.1:1/x\n")
    with pytest.raises(FilmBroken):
        media.inspect(tmp_path / "film.mp4", stop=stop)


def test_an_endless_film_ends_at_the_deadline(tmp_path: Path, stop: threading.Event) -> None:
    with open(tmp_path / "film.mp4", "wb") as file:
        file.write(b"\0\0\0\x20ftypisom")
        file.truncate(1 << 42)
    began = monotonic()
    with pytest.raises(FilmBroken, match="in time"):
        media.inspect(tmp_path / "film.mp4", stop=stop, deadline_seconds=1.0)
    assert monotonic() - began < 10


def test_a_film_that_eats_processor_time_is_ended_by_its_limit(
    tmp_path: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_CPU_PER_SECOND", 0)
    with open(tmp_path / "film.mp4", "wb") as file:
        file.write(b"\0\0\0\x20ftypisom")
        file.truncate(1 << 42)
    with pytest.raises(FilmBroken, match="broke down"):
        media.inspect(tmp_path / "film.mp4", stop=stop, deadline_seconds=60.0)


def test_a_stop_ends_it(tmp_path: Path, stop: threading.Event) -> None:
    with open(tmp_path / "film.mp4", "wb") as file:
        file.truncate(1 << 42)
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Stopping):
        media.inspect(tmp_path / "film.mp4", stop=stop, deadline_seconds=60.0)


def test_a_film_that_is_gone_is_fetched_again(tmp_path: Path, stop: threading.Event) -> None:
    with pytest.raises(TryLater):
        media.inspect(tmp_path / "film.mp4", stop=stop)


def test_a_link_in_place_of_a_film_is_not_followed(
    film: Callable[..., Path], tmp_path: Path, stop: threading.Event
) -> None:
    film(tmp_path / "elsewhere.mp4")
    (tmp_path / "film.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    with pytest.raises(TryLater):
        media.inspect(tmp_path / "film.mp4", stop=stop)


def test_no_descriptor_is_left_open(film: Callable[..., Path], tmp_path: Path, stop: threading.Event) -> None:
    path = film(tmp_path / "film.mp4")
    before = len(os.listdir("/proc/self/fd"))
    media.inspect(path, stop=stop)
    assert len(os.listdir("/proc/self/fd")) == before
