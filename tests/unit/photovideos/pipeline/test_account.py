"""Credits before anything is sent, and a session that is lost (contract §5, §9)."""

from __future__ import annotations

from typing import Any

import pytest

from photovideos.errors import ExportBlocked, NeedsPerson, NoCredits
from support.fake_cloud import SESSION, Asked, Handler, answers
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


OWN_WAY = (
    "After registering, set NEMO_TOKEN to your own token, restart, and drop RETRY. "
    "Films made on this machine need no credits: backend.kind: studio."
)
CAUSES: dict[str, tuple[Any, type[NeedsPerson]]] = {
    "2001": (answers({"code": 2001, "message": "insufficient credits"}), NoCredits),
    "2001 in a 4xx": (answers({"code": 2001}, 400), NoCredits),
    "402": (answers({"code": 402}), ExportBlocked),
    "402 without words": (answers(b"", 402), ExportBlocked),
}


@pytest.mark.parametrize("place", ["with-session", "/upload-video/", "/run_sse", "/proxy/lambda", "/lambda/"])
@pytest.mark.parametrize("cause", CAUSES)
def test_whoever_has_to_register_is_told_where_and_what_then(trail: Trail, place: str, cause: str) -> None:
    act, kind = CAUSES[cause]
    trail.cloud.plan(place, act)
    trail.drop()
    with pytest.raises(kind) as caught:
        trail.walk()
    assert "https://nemovideo.com/register?bind=anon_7" in caught.value.advice
    assert caught.value.advice.endswith(OWN_WAY)
    if kind is ExportBlocked:
        assert str(caught.value) == "Register or upgrade your plan to unlock export."
    assert caught.value.pauses_queue


@pytest.mark.parametrize("cause", CAUSES)
def test_the_user_of_a_token_of_his_own_has_no_link_to_follow(trail: Trail, cause: str) -> None:
    act, kind = CAUSES[cause]
    trail.own_token = "nmv_mine"
    trail.cloud.plan("/proxy/lambda", act)
    trail.drop()
    with pytest.raises(kind) as caught:
        trail.walk()
    told = f"{caught.value} {caught.value.advice}"
    assert "register?bind=" not in told
    if kind is NoCredits:
        assert "Top up credits in your account" in told
    assert told.endswith(OWN_WAY)


@pytest.mark.parametrize(
    ("token", "session", "state", "bound"),
    [
        ("of_token", "of_session", "of_state", "of_session"),
        ("of_token", None, "of_state", "of_state"),
        ("of_token", None, None, "of_token"),
        (None, None, None, None),
        ("of_token", "of session", "of_state", "of_state"),
        ("of_token", "../../x?y", None, "of_token"),
        ("A-z_09", "a" * 65, None, "A-z_09"),
        ("of_token", "a" * 64, "of_state", "a" * 64),
        ("ünïcode", "", "a&b=c", None),
    ],
)
def test_the_link_binds_the_session_s_id_before_the_state_s_and_the_token_s(
    trail: Trail, token: str | None, session: str | None, state: str | None, bound: str | None
) -> None:
    """contract §3; an id that may not stand in an address is left out."""
    trail.cloud.plan("anonymous-token", answers({"code": 0, "data": {"token": "nmv_usr_1", "user_id": token}}))
    trail.cloud.plan("with-session", answers({"code": 0, "data": {"session_id": SESSION, "user_id": session}}))
    seen: dict[str, Any] = {"session_id": SESSION, "user_id": state, "state": {"draft": None, "video_infos": []}}
    trail.cloud.plan("/state/", answers({"code": 0, "data": seen}))
    trail.cloud.plan("/run_sse", answers({"code": 2001}))
    trail.drop()
    with pytest.raises(NoCredits) as caught:
        trail.walk()
    link = "https://nemovideo.com/register" + (f"?bind={bound}" if bound else "")
    assert caught.value.advice.startswith(f"Register at {link} to go on.")


@pytest.mark.parametrize("cause", ["2001", "402"])
def test_what_was_parked_goes_on_where_it_stood(trail: Trail, cause: str) -> None:
    """Nothing is lost: no second upload, no second session, and the message that was refused goes out once."""
    act, kind = CAUSES[cause]
    trail.cloud.plan("/proxy/lambda" if cause == "402" else "/run_sse", act)
    trail.drop()
    with pytest.raises(kind):
        trail.walk()
    trail.walk()
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"]
    assert trail.messages == ["a calm video"] * (1 if cause == "402" else 2)
    assert len(trail.cloud.calls("with-session")) == 1
    assert trail.films == ["Rome.mp4"]


def test_a_message_that_dies_of_want_of_credits_in_its_stream_parks_too(trail: Trail) -> None:
    def die(handler: Handler, _asked: Asked) -> None:
        handler.stream(b'data: {"errorCode":"2001","errorMessage":"insufficient credits"}\n\n')

    trail.cloud.plan("/run_sse", die)
    trail.drop()
    with pytest.raises(NoCredits) as caught:
        trail.walk()
    assert "register?bind=anon_7" in caught.value.advice


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
    trail.refine(before, "slower")
    trail.walk()
    assert trail.messages == ["a calm video", "a calm video", "slower"]
    assert trail.films == ["Rome (2).mp4", "Rome.mp4"]


def test_a_new_session_is_not_told_of_files_it_never_held(trail: Trail) -> None:
    trail.drop()
    before = trail.walk()
    (trail.folder / "IMG_2.jpg").unlink()
    trail.cloud.plan("/run_sse", GONE)
    trail.refine(before, "slower")
    trail.walk()
    assert trail.messages[1:] == [
        "These files are gone: IMG_2.jpg. Remove them from the video.\nslower",
        "a calm video",
        "slower",
    ]
