"""Taking control files away."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from photovideos.intake.controls import remove_control

MakeDrop = Callable[..., Any]


def test_the_very_file_is_removed(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("retry.txt", b"")
    (entry,) = folder.look().control_files
    assert remove_control(folder.fd, entry)
    assert os.listdir(folder.path) == []
    assert remove_control(folder.fd, entry), "it is gone already: that is as good"


def test_another_file_under_that_name_stays(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("RETRY", b"")
    (entry,) = folder.look().control_files
    folder.put("RETRY", b"my own notes, much longer than a control file could ever be; do not lose them")
    assert not remove_control(folder.fd, entry)
    assert os.listdir(folder.path) == ["RETRY"]


def test_where_removing_is_not_allowed_it_says_so(drop: MakeDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = drop()
    folder.put("READY", b"")
    (entry,) = folder.look().control_files

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "unlink", refused)
    assert not remove_control(folder.fd, entry)


def test_nothing_else_is_ever_removed(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg")
    (entry,) = folder.look().media
    assert not remove_control(folder.fd, entry)
    assert os.listdir(folder.path) == ["a.jpg"]
