"""Bombs: small on disk and huge when opened, or without end. Each costs itself alone; time and memory are bounded."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from photovideos import media
from photovideos.errors import FilmBroken
from support import bombs
from support.strangers import Scales
from support.watched import Town, photo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MOST_MEGABYTES = 2200  # of a child: its limit of addresses is 2 GiB
DAEMON_MEGABYTES = 130
MOST_SECONDS = 200.0  # a bound for a busy machine; a file alone has 90 s


def summary_of(folder: Path) -> str:
    return next(iter(folder.glob("*timeline.txt"))).read_text(encoding="utf-8")


def filled(folder: Path) -> None:
    for name, data in (*bombs.photos(), *bombs.clips()):
        (folder / name).write_bytes(data)
    (folder / "READY").write_bytes(b"")


# What cannot be used; the others of the list are odd, but a film can be made of them.
DUDS = ("pixels.png", "pixels.gif", "pixels.tif", "pixels.heic", "pixels.jpg")


def test_for_the_cloud_each_bomb_costs_itself_alone(town: Town) -> None:
    folder = town.folder("Bombs")
    (folder / "IMG_1.jpg").write_bytes(photo(1))
    filled(folder)
    town.write_prompt(folder)
    begun = time.monotonic()
    process = town.start("once")
    with Scales(process.pid) as scales:
        assert process.wait(MOST_SECONDS) == 0, town.log()[-3000:]
    print(f"cloud: {time.monotonic() - begun:.1f} s, {scales.own_megabytes:.0f} MB, {scales.child_megabytes:.0f} MB")
    assert (folder / "Bombs.mp4").exists()
    assert "IMG_1.jpg" in town.cloud.the("Bombs").uploads
    for name in DUDS:
        assert f"  {name}: " in summary_of(folder), name
        assert name not in town.cloud.the("Bombs").uploads
    assert scales.own_megabytes < DAEMON_MEGABYTES
    assert scales.child_megabytes < MOST_MEGABYTES
    assert town.events("job.begun") == 1


@pytest.mark.parametrize("name", ["pixels.mp4", "long.mp4", "fast.mp4", "still.mp4", "samples.mp4"])
def test_as_a_film_that_came_back(tmp_path: Path, name: str) -> None:
    """By the call that judges a download: refused or measured, in time, and without more memory than it has."""
    film = tmp_path / "film"
    film.write_bytes(dict(bombs.clips())[name])
    begun = time.monotonic()
    facts = None
    with suppress(FilmBroken):
        facts = media.inspect(film, stop=threading.Event(), deadline_seconds=60)
    assert facts is None or facts.width == 64
    assert time.monotonic() - begun < 30
