"""Which files a block is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.prompt import select

PATHS = ("IMG_0001.jpg", "IMG_0002.JPG", "IMG[3].jpg", "dinner/a.jpg", "dinner/late/b.jpg", "Été/c.heic")


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*", PATHS),
        ("IMG_0001.jpg", ("IMG_0001.jpg",)),
        ("img_0002.jpg", ("IMG_0002.JPG",)),
        ("IMG[3].jpg", ("IMG[3].jpg",)),
        ("IMG_*", ("IMG_0001.jpg", "IMG_0002.JPG")),
        ("IMG_000?.jpg", ("IMG_0001.jpg", "IMG_0002.JPG")),
        ("dinner/*", ("dinner/a.jpg", "dinner/late/b.jpg")),
        ("dinner", ("dinner/a.jpg", "dinner/late/b.jpg")),
        ("dinner/", ("dinner/a.jpg", "dinner/late/b.jpg")),
        (r"dinner\a.jpg", ("dinner/a.jpg",)),
        ("./dinner/a.jpg", ("dinner/a.jpg",)),
        ("b.jpg", ("dinner/late/b.jpg",)),
        ("E\u0301te\u0301/*", ("Été/c.heic",)),
        ("*.heic", ("Été/c.heic",)),
    ],
)
def test_a_pattern_names_files(pattern: str, paths: tuple[str, ...]) -> None:
    assert select([pattern], PATHS).paths == paths


def test_files_come_in_the_order_of_the_folder_and_once() -> None:
    chosen = select(["dinner/*", "IMG_0001.jpg", "a.jpg"], PATHS)
    assert chosen.paths == ("IMG_0001.jpg", "dinner/a.jpg", "dinner/late/b.jpg")
    assert chosen.unmatched == ()


def test_a_pattern_without_files_is_told() -> None:
    assert select(["IMG_0001.jpg", "nothing.jpg"], PATHS).unmatched == ("nothing.jpg",)


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_any_pattern_can_be_asked_for(patterns: list[str], paths: list[str]) -> None:
    chosen = select(patterns, paths)
    assert set(chosen.paths) <= set(paths)
