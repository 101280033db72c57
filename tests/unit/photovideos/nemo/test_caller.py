from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from photovideos.errors import (
    NoCredits,
    OutcomeUnknown,
    RateLimited,
    RequestRefused,
    ServiceTrouble,
    Stopping,
    Unreachable,
)
from photovideos.model import SessionId, Token
from photovideos.nemo import codes
from photovideos.nemo.account import Attribution
from photovideos.nemo.caller import Caller, Nonsense, Pace, may_pass
from photovideos.nemo.codes import Call
from support.fake_cloud import FakeCloud


@pytest.fixture
def caller(cloud: FakeCloud, stop: threading.Event) -> Iterator[Caller]:
    made = Caller(
        cloud.url,
        attribution=Attribution(source="s", version="1", platform="unknown"),
        stop=stop,
        socket=None,
        proxy=None,
        service="NemoVideo",
        pace=Pace(again=(0.01, 0.01)),
    )
    yield made
    made.close()


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ServiceTrouble("x"), True),
        (Unreachable("x"), True),
        (ServiceTrouble("x", retry_after_seconds=10), True),
        (ServiceTrouble("x", retry_after_seconds=100), False),
        (RateLimited("x"), False),
        (OutcomeUnknown("x"), False),
        (Nonsense("x"), False),
        (NoCredits("x"), False),
        (RequestRefused("x", code=1, status=200), False),
        (Stopping(), False),
    ],
)
def test_only_trouble_that_may_pass_is_asked_about_again(error: Exception, passes: bool) -> None:
    assert may_pass(error) is passes


def test_what_succeeds_at_last_is_returned_and_what_does_not_is_raised(caller: Caller) -> None:
    tries: list[int] = []

    def succeed_at(number: int) -> int:
        tries.append(number)
        if len(tries) < number:
            raise ServiceTrouble(f"try {len(tries)}")
        return len(tries)

    assert caller.repeated(lambda: succeed_at(3)) == 3
    tries.clear()
    with pytest.raises(ServiceTrouble, match="try 3"):
        caller.repeated(lambda: succeed_at(9))


def test_a_pause_lasts_tells_that_it_does_and_hears_every_stop(caller: Caller) -> None:
    idle: list[bool] = []
    began = time.monotonic()
    caller.pause(0.3, on_idle=lambda: idle.append(True))
    assert 0.3 <= time.monotonic() - began < 5
    assert idle
    mine = threading.Event()
    mine.set()
    for seconds in (0.0, 60.0):
        with pytest.raises(Stopping):
            caller.pause(seconds, stop=mine)


def test_the_link_is_bound_to_whoever_the_session_belongs_to(caller: Caller, token: Token) -> None:
    session = SessionId("1")
    said = codes.read(200, b'{"code":2001}')

    def advice() -> str:
        error = caller.error(said, Call.INSTRUCT, token, session)
        assert isinstance(error, NoCredits)
        return error.advice

    assert "bind=anon_1" in advice()
    caller.remember(session, "of_the_state", is_first_hand=False)
    assert "bind=of_the_state" in advice()
    caller.remember(session, "of_the_session", is_first_hand=True)
    caller.remember(session, "of_a_later_state", is_first_hand=False)
    caller.remember(session, None, is_first_hand=True)
    assert "bind=of_the_session" in advice()


def test_not_every_session_there_ever_was_is_remembered(caller: Caller) -> None:
    for number in range(3000):
        caller.remember(SessionId(str(number)), "x", is_first_hand=True)
    assert len(caller._accounts) <= 1000
