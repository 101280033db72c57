"""From a draft to films in the folder, each of them once (contract §8, design §4)."""

from __future__ import annotations

import json

import pytest

from photovideos.errors import ExportBlocked, RenderFailed, ServiceTrouble
from photovideos.jobs.road import Road
from support.fake_cloud import Asked, Handler, answers, hang_up, said
from support.trail import FILM, Trail

SHAPES = {
    "t": [{"tt": 0, "sg": [{"n": "a.jpg", "d": 3000}]}],
    "m": {"photovideos": {"outputs": [{"label": "16x9", "aspect": "16:9"}, {"label": "9x16", "aspect": "9:16"}]}},
}


def name_intended(trail: Trail, text: str = "a calm video") -> Road:
    """Dies when name and digest of the film are on disk, and the film is not under its name yet."""
    trail.drop(text)
    return trail.walk_until(lambda road: road.export is not None and road.export.film is not None)


def test_a_crash_between_the_rename_and_its_record_leaves_one_film(trail: Trail) -> None:
    road = name_intended(trail)
    assert road.export is not None
    assert road.export.film is not None
    (trail.folder / road.export.film.name).write_bytes(FILM)  # the rename was done, and nobody wrote so
    trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert trail.summaries == ["Rome - timeline.txt"]


def test_a_stranger_who_took_the_intended_name_meanwhile_keeps_it(trail: Trail) -> None:
    name_intended(trail)
    (trail.folder / "Rome.mp4").write_bytes(b"somebody else's")
    trail.walk()
    assert (trail.folder / "Rome.mp4").read_bytes() == b"somebody else's"
    assert (trail.folder / "Rome (2).mp4").read_bytes() == FILM
    assert trail.summaries == ["Rome (2) - timeline.txt"]


def test_a_film_that_was_rendered_is_fetched_after_a_crash_and_not_rendered_again(trail: Trail) -> None:
    trail.drop()
    trail.walk_until(lambda road: road.export is not None and road.export.rendered is not None)
    trail.walk()
    assert len(trail.posts) == 1
    assert trail.films == ["Rome.mp4"]


def test_several_outputs_are_a_render_and_a_film_each(trail: Trail) -> None:
    def direct(handler: Handler, _asked: Asked) -> None:
        trail.cloud.uploaded.clear()
        trail.cloud.raw_state = json.dumps({"draft": SHAPES})
        handler.stream(said("Done."))

    trail.cloud.plan("/run_sse", direct)
    trail.drop()
    trail.walk()
    assert trail.films == ["Rome - 16x9.mp4", "Rome - 9x16.mp4"]
    assert [post["output"]["label"] for post in trail.posts] == ["16x9", "9x16"]
    assert all(post["draft"] == SHAPES for post in trail.posts)


def test_a_film_that_cannot_be_fetched_is_asked_for_again_under_its_id(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A download that was cut waits for seconds: not here.
    monkeypatch.setattr(trail.halt, "wait", lambda _seconds=None: trail.halt.is_set())
    trail.cloud.plan("/cdn/", *[answers(b"gone", 404)] * 3)
    trail.cloud.plan("/download", *[answers(b"", 503)] * 9)
    trail.drop()
    with pytest.raises(ServiceTrouble):
        trail.walk()
    trail.cloud.forget_plans()
    trail.walk()
    assert len(trail.posts) == 1
    assert trail.films == ["Rome.mp4"]


def test_a_token_refused_at_the_fallback_route_gives_the_render_up(trail: Trail) -> None:
    trail.cloud.plan("/cdn/", answers(b"gone", 404))
    trail.cloud.plan("/download", answers({"code": 1001}, 401))
    trail.drop()
    with pytest.raises(ServiceTrouble):
        trail.walk()
    trail.walk()
    assert len({post["id"] for post in trail.posts}) == 2
    assert trail.messages == ["a calm video"]


def test_a_render_that_fails_twice_is_the_end_and_says_why(trail: Trail) -> None:
    failed = answers({"status": "failed", "error": "no GPU today"})
    trail.cloud.plan("/lambda/", failed, failed)
    trail.drop()
    with pytest.raises(RenderFailed, match="no GPU today"):
        trail.walk()
    assert len({post["id"] for post in trail.posts}) == 2


def test_a_blocked_export_goes_on_without_a_second_message(trail: Trail) -> None:
    trail.cloud.plan("/lambda", answers({"code": 402}, 402))
    trail.drop()
    with pytest.raises(ExportBlocked, match="Register or upgrade your plan to unlock export") as caught:
        trail.walk()
    assert "register?bind=anon_7" in caught.value.advice
    trail.walk()
    assert trail.messages == ["a calm video"]
    assert trail.films == ["Rome.mp4"]


def test_a_post_without_an_answer_is_asked_after(trail: Trail) -> None:
    trail.cloud.plan("/lambda", hang_up)
    trail.drop()
    trail.walk()
    assert len({post["id"] for post in trail.posts}) == 1
    assert trail.films == ["Rome.mp4"]


def test_no_film_is_withheld_for_a_balance_that_cannot_be_had(trail: Trail) -> None:
    trail.cloud.plan("/credits/", answers({"code": 0, "data": {"available": 60}}), *[answers(b"", 404)] * 9)
    trail.drop()
    road = trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert (road.credits_before, road.credits_after) == (60, None)


def test_the_fallback_route_is_asked_with_the_token_of_the_post_though_there_is_a_newer_one(trail: Trail) -> None:
    trail.drop()
    trail.walk_until(lambda road: road.export is not None and road.export.rendered is not None)
    tokens = trail.backend().tokens
    posted_with = tokens.token()
    assert tokens.renew(posted_with).secret != posted_with.secret
    trail.cloud.plan("/cdn/", answers(b"gone", 404))
    trail.cloud.plan("/download", lambda handler, _asked: handler.answer(FILM, content_type="video/mp4"))
    trail.walk()
    assert trail.films == ["Rome.mp4"]
    (fallback,) = trail.cloud.calls("/download")
    assert fallback.headers["authorization"] == f"Bearer {posted_with.secret}"
    assert len(trail.posts) == 1
