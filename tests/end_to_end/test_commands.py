"""Commands beside a running daemon, and those that start a studio of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.film import look_at
from support.house import House, draw, wait_for


def say(house: House, *arguments: str, seconds: float = 90) -> subprocess.CompletedProcess[str]:
    house.write_config()
    environment = {name: value for name, value in os.environ.items() if name != "NEMO_TOKEN"}
    command = [sys.executable, "-m", "photovideos", *arguments, "--config", str(house.config)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False)


def test_a_running_daemon_tells_cancels_tries_again_and_takes_a_folder_by_name(house: House) -> None:
    daemon = house.run()
    folder = house.drop("Beside", "60 seconds, slow zoom", photos=4)
    wait_for("the render", lambda: house.status_of(folder) == "rendering", log=house.log)
    told = json.loads(say(house, "status", "--json").stdout)
    assert told["running"] is True
    assert [(job["state"], job["stage"]) for job in told["jobs"]] == [("working", "rendering")]
    cancelled = say(house, "cancel", str(folder))
    assert (cancelled.returncode, cancelled.stdout) == (0, "Cancel: Beside\n")
    wait_for("the end of the job", lambda: house.status_of(folder) == "cancelled", log=house.log)
    assert not list(folder.glob("*.mp4"))
    wait_for("the studio to stop rendering it", lambda: "The render was cancelled." in house.log(), 10, log=house.log)
    (folder / "prompt.txt").write_text("2 seconds, 720p", encoding="utf-8")
    assert say(house, "retry", str(folder)).returncode == 0
    assert look_at(house.film_of(folder)).seconds == pytest.approx(2, abs=0.5)

    elsewhere = house.root / "elsewhere" / "Party"
    draw(elsewhere / "one.jpg")
    (elsewhere / "prompt.txt").write_text("2 seconds, 720p", encoding="utf-8")
    taken = say(house, "once", str(elsewhere))
    assert taken.returncode == 0, taken.stderr
    assert str(daemon.pid) in taken.stderr
    assert (elsewhere / "Party.mp4").exists()


def test_explain_tells_each_block_as_json_and_leaves_the_folder_alone(house: House) -> None:
    folder = house.drop("Told", '20 seconds, title "Ciao", no music\n---\n[reel: IMG_0001.jpg]\n9:16, 5 seconds\n')
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    told = say(house, "explain", str(folder), "--json")
    assert told.returncode == 0, told.stderr
    first, second = json.loads(told.stdout)
    assert "Ciao" in json.dumps(first["titles"])
    assert all(key in block for block in (first, second) for key in ("titles", "drop", "sequence"))
    assert first != second
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert not house.state.exists()
    for_people = say(house, "explain", str(folder)).stdout
    assert "Ciao" in for_people
    assert "— reel —" in for_people


def test_doctor_finds_a_healthy_house_and_names_a_cure_for_a_sick_one(house: House, tmp_path: Path) -> None:
    well = say(house, "doctor")
    assert well.returncode == 0, well.stdout
    assert "WRONG" not in well.stdout
    for what in ("Config", "Inbox", "Records", "Codecs", "Backend: the studio"):
        assert what in well.stdout
    assert list(house.inbox.iterdir()) == [], "it changes nothing"
    house.settings["inboxes"].append({"path": str(tmp_path / "unmounted")})
    sick = say(house, "doctor")
    assert sick.returncode == 1
    assert f"WRONG  Inbox {tmp_path / 'unmounted'}: cannot be opened" in sick.stdout
    assert "connect the disk or share" in sick.stdout


def test_the_studio_alone_says_how_it_is_used(house: House) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "photovideos", "studio", "--store", str(house.state), "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0
    assert "--listen" in told.stdout
