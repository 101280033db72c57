"""Which unfinished files hold a folder up."""

from __future__ import annotations

from photovideos.intake.pace import pace_of
from photovideos.intake.unfinished import sort_unfinished, unfinished_files
from photovideos.model import FileEntry, FolderKey, MediaKind, Snapshot

PACE = pace_of(settle_seconds=None, is_network=False, is_polled=False)


def snapshot(size: int = 5) -> Snapshot:
    photo = FileEntry(path="a.jpg", size=size, mtime_ns=1, ctime_ns=1, inode=1, kind=MediaKind.PHOTO)
    part = FileEntry(path="b.part", size=size, mtime_ns=1, ctime_ns=1, inode=2)
    key = FolderKey(inbox="/inbox", name="Trip", device=1, inode=2)
    return Snapshot(key=key, media=(photo,), prompt=None, controls=frozenset(), temporaries=(part,))


def test_a_file_that_changes_counts_anew() -> None:
    before = {file.key for file in unfinished_files(snapshot(5), {"a.jpg": "cut"}, (), PACE)}
    after = {file.key for file in unfinished_files(snapshot(6), {"a.jpg": "cut"}, (), PACE)}
    assert len(before) == 2
    assert not before & after


def test_a_file_that_is_only_held_open_is_never_left_out() -> None:
    files = tuple(unfinished_files(snapshot(), {}, ("a.jpg",), PACE))
    sorted_files = sort_unfinished(files, {}, now=10**9, quiet_since=0, pace=PACE, is_vouched_for=True)
    assert [item.file for item in sorted_files.left_out] == ["b.part"]
    assert sorted_files.holding == ()
