from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos.media.names import wire_names


def test_a_file_keeps_its_own_base_name_never_a_path() -> None:
    assert wire_names({"day 1/IMG_1.JPG": "jpg", "b.png": None}, {}) == {
        "day 1/IMG_1.JPG": "IMG_1.JPG",
        "b.png": "b.png",
    }


def test_twins_from_subfolders_get_a_number_in_the_given_order() -> None:
    names = wire_names({"b/IMG_1.jpg": None, "a/IMG_1.jpg": None, "IMG_1.jpg": None}, {})
    assert list(names.values()) == ["IMG_1.jpg", "IMG_1 (2).jpg", "IMG_1 (3).jpg"]


def test_accents_composed_in_two_ways_are_twins() -> None:
    names = wire_names({"e\u0301.jpg": None, "\u00e9.jpg": None}, {})
    assert list(names.values()) == ["é.jpg", "é (2).jpg"]


def test_a_copy_in_another_format_gets_its_extension() -> None:
    copies = {"a.HEIC": "jpg", "a.jpg": "jpg", "b": "jpg", "c.jpeg": "jpg", "d.m4v": "mp4", "e.jpe": "jpg"}
    assert list(wire_names(copies, {}).values()) == ["a.jpg", "a (2).jpg", "b.jpg", "c.jpeg", "d.mp4", "e.jpg"]


def test_names_given_earlier_in_the_session_stand() -> None:
    names = wire_names({"x/a.jpg": None, "a.jpg": None, "new/a.jpg": None}, {"x/a.jpg": "a (2).jpg", "a.jpg": "a.jpg"})
    assert names == {"x/a.jpg": "a (2).jpg", "a.jpg": "a.jpg", "new/a.jpg": "a (3).jpg"}


def test_what_would_break_a_header_or_a_terminal_is_not_in_a_name() -> None:
    names = wire_names({'a\r\nX: "1"\x1b[31m\u202e.jpg': None, "latin1-\udce9.jpg": None}, {})
    assert list(names.values()) == ["a--X: -1-[31m.jpg", "latin1-\ufffd.jpg"]


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="/\0"), min_size=1, max_size=300), unique=True, max_size=8
    )
)
def test_every_name_is_its_own_short_enough_and_no_path(paths: list[str]) -> None:
    names = wire_names(dict.fromkeys(paths), {})
    assert len(set(names.values())) == len(paths)
    for name in names.values():
        assert name
        assert "/" not in name
        assert "\n" not in name
        assert len(name.encode()) <= 255
