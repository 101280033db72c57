"""Credits before anything is sent, and a session that is lost (contract §5, §9)."""

from __future__ import annotations

import pytest

from photovideos.errors import NeedsPerson, NoCredits
from photovideos.jobs.road import Road
from support.fake_cloud import answers
from support.trail import Trail

GONE = answers({"code": 1002, "message": "session not found"}, 404)


def balance(available: float) -> object:
    return {"code": 0, "data": {"available": available}}


def test_a_balance_of_nothing_parks_before_anything_is_sent(trail: Trail) -> None:
    trail.cloud.plan("/credits/", answers(balance(0)))
    trail.drop()
    with pytest.raises(NoCredits) as caught:
        trail.walk()
    assert "https://nemovideo.com/register?bind=anon_7" in caught.value.advice
    assert not trail.cloud.calls("with-session")
    assert not trail.sent
    assert trail.ledger.recall("credits.nemo") == "0"


def test_the_last_balance_seen_is_remembered(trail: Trail) -> None:
    trail.cloud.plan("/credits/", answers(balance(60)), answers(balance(10.5)))
    trail.drop()
    road = trail.walk()
    assert (road.credits_before, road.credits_after) == (60, 10.5)
    assert trail.ledger.recall("credits.nemo") == "10.5"


def test_the_session_is_opened_in_the_language_of_the_prompt(trail: Trail) -> None:
    trail.drop("做一个30秒的视频")
    trail.walk()
    (opened,) = trail.cloud.calls("with-session")
    assert opened.json == {"task_name": "project", "language": "zh"}


def test_a_lost_session_is_made_anew_and_what_was_said_comes_as_one_message(trail: Trail) -> None:
    trail.drop("a calm video\nexport\nwith a title\nexport\nand music")
    trail.cloud.plan("/run_sse", *[trail.plainly] * 2, GONE)
    trail.walk()
    assert trail.messages == ["a calm video", "with a title", "and music", "a calm video\nwith a title", "and music"]
    assert len(trail.cloud.calls("with-session")) == 2
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"] * 2
    assert len(trail.films) == 3


def test_a_session_lost_after_a_paid_message_parks_if_the_credits_do_not_reach(trail: Trail) -> None:
    trail.cloud.plan("/lambda", GONE)
    trail.cloud.plan("/credits/", answers(balance(60)), answers(balance(49)))
    trail.drop()
    with pytest.raises(NeedsPerson, match="credits left are too few"):
        trail.walk()
    assert trail.messages == ["a calm video"]
    assert len(trail.cloud.calls("with-session")) == 1


def test_a_session_lost_before_anything_was_paid_costs_nothing(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", GONE)
    trail.cloud.plan("/credits/", answers(balance(10)))
    trail.drop()
    trail.walk()
    assert trail.messages == ["a calm video"]


def test_1002_is_answered_once_in_a_job(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", GONE, GONE)
    trail.drop()
    with pytest.raises(NeedsPerson, match="session twice") as caught:
        trail.walk()
    assert "RETRY" in caught.value.advice
    assert len(trail.cloud.calls("with-session")) == 2


def test_a_timeline_that_begins_afresh_needs_nothing_said_again(trail: Trail) -> None:
    trail.drop("a calm video\n---\n[one: IMG_2.jpg]\na quick one")
    trail.cloud.plan("/run_sse", trail.plainly, GONE)
    trail.walk()
    fresh = "Start a new timeline with only these files: IMG_2.jpg.\na quick one"
    assert trail.messages == ["a calm video", fresh, fresh]


def test_a_refined_film_whose_session_is_gone_is_made_of_what_was_said_before(trail: Trail) -> None:
    trail.drop()
    before = trail.walk()
    trail.cloud.plan("/state/", GONE)
    trail.again(
        "a calm video\nslower",
        Road(
            user_id=before.user_id,
            token_fingerprint=before.token_fingerprint,
            session_id=before.session_id,
            sessions_opened=1,
            inputs=before.inputs,
            said=before.said,
            earlier_paid=1,
            blocks=trail.blocks("slower"),
        ),
    )
    trail.walk()
    assert trail.messages == ["a calm video", "a calm video", "slower"]
    assert trail.films == ["Rome (2).mp4", "Rome.mp4"]
