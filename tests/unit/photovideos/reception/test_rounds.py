"""One round: what is due is looked at, what is gone is noticed, and what errors is told once."""

from __future__ import annotations

import shutil

import pytest
from structlog.testing import capture_logs

from photovideos.errors import FolderOffline
from photovideos.intake import scan
from photovideos.jobs.states import JobState
from photovideos.model import Control
from photovideos.reception.rounds import Rounds
from photovideos.reception.seen import Seen
from support.front_desk import Office


def settled(office: Office) -> Rounds:
    rounds = office.rounds()
    for _ in range(4):
        office.go(rounds)
        office.passes(31)
    return rounds


def looks(office: Office, rounds: Rounds, monkeypatch: pytest.MonkeyPatch, **signs: object) -> list[str]:
    """The folders that this round looked at."""
    seen: list[str] = []
    visit = rounds._desk.visit

    def visited(one: Seen, folder_fd: int) -> None:
        seen.append(one.key.name)
        visit(one, folder_fd)

    with monkeypatch.context() as patched:
        patched.setattr(rounds._desk, "visit", visited)
        office.go(rounds, **signs)
    return seen


def test_each_folder_becomes_a_job_in_natural_order(office: Office) -> None:
    for name in ("Trip 10", "Trip 9", "Trip 1"):
        office.fill(name)
    settled(office)
    assert [job.key.name for job in office.ledger.jobs()] == ["Trip 1", "Trip 9", "Trip 10"]


