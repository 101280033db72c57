from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.store.names import free_name, plain_name


@given(st.text() | st.text("a.\u202e\u2066/\x1b\x9b"))
def test_a_plain_name_is_one_harmless_component_of_at_most_255_bytes(name: str) -> None:
    plain = plain_name(name)
    assert plain
    assert "/" not in plain
    assert "\\" not in plain
    assert all(char.isprintable() or ord(char) > 0x9F for char in plain)
    assert not set(plain) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(plain.encode()) <= 255
    assert plain.strip(".")
    assert plain_name(plain) == plain


@given(st.text(max_size=300), st.integers(1, 4))
def test_names_given_one_after_the_other_are_all_different(name: str, times: int) -> None:
    taken: list[str] = []
    for _ in range(times):
        taken.append(free_name(plain_name(name), taken=taken))
    assert len(set(taken)) == times
    assert all(len(one.encode()) <= 255 for one in taken)


def test_a_long_name_keeps_its_ending_when_it_gets_a_number() -> None:
    name = "ö" * 125 + ".jpg"
    second = free_name(name, taken=[name])
    assert second.endswith(" (2).jpg")
    assert len(second.encode()) <= 255
