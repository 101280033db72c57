"""Files that are no media but lead to some: nothing is opened and nobody is asked, in the inbox and as a download."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos import media
from photovideos.errors import FilmBroken
from support.house import House, draw
from support.lures import linked_matroska, outside_references, reference_movie, texts
from support.small_film import small_film
from support.strangers import SECRET, Guard, deaf_port
from support.watched import Town, photo

pytestmark = pytest.mark.slow
NAMES = ("mp4", "mp3", "jpg", "mov", "m4a", "png", "gif", "avi", "mkv")


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A real film outside the inbox that bears the secret, so that it could be played if it were found."""
    path = tmp_path / "canary.mp4"
    path.write_bytes(small_film(1.0) + SECRET.encode())
    return path


@pytest.fixture
def port() -> Iterator[tuple[str, list[object]]]:
    with deaf_port() as (address, heard):
        yield f"http://{address}", heard


def lure_into(folder: Path, canary: Path, url: str) -> list[str]:
    """Every lure under the names of a photo, a clip and a song; the names."""
    named = []
    for number, (kind, text) in enumerate(texts(str(canary), url)):
        for ending in (*NAMES[:3], NAMES[3 + number % 6]):
            name = f"{kind}.{ending}"
            (folder / name).write_bytes(text)
            named.append(name)
    (folder / "lure%03d.jpg").write_bytes(b"image2 looks for its neighbours")
    (folder / "rdrf.mov").write_bytes(reference_movie(url))
    for kind, clip in outside_references(str(canary)):
        (folder / f"dref {kind}.mov").write_bytes(clip)
    (folder / "linked.mkv").write_bytes(linked_matroska(url))
    return named


def test_in_the_inbox_for_the_cloud(town: Town, canary: Path, port: tuple[str, list[object]]) -> None:
    url, heard = port
    folder = town.folder("Lures")
    (folder / "IMG_1.jpg").write_bytes(photo(1))
    named = lure_into(folder, canary, url)
    town.write_prompt(folder)
    (folder / "READY").write_bytes(b"")
    with Guard(canary) as guard:
        town.run()
        town.film_of(folder)
        assert guard.seen() == []
    assert heard == []
    sitting = town.cloud.the("Lures")
    assert "IMG_1.jpg" in sitting.uploads
    assert not set(sitting.uploads) & set(named)
    assert all(SECRET.encode() not in asked.body for asked in town.cloud.asked)
    told = (folder / "Lures - timeline.txt").read_text(encoding="utf-8")
    assert "hls.mp4: it is named like a clip but does not hold one" in told
    assert "svg.jpg: it is named like a photo but does not hold one" in told


def test_in_the_inbox_for_the_studio(house: House, canary: Path, port: tuple[str, list[object]]) -> None:
    url, heard = port
    folder = house.inbox / "Lures"
    draw(folder / "IMG_1.jpg")
    lure_into(folder, canary, url)
    (folder / "READY").write_bytes(b"")
    (folder / "prompt.txt").write_text("3 seconds, 360p", encoding="utf-8")
    with Guard(canary) as guard:
        assert house.once() == 0, house.log()
        assert guard.seen() == []
    assert heard == []
    assert (folder / "Lures.mp4").exists()
    assert SECRET not in house.log()


def test_as_a_film_that_came_back(town: Town, canary: Path, port: tuple[str, list[object]]) -> None:
    """One road for the film: what is no film is refused, asked for again, and never published."""
    url, heard = port
    folder = town.fill("Back")
    with Guard(canary) as guard:
        town.cloud.film = next(text for kind, text in texts(str(canary), url) if kind == "ffconcat")
        town.run()
        town.says(folder, "NEEDS HELP")
        assert guard.seen() == []
    assert heard == []
    assert not list(folder.glob("*.mp4"))


def test_as_a_film_that_came_back_in_every_form(tmp_path: Path, canary: Path, port: tuple[str, list[object]]) -> None:
    """As above, by the very call that judges a download."""
    url, heard = port
    lures = [*texts(str(canary), url), *outside_references(str(canary)), ("rdrf", reference_movie(url))]
    lures.append(("mkv", linked_matroska(url)))
    with Guard(canary) as guard:
        for kind, data in lures:
            film = tmp_path / "film.part"
            film.write_bytes(data)
            try:
                media.inspect(film, stop=threading.Event(), deadline_seconds=60)
            except FilmBroken:
                continue
            assert kind in ("url", "alis"), kind  # whole in themselves, wherever they say their pictures lie
        assert guard.seen() == []
    assert heard == []
