from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from photovideos.errors import AccountChanged, ExportBlocked, NeedsPerson, NoCredits, NoRights
from photovideos.model import Token
from photovideos.nemo.account import (
    Attribution,
    advised,
    check_same_account,
    export_blocked,
    no_credits,
    platform_of,
    registration_link,
)


def test_attribution_is_three_headers() -> None:
    headers = Attribution(source="image-to-video-converter-online", version="2", platform="cursor").headers
    assert headers == {
        "X-Skill-Source": "image-to-video-converter-online",
        "X-Skill-Version": "2",
        "X-Skill-Platform": "cursor",
    }


@pytest.mark.parametrize(
    ("install", "platform"),
    [
        ("/home/u/.clawhub/skills/x/photovideos", "clawhub"),
        ("/home/u/.cursor/skills/x", "cursor"),
        ("/home/u/.cursor/x", "unknown"),
        ("/home/u/.clawhubby/x", "unknown"),
        ("/home/v/.clawhub/x", "unknown"),
        ("/usr/lib/python3/site-packages/photovideos", "unknown"),
    ],
)
def test_the_platform_is_where_the_program_is_installed(install: str, platform: str) -> None:
    assert platform_of(PurePosixPath(install), PurePosixPath("/home/u")) == platform


def test_the_link_binds_the_first_id_that_may_stand_in_it() -> None:
    assert registration_link(None, "anon_2", "anon_3") == "https://nemovideo.com/register?bind=anon_2"
    assert registration_link("evil&x=1", None) == "https://nemovideo.com/register"
    assert registration_link("x" * 65, "\n", "") == "https://nemovideo.com/register"


def test_what_to_do_without_credits_depends_on_whose_token_it_is(token: Token) -> None:
    free = no_credits(token, "anon_5").advice
    own = no_credits(replace(token, is_own=True), "anon_5").advice
    assert "register?bind=anon_5" in free
    assert "Top up credits in your account" in own
    assert "register?" not in own
    for advice in (free, own, export_blocked(token).advice):
        assert "After registering, set NEMO_TOKEN to your own token, restart, and drop RETRY." in advice
        assert "backend.kind: studio" in advice


def test_a_blocked_export_is_told_as_a_matter_of_the_plan(token: Token) -> None:
    error = export_blocked(token)
    assert str(error) == "Register or upgrade your plan to unlock export."
    assert "register?bind=anon_1" in error.advice
    assert error.pauses_queue


def test_only_the_accounts_own_causes_get_its_advice(token: Token) -> None:
    assert isinstance(advised(NoCredits("x", detail="d"), token), NoCredits)
    assert advised(NoCredits("x", detail="d"), token).detail == "d"
    assert isinstance(advised(ExportBlocked("x"), token), ExportBlocked)
    other: NeedsPerson = NoRights("x")
    assert advised(other, token) is other


def same(token: Token, user_id: str | None, fingerprint: str | None, *, own: bool = False) -> None:
    check_same_account(token, user_id=user_id, fingerprint=fingerprint, began_with_own=own)


def test_a_job_keeps_its_account(token: Token) -> None:
    same(token, None, None)
    same(token, "anon_1", "another_print")  # renewed
    same(token, None, "another_print")
    same(replace(token, is_own=True), "x", token.fingerprint, own=True)
    for mine, user_id, own in (
        (token, "anon_2", False),
        (replace(token, is_own=True), "anon_1", False),
        (token, "anon_1", True),
        (replace(token, is_own=True), None, True),
    ):
        with pytest.raises(AccountChanged) as caught:
            same(mine, user_id, "another_print", own=own)
        assert "RETRY" in caught.value.advice
