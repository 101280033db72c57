"""The daemon, as a process of its own, against a backend that answers in each published form and with each code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.fake_cloud import Act, Asked, FakeCloud, Handler, answers, said
from support.house import House, wait_for
from support.small_film import small_film


def made(house: House, folder: Path) -> str:
    """The summary, once the film is there."""
    assert house.once() == 0, house.log()
    assert (folder / f"{folder.name}.mp4").read_bytes() == small_film()
    return (folder / f"{folder.name} - timeline.txt").read_text(encoding="utf-8")


def needs_help(house: House, folder: Path) -> str:
    """What the status file says, once the job waits for somebody."""
    assert house.once() == 1
    state = house.status_of(folder)
    assert state == "NEEDS HELP", house.log()
    return (folder / f"_photovideos - {state}.txt").read_text(encoding="utf-8-sig")


def paths(cloud: FakeCloud, part: str) -> int:
    return len(cloud.calls(part))


def test_a_film_is_made_and_no_call_lacks_its_headers(house: House, cloud: FakeCloud) -> None:
    folder = house.drop("Rome", "a calm video", photos=2)
    summary = made(house, folder)
    assert "Done." in summary
    assert [asked.file_name for asked in cloud.calls("upload")] == ["IMG_0001.jpg", "IMG_0002.jpg"]
    for asked in cloud.calls("/api/") + cloud.calls("/run_sse"):
        assert asked.headers["x-skill-source"] == "fast-photo-video-maker"
        assert asked.headers["x-skill-platform"] == "unknown"
        assert ("authorization" in asked.headers) is ("anonymous-token" not in asked.path)
    assert all("authorization" not in asked.headers for asked in cloud.calls("/cdn/"))
    assert cloud.calls("/run_sse")[0].json["new_message"]["parts"][0]["text"] == "a calm video"


def completed(cloud: FakeCloud, form: Callable[[str], Any]) -> Act:
    return lambda handler, _asked: handler.answer(form(f"{cloud.url}/cdn/film.mp4"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [
        lambda url: {"taskId": "t", "status": "completed", "progress": 100, "output": {"url": url, "duration": 2.0}},
        lambda url: {"success": True, "data": {"id": "t", "status": "completed", "outputUrl": url}},
        lambda url: {"code": 0, "data": {"taskId": "t", "status": "completed", "output": {"url": url}}},
        lambda url: {"code": 0, "data": {"id": "t", "status": "completed", "outputUrl": url}},
        lambda url: {"id": "t", "status": "completed", "outputUrl": url},
    ],
)
def test_every_published_answer_to_a_poll_ends_in_a_film(
    house: House, cloud: FakeCloud, form: Callable[[str], Any]
) -> None:
    pending = answers({"taskId": "t", "status": "processing", "progress": 40})
    cloud.plan("/lambda/", pending, answers({"status": "thinking"}), completed(cloud, form))
    made(house, house.drop("Form"))
    assert paths(cloud, "/lambda/") == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "events",
    [
        (said("Do", partial=True), said("ne", partial=True), said("Done.")),
        (b'data: {"type":"text","content":"Done."}\n\n', b'data: {"type":"heartbeat"}\n\n'),
        (b": hb\r\n\r\n", b"event: heartbeat\r\n\r\n", b"data:\r\n\r\n", said("Done.").replace(b"\n", b"\r\n")),
        (b'data: {"content":{"parts":[{"functionCall":{"name":"edit","args":{}}}]}}\n\n',),
    ],
)
def test_every_published_form_of_events_ends_in_a_film(
    house: House, cloud: FakeCloud, events: tuple[bytes, ...]
) -> None:
    def speak(handler: Handler, _asked: Asked) -> None:
        cloud.edit()
        handler.stream(*events)

    cloud.plan("/run_sse", speak)
    made(house, house.drop("Events"))
    assert paths(cloud, "/run_sse") == 1


@pytest.mark.slow
def test_tokens_and_sessions_on_top_of_the_answer_are_read(house: House, cloud: FakeCloud) -> None:
    cloud.plan("anonymous-token", answers({"code": 0, "token": "nmv_usr_1"}))
    cloud.plan("with-session", answers({"code": 0, "session_id": "5529798706024415232"}))
    made(house, house.drop("Top"))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["with-session", "upload-video", "/state/", "/run_sse", "/lambda"])
def test_an_expired_token_is_renewed_in_the_middle_of_a_job(house: House, cloud: FakeCloud, place: str) -> None:
    cloud.plan(place, answers({"code": 1001, "message": "token expired"}))
    made(house, house.drop("Expired"))
    assert cloud.tokens == 2
    assert len({asked.headers["x-client-id"] for asked in cloud.calls("anonymous-token")}) == 1
    assert paths(cloud, "with-session") == (2 if place == "with-session" else 1)


@pytest.mark.slow
def test_a_lost_session_is_made_anew_and_what_was_said_is_said_as_one(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/run_sse", answers({"code": 1002}))
    made(house, house.drop("Lost", "a calm video"))
    assert paths(cloud, "with-session") == 2
    assert [asked.file_name for asked in cloud.calls("upload")] == ["IMG_0001.jpg", "IMG_0002.jpg"] * 2


def test_without_credits_the_job_waits_and_says_where_to_register(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/run_sse", answers({"code": 2001, "message": "insufficient credits"}))
    folder = house.drop("Poor")
    text = needs_help(house, folder)
    assert "https://nemovideo.com/register?bind=anon_7" in text
    assert "2001" not in text
    (folder / "RETRY").touch()
    made(house, folder)
    assert paths(cloud, "upload-video") == 2


@pytest.mark.slow
def test_a_balance_of_nothing_parks_before_anything_is_sent(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/credits/", *[answers({"code": 0, "data": {"available": 0}})] * 3)
    assert "register?bind=anon_7" in needs_help(house, house.drop("Empty"))
    assert paths(cloud, "with-session") == paths(cloud, "upload-video") == paths(cloud, "/run_sse") == 0


@pytest.mark.slow
def test_a_blocked_export_waits_for_a_plan(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/lambda", answers({"error": "upgrade"}, 402))
    text = needs_help(house, house.drop("Blocked"))
    assert "Register or upgrade your plan to unlock export" in text
    assert "register?bind=anon_7" in text


@pytest.mark.slow
def test_an_own_token_that_is_refused_is_never_replaced(house: House, cloud: FakeCloud) -> None:
    house.environ["NEMO_TOKEN"] = "nmv_mine"
    cloud.plan("/credits/", *[answers({"code": 1001}, 401)] * 3)
    text = needs_help(house, house.drop("Mine"))
    assert "NemoVideo does not accept your NEMO_TOKEN." in text
    assert "remove it to use the free token" in text
    assert cloud.tokens == 0


@pytest.mark.slow
@pytest.mark.parametrize(("code", "words"), [(4001, "supported"), (4002, "compress or trim")])
def test_a_refused_file_is_named_and_the_film_goes_on(house: House, cloud: FakeCloud, code: int, words: str) -> None:
    cloud.plan("upload-video", answers({"code": code}, 400))
    summary = made(house, house.drop("Refused"))
    assert "IMG_0001.jpg" in summary
    assert words in summary


@pytest.mark.slow
def test_a_stream_that_drops_is_not_charged_twice(house: House, cloud: FakeCloud) -> None:
    def drop(handler: Handler, _asked: Asked) -> None:
        cloud.edit()
        handler.stream(said("Working"), is_whole=False)

    cloud.plan("/run_sse", drop)
    made(house, house.drop("Dropped"))
    assert paths(cloud, "/run_sse") == 1


@pytest.mark.slow
def test_a_message_that_was_taken_and_changed_nothing_is_sent_again_by_retry_alone(
    house: House, cloud: FakeCloud
) -> None:
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(b'data: {"error":"the model is busy"}\n\n'))
    folder = house.drop("Busy")
    text = needs_help(house, folder)
    assert "the model is busy" in text
    assert "charged twice" in text
    assert house.once() == 1
    assert paths(cloud, "/run_sse") == 1
    (folder / "RETRY").touch()
    made(house, folder)
    assert paths(cloud, "/run_sse") == 2


@pytest.mark.slow
def test_a_killed_daemon_does_not_send_a_taken_message_again(house: House, cloud: FakeCloud) -> None:
    taken: list[bool] = []

    def hold(handler: Handler, _asked: Asked) -> None:
        handler.stream(b": hb\n\n", is_whole=False)
        taken.append(True)
        daemon.kill()
        daemon.wait(10)
        cloud.edit()

    cloud.plan("/run_sse", hold)
    folder = house.drop("Killed")
    daemon = house.start("once")
    wait_for("the message to be taken", lambda: bool(taken))
    daemon.wait(10)
    made(house, folder)
    assert paths(cloud, "/run_sse") == 1


@pytest.mark.slow
def test_a_failed_render_is_tried_once_more_with_a_new_id(house: House, cloud: FakeCloud) -> None:
    cloud.plan("/lambda/", answers({"status": "failed", "error": "out of memory"}))
    made(house, house.drop("Failed"))
    posts = [asked.json["id"] for asked in cloud.calls("/lambda") if asked.method == "POST"]
    assert len(posts) == len(set(posts)) == 2


@pytest.mark.slow
def test_a_draft_goes_back_as_it_came(house: House, cloud: FakeCloud) -> None:
    draft = '{"t":[{"tt":0,"sg":[{"n":"a","d":3000.50,"k":1e-7}]}],"z":12345678901234567890123,"a":{"b" : null}}'

    def edit(handler: Handler, _asked: Asked) -> None:
        cloud.uploaded.clear()  # its list would be written anew around the draft
        cloud.raw_state = '{"draft": ' + draft + ', "video_infos": ["IMG_0001.jpg", "IMG_0002.jpg"]}'
        handler.stream(said("Done."))

    cloud.plan("/run_sse", edit)
    made(house, house.drop("Opaque"))
    (posted,) = [asked for asked in cloud.calls("/lambda") if asked.method == "POST"]
    assert f'"draft":{draft},'.encode() in posted.body


@pytest.mark.slow
@pytest.mark.parametrize("nonsense", [b"<html>", b'{"code":0,"data":{}}', b'{"code":0,"data":[1,2]}'])
def test_answers_that_make_no_sense_are_told_and_tried_again_later(
    house: House, cloud: FakeCloud, nonsense: bytes
) -> None:
    cloud.plan("with-session", answers(nonsense))
    made(house, house.drop("Nonsense"))
    assert "session: " in house.log()
    assert "Traceback" not in house.log()
