"""Natural order, prompt names, control files."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake.naming import control_of, looks_like_a_prompt, natural_key, nfc, prompt_rank
from photovideos.model import Control

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=20)


def in_order(*names: str) -> list[str]:
    return sorted(names, key=natural_key)


def test_digits_count_as_numbers_and_case_does_not_matter() -> None:
    assert in_order("IMG_10.jpg", "img_1.JPEG", "IMG_2.jpg") == ["img_1.JPEG", "IMG_2.jpg", "IMG_10.jpg"]


def test_the_original_comes_before_its_numbered_twin() -> None:
    assert in_order("IMG_1 (2).jpg", "IMG_1.jpg", "IMG_1 (10).jpg") == ["IMG_1.jpg", "IMG_1 (2).jpg", "IMG_1 (10).jpg"]


def test_subfolders_are_gone_through_one_after_the_other() -> None:
    assert in_order("day 10/a.jpg", "day 2/b.jpg", "day 2/a.jpg") == ["day 2/a.jpg", "day 2/b.jpg", "day 10/a.jpg"]


@given(st.lists(NAMES))
def test_every_name_has_a_place_and_the_order_does_not_depend_on_the_listing(names: list[str]) -> None:
    assert in_order(*names) == in_order(*reversed(names))


@given(NAMES, st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_lower_number_comes_first(stem: str, one: int, other: int) -> None:
    low, high = sorted((one, other))
    if low != high:
        assert in_order(f"x{stem}x_{high}.jpg", f"x{stem}x_{low}.jpg")[0] == f"x{stem}x_{low}.jpg"


def test_twins_in_nfc_and_nfd_are_one_name_for_people() -> None:
    assert nfc(unicodedata.normalize("NFD", "été.jpg")) == "été.jpg"


def test_names_that_are_no_text_have_a_place_too() -> None:
    assert len(in_order("latin1-\udce9.jpg", "a.jpg")) == 2


@pytest.mark.parametrize("name", ["prompt.txt", "PROMPT.TXT", "Prompt.Txt", "prompt.txt.txt", "PROMPT.txt.TXT"])
def test_prompt_names_in_any_case_and_with_the_extension_twice(name: str) -> None:
    assert prompt_rank(name) is not None


def test_the_plainest_prompt_name_wins() -> None:
    names = ["prompt.txt.txt", "PROMPT.TXT", "prompt.txt"]
    assert sorted(names, key=lambda name: prompt_rank(name) or (9, "")) == [
        "prompt.txt",
        "PROMPT.TXT",
        "prompt.txt.txt",
    ]


@pytest.mark.parametrize("name", ["prompt", "prompt.rtf", "Prompt.docx", "prompt.md"])
def test_a_prompt_of_another_kind_is_noticed(name: str) -> None:
    assert prompt_rank(name) is None
    assert looks_like_a_prompt(name)


def test_a_photo_named_like_a_prompts_neighbour_is_not_noticed() -> None:
    assert not looks_like_a_prompt("prompts.jpg")


@pytest.mark.parametrize("control", list(Control))
def test_control_files_in_any_case_with_or_without_txt(control: Control) -> None:
    for name in (control, control.lower(), control.title(), f"{control}.txt", f"{control.lower()}.TXT"):
        assert control_of(name) is control


@pytest.mark.parametrize("name", ["READY.jpg", "READY ", "ALREADY", "ready.txt.txt", ".READY", ""])
def test_other_names_are_no_control_files(name: str) -> None:
    assert control_of(name) is None
