from __future__ import annotations

import threading

import pytest

from photovideos.errors import Stopping
from photovideos.model import SessionId
from photovideos.nemo.turns import Turns

ONE, OTHER = SessionId("1"), SessionId("2")


def never() -> None:
    pytest.fail("nobody has to wait here")


def test_sessions_do_not_wait_for_each_other() -> None:
    turns = Turns()
    with turns.taken(ONE, never), turns.taken(OTHER, never):
        pass
    with turns.taken(ONE, never):
        pass


def test_a_second_one_waits_until_the_first_is_done() -> None:
    turns, order, is_waiting = Turns(), [], threading.Event()

    def second() -> None:
        with turns.taken(ONE, is_waiting.set):
            order.append("second")

    with turns.taken(ONE, never):
        thread = threading.Thread(target=second)
        thread.start()
        assert is_waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_who_is_stopped_while_waiting_leaves_no_trace() -> None:
    def stopped() -> None:
        raise Stopping

    turns = Turns()
    with turns.taken(ONE, never), pytest.raises(Stopping), turns.taken(ONE, stopped):
        pass
    assert not turns._turns


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = Turns()
    with pytest.raises(ValueError), turns.taken(ONE, never):
        raise ValueError
    with turns.taken(ONE, never):
        pass
