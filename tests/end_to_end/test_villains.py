"""The daemon finishes its jobs against each answer form and each fault, or says what to do; over real sockets."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cloud import Cloud
from support.film import look_at
from support.house import House

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PROMPT = "1 second, 720p, no music"


@contextlib.contextmanager
def cloud_for(house: House, faults: Any) -> Iterator[Cloud]:
    cloud = Cloud(house.root, faults)
    try:
        cloud.serve(house)
        yield cloud
    finally:
        cloud.close()


def fault(on: str, do: str, call: Any = 1, **options: Any) -> dict[str, Any]:
    return {"on": on, "call": call, "do": do, **options}


# Faults that do not touch each other are played in one job: each case costs the start of two processes.
FINISHES = {
    "answers at the top level, a poll in each form": [
        fault("token", "shape", form="top_level"),
        fault("session", "shape", form="top_level"),
        *(fault("poll", "word", call=number, status="simmering") for number in (1, 3)),
        fault("poll", "shape", call=2, form="CA"),
        fault("poll", "shape", call="4-", form="B"),
    ],
    "poll form C with A inside, heartbeats of all forms": [
        fault("poll", "shape", call="all", form="CA"),
        fault("instruct", "stream", heartbeats=["comment", "event", "data", "json", "empty"], heartbeat_seconds=0.1),
    ],
    "poll form C with B inside, one data line of 300 KB": [
        fault("poll", "shape", call="all", form="CB"),
        fault("instruct", "stream", pad_bytes=300_000),
    ],
    "typed stream, file name with a path": [
        fault("instruct", "stream", form="typed"),
        fault("upload", "change", set={"data.files.0.filename": "../../etc/passwd"}),
    ],
    "stream with CR, token answered 429 and 400": [
        fault("instruct", "stream", newline="cr"),
        fault("token", "code", code=429, status=429),
        fault("token", "code", call=2, code=400, status=400),
    ],
    "silent edit, render answer never came": [
        fault("instruct", "stream", silent=True),
        fault("render", "break", when="after"),
    ],
    "GUI talk, render post never arrived": [
        fault("instruct", "stream", gui="en"),
        fault("render", "break", when="before"),
    ],
    "GUI talk in Chinese, credits unknown": [
        fault("instruct", "stream", gui="zh"),
        fault("credits", "status", call="2-", status=404, body=""),
    ],
    "stream dropped after the edit, download cut": [
        fault("instruct", "stream", drop_after=1, applied=True),
        fault("download", "cut", call=1, after_bytes=20_000),
    ],
    "error inside the stream, edit applied; download cut, no ranges": [
        fault("instruct", "stream", error="event", applied=True),
        fault("download", "cut", call=1, after_bytes=20_000),
        fault("download", "no_ranges", call="2-"),
    ],
    "instruction refused once, download gone": [
        fault("instruct", "code", code=1001, status=200),
        fault("download", "status", call="all", status=403, body="expired"),
    ],
    "token expired at the upload, download cut short": [
        fault("upload", "code", code=1001, status=401),
        fault("download", "shorten", call="all", to_bytes=5000),
    ],
    "session lost before the message": [fault("instruct", "code", code=1002, status=404)],
    "session lost at the render": [fault("render", "code", code=1002, status=200)],
    "each call in trouble once": [
        fault("upload", "status", status=503, body="<html>busy</html>"),
        fault("state", "status", status=500, body="oops"),
        fault("poll", "code", code=429, status=429),
        fault("poll", "status", call=2, status=500),
    ],
    "poll breaks": [fault("poll", "break", call=[1, 2], when="before")],
    "render failed once": [fault("poll", "failed", render=1, call="all", reason="a worker died")],
    "token expires while polling": [fault("poll", "code", render=1, call=1, code=1001, status=401)],
    "redirects that lead astray": [
        fault("download", "redirect", call=1, to="self"),
        fault("download", "redirect", call="2-", to="http://169.254.169.254/latest/meta-data"),
    ],
    "a length that lies": [fault("download", "length", call=1, by=1000)],
}


@pytest.mark.parametrize("name", FINISHES)
def test_a_job_is_finished_with(house: House, name: str) -> None:
    with cloud_for(house, FINISHES[name]) as cloud:
        folder = house.drop("Film", PROMPT, photos=1)
        assert house.once(seconds=200) == 0, house.log()[-4000:]
        assert look_at(folder / "Film.mp4").seconds == pytest.approx(1, abs=0.5)
        assert [path.name for path in folder.glob("*.mp4")] == ["Film.mp4"]
        assert cloud.instructions == (2 if name == "session lost at the render" else 1)
        summary = (folder / "Film - timeline.txt").read_text(encoding="utf-8")
        for word in ("click", "Click", "点击", "Export", "导出", "drag"):
            assert word not in summary


NEEDS_HELP = {
    "no credits": ({"credits": {"available": 0, "edit": 50}}, "nemovideo.com/register?bind=", 0),
    "export blocked": ([fault("render", "code", call="all", code=402, status=402)], "Register or upgrade your plan", 1),
    "2001 at the message": ([fault("instruct", "code", call="all", code=2001, status=200)], "backend.kind: studio", 0),
    "render failed twice": ([fault("poll", "failed", call="all", reason="no GPU today")], "no GPU today", 1),
    "message without effect": ([fault("instruct", "stream", call="all", applied=False)], "RETRY", 0),
    "film that is none": (
        [
            fault("poll", "lie", call="all", size=5000),
            fault("download", "shorten", call="all", to_bytes=5000),
            fault("fallback", "shorten", call="all", to_bytes=5000),
        ],
        "RETRY",
        1,
    ),
}


@pytest.mark.parametrize("name", NEEDS_HELP)
def test_a_person_is_told_what_to_do_after(house: House, name: str) -> None:
    faults, words, instructions = NEEDS_HELP[name]
    with cloud_for(house, faults) as cloud:
        folder = house.drop("Film", PROMPT, photos=1)
        assert house.once(seconds=200) == 1
        assert house.status_of(folder) == "NEEDS HELP", house.log()[-3000:]
        text = (folder / "_photovideos - NEEDS HELP.txt").read_text(encoding="utf-8-sig")
        assert words in text
        assert not list(folder.glob("*.mp4"))
        assert cloud.instructions == instructions


def test_a_file_the_service_refuses_is_named_and_the_film_goes_on_without_it(house: House) -> None:
    refusal = {"on": "upload", "containing": "IMG_0002.jpg", "call": "all", "do": "code", "code": 4001, "status": 200}
    with cloud_for(house, [refusal]):
        folder = house.drop("Film", PROMPT, photos=2)
        assert house.once(seconds=200) == 0, house.log()[-3000:]
        assert "IMG_0002.jpg" in (folder / "Film - timeline.txt").read_text(encoding="utf-8")


def test_retry_after_402_goes_on_without_a_second_message(house: House) -> None:
    with cloud_for(house, [fault("render", "code", call=1, code=402, status=402)]) as cloud:
        folder = house.drop("Film", PROMPT, photos=1)
        assert house.once(seconds=200) == 1
        (folder / "RETRY").touch()
        assert house.once(seconds=200) == 0, house.log()[-3000:]
        look_at(folder / "Film.mp4")
        assert not (folder / "RETRY").exists()
        assert cloud.instructions == 1


def test_no_secret_is_written_anywhere(house: House) -> None:
    """The token is in the account file alone, which nobody else may read."""
    with cloud_for(house, None):
        folder = house.drop("Film", PROMPT, photos=1)
        assert house.once(seconds=200) == 0, house.log()
    account = house.state / "account.json"
    assert account.stat().st_mode & 0o777 == 0o600
    secrets = [word.encode() for word in account.read_text().split('"') if word.startswith("nmv_")]
    assert secrets
    for path in [*folder.iterdir(), house.root / "log", *_files(house.state)]:
        if path != account and path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]
