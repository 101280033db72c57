"""From a dropped folder to a film: the main job, as a user sees it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support import secrets_watch
from support.film import look_at
from support.house import House, draw, studio_of, wait_for

SHARED = Path(__file__).resolve().parents[3] / "shared"


def test_once_makes_the_film_and_its_summary_and_leaves_the_photos_alone(house: House) -> None:
    folder = house.drop("Italy 2024", 'Make a 4-second video, title "Ciao", with calm music, 720p', photos=3)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert house.once() == 0, house.log()
    film = look_at(folder / "Italy 2024.mp4")
    assert film.seconds == pytest.approx(4, abs=0.5)
    assert (film.width, film.height, film.fps) == (1280, 720, 30)
    assert film.sound_seconds == pytest.approx(film.seconds, abs=0.1)
    assert film.loudest > 0.05
    summary = (folder / "Italy 2024 - timeline.txt").read_text(encoding="utf-8")
    assert summary.startswith("Timeline (3 tracks):\n1. Video: ")
    assert '"Ciao"' in summary
    assert "no photo left it" in summary
    assert house.status_of(folder) is None
    after = {name: ((folder / name).read_bytes(), (folder / name).stat().st_mtime_ns) for name in before}
    assert after == before
    assert {path.name for path in folder.iterdir()} == {*before, "Italy 2024.mp4", "Italy 2024 - timeline.txt"}


def test_an_empty_inbox_leaves_nothing_undone(house: House) -> None:
    assert house.once() == 0


def test_a_folder_of_broken_photos_says_so_and_once_exits_with_one(house: House) -> None:
    folder = house.drop("Broken", photos=0)
    (folder / "a.jpg").write_bytes(b"this is no photo" * 100)
    (folder / "b.png").write_bytes(b"<html>neither is this</html>")
    assert house.once() == 1
    state = house.status_of(folder)
    assert state in ("NEEDS HELP", "waiting for photos")
    text = (folder / f"_photovideos - {state}.txt").read_text(encoding="utf-8-sig")
    assert "a.jpg" in text
    assert not list(folder.glob("*.mp4"))


def test_a_folder_with_one_broken_photo_gets_its_film_without_it(house: House) -> None:
    folder = house.drop("Mostly fine")
    (folder / "IMG_9999.jpg").write_bytes((folder / "IMG_0001.jpg").read_bytes()[:300] + b"\0" * 5000)
    (folder / "page.jpg").write_text("<html>saved by mistake</html>", encoding="utf-8")
    assert house.once(seconds=120) == 0, house.log()
    summary = (folder / "Mostly fine - timeline.txt").read_text(encoding="utf-8")
    assert "IMG_9999.jpg" in summary
    assert "page.jpg" in summary
    look_at(folder / "Mostly fine.mp4")


@pytest.mark.slow
def test_two_folders_dropped_at_once_both_get_their_films_and_one_dropped_while_it_was_down(house: House) -> None:
    house.run()
    first, second = house.drop("First"), house.drop("Second")
    assert look_at(house.film_of(first)).seconds == pytest.approx(3, abs=0.5)
    assert look_at(house.film_of(second)).seconds == pytest.approx(3, abs=0.5)
    house.close()
    third = house.drop("Third")
    house.run()
    house.film_of(third)
    assert house.events("folder.taken") == 3


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["daemon", "studio", "both"])
def test_kill_in_the_middle_of_a_render_ends_in_exactly_one_film(house: House, victim: str) -> None:
    daemon = house.run()
    folder = house.drop("Killed", "40 seconds, slow zoom", photos=4)
    wait_for("the render", lambda: house.status_of(folder) == "rendering")
    studio = wait_for("the studio", lambda: studio_of(daemon))
    if victim in ("studio", "both"):
        os.kill(studio, signal.SIGKILL)
    if victim in ("daemon", "both"):
        daemon.kill()
        daemon.wait()
        house.run()
    house.film_of(folder)
    assert [path.name for path in folder.glob("*.mp4")] == ["Killed.mp4"]
    assert look_at(folder / "Killed.mp4").seconds == pytest.approx(40, abs=0.5)
    assert house.events("message.directed") == 1, "no second instruction"


@pytest.mark.slow
def test_sigterm_stops_within_ten_seconds_and_nothing_is_lost(house: House) -> None:
    daemon = house.run()
    folder = house.drop("Stopped", "40 seconds", photos=4)
    wait_for("the render", lambda: house.status_of(folder) == "rendering")
    daemon.terminate()
    assert daemon.wait(10) == 0
    assert not list(folder.glob("*.mp4"))
    house.run()
    house.film_of(folder)
    assert house.events("folder.taken") == 1


@pytest.mark.slow
def test_the_same_daemon_works_with_a_nemo_backend_on_tcp(house: House) -> None:
    """The studio on loopback stands in for the cloud: photos are really sent, and stripped."""
    studio = subprocess.Popen(
        [sys.executable, "-m", "photovideos_studio", "--listen", "127.0.0.1:0", "--store", str(house.root / "cloud")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert studio.stderr is not None
        line = studio.stderr.readline()
        port = line.rpartition(":")[2].strip().strip('"}')
        house.settings["backend"] |= {"kind": "nemo", "url": f"http://127.0.0.1:{port}"}
        folder = house.drop("Cloud")
        assert house.once() == 0, house.log()
        look_at(folder / "Cloud.mp4")
        summary = (folder / "Cloud - timeline.txt").read_text(encoding="utf-8")
        assert "2 photos were sent to NemoVideo (127.0.0.1), without place and camera data" in summary
    finally:
        studio.terminate()
        secrets_watch.heard("the studio's log", studio.communicate(timeout=15)[1])


def test_a_second_run_exits_with_two_and_names_the_first(house: House) -> None:
    first = house.run()
    second = house.start("run")
    assert second.wait(30) == 2
    assert str(first.pid) in house.log()


def test_every_problem_of_the_config_is_listed_with_its_path(house: House) -> None:
    house.settings["upload"] = {"parallel": 0}
    house.settings["jobs"] = {"paralel": 1}
    assert house.once() == 2
    assert "upload.parallel" in house.log()
    assert "jobs.paralel" in house.log()


@pytest.mark.slow
def test_the_sample_photos_make_the_film_of_the_first_prompt(house: House) -> None:
    if not (SHARED / "samples" / "photos").is_dir():
        pytest.skip("the sample photos are not beside this checkout")
    folder = house.inbox / "Samples"
    folder.mkdir()
    for photo in (SHARED / "samples" / "photos").glob("*.jpg"):
        shutil.copy(photo, folder)
    prompt = "turn these photos into a 30-second video with transitions and background music"
    (folder / "prompt.txt").write_text(prompt, encoding="utf-8")
    assert house.once(seconds=240) == 0, house.log()
    film = look_at(folder / "Samples.mp4")
    assert film.seconds == pytest.approx(30, abs=0.5)
    assert (film.width, film.height) == (1920, 1080)
    assert film.loudest > 0.05


def test_once_folder_takes_a_folder_anywhere_as_it_lies(house: House) -> None:
    place = house.root / "elsewhere" / "Wedding"
    draw(place / "one.jpg")
    (place / "prompt.txt").write_text("2 seconds, 720p, no music", encoding="utf-8")
    assert house.once(str(place)) == 0, house.log()
    assert look_at(place / "Wedding.mp4").loudest == 0.0


def test_once_refuses_an_inbox_and_what_lies_above_it(house: House) -> None:
    for place in (house.inbox, house.root, Path("/")):
        assert house.once(str(place)) == 2


def test_init_writes_a_config_once_and_says_where_the_photos_go(house: House, tmp_path: Path) -> None:
    target = tmp_path / "new" / "config.yaml"
    command = [sys.executable, "-m", "photovideos", "init", "--config", str(target), "--inbox", str(tmp_path / "drop")]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "no photo leaves it" in first.stdout
    assert yaml.safe_load(target.read_text(encoding="utf-8"))["inboxes"] == [{"path": str(tmp_path / "drop")}]
    assert (tmp_path / "drop").is_dir()
    content = target.read_bytes()
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert target.read_bytes() == content
