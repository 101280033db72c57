"""What other threads tell the reception arrives once and whole."""

import threading

from photovideos.model import Control
from photovideos.reception.signs import Bell, Signs


def test_what_came_in_is_taken_once() -> None:
    bell = Bell()
    bell.hint("Trip")
    bell.ask("Trip", Control.RETRY)
    bell.ask("Trip", Control.CANCEL)
    bell.unsettle("Other")
    assert bell.taken() == Signs(
        touched=frozenset({"Trip"}),
        asked={"Trip": frozenset({Control.RETRY, Control.CANCEL})},
        unsettled=frozenset({"Other"}),
    )
    assert bell.taken() == Signs()


def test_whoever_waits_is_told_whether_it_was_rung() -> None:
    bell = Bell()
    assert bell.wait(0.01) is False
    bell.ring()
    assert bell.wait(10) is True
    assert bell.wait(0.01) is False, "each ring is heard once"


def test_every_sign_of_other_threads_wakes_and_none_is_lost() -> None:
    bell, names = Bell(), [f"Trip {number}" for number in range(200)]
    threads = [threading.Thread(target=bell.hint, args=(name,)) for name in names]
    found: set[str] = set()
    for thread in threads:
        thread.start()
    while len(found) < len(names) and bell.wait(5):
        found |= bell.taken().touched
    for thread in threads:
        thread.join()
    assert found == set(names)
