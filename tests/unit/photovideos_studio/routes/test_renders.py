"""Renders: asked for, polled, fetched, cancelled, refused."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

FILM_BYTES = 4 + 1000 * len(b"pixelsa.jpg" + b"pixelsb.jpg")


def finished(rig: Any) -> dict[str, Any]:
    session = rig.ready_session()
    assert rig.render(session, rig.state(session)["draft"]).json()["code"] == 0
    return dict(rig.ended())


def test_a_render_goes_from_pending_to_completed_in_form_a(rig: Any) -> None:
    session = rig.ready_session()
    rig.farm.gate.clear()
    assert rig.render(session, rig.state(session)["draft"]).json()["data"]["status"] == "pending"
    working = rig.eventually(lambda: next((told for told in [rig.poll()] if told["progress"] == 42), None))
    assert working == {"taskId": "render_1", "status": "processing", "progress": 42, "ask_again_seconds": 1}
    rig.farm.gate.set()
    told = rig.ended()
    assert told["progress"] == 100
    assert told["output"]["duration"] == 6.0
    assert told["output"]["size"] == FILM_BYTES
    assert told["output"]["url"].startswith("http://studio/films/render_1/")


def test_what_the_farm_has_to_say_of_a_film_is_told_with_it(rig: Any) -> None:
    rig.farm.notes = ("clip.mp4 is mute: it is damaged.",)
    assert finished(rig)["notes"] == ["clip.mp4 is mute: it is damaged."]


def test_the_farm_gets_the_draft_as_the_state_gave_it(rig: Any) -> None:
    finished(rig)
    draft = rig.farm.films[0]
    assert [segment.name for segment in draft.pictures] == ["a.jpg", "b.jpg"]
    assert (draft.canvas.width, draft.canvas.height) == (1920, 1080)


def test_the_film_is_fetched_without_a_token_by_whoever_has_its_address(rig: Any) -> None:
    url = finished(rig)["output"]["url"]
    answer = rig.http.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert int(answer.headers["content-length"]) == FILM_BYTES == len(answer.content)
    assert rig.http.head(url).headers["content-length"] == str(FILM_BYTES)


def test_a_film_s_address_cannot_be_guessed(rig: Any) -> None:
    url = finished(rig)["output"]["url"]
    key = url.split("/")[-2]
    assert len(key) >= 32
    for wrong in (url.replace(key, key[:-1] + ("a" if key[-1] != "a" else "b")), url.replace(key, "x"), url[:-9]):
        assert rig.http.get(wrong).status_code == 404


def test_the_fallback_asks_for_the_token_of_the_render(rig: Any) -> None:
    finished(rig)
    path = "/api/render/proxy/render_1/download"
    assert len(rig.ask("GET", path).content) == FILM_BYTES
    assert rig.http.get(path).json()["code"] == 1001
    rig.sign_in("another")
    assert rig.ask("GET", path).status_code == 404


def test_a_part_of_a_film_is_fetched_by_its_range(rig: Any) -> None:
    url = finished(rig)["output"]["url"]
    whole = rig.http.get(url).content
    answer = rig.http.get(url, headers={"Range": "bytes=1000-"})
    assert answer.status_code == 206
    assert answer.content == whole[1000:]
    assert answer.headers["content-range"] == f"bytes 1000-{FILM_BYTES - 1}/{FILM_BYTES}"
    tag = answer.headers["etag"]
    assert rig.http.get(url, headers={"Range": "bytes=5-9", "If-Range": tag}).content == whole[5:10]
    assert rig.http.get(url, headers={"Range": "bytes=5-9", "If-Range": '"old"'}).status_code == 200
    assert rig.http.get(url, headers={"Range": f"bytes={FILM_BYTES + 5}-"}).status_code == 416


def test_the_token_carries_the_render(rig: Any) -> None:
    finished(rig)
    rig.clock.now += 7 * 86400
    rig.sign_in()  # the same client, the same user, another token
    answer = rig.ask("GET", "/api/render/proxy/lambda/render_1")
    assert (answer.status_code, answer.json()["code"]) == (404, 404)


def test_a_render_nobody_asked_for_is_404(rig: Any) -> None:
    rig.sign_in()
    for render_id in ("render_9", "..", "%2e%2e%2ftokens.json", "a" * 300):
        assert rig.ask("GET", f"/api/render/proxy/lambda/{render_id}").status_code == 404


def test_an_id_is_used_once(rig: Any) -> None:
    session = rig.ready_session()
    draft = rig.state(session)["draft"]
    assert rig.render(session, draft).status_code == 200
    answer = rig.render(session, draft)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (409, 409, "duplicate id")
    rig.ended()
    assert len(rig.farm.films) == 1


@pytest.mark.parametrize("missing", ["X-Skill-Source", "X-Skill-Version", "X-Skill-Platform"])
def test_an_export_without_all_attribution_headers_is_402(rig: Any, missing: str) -> None:
    session = rig.ready_session()
    body = {"id": "render_1", "sessionId": session, "draft": rig.state(session)["draft"]}
    answer = rig.ask("POST", "/api/render/proxy/lambda", json=body, headers={missing: ""})
    assert (answer.status_code, answer.json()["code"]) == (402, 402)
    assert "upgrade your plan" in answer.json()["message"]


def test_another_shape_is_made_by_its_label(rig: Any) -> None:
    session = rig.ready_session()
    draft = rig.state(session)["draft"]
    assert rig.render(session, draft, "render_1", label="9x16").status_code == 200
    rig.ended()
    assert rig.farm.films[0].canvas.width == 1080
    answer = rig.render(session, draft, "render_2", label="3x2")
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("output.label:")


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        ({"draft": None}, "draft: an object"),
        ({"draft": {"t": []}}, "draft.d: missing"),
        ({"id": "../x"}, "id:"),
        ({"id": 7}, "id:"),
        ({"id": ""}, "id:"),
        ({"output": {"format": "mov"}}, "output.format:"),
        ({"output": "mp4"}, "output:"),
        ({"output": {"label": 3}}, "output.label:"),
    ],
)
def test_what_cannot_be_rendered_is_422_with_its_place(rig: Any, change: dict[str, Any], begins: str) -> None:
    session = rig.ready_session()
    body = {"id": "render_1", "sessionId": session, "draft": rig.state(session)["draft"], **change}
    answer = rig.ask("POST", "/api/render/proxy/lambda", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(begins)


def test_an_empty_timeline_is_not_rendered(rig: Any) -> None:
    session = rig.ready_session()
    draft = {**rig.state(session)["draft"], "t": []}
    answer = rig.render(session, draft)
    assert (answer.status_code, answer.json()["message"]) == (422, "draft.t: the timeline is empty.")


def test_an_unknown_session_is_1002(rig: Any) -> None:
    session = rig.ready_session()
    draft = rig.state(session)["draft"]
    assert rig.render("1000000000000000001", draft).json()["code"] == 1002


@pytest.mark.parametrize("what", ["content", "gone", "link", "moved"])
def test_a_photo_that_is_no_longer_what_was_uploaded_is_1002(rig: Any, what: str) -> None:
    session = rig.ready_session("a.jpg", "b.jpg")
    draft = rig.state(session)["draft"]
    photo = rig.photos / "b.jpg"
    before = photo.stat()
    match what:
        case "content":
            photo.write_bytes(photo.read_bytes()[::-1])
            os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time
        case "gone":
            photo.unlink()
        case "link":
            photo.rename(rig.photos / "true.jpg")
            photo.symlink_to(rig.photos / "true.jpg")
        case _:
            photo.rename(rig.photos / "c.jpg")
    answer = rig.render(session, draft)
    assert (answer.status_code, answer.json()["code"]) == (404, 1002)
    assert "b.jpg" in answer.json()["message"]
    assert rig.farm.films == []


def test_a_photo_that_was_only_touched_is_still_the_same(rig: Any) -> None:
    session = rig.ready_session("a.jpg")
    os.utime(rig.photos / "a.jpg", (1, 1))
    assert rig.render(session, rig.state(session)["draft"]).json()["code"] == 0


def test_a_draft_of_another_session_is_not_made_from_this_one_s_photos(rig: Any) -> None:
    draft = rig.state(rig.ready_session("a.jpg"))["draft"]
    other = rig.ready_session("c.jpg")
    answer = rig.render(other, draft)
    assert answer.json()["code"] == 1002


def test_a_film_that_cannot_be_made_fails_with_the_reason(rig: Any) -> None:
    rig.farm.trouble = rig.trouble("a.jpg cannot be decoded to its end")
    told = finished(rig)
    assert told["status"] == "failed"
    assert told["error"] == "a.jpg cannot be decoded to its end"
    assert "output" not in told
    assert rig.ask("GET", "/api/render/proxy/render_1/download").status_code == 404


def test_a_farm_that_breaks_fails_one_film_and_not_the_queue(rig: Any) -> None:
    rig.farm.trouble = ZeroDivisionError("secret detail")
    told = finished(rig)
    assert told["status"] == "failed"
    assert "secret" not in told["error"]
    rig.farm.trouble = None
    session = rig.ready_session("c.jpg")
    rig.render(session, rig.state(session)["draft"], "render_2")
    assert rig.ended("render_2")["status"] == "completed"


def test_a_render_can_be_cancelled_while_it_waits_and_while_it_runs(rig: Any) -> None:
    session = rig.ready_session()
    draft = rig.state(session)["draft"]
    rig.farm.gate.clear()
    rig.render(session, draft, "render_1")
    rig.render(session, draft, "render_2")
    rig.eventually(lambda: rig.farm.films)
    assert rig.ask("DELETE", "/api/render/proxy/lambda/render_2").json()["code"] == 0
    assert rig.ask("DELETE", "/api/render/proxy/lambda/render_1").json()["code"] == 0
    for render_id in ("render_1", "render_2"):
        told = rig.ended(render_id)
        assert (told["status"], told["error"]) == ("failed", "The render was cancelled.")
    assert len(rig.farm.films) == 1
    assert rig.ask("DELETE", "/api/render/proxy/lambda/render_1").status_code == 409
    assert not list((rig.folder / "store" / "renders").rglob("part-*"))


def test_what_is_stored_of_a_render_holds_no_token(rig: Any) -> None:
    token = rig.sign_in()
    finished(rig)
    for path in (rig.folder / "store").rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path
    assert json.loads((rig.folder / "store" / "renders" / "render_1" / "render.json").read_bytes())["key"]
