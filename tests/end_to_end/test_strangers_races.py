"""Somebody swaps a photo or a folder for a link, thousands of times a second, while it is looked at, sent, filled.

Nothing outside is opened or changed (the kernel's word), and when it is over the folder gets its one film.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.house import House, draw, wait_for
from support.strangers import Guard, Swapper
from support.watched import Town, pause, photo

pytestmark = pytest.mark.slow
PHOTOS = 3


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that looks just like the one in the inbox, with other photos."""
    folder = tmp_path / "outside"
    (folder / "sub").mkdir(parents=True)
    for number in range(PHOTOS):
        (folder / f"IMG_{number}.jpg").write_bytes(photo(70 + number))
        (folder / "sub" / f"SUB_{number}.jpg").write_bytes(photo(80 + number))
    (folder / "prompt.txt").write_text("a canary: a calm video", encoding="utf-8")
    return folder


def laid_out(inbox: Path, name: str = "Trip") -> Path:
    folder = inbox / name
    (folder / "sub").mkdir(parents=True)
    for number in range(PHOTOS):
        (folder / f"IMG_{number}.jpg").write_bytes(photo(number))
        (folder / "sub" / f"SUB_{number}.jpg").write_bytes(photo(10 + number))
    return folder


@contextmanager
def swapped(real: Path, target: Path, aside: Path) -> Iterator[Swapper]:
    """`real` is exchanged with a link to `target` all the while; the link lies at `aside` otherwise."""
    aside.symlink_to(target)
    swapper = Swapper(real, aside)
    try:
        yield swapper
    finally:
        swapper.stop()
        with suppress(FileNotFoundError):
            aside.unlink()


def what(kind: str, folder: Path, outside: Path) -> tuple[Path, Path]:
    """What is swapped and for what."""
    return {
        "photo": (folder / "IMG_0.jpg", outside / "IMG_0.jpg"),
        "subfolder": (folder / "sub", outside / "sub"),
        "folder": (folder, outside),
        "prompt": (folder / "prompt.txt", outside / "prompt.txt"),
    }[kind]


def assert_untouched(town: Town, guard: Guard, outside: Path, before: list[Path]) -> None:
    assert guard.seen() == []
    assert sorted(outside.rglob("*")) == before
    for asked in town.cloud.asked:
        assert not any(photo(seed) in asked.body for seed in (*range(70, 70 + PHOTOS), *range(80, 80 + PHOTOS)))
        assert b"a canary" not in asked.body


@pytest.mark.parametrize("kind", ["photo", "folder", "prompt"])
def test_swapped_while_it_settles(town: Town, outside: Path, kind: str) -> None:
    before = sorted(outside.rglob("*"))
    town.run()
    with Guard(outside, *outside.rglob("*")) as guard:
        folder = laid_out(town.inbox)
        town.write_prompt(folder)
        real, target = what(kind, folder, outside)
        with swapped(real, target, town.root / "aside"):
            pause(3)
        town.film_of(folder)
        assert_untouched(town, guard, outside, before)
    assert len(list(folder.glob("*.mp4"))) == 1


@pytest.mark.parametrize(
    ("kind", "moment"),
    [("photo", "upload"), ("subfolder", "upload"), ("folder", "upload"), ("photo", "film"), ("folder", "film")],
)
def test_swapped_while_it_is_worked_on(town: Town, outside: Path, kind: str, moment: str) -> None:
    before = sorted(outside.rglob("*"))
    folder = laid_out(town.inbox)
    real, target = what(kind, folder, outside)
    aside = town.root / "aside"
    aside.symlink_to(target)
    swappers: list[Swapper] = []

    def begin(word: str) -> None:
        if word == moment and not swappers:
            swappers.append(Swapper(real, aside))

    town.cloud.before = begin
    with Guard(outside, *outside.rglob("*")) as guard:
        town.write_prompt(folder)
        town.run()
        wait_for("the swapper", lambda: swappers, 45, log=town.log)
        pause(2)
        swappers[0].stop()
        film, help_wanted = folder / "Trip.mp4", folder / "_photovideos - NEEDS HELP.txt"
        wait_for("an end", lambda: film.exists() or help_wanted.exists(), log=town.log)
        said = [one for one in town.cloud.sittings if one.messages]
        # A folder that is not in the inbox for a moment counts as taken away, and what comes back as a new drop.
        assert len(said) <= 1 or kind == "folder"
        if help_wanted.exists():
            assert kind == "folder"
            (folder / "RETRY").write_bytes(b"")
            town.film_of(folder)
        assert_untouched(town, guard, outside, before)
    assert len(list(folder.glob("*.mp4"))) == 1


def test_a_folder_that_was_taken_away_and_is_back_is_looked_at(town: Town) -> None:
    folder = town.fill("Trip")
    (folder / "CANCEL").write_bytes(b"")
    town.run()
    wait_for("it to be cancelled", lambda: town.status_of(folder) == "cancelled", 45, log=town.log)
    (folder / "_photovideos - cancelled.txt").unlink()
    folder.rename(town.root / "Trip")
    wait_for("it to be gone", lambda: town.told("folder.gone"), 45, log=town.log)
    (town.root / "Trip").rename(folder)
    town.film_of(folder)


def test_swapped_while_the_studio_opens_it(house: House, outside: Path) -> None:
    """The studio opens photos by their path: component by component, and only the content that was meant."""
    folder = house.inbox / "Trip"
    for number in range(8):
        draw(folder / "sub" / f"IMG_{number}.jpg", seed=number)
        draw(outside / "sub" / f"IMG_{number}.jpg", seed=50 + number)
    (folder / "prompt.txt").write_text("3 seconds, 360p", encoding="utf-8")
    begin_at: Callable[[], bool] = lambda: '"stage": "uploading"' in house.log()  # noqa: E731 -- one look
    with Guard(outside, *outside.rglob("*")) as guard:
        house.run()
        wait_for("the upload", begin_at, 60, log=house.log)
        with swapped(folder / "sub", outside / "sub", house.root / "aside"):
            pause(4)
        film = house.film_of(folder)
        assert guard.seen() == []
    assert os.stat(film).st_nlink == 1
    assert len(list(folder.glob("*.mp4"))) == 1
