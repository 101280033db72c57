"""The ledger torn, of another version, or gone in the middle of a job: never a second charge, never a second film."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.crashes.scene import NAME, Scene
from support.crashes.stages import STAGES, Stage
from support.film import look_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

HALF_WAY: Stage = next(stage for stage in STAGES if stage.name == "message half-way")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The message was paid, and its answer was on its way."""
    scene = Scene(tmp_path / "scene", "nemo", faults=HALF_WAY.faults)
    yield scene
    scene.close()


def tear(state: Path) -> None:
    ledger = state / "ledger.sqlite"
    with closing(sqlite3.connect(ledger)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("PRAGMA page_size").fetchone()[0]
    with ledger.open("r+b") as file:
        file.seek(page)
        file.write(os.urandom(page))


def make_newer(state: Path) -> None:
    with closing(sqlite3.connect(state / "ledger.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")


def delete(state: Path) -> None:
    shutil.rmtree(state)


def kill_half_way(scene: Scene, then: Callable[[Path], None]) -> None:
    """The daemon dies, something happens to its state, and it is started again."""
    scene.begin()
    scene.wait(lambda: HALF_WAY.reached(scene), "the message to be half-way")
    assert scene.daemon is not None
    scene.daemon.kill()
    scene.daemon.wait()
    then(scene.state)
    scene.start_daemon()


def status_text(scene: Scene, state: str) -> str:
    scene.wait(lambda: scene.status_of(scene.folder) == state, f"the folder to say {state}; {scene.job()}")
    return (scene.folder / f"_photovideos - {state}.txt").read_text(encoding="utf-8-sig")


def film_after_retry(scene: Scene) -> None:
    (scene.folder / "RETRY").touch()
    scene.wait(lambda: scene.job()[0] == "done" and scene.status_of(scene.folder) is None, "the film", 90)
    look_at(scene.folder / f"{NAME}.mp4")
    assert sorted(os.listdir(scene.folder)) == sorted([*scene.originals, f"{NAME}.mp4", f"{NAME} - timeline.txt"])


@pytest.mark.parametrize("happens", [tear, make_newer, delete])
def test_a_lost_ledger_asks_for_help_instead_of_paying_twice(scene: Scene, happens: Callable[[Path], None]) -> None:
    kill_half_way(scene, happens)
    text = status_text(scene, "NEEDS HELP")
    assert "record of it is lost" in text
    assert "RETRY" in text
    assert "charged a second time" in text
    assert scene.messages() == 1
    aside = list(scene.state.glob("ledger.sqlite.set-aside-1"))
    assert len(aside) == (0 if happens is delete else 1), "set aside, never silently replaced"
    film_after_retry(scene)
    assert scene.messages() == 2, "asked for"


def test_a_checkpoint_of_another_version_asks_for_help_and_holds_up_no_other_folder(scene: Scene) -> None:
    def rewrite(state: Path) -> None:
        with closing(sqlite3.connect(state / "ledger.sqlite")) as db:
            db.execute("""UPDATE jobs SET road = '{"session_id": ["of another version"]}'""")
            db.commit()

    kill_half_way(scene, rewrite)
    assert "RETRY" in status_text(scene, "NEEDS HELP")
    other = scene.drop("Other", prompt="1 second, 720p, no music", photos=1)
    scene.film_of(other)
    assert scene.messages() == 2, "one for each folder"
    film_after_retry(scene)
    assert scene.messages() == 3


def test_finished_folders_are_known_again_when_the_state_directory_is_gone(tmp_path: Path) -> None:
    with closing(Scene(tmp_path / "scene", "nemo")) as scene:
        scene.begin()
        scene.wait(lambda: scene.job()[0] == "done", "the film", 90)
        before = (scene.folder / f"{NAME}.mp4").read_bytes()
        assert scene.daemon is not None
        scene.daemon.kill()
        scene.daemon.wait()
        delete(scene.state)
        scene.start_daemon()
        assert f"{NAME}.mp4" in status_text(scene, "already made")
        assert scene.films() == [f"{NAME}.mp4"]
        assert (scene.folder / f"{NAME}.mp4").read_bytes() == before
        assert scene.messages() == 1


def test_work_that_was_paid_is_still_told_of_when_the_ledger_goes_after_a_stop_in_good_order(scene: Scene) -> None:
    scene.begin()
    scene.wait(lambda: HALF_WAY.reached(scene), "the message to be half-way")
    assert scene.daemon is not None
    scene.daemon.terminate()
    assert scene.daemon.wait(15) == 0
    delete(scene.state)
    scene.start_daemon()
    assert "RETRY" in status_text(scene, "NEEDS HELP")
    assert scene.messages() == 1
