"""The folder's own rules (design §2.1) with the real daemon: what is new, what is enough, what counts when."""

from __future__ import annotations

import io
import os
import threading
import wave
from pathlib import Path

import pytest

from photovideos.jobs.states import JobState
from support.fake_cloud import answers
from support.house import wait_for
from support.small_film import small_film
from support.watched import Town, photo


def inbox_file(town: Town) -> str:
    return (town.inbox / "_photovideos - inbox.txt").read_text("utf-8-sig")


def films(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.mp4"))


def add_to_prompt(folder: Path, text: str) -> None:
    with (folder / "prompt.txt").open("a", encoding="utf-8") as file:
        file.write(text)


# --- new means new ----------------------------------------------------------------------------------------------------


def test_what_lay_there_before_without_a_prompt_is_left_alone_until_it_gets_one(town: Town) -> None:
    library = town.fill("Library", text=None)
    asked = town.fill("Asked for")
    before = sorted(path.name for path in library.iterdir())
    town.run()
    town.made(asked, photos=2)
    wait_for("the inbox file to tell", lambda: "1 folder was here before" in inbox_file(town), 20)
    town.rest(3)
    assert sorted(path.name for path in library.iterdir()) == before, "no status file"
    assert town.taken("Library") == 0
    town.write_prompt(library)
    town.made(library, photos=2)


@pytest.mark.slow
def test_existing_take_treats_the_library_as_dropped(town: Town) -> None:
    town.settings["inboxes"][0]["existing"] = "take"
    library = town.fill("Library", text=None)
    town.run()
    town.says(library, "waiting for prompt.txt")
    assert "here before" not in inbox_file(town)


@pytest.mark.slow
def test_with_the_cloud_eleven_ready_folders_wait_for_ready_in_the_inbox(town: Town) -> None:
    folders = [town.fill(f"Trip {number}", photos=1) for number in range(1, 12)]
    town.run()
    for folder in folders:
        town.says(folder, "on hold", "READY into the inbox itself")
    town.rest(3)
    assert town.events("folder.taken") == 0
    assert town.cloud.sittings == []
    (town.inbox / "READY").touch()
    wait_for("all to be taken", lambda: town.events("folder.taken") == len(folders), 30)
    assert not (town.inbox / "READY").exists()
    assert {job.key.name for job in town.jobs()} == {folder.name for folder in folders}
    town.made(folders[0], photos=1)


@pytest.mark.slow
def test_a_folder_without_a_prompt_gets_the_default_one_after_its_time(town: Town) -> None:
    town.settings |= {"default_prompt": "a film of it all", "default_prompt_after_minutes": 0.05}
    town.run()
    folder = town.fill("Trip", text=None)
    town.says(folder, "waiting for prompt.txt")
    town.film_of(folder)
    (sitting,) = town.cloud.of("a film of it all")
    assert sitting.messages == ["a film of it all"]
    assert len(sitting.uploads) == 2
    assert not (folder / "prompt.txt").exists(), "nothing of the user's is made or changed"


# --- what is enough ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_clip_is_enough_and_a_song_alone_waits_for_photos(street: Town) -> None:
    clip = street.folder("Clip alone")
    (clip / "clip.mp4").write_bytes(small_film(0.5))
    song = street.folder("Song alone")
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * 64)
    (song / "song.wav").write_bytes(into.getvalue())
    for folder in (clip, song):
        street.write_prompt(folder)
    street.film_of(clip)
    assert street.cloud.the("Clip alone").uploads == ["clip.mp4"]
    street.says(song, "waiting for photos")
    street.rest(3)
    assert street.taken("Song alone") == 0
    (song / "IMG_0001.jpg").write_bytes(photo(1))
    street.made(song, photos=2)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".tmp", ".part"])
def test_a_folder_with_an_unfinished_name_is_not_taken_until_it_has_its_own(street: Town, ending: str) -> None:
    folder = street.fill(f"Arriving{ending[1:]}{ending}")
    street.rest()
    assert street.status_of(folder) is None
    assert street.taken(folder.name) == 0
    renamed = folder.rename(street.inbox / folder.stem)
    street.film_of(renamed)
    assert street.taken(renamed.name) == 1
    assert len(street.cloud.of(folder.name)[0].uploads) == 2


@pytest.mark.slow
def test_a_nested_prompt_starts_no_job_and_its_photos_are_not_drawn_into_the_outer_film(street: Town) -> None:
    outer = street.fill("Trips", photos=2)
    bare = street.folder("Bare")
    for parent in (outer, bare):
        inner = parent / "Italy"
        inner.mkdir()
        (inner / "IMG_0009.jpg").write_bytes(photo(9))
        (inner / "prompt.txt").write_text(f"{parent.name} inner: a calm video", encoding="utf-8")
    sitting = street.made(outer, photos=2)
    assert sorted(sitting.uploads) == ["IMG_0001.jpg", "IMG_0002.jpg"]
    words = "‘Bare’ has its prompt.txt in ‘Bare/Italy’: move ‘Italy’ into the inbox"
    wait_for("the inbox file to name it", lambda: words in inbox_file(street), 20)
    street.rest(3)
    assert street.cloud.of("inner") == []
    assert street.taken("Bare") == street.taken("Italy") == 0
    moved = (bare / "Italy").rename(street.inbox / "Italy")
    street.film_of(moved)
    assert street.cloud.the("Bare inner").uploads == ["IMG_0009.jpg"]


