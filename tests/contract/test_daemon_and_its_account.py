"""The daemon, as a process of its own, and whose account it works with: its token, its waits, its credits.

That no token is left anywhere is seen by the watch over secrets (tests/support/secrets_watch.py) after each test.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.fake_cloud import Act, Asked, FakeCloud, Handler, answers, said
from support.house import House, studio_of, wait_for
from support.small_film import small_film

OWN = "own-token-of-no-known-shape"  # so that nothing hides it for its looks


def text_of(folder: Path, state: str) -> str:
    return (folder / f"_photovideos - {state}.txt").read_text(encoding="utf-8-sig")


def token_of(asked: Asked) -> str:
    return asked.headers["authorization"].removeprefix("Bearer ")


def quoting(status: int, body: str) -> Act:
    """An answer with the token of its request in it."""
    return lambda handler, asked: handler.answer(body.replace("TOKEN", token_of(asked)).encode(), status=status)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "own"), [("with-session", None), ("upload-video", OWN), ("/run_sse", OWN), ("/lambda", OWN)]
)
def test_a_service_that_quotes_the_token_in_an_error_does_not_spread_it(
    house: House, cloud: FakeCloud, place: str, own: str | None
) -> None:
    if own:
        house.environ["NEMO_TOKEN"] = own
    cloud.plan(place, *[quoting(422, '{"message":"bad request of TOKEN, sorry"}')] * 5)
    folder = house.drop("Quoted", photos=1)
    assert house.once() == 1
    assert "bad request of" in text_of(folder, "NEEDS HELP"), "the rest of its words is still told"


@pytest.mark.slow
def test_a_service_that_quotes_the_token_does_not_spread_it(house: House, cloud: FakeCloud) -> None:
    house.environ["NEMO_TOKEN"] = OWN

    def speak(handler: Handler, asked: Asked) -> None:
        token = token_of(asked)
        cloud.edit()
        cloud.raw_state = cloud.raw_state.replace("a.jpg", f"a {token}.jpg")
        cloud.uploaded.clear()
        handler.stream(said(f"Hello {token[:9]}", partial=True), said(f"Made for {token}. It is calm."))

    def completed(handler: Handler, asked: Asked) -> None:
        url = f"{cloud.url}/cdn/film.mp4?token={token_of(asked)}"
        handler.answer({"status": "completed", "taskId": "t", "output": {"url": url}})

    cloud.plan("/run_sse", speak)
    cloud.plan("/lambda/", quoting(200, '{"status":"failed","error":"no room for TOKEN"}'), completed)
    folder = house.drop("Quoted", photos=1)
    assert house.once() == 0, house.log()
    assert (folder / "Quoted.mp4").read_bytes() == small_film()
    summary = (folder / "Quoted - timeline.txt").read_text(encoding="utf-8")
    assert "It is calm." in summary


@pytest.mark.slow
def test_a_refused_own_token_parks_the_queue_with_one_notice(house: House, cloud: FakeCloud) -> None:
    house.environ["NEMO_TOKEN"] = OWN
    house.settings["jobs"] = {"parallel": 1}
    cloud.plan("/credits/", *[answers({"code": 1001}, 401)] * 9)
    folders = [house.drop(name, photos=1) for name in ("One", "Two", "Three")]
    assert house.once() == 1
    states = sorted(str(house.status_of(folder)) for folder in folders)
    assert states == ["NEEDS HELP", "queued", "queued"]
    assert cloud.tokens == 0
    assert len(cloud.asked) == 1, "nobody else is begun only to be refused"
    notice = (house.inbox / "_photovideos - inbox.txt").read_text(encoding="utf-8-sig")
    assert "NemoVideo does not accept your NEMO_TOKEN." in notice
    house.environ["NEMO_TOKEN"] = f"another-{OWN}"
    cloud.forget_plans()
    (next(folder for folder in folders if house.status_of(folder) == "NEEDS HELP") / "RETRY").touch()
    assert house.once() == 0, house.log()
    assert all((folder / f"{folder.name}.mp4").exists() for folder in folders)


@pytest.mark.slow
def test_without_credits_no_other_client_id_is_made(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/credits/", *[answers({"code": 0, "data": {"available": 0}})] * 9)
    folder = house.drop("Poor", photos=1)
    for _ in range(2):
        assert house.once() == 1
        (folder / "RETRY").touch()
    assert house.once() == 1
    assert len(cloud.calls("anonymous-token")) == 1
    assert len({asked.headers.get("x-client-id") for asked in cloud.calls("anonymous-token")}) == 1


@pytest.mark.slow
def test_a_job_waits_as_long_as_the_service_asks(house: House, cloud: FakeCloud) -> None:
    """Without its word the first wait is half a minute."""
    asked_at: list[float] = []

    def limited(handler: Handler, _asked: Asked) -> None:
        asked_at.append(time.monotonic())
        handler.answer({"code": 429}, status=429, Retry_After="3")

    cloud.plan("with-session", limited)
    folder = house.drop("Slowly", photos=1)
    house.run()
    wait_for("the job to wait", lambda: "trying again" in str(house.status_of(folder)), log=house.log)
    assert len(cloud.calls("with-session")) == 1
    wait_for("the next try", lambda: len(cloud.calls("with-session")) == 2, 20, log=house.log)
    assert time.monotonic() - asked_at[0] >= 3
    house.film_of(folder)


@pytest.mark.slow
def test_with_the_studio_the_own_token_is_said_to_be_unused_and_the_studio_never_sees_it(
    house: House, cloud: FakeCloud
) -> None:
    house.settings["backend"] |= {"kind": "studio"}
    house.environ["NEMO_TOKEN"] = OWN
    assert house.start("doctor").wait(60) in (0, 1)
    assert "NEMO_TOKEN is set and not used" in house.log()
    daemon = house.run()
    told = house.inbox / "_photovideos - inbox.txt"
    wait_for("the inbox file to tell", lambda: told.exists() and "NEMO_TOKEN" in told.read_text(encoding="utf-8-sig"))
    house.drop("Here", "1 second, 720p, no music", photos=1)
    studio = wait_for("the studio", lambda: studio_of(daemon), log=house.log)
    environment = Path(f"/proc/{studio}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"NEMO_TOKEN" not in environment
    assert OWN.encode() not in environment
    assert cloud.asked == []
