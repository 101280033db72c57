"""A scan loop that hangs: told once, written down for `status`, and kept from the watchdog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from photovideos.daemon import health
from photovideos.daemon.health import Health
from photovideos.errors import NoSpace
from photovideos.jobs.ledger import Ledger, LedgerUnusable


class Place:
    """A house with one inbox whose scan can be made to hang, and systemd's ears."""

    def __init__(self, ledger: Ledger) -> None:
        self.now, self.silent, self.is_hanging = 100.0, 0.0, False
        self.told: list[tuple[str, ...]] = []
        reception = SimpleNamespace(path="/inbox", hangs=lambda: self.is_hanging, silent_seconds=lambda: self.silent)
        self.ledger = ledger
        house: Any = SimpleNamespace(
            ledger=ledger, receptions=[reception], monotonic=lambda: self.now, clock=lambda: 5000.0
        )
        notifier: Any = SimpleNamespace(watchdog_seconds=10.0, tell=lambda *said: self.told.append(said))
        self.health = Health(house, notifier)

    def look(self, after: float = 10.0) -> tuple[str, ...]:
        """What systemd hears then."""
        self.told.clear()
        self.now += after
        self.health.look()
        return self.told[0] if self.told else ()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    ledger = Ledger(tmp_path / "ledger.sqlite", clock=lambda: 5000.0)
    yield Place(ledger)
    ledger.close()


def test_while_all_is_well_the_watchdog_is_fed_in_its_time(place: Place) -> None:
    assert place.look() == ("WATCHDOG=1", "STATUS=watching; 0 films are being made")
    assert place.look(after=9.0) == ()
    assert "WATCHDOG=1" in place.look(after=1.0)


def test_a_scan_that_hangs_is_told_at_once_and_feeds_no_watchdog(place: Place) -> None:
    place.look()
    place.is_hanging, place.silent = True, 320.0
    assert place.look(after=1.0) == ("STATUS=the scan of /inbox hangs",)
    assert all("WATCHDOG=1" not in place.look() for _ in range(5))
    assert health.hanging(place.ledger) == {"/inbox": 4680.0}
    place.is_hanging = False
    assert "WATCHDOG=1" in place.look(after=1.0)
    assert health.hanging(place.ledger) == {}


def test_what_an_earlier_process_wrote_down_is_not_true_any_more(place: Place) -> None:
    place.ledger.remember("hangs./inbox", "1")
    Place(place.ledger)
    assert health.hanging(place.ledger) == {}


@pytest.mark.parametrize("trouble", [NoSpace("no room"), LedgerUnusable("photovideos cannot use its own records.")])
def test_records_that_cannot_be_used_just_now_are_no_end_of_the_service(
    place: Place, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise trouble

    for name in ("remember", "jobs"):
        monkeypatch.setattr(place.ledger, name, refused)
    assert place.look() == ("WATCHDOG=1", f"STATUS={trouble}")
    place.is_hanging, place.silent = True, 320.0
    assert place.look() == ("STATUS=the scan of /inbox hangs",)