# --- saving the prompt ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a20_a_prompt_edited_before_the_folder_rested_is_the_one_that_counts(street: Town) -> None:
    folder = street.fill("A20 edited", text="a mistake")
    street.rest(0.5)
    street.write_prompt(folder, "a calm video")
    assert street.made(folder, photos=2).messages == ["A20 edited: a calm video"]


@pytest.mark.slow
@pytest.mark.parametrize("word", ["session", "upload"])
def test_a_prompt_saved_while_the_job_runs_counts_at_once_if_no_message_was_sent(town: Town, word: str) -> None:
    folder = town.fill("Trip", text="a mistake")
    saved = threading.Event()

    def save(now: str) -> None:
        if now == word and not saved.is_set():
            town.write_prompt(folder, "what I meant instead of that")
            saved.set()

    town.cloud.before = save
    town.run()
    town.made(folder)
    assert [one.messages for one in town.cloud.sittings if one.messages] == [["Trip: what I meant instead of that"]]


@pytest.mark.slow
def test_a_prompt_saved_after_the_message_counts_when_the_job_has_ended_as_it_began(town: Town) -> None:
    folder = town.fill("Trip")
    saved = threading.Event()

    def save(now: str) -> None:
        if now == "render" and not saved.is_set():
            add_to_prompt(folder, "\nand a title: Ciao")
            saved.set()

    town.cloud.before = save
    town.run()
    town.film_of(folder, "Trip (2).mp4")
    (sitting,) = town.cloud.sittings
    assert sitting.messages == ["Trip: a calm video", "and a title: Ciao"]
    assert films(folder) == ["Trip (2).mp4", "Trip.mp4"]
    assert town.taken("Trip") == 1


@pytest.mark.slow
def test_after_a_failure_a_saved_prompt_needs_no_retry(town: Town) -> None:
    town.cloud.plan("/credits/", *[answers({"code": 9999, "message": "no"}, 400)] * 100)
    town.run()
    folder = town.fill("Trip")
    town.says(folder, "NEEDS HELP")
    town.cloud.forget_plans()
    town.rest(3)
    assert films(folder) == [], "it waits for somebody"
    town.write_prompt(folder, "something quite different from before")
    town.made(folder, jobs=1, photos=2)
    assert town.cloud.the("Trip").messages == ["Trip: something quite different from before"]


# --- again ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_upload_line_takes_photos_along_that_came_later_and_tells_of_those_that_went(town: Town) -> None:
    town.run()
    folder = town.fill("Trip")
    town.made(folder, photos=2)
    (folder / "IMG_0003.jpg").write_bytes(photo(3))
    (folder / "IMG_0001.jpg").unlink()
    town.says(folder, "new photos")
    add_to_prompt(folder, "\nupload\nexport")
    town.film_of(folder, "Trip (2).mp4")
    (sitting,) = town.cloud.sittings
    assert sitting.uploads == ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"]
    (told,) = sitting.messages[1:]
    assert "IMG_0003.jpg" in told
    assert "IMG_0001.jpg" in told


@pytest.mark.slow
def test_deleting_a_film_starts_nothing(street: Town) -> None:
    folder = street.fill("Deleted film")
    street.made(folder)
    for path in (*folder.glob("*.mp4"), *folder.glob("*timeline.txt")):
        path.unlink()
    street.rest(12)
    assert films(folder) == []
    assert street.status_of(folder) is None
    assert street.taken("Deleted film") == 1
    street.cloud.the("Deleted film")


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_that_bears_one_of_our_names_and_is_not_ours_is_left_alone(street: Town) -> None:
    folder = street.fill("Named")
    own = {"Named - timeline.txt": "my own notes", "_photovideos - queued.txt": "mine too", ".photovideos": "and this"}
    for name, text in own.items():
        (folder / name).write_text(text, encoding="utf-8")
    film = folder / "Named (2).mp4"
    wait_for("the film", film.exists)
    wait_for("its job to end", lambda: (job := street.job("Named")) is not None and job.state is JobState.DONE, 20)
    assert films(folder) == ["Named (2).mp4"]
    assert (folder / "Named (2) - timeline.txt").exists()
    for name, text in own.items():
        assert (folder / name).read_text(encoding="utf-8") == text
    for name in own:
        os.unlink(folder / name)
