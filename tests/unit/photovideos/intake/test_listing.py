"""Level 1 of an inbox."""

from __future__ import annotations

import os
from pathlib import Path

from photovideos.intake.descriptors import open_inbox
from photovideos.intake.listing import Listing, list_folders
from photovideos.model import Control


def listed(inbox: Path, **limits: int) -> Listing:
    inbox_fd = open_inbox(str(inbox))
    try:
        return list_folders(inbox_fd, **limits)
    finally:
        os.close(inbox_fd)


def test_folders_come_in_natural_order_with_what_tells_them_apart(inbox: Path) -> None:
    for name in ("Trip 10", "trip 2", "@eaDir", ".Trash-1000", "Album.tmp", "Copy.PART"):
        (inbox / name).mkdir()
    (inbox / "link").symlink_to(inbox / "trip 2")
    found = listed(inbox)
    assert [folder.name for folder in found.folders] == ["trip 2", "Trip 10"]
    assert found.folders[0].inode == (inbox / "trip 2").stat().st_ino
    assert found.not_taken == ("Album.tmp", "Copy.PART")
    assert found.links == ("link",)
    assert found.is_complete


def test_what_lies_loose_is_counted(inbox: Path) -> None:
    for name in ("a.jpg", "b.HEIC", "c.mp4", "._a.jpg", "d.jpg.part", "notes.txt", "_photovideos - inbox.txt"):
        (inbox / name).write_bytes(b"")
    (inbox / "Prompt.txt").write_bytes(b"x")
    found = listed(inbox)
    assert found.loose_media == 3
    assert found.has_loose_prompt
    assert found.folders == ()


def test_ready_may_lie_in_the_inbox_itself(inbox: Path) -> None:
    (inbox / "Ready.txt").write_bytes(b"")
    (inbox / "hold").write_bytes(b"x" * 65)
    assert listed(inbox).controls == {Control.READY}


def test_a_listing_without_end_is_cut_and_says_so(inbox: Path) -> None:
    for number in range(12):
        (inbox / str(number)).mkdir()
    found = listed(inbox, max_names=10)
    assert len(found.folders) == 10
    assert not found.is_complete
