from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.delivery import names


def size(name: str) -> int:
    return len(name.encode(errors="surrogateescape"))


def test_one_film_is_called_as_its_folder() -> None:
    assert names.film_name(names.film_stem("Italy 2024")) == "Italy 2024.mp4"
    assert names.summary_name(names.film_stem("Italy 2024")) == "Italy 2024 - timeline.txt"


@pytest.mark.parametrize(
    ("given", "stem"),
    [
        ({"label": "reel"}, "Italy - reel"),
        ({"label": "1"}, "Italy - 1"),
        ({"label": "reel", "export": 2}, "Italy - reel 2"),
        ({"label": "reel", "shape": "9x16"}, "Italy - reel 9x16"),
        ({"label": "2", "export": 1, "shape": "16:9"}, "Italy - 2 1 16x9"),
        ({"shape": "1x1"}, "Italy - 1x1"),
        ({"label": "  "}, "Italy"),
    ],
)
def test_several_films_bear_block_export_and_shape(given: dict[str, object], stem: str) -> None:
    assert names.film_stem("Italy", **given) == stem  # type: ignore[arg-type]  # one table for all arguments


def test_a_taken_name_gets_a_number() -> None:
    assert list(islice(names.numbered("Italy"), 3)) == ["Italy", "Italy (2)", "Italy (3)"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ('a\\b/c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j"),
        ("line\nbreak\x1b[31m\x7f\x85", "line-break-[31m--"),
        ("gpj\u202eexe", "gpj-exe"),
        ("Été – 照片 😀", "Été – 照片 😀"),
        ("latin-\udce9", "latin-\udce9"),
        ("half of a pair \ud83d", "half of a pair -"),
        ("..", "film"),
        ("", "film"),
    ],
)
def test_forbidden_characters_become_dashes_and_others_stay(name: str, safe: str) -> None:
    assert names.safe_name(name) == safe


def test_a_label_is_cut_at_60_characters() -> None:
    assert names.film_stem("F", label="x" * 100) == "F - " + "x" * 60


def test_a_long_folder_name_gives_way_to_the_label() -> None:
    stem = names.film_stem("n" * 250, label="reel", shape="9x16")
    assert stem.endswith("n - reel 9x16")


def test_a_cut_does_not_split_a_character_or_what_belongs_to_it() -> None:
    family = "👨\u200d👩\u200d👧"
    assert names.cut_bytes("ab" + family, 2 + size(family)) == "ab" + family
    for most in range(2, 2 + size(family)):
        assert names.cut_bytes("ab" + family, most) == "ab"
    assert names.cut_bytes("xe\u0301", 2) == "x"


@given(
    st.text(alphabet=st.characters(), max_size=300),
    st.none() | st.text(max_size=100),
    st.none() | st.integers(1, 99),
    st.none() | st.sampled_from(["16x9", "9x16", "1x1"]),
)
def test_every_name_fits_and_holds_nothing_forbidden(
    folder: str, label: str | None, export: int | None, shape: str | None
) -> None:
    stem = names.film_stem(folder, label=label, export=export, shape=shape)
    longest = list(islice(names.numbered(stem), 9_998))[-1]
    for name in (names.film_name(longest), names.summary_name(longest)):
        assert 0 < size(name) <= 255
        assert not set(name) & set('\\/:*?"<>|\0\n\r')
        assert name not in (".", "..")
