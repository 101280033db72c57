"""Is it the folder of the job, or another in its place? Neither name nor inode tells alone."""

from dataclasses import replace

import pytest

from photovideos.jobs.ledger import Job
from photovideos.jobs.road import Input
from photovideos.jobs.states import JobState
from photovideos.model import Claim, FileEntry, FolderKey, MediaKind, Snapshot
from photovideos.reception.identity import is_same_folder, newest_ctime_ns
from support.front_desk import a_job

HERE = FolderKey(inbox="/i", name="Trip", device=1, inode=10)
RENAMED = FolderKey(inbox="/i", name="Trip 2", device=1, inode=10)


def entry(path: str, ctime: int, *, size: int = 5, mtime: int = 1) -> FileEntry:
    return FileEntry(path=path, size=size, mtime_ns=mtime, ctime_ns=ctime, inode=ctime, kind=MediaKind.PHOTO)


def snapshot(*media: FileEntry, key: FolderKey = HERE, own: tuple[FileEntry, ...] = ()) -> Snapshot:
    return Snapshot(key=key, media=media, prompt=None, controls=frozenset(), own=own, glance=b"now")


JOB = a_job(key=HERE, films=(Claim(file="Trip.mp4", size=99, sha256="0"),), glance=b"then", newest_ctime_ns=100)


def is_same(found: Snapshot, job: Job = JOB, inputs: tuple[Input, ...] = ()) -> bool:
    return is_same_folder(job, found, lambda: inputs)


def test_a_folder_that_lies_as_it_lay_is_the_same_under_any_name_and_inode() -> None:
    found = snapshot(entry("a.jpg", 500), key=replace(RENAMED, inode=77))
    assert is_same(found, replace(JOB, glance=b"now"))


def test_a_folder_with_something_older_than_the_last_rest_was_only_renamed() -> None:
    assert is_same(snapshot(entry("a.jpg", 100), entry("new.jpg", 500), key=RENAMED))


def test_a_folder_of_new_files_alone_is_another_one_also_under_the_same_name_and_inode() -> None:
    assert not is_same(snapshot(entry("a.jpg", 500), key=RENAMED))
    assert not is_same(snapshot(entry("a.jpg", 500)))


def test_our_film_in_it_makes_it_the_same() -> None:
    film = FileEntry(path="Trip.mp4", size=99, mtime_ns=1, ctime_ns=500, inode=3)
    assert is_same(snapshot(entry("a.jpg", 500), key=RENAMED, own=(film,)))
    assert not is_same(snapshot(entry("a.jpg", 500), key=RENAMED, own=(replace(film, size=98),)))


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.WORKING, JobState.RETRYING, JobState.SETTLING])
def test_a_job_under_way_goes_on_in_its_place_whatever_lies_there(state: JobState) -> None:
    assert is_same(snapshot(entry("a.jpg", 500)), replace(JOB, state=state))
    assert not is_same(snapshot(entry("a.jpg", 500), key=RENAMED), replace(JOB, state=state))


def test_other_rights_alone_make_no_other_folder() -> None:
    taken = Input(path="a.jpg", size=5, mtime_ns=1, digest="d", kind=MediaKind.PHOTO)
    assert is_same(snapshot(entry("a.jpg", 500)), inputs=(taken,))
    assert not is_same(snapshot(entry("a.jpg", 500, size=6)), inputs=(taken,))


def test_an_emptied_folder_is_the_same_in_its_own_place_only() -> None:
    assert is_same(snapshot())
    assert not is_same(snapshot(key=RENAMED))


def test_a_job_that_never_rested_is_known_by_its_place() -> None:
    job = replace(JOB, newest_ctime_ns=None)
    assert is_same(snapshot(entry("a.jpg", 500)), job)
    assert not is_same(snapshot(entry("a.jpg", 500), key=RENAMED), job)


def test_the_newest_change_is_of_the_users_files_and_not_of_our_status_file() -> None:
    note = FileEntry(path="_photovideos - queued.txt", size=1, mtime_ns=1, ctime_ns=900, inode=3)
    assert newest_ctime_ns(snapshot(entry("a.jpg", 500), entry("b.jpg", 400), own=(note,))) == 500
    assert newest_ctime_ns(snapshot()) == 0
