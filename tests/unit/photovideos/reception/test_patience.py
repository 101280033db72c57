"""What a folder's unfinished files have waited for is not lost with the process."""

from __future__ import annotations

from photovideos.model import FolderKey
from photovideos.reception.patience import Patience
from support.front_desk import Office, jpeg

HOUR, DAY = 3600.0, 86_400.0


def cut(office: Office, name: str = "Trip") -> None:
    (office.fill(name) / "2.jpg").write_bytes(jpeg("cut")[:-6])


def wait(office: Office, seconds: float) -> None:
    """Quiet hours, with a look now and then."""
    for _ in range(8):
        office.passes(seconds / 8)
        office.look("Trip")


def test_a_photo_that_stays_incomplete_is_left_out_after_a_day_of_nightly_restarts(office: Office) -> None:
    cut(office)
    for _ in range(3):
        office.look("Trip")
        wait(office, 7.5 * HOUR)
        assert office.states() == {}
        office.forget()
    office.look("Trip")
    wait(office, 2 * HOUR)
    assert "Trip" in office.states()


def test_without_the_ledgers_memory_a_restart_waits_a_whole_day_again(office: Office) -> None:
    cut(office)
    office.look("Trip")
    wait(office, 23 * HOUR)
    office.ledger.remember(f"unfinished.{office.inbox}/Trip", None)
    office.forget()
    office.look("Trip")
    wait(office, 2 * HOUR)
    assert office.states() == {}


def test_a_stale_temporary_file_is_given_up_though_the_service_was_restarted(office: Office) -> None:
    (office.fill("Trip") / "2.jpg.part").write_bytes(b"half")
    office.look("Trip")
    wait(office, 10 * 60)
    office.forget()
    office.look("Trip")
    wait(office, 6 * 60)
    assert "Trip" in office.states()


def test_after_a_restart_a_folder_has_to_rest_as_long_as_any_other(office: Office) -> None:
    (office.fill("Trip") / "2.jpg.part").write_bytes(b"half")
    office.look("Trip")
    wait(office, 10 * 60)
    office.forget()
    office.passes(DAY)
    office.look("Trip")
    assert office.states() == {}, "the first look of a process proves no rest"
    office.passes(31)
    office.look("Trip")
    assert "Trip" in office.states()


def test_a_file_that_changed_while_nobody_looked_counts_anew(office: Office) -> None:
    cut(office)
    office.look("Trip")
    wait(office, 23 * HOUR)
    office.forget()
    (office.inbox / "Trip" / "2.jpg").write_bytes(jpeg("cut again")[:-6])
    office.look("Trip")
    wait(office, 2 * HOUR)
    assert office.states() == {}
    wait(office, 23 * HOUR)
    assert "Trip" in office.states()


def test_a_clock_that_was_set_back_makes_nothing_older_than_it_is(office: Office) -> None:
    cut(office)
    office.look("Trip")
    wait(office, 23 * HOUR)
    office.forget()
    office.wall -= 365 * DAY
    office.look("Trip")
    wait(office, 2 * HOUR)
    assert office.states() == {}
    wait(office, 23 * HOUR)
    assert "Trip" in office.states()


def test_a_copy_under_way_is_not_written_down_at_each_look(office: Office) -> None:
    folder = office.fill("Trip")
    before = office.ledger.changes
    for size in range(1, 30):
        (folder / "2.jpg.part").write_bytes(b"x" * size)
        office.look("Trip")
        office.passes(2)
    assert office.ledger.changes == before
    wait(office, 5 * 60)
    assert office.ledger.changes == before + 1, "once, when it rests"


def test_what_is_complete_at_last_is_forgotten_and_so_is_a_folder_that_is_gone(office: Office) -> None:
    cut(office)
    office.look("Trip")
    wait(office, HOUR)
    assert office.ledger.remembered("unfinished.")
    (office.inbox / "Trip" / "2.jpg").write_bytes(jpeg("whole"))
    office.look("Trip")
    assert not office.ledger.remembered("unfinished.")
    other = f"unfinished.{office.inbox}/gone while nobody looked"
    nested = f"unfinished.{office.inbox}/inner inbox/Trip"
    for name in (other, nested):
        office.ledger.remember(name, "{}")
    office.go(office.rounds())
    assert office.ledger.remembered("unfinished.") == {f"{office.inbox}/inner inbox/Trip": "{}"}


def test_what_cannot_be_read_counts_for_nothing(office: Office) -> None:
    for text in ("", "[]", "{}", '{"signature": "a", "quiet_since": "soon", "files": {}}'):
        office.ledger.remember(f"unfinished.{office.inbox}/Trip", text)
        patience = Patience(office.ledger, clock=lambda: 0.0, monotonic=lambda: 0.0)
        assert patience._kept(FolderKey(inbox=str(office.inbox), name="Trip", device=1, inode=1)) is None
