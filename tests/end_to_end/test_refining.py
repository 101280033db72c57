"""Batch and refining: blocks with a film each, a prompt saved again, photos that come later, a session that is gone."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.film import look_at
from support.house import House, draw, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def sessions(house: House) -> int:
    return house.log().count('"event": "session.opened"')


def tracks(summary: Path) -> list[str]:
    return [line for line in summary.read_text(encoding="utf-8").splitlines() if line[:2] in ("1.", "2.", "3.")]


def films(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.mp4")}


def save(folder: Path, text: str) -> None:
    (folder / "prompt.txt").write_text(text, encoding="utf-8")


def test_each_block_gets_a_film_of_its_own_in_one_session(house: House) -> None:
    prompt = (
        "2 seconds, 720p, no music\n---\n[reel]\nmake it vertical\n---\n"
        '[only one: IMG_0002.jpg]\n2 seconds, 720p, no music, title "Alone"'
    )
    folder = house.drop("Batch", prompt, photos=3)
    assert house.once(seconds=200) == 0, house.log()[-3000:]
    assert films(folder) == {"Batch - 1.mp4", "Batch - reel.mp4", "Batch - only one.mp4"}
    assert (look_at(folder / "Batch - 1.mp4").width, look_at(folder / "Batch - 1.mp4").height) == (1280, 720)
    assert (look_at(folder / "Batch - reel.mp4").width, look_at(folder / "Batch - reel.mp4").height) == (720, 1280)
    assert tracks(folder / "Batch - only one - timeline.txt")[0] == "1. Video: IMG_0002.jpg (0-2s)"
    assert sessions(house) == 1


def test_added_text_refines_the_film_in_the_same_session(house: House) -> None:
    folder = house.drop("Refined", "3 seconds, 720p, no music", photos=3)
    assert house.once() == 0
    save(folder, "3 seconds, 720p, no music\nremove the second photo")
    assert house.once() == 0, house.log()[-3000:]
    assert films(folder) == {"Refined.mp4", "Refined (2).mp4"}
    assert tracks(folder / "Refined (2) - timeline.txt")[0].startswith("1. Video: IMG_0001.jpg, IMG_0003.jpg (0-3s)")
    assert sessions(house) == 1
    assert look_at(folder / "Refined (2).mp4").seconds == pytest.approx(3, abs=0.5)


def test_replaced_text_goes_on_and_edited_text_begins_anew(house: House) -> None:
    folder = house.drop("Changed", "a film of 3 seconds in 720p without music, please", photos=2)
    assert house.once() == 0
    save(folder, "square")
    assert house.once() == 0, house.log()[-3000:]
    assert sessions(house) == 1
    second = look_at(folder / "Changed (2).mp4")
    assert (second.width, second.height) == (720, 720)
    assert second.seconds == pytest.approx(3, abs=0.5)
    save(folder, "square, 2 seconds, 720p, no music")
    assert house.once() == 0
    assert sessions(house) in (1, 2)
    assert look_at(folder / "Changed (3).mp4").seconds == pytest.approx(2, abs=0.5)


def test_a_corrected_word_is_made_on_a_clean_timeline_in_a_new_session(house: House) -> None:
    folder = house.drop("Corrected", "a film of 3 seconds in 720p without music", photos=2)
    assert house.once() == 0
    save(folder, "a film of 2 seconds in 720p without music")
    assert house.once() == 0, house.log()[-3000:]
    assert sessions(house) == 2
    assert look_at(folder / "Corrected (2).mp4").seconds == pytest.approx(2, abs=0.5)


def test_photos_added_later_start_nothing_and_are_taken_along_by_the_next_prompt(house: House) -> None:
    folder = house.drop("Grown", "2 seconds, 720p, no music", photos=2)
    house.run()
    house.film_of(folder)
    draw(folder / "IMG_0003.jpg", seed=9)
    wait_for("the new photo to be noticed", lambda: house.status_of(folder) == "new photos", 60)
    assert films(folder) == {"Grown.mp4"}
    save(folder, "2 seconds, 720p, no music\nupload")
    house.film_of(folder, "Grown (2).mp4")
    assert "IMG_0003.jpg" in tracks(folder / "Grown (2) - timeline.txt")[0]
    assert sessions(house) == 1


def test_refining_days_later_when_the_session_is_gone(house: House) -> None:
    folder = house.drop("Old", "2 seconds, 720p, no music", photos=3)
    assert house.once() == 0
    shutil.rmtree(house.state / "studio" / "sessions")
    save(folder, "2 seconds, 720p, no music\nmake it square")
    assert house.once() == 0, house.log()[-3000:]
    film = look_at(folder / "Old (2).mp4")
    assert (film.width, film.height) == (720, 720)
    assert film.seconds == pytest.approx(2, abs=0.5)
    assert sessions(house) == 2


def test_questions_alone_make_no_film_and_are_answered_in_the_summary(house: House) -> None:
    folder = house.drop("Asked", "credits\nstatus")
    assert house.once() == 0, house.log()[-3000:]
    assert films(folder) == set()
    summary = (folder / "Asked - timeline.txt").read_text(encoding="utf-8")
    assert "Credits: 100 available." in summary


def test_retry_in_a_finished_folder_makes_the_film_from_scratch(house: House) -> None:
    folder = house.drop("Again", "2 seconds, 720p, no music")
    assert house.once() == 0
    (folder / "retry.txt").touch()
    assert house.once() == 0, house.log()[-3000:]
    assert films(folder) == {"Again.mp4", "Again (2).mp4"}
    assert not (folder / "retry.txt").exists()


def test_one_wish_with_two_shapes_makes_two_films(house: House) -> None:
    folder = house.drop(
        "Shapes", "a 16:9 version for YouTube and a 9:16 version for Reels, 2 seconds each, 720p, no music"
    )
    assert house.once(seconds=200) == 0, house.log()[-3000:]
    assert films(folder) == {"Shapes - 16x9.mp4", "Shapes - 9x16.mp4"}
    wide, tall = look_at(folder / "Shapes - 16x9.mp4"), look_at(folder / "Shapes - 9x16.mp4")
    assert (wide.width, wide.height, tall.width, tall.height) == (1280, 720, 720, 1280)


def test_explain_writes_one_object_for_each_block_and_nothing_into_the_folder(house: House) -> None:
    folder = house.drop("Explained", "30 seconds, upbeat music\n---\nmake it 1 minute", photos=2)
    before = sorted(path.name for path in folder.iterdir())
    assert house.start("explain", str(folder), "--json").wait(120) == 0, house.log()
    blocks: list[dict[str, Any]] = json.loads(house.log())
    assert [block["duration_s"] for block in blocks] == [30, 60]
    assert all(block["titles"] == [] and block["drop"] == [] for block in blocks)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert not house.state.exists()
