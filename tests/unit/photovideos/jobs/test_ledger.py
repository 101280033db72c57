import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos import disk
from photovideos.errors import NoSpace, RecordUnreadable
from photovideos.jobs.ledger import Job, Ledger, LedgerError, LedgerUnusable, Problem
from photovideos.jobs.road import Road
from photovideos.jobs.states import JobState, Stage
from photovideos.model import BackendKind, Fingerprint, FolderKey


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "state" / "ledger.sqlite", clock=clock)
    yield ledger
    ledger.close()


def key(name: str, inode: int = 1) -> FolderKey:
    return FolderKey(inbox="/inbox", name=name, device=2**63 + 5, inode=inode)


def add(ledger: Ledger, name: str, inode: int = 1) -> Job:
    return ledger.add(key(name, inode), prompt="p", fingerprint=Fingerprint("f"), backend=BackendKind.STUDIO)


def test_a_job_is_found_by_its_folder_also_under_a_name_that_is_no_text(ledger: Ledger) -> None:
    job = add(ledger, "caf\udce9", 2**64 - 1)
    assert ledger.find(key("caf\udce9", 2**64 - 1)) == job
    assert job.key.inode == 2**64 - 1


def test_a_renamed_folder_is_found_by_its_inode(ledger: Ledger) -> None:
    job = add(ledger, "before", 7)
    found = ledger.find(key("after", 7))
    assert found is not None
    assert found.id == job.id


def test_jobs_are_claimed_in_the_order_of_their_arrival_and_once(ledger: Ledger) -> None:
    names = ["c", "a", "b"]
    for inode, name in enumerate(names):
        add(ledger, name, inode)
    claimed = [ledger.claim(2000.0) for _ in range(4)]
    assert [job.key.name if job else None for job in claimed] == ["c", "a", "b", None]


def test_two_threads_never_claim_the_same_job(ledger: Ledger) -> None:
    for inode in range(40):
        add(ledger, f"f{inode}", inode)
    claimed: list[str] = []

    def claim_all() -> None:
        while (job := ledger.claim(2000.0)) is not None:
            claimed.append(job.id)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 40


def test_a_retry_is_claimed_when_it_is_due_and_not_before(ledger: Ledger) -> None:
    job = add(ledger, "a")
    ledger.claim(2000.0)
    ledger.put(job.id, JobState.RETRYING, due_at=5000.0)
    assert ledger.claim(4999.0) is None
    assert ledger.next_due_at() == 5000.0
    assert ledger.claim(5000.0) is not None


def test_a_held_job_is_not_claimed(ledger: Ledger) -> None:
    job = add(ledger, "a")
    ledger.note(job.id, is_held=True)
    assert ledger.claim(2000.0) is None


def test_a_paused_backend_begins_nothing_and_goes_on_with_what_it_parked(ledger: Ledger) -> None:
    job = add(ledger, "a", 1)
    add(ledger, "b", 2)
    ledger.claim(2000.0)
    problem = Problem(message="no credits")
    assert ledger.pause(BackendKind.STUDIO, "NoCredits", problem)
    assert not ledger.pause(BackendKind.STUDIO, "NoCredits", problem), "one notice only"
    ledger.put(job.id, JobState.PARKED, problem=problem, parked_by="NoCredits")
    assert ledger.claim(2000.0) is None
    assert ledger.resume(BackendKind.STUDIO) == 1
    claimed = ledger.claim(2000.0)
    assert claimed is not None
    assert claimed.id == job.id


def test_a_state_that_may_not_follow_is_refused(ledger: Ledger) -> None:
    job = add(ledger, "a")
    with pytest.raises(LedgerError, match="cannot become"):
        ledger.put(job.id, JobState.FAILED)


def test_since_tells_when_the_state_began(ledger: Ledger, clock: Clock) -> None:
    job = add(ledger, "a")
    clock.now = 1500.0
    assert ledger.put(job.id, JobState.QUEUED).since == 1000.0
    assert ledger.put(job.id, JobState.CANCELLED).since == 1500.0


