"""The sentences the daemon sends by itself are taken literally; the person's words stay."""

from __future__ import annotations

from photovideos_studio.director.errands import read_errands

_NAMES = ("a.jpg", "Lunch, at Rosa.jpg", "Dr. No.jpg", "song.mp3")


def test_a_new_timeline_with_some_files_and_the_wishes_behind_it() -> None:
    found = read_errands("Start a new timeline with only these files: a.jpg, Lunch, at Rosa.jpg.\n30 seconds", _NAMES)
    assert (found.starts_anew, found.scope, found.rest) == (True, ("a.jpg", "Lunch, at Rosa.jpg"), "30 seconds")


def test_a_new_timeline_with_all_files() -> None:
    found = read_errands("Start a new timeline with all files.\nvertical", _NAMES)
    assert (found.starts_anew, found.scope, found.rest) == (True, None, "vertical")


def test_new_and_gone_files_in_one_message() -> None:
    found = read_errands(
        "New files: Dr. No.jpg, song.mp3. Add them to the video.\n"
        "These files are gone: a.jpg. Remove them from the video.\nslower",
        _NAMES,
    )
    assert (found.added, found.gone, found.rest) == (("Dr. No.jpg", "song.mp3"), ("a.jpg",), "slower")


def test_a_persons_message_is_left_as_it_is() -> None:
    assert read_errands("Start with a.jpg, 30 seconds", _NAMES).rest == "Start with a.jpg, 30 seconds"
