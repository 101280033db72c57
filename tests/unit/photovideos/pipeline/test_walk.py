"""Whose account a job is of, and what a refused token does to it (contract §2, §9)."""

from __future__ import annotations

import pytest

from photovideos.errors import AccountChanged, NeedsPerson, RateLimited, TokenRefused
from photovideos.jobs.road import Road
from photovideos.model import SessionId
from support.fake_cloud import answers
from support.trail import Trail

EXPIRED = answers({"code": 1001, "message": "token expired"}, 401)


@pytest.mark.parametrize("place", ["/credits/", "with-session", "/upload-video/", "/state/", "/run_sse"])
def test_an_expired_token_is_renewed_and_the_job_goes_on_in_its_session(trail: Trail, place: str) -> None:
    trail.cloud.plan(place, EXPIRED)
    trail.drop()
    road = trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert trail.cloud.tokens == 2
    assert road.sessions_opened == 1
    carried_out = [asked for asked in trail.cloud.calls("/run_sse") if asked.headers["authorization"]]
    assert len(carried_out) == (2 if place == "/run_sse" else 1)


def test_a_token_that_expires_again_in_the_same_job_is_renewed_again(trail: Trail) -> None:
    trail.cloud.plan("/credits/", EXPIRED)
    trail.cloud.plan("/run_sse", EXPIRED)
    trail.drop()
    trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert trail.cloud.tokens == 3


def test_a_service_that_refuses_its_own_new_tokens_is_not_asked_for_ever(trail: Trail) -> None:
    trail.cloud.plan("/credits/", *[EXPIRED] * 20)
    trail.drop()
    with pytest.raises(NeedsPerson, match="does not accept its own new token"):
        trail.walk()
    assert trail.cloud.tokens <= 3


def test_the_users_own_token_is_never_replaced(trail: Trail) -> None:
    trail.own_token = "nmv_mine"
    trail.cloud.plan("/credits/", EXPIRED)
    trail.drop()
    with pytest.raises(TokenRefused, match="does not accept your NEMO_TOKEN"):
        trail.walk()
    assert trail.cloud.tokens == 0


def test_a_job_without_a_session_goes_on_with_whatever_account_there_is(trail: Trail) -> None:
    trail.cloud.plan("/credits/", EXPIRED)
    trail.own_token = "nmv_old"
    trail.drop()
    with pytest.raises(TokenRefused):
        trail.walk()
    trail.own_token = "nmv_valid"
    trail.walk()
    assert trail.films == ["Rome.mp4"]


@pytest.mark.parametrize(("began_with", "goes_on_with"), [(None, "nmv_mine"), ("nmv_mine", "nmv_other")])
def test_a_job_with_a_session_does_not_change_its_account(
    trail: Trail, began_with: str | None, goes_on_with: str
) -> None:
    trail.own_token = began_with
    trail.cloud.plan("/run_sse", answers({"code": 429}, 429))
    trail.drop()
    with pytest.raises(RateLimited):
        trail.walk()
    trail.own_token = goes_on_with
    with pytest.raises(AccountChanged, match="begun with another account"):
        trail.walk()
    assert trail.films == []


def test_a_new_free_token_of_another_user_is_another_account(trail: Trail) -> None:
    trail.drop(road=Road(session_id=SessionId("5529798706024415232"), sessions_opened=1, user_id="anon_1"))
    trail.save(Road(session_id=SessionId("5"), sessions_opened=1, user_id="anon_1", token_fingerprint="0" * 12))
    with pytest.raises(AccountChanged):
        trail.walk()


def test_the_ledger_holds_no_token(trail: Trail) -> None:
    trail.drop()
    trail.walk()
    for path in trail.state.rglob("ledger*"):
        assert b"nmv_usr" not in path.read_bytes()
    assert trail.road().token_fingerprint