def test_jobs_of_a_process_that_died_are_taken_up_again(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "ledger.sqlite"
    first = Ledger(path, clock=clock)
    job = add(first, "a")
    first.claim(2000.0)
    first.save_road(job.id, Road(paid=1))
    first.note(job.id, stage=Stage.MAKING)
    second = Ledger(path, clock=clock)
    assert second.take_up_again() == 1
    assert second.road(job.id).paid == 1
    again = second.get(job.id)
    assert again is not None
    assert again.state is JobState.QUEUED
    first.close()
    second.close()


def test_a_road_of_another_version_is_an_error_with_a_way_out(ledger: Ledger) -> None:
    job = add(ledger, "a")
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE jobs SET road='{\"session_id\": []}'")
    db.close()
    with pytest.raises(RecordUnreadable) as caught:
        ledger.road(job.id)
    assert "RETRY" in caught.value.advice


@pytest.mark.parametrize("damage", ["garbage", "newer"])
def test_a_ledger_that_cannot_be_used_is_set_aside_and_kept(tmp_path: Path, clock: Clock, damage: str) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path, clock=clock).close()
    if damage == "garbage":
        path.write_bytes(b"not a database at all" * 400)
    else:
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version=99")
        db.close()
    content = path.read_bytes()
    ledger = Ledger(path, clock=clock)
    assert ledger.jobs() == []
    assert ledger.set_aside is not None
    assert ledger.set_aside.read_bytes() == content
    ledger.close()


def test_a_torn_page_is_noticed(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, clock=clock)
    for inode in range(60):
        add(ledger, f"folder {inode} " + "x" * 200, inode)
    ledger.close()
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 4] = bytes(4096)
    path.write_bytes(data)
    again = Ledger(path, clock=clock)
    assert again.set_aside is not None
    again.close()


def test_a_full_disk_is_told_as_such_and_loses_nothing(ledger: Ledger) -> None:
    job = add(ledger, "a")
    with ledger._db.writing() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db._db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(NoSpace):
        ledger.save_road(job.id, Road(replies=("x" * 1_000_000,)))
    assert ledger.road(job.id) == Road()


def test_a_reader_makes_no_ledger(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(LedgerError):
        Ledger(tmp_path / "none.sqlite", clock=clock, is_reader=True)
    assert not (tmp_path / "none.sqlite").exists()


def test_wishes_of_commands_are_answered_once(ledger: Ledger) -> None:
    number = ledger.ask("retry", "/inbox/a")
    assert [(wish.id, wish.verb, wish.path) for wish in ledger.asked()] == [(number, "retry", "/inbox/a")]
    assert ledger.answer_to(number) is None
    ledger.answer(number, "done")
    assert ledger.asked() == []
    assert ledger.answer_to(number) == "done"


def test_left_alone_folders_are_remembered_until_they_are_taken(ledger: Ledger) -> None:
    ledger.leave_alone([key("a", 1), key("b", 2)])
    assert ledger.left_alone("/inbox") == {"a": 1, "b": 2}
    ledger.take_after_all("/inbox", "a")
    add(ledger, "b", 2)
    assert ledger.left_alone("/inbox") == {}


def test_a_folder_dropped_again_under_the_same_name_is_a_new_job(ledger: Ledger) -> None:
    first = add(ledger, "a", 1)
    second = add(ledger, "a", 2)
    assert first.id != second.id
    assert [job.id for job in ledger.jobs()] == [second.id]


def test_folders_long_gone_are_forgotten(ledger: Ledger, clock: Clock) -> None:
    job = add(ledger, "a")
    ledger.put(job.id, JobState.GONE)
    assert ledger.forget_gone(before=clock.now) == 0
    assert ledger.forget_gone(before=clock.now + 1) == 1
    assert ledger.jobs() == []


def test_a_page_torn_while_we_run_is_told_as_ours(ledger: Ledger) -> None:
    for number in range(200):
        add(ledger, f"folder {number}")
    with sqlite3.connect(ledger.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with ledger.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"torn" * (ledger.path.stat().st_size // 4 - 1024))
    with pytest.raises(LedgerError, match="damaged"):
        ledger.jobs()


def test_an_error_in_other_words_on_a_disk_without_room_is_want_of_room(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says `disk I/O error` where a sync or a new file finds no room."""
    add(ledger, "a")

    class Broken:
        in_transaction = False

        def execute(self, *_: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(ledger._db, "_db", Broken())
        with pytest.raises(LedgerUnusable):
            ledger.jobs()
        patch.setattr(disk, "free_bytes", lambda _place: 5000)
        with pytest.raises(NoSpace, match="1 MB are needed, 0 MB are free"):
            ledger.jobs()
    assert len(ledger.jobs()) == 1
