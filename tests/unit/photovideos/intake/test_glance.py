"""The cheapest look."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from photovideos.errors import FolderMoved
from photovideos.intake.scan import glance

MakeDrop = Callable[..., Any]


def test_a_resting_folder_gives_the_same_glance_whatever_litter_and_notes_do(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("sub/a.jpg")
    before = glance(folder.fd)
    folder.put("@eaDir/thumb.jpg")
    folder.put(".DS_Store", b"x")
    folder.put("_photovideos - already made.txt", b"x")
    assert glance(folder.fd) == before


@pytest.mark.parametrize("name", ["b.jpg", "sub/b.jpg", "prompt.txt", "RETRY", "c.part", "notes.pdf", "Trip.mp4"])
def test_anything_new_changes_it(drop: MakeDrop, name: str) -> None:
    folder = drop()
    folder.put("sub/a.jpg")
    before = glance(folder.fd)
    folder.put(name, b"")
    assert glance(folder.fd) != before


def test_a_touch_a_growth_and_a_new_link_change_it(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg")
    seen = {glance(folder.fd)}
    os.utime(folder.path / "a.jpg", (1, 1))
    seen.add(glance(folder.fd))
    folder.put("a.jpg", b"longer than it was before, in place")
    seen.add(glance(folder.fd))
    (folder.path / "link.jpg").symlink_to("a.jpg")
    seen.add(glance(folder.fd))
    assert len(seen) == 4


def test_a_removed_folder_has_moved(drop: MakeDrop) -> None:
    folder = drop()
    folder.path.rmdir()
    with pytest.raises(FolderMoved):
        glance(folder.fd)