def test_a_folder_that_settles_is_looked_at_in_its_turn_and_not_earlier_in_company(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be found to rest only at its next look, and be taken in after folders behind it."""
    office.fill("Trip")
    rounds = office.rounds()
    office.go(rounds)
    wait = office.go(rounds)  # our status file was a sign
    office.passes(0.9 * wait)
    assert looks(office, rounds, monkeypatch) == []
    office.passes(0.1 * wait)
    assert looks(office, rounds, monkeypatch) == ["Trip"]


def test_the_next_round_is_due_when_the_first_folder_is(office: Office) -> None:
    rounds = office.rounds()
    assert office.go(rounds) == office.pace.idle_seconds, "an empty inbox"
    office.fill("Trip")
    assert office.go(rounds) == pytest.approx(office.pace.hot_seconds)


def test_a_finished_folder_is_looked_at_only_for_a_sign(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = office.fill("Trip")
    rounds = settled(office)
    office.done("Trip")
    settled_again = [office.go(rounds) for _ in range(3)]
    assert settled_again
    office.passes(1)
    assert looks(office, rounds, monkeypatch) == []
    assert looks(office, rounds, monkeypatch, touched=frozenset({"Trip"})) == ["Trip"]
    assert looks(office, rounds, monkeypatch, touched=frozenset({"Other"})) == []
    assert looks(office, rounds, monkeypatch, asked={"Trip": frozenset({Control.RETRY})}) == ["Trip"]
    office.done("Trip")
    for _ in range(3):
        office.go(rounds)
    (folder / "new.jpg").write_bytes(b"x")  # the directory's own time tells
    assert looks(office, rounds, monkeypatch) == ["Trip"]


def test_while_a_job_is_under_way_signs_are_looked_for_every_few_seconds_and_else_seldom(office: Office) -> None:
    office.fill("Trip")
    rounds = settled(office)
    assert office.go(rounds) == office.pace.hot_seconds
    office.done("Trip")
    for _ in range(3):
        wait = office.go(rounds)
    assert wait == office.pace.idle_seconds


def test_folders_finished_at_many_times_are_looked_at_together_and_none_later_than_was_promised(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a thousand of them would have the inbox scanned every few tenths of a second, for ever."""
    rounds = office.rounds()
    for number in range(12):
        office.fill(f"Trip {number}")
        for _ in range(6):
            office.go(rounds)
            office.passes(7)
        office.done(f"Trip {number}")
    scans, looked_at = 0, dict.fromkeys(rounds.folders, office.now)
    began = office.now
    while office.now - began < 3000:
        for name in looks(office, rounds, monkeypatch):
            assert office.now - looked_at[name] <= office.pace.finished_seconds
            looked_at[name] = office.now
        wait = office.go(rounds)
        scans += 1
        office.passes(wait)
    assert office.now - min(looked_at.values()) <= office.pace.finished_seconds
    assert scans <= 3000 / office.pace.idle_seconds + 10, "few more than an inbox has without any folder"


def test_a_library_is_not_read_at_each_scan_and_a_prompt_in_it_is_noticed_at_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold ten thousand folders: the time of each tells whether something came."""
    folder = office.fill("Library", text=None)
    with office.opened() as inbox_fd:
        office.first_sight().look(inbox_fd, scan.list_folders(inbox_fd), is_first=True)
    opened, names = scan.open_folder_at, list[str]()

    def counted(directory_fd: int, name: str) -> int:
        names.append(name)
        return opened(directory_fd, name)

    monkeypatch.setattr(scan, "open_folder_at", counted)
    rounds = office.rounds()
    for _ in range(4):
        office.go(rounds)
        office.passes(office.pace.idle_seconds)
    assert names == ["Library"], "once, after the start"
    assert looks(office, rounds, monkeypatch) == []
    (folder / "prompt.txt").write_text("a film", encoding="utf-8")
    assert looks(office, rounds, monkeypatch) == ["Library"]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_prompt_saved_in_place_is_noticed_at_the_next_scan(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_restarted: bool
) -> None:
    folder = office.fill("Trip")
    rounds = settled(office)
    office.done("Trip")
    for _ in range(3):
        office.go(rounds)
    if is_restarted:
        rounds = office.rounds()
        office.go(rounds)
    assert looks(office, rounds, monkeypatch) == []
    with (folder / "prompt.txt").open("r+", encoding="utf-8") as file:
        file.write("A")
    assert looks(office, rounds, monkeypatch) == ["Trip"]


def test_a_folder_that_changed_under_its_job_settles_anew(office: Office) -> None:
    office.fill("Trip")
    rounds = settled(office)
    office.ledger.put(office.job("Trip").id, JobState.WORKING)
    office.ledger.put(office.job("Trip").id, JobState.SETTLING)
    office.go(rounds, unsettled=frozenset({"Trip"}))
    assert office.states() == {"Trip": JobState.SETTLING}, "it has to rest first"
    for _ in range(3):
        office.passes(31)
        office.go(rounds)
    assert office.states() == {"Trip": JobState.QUEUED}


def test_what_is_remembered_of_a_folder_follows_its_new_name(office: Office) -> None:
    folder = office.fill("Trip", text=None)
    rounds = settled(office)
    remembered = rounds.folders["Trip"]
    folder.rename(office.inbox / "Italy")
    office.go(rounds)
    assert rounds.folders == {"Italy": remembered}
    assert remembered.key.name == "Italy"


def test_a_deleted_folders_job_is_gone_and_whoever_works_on_it_stops(office: Office) -> None:
    shutil.rmtree(office.fill("Trip").parent / "nothing", ignore_errors=True)
    rounds = settled(office)
    job = office.job("Trip")
    shutil.rmtree(office.inbox / "Trip")
    office.go(rounds)
    assert office.states() == {"Trip": JobState.GONE}
    assert office.interrupted == [job.id]
    assert rounds.folders == {}
    office.go(rounds)
    assert office.interrupted == [job.id], "once"


@pytest.mark.parametrize("ending", [".tmp", ".part"])
def test_a_folder_renamed_to_an_unfinished_name_is_not_taken_and_not_gone(office: Office, ending: str) -> None:
    office.fill(f"New{ending}")
    office.fill("Trip")
    rounds = settled(office)
    assert set(office.states()) == {"Trip"}
    office.fill(f"Other{ending}")
    office.go(rounds)
    assert office.states() == {"Trip": JobState.QUEUED}


def test_an_unreadable_folder_is_told_once_and_is_no_deleted_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("Bad")
    office.fill("Good")
    opened = scan.open_folder_at

    def refuse(directory_fd: int, name: str) -> int:
        if name == "Bad":
            raise FolderOffline("it may not be read")
        return opened(directory_fd, name)

    rounds = office.rounds()
    with monkeypatch.context() as patched, capture_logs() as told:
        patched.setattr(scan, "open_folder_at", refuse)  # root, who runs tests, may read everything
        for _ in range(5):
            office.go(rounds)
            office.passes(31)
    assert [line["folder"] for line in told if line["event"] == "folder.unreadable"] == ["Bad"]
    assert office.states() == {"Good": JobState.QUEUED}
    for _ in range(3):
        office.go(rounds)
        office.passes(31)
    assert office.states() == {"Good": JobState.QUEUED, "Bad": JobState.QUEUED}
