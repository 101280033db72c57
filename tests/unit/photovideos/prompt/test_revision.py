"""What a saved prompt changed (the table of design §2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.prompt import Added, Edited, Replaced, Same, change

OLD = "Turn my photos into a 30-second video with music and transitions."


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        OLD + "\n\n",
        OLD.replace(" ", "\n"),
        OLD + "\r\n",
        "\ufeff" + OLD,
        OLD + "\n---\n",
        "---\n" + OLD,
    ],
)
def test_the_same_words_are_the_same_prompt(new: str) -> None:
    assert change(OLD, new) == Same()


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (OLD + "\nslower", "slower"),
        (OLD + " Make it slower.", "Make it slower."),
        (OLD + "\n\nslower\nexport\n", "slower\nexport"),
        (OLD + "\nexport", "export"),
        (OLD + "\n---\n[short]\n10 seconds", "---\n[short]\n10 seconds"),
    ],
)
def test_what_was_added_at_the_end_is_told_alone(new: str, text: str) -> None:
    assert change(OLD, new) == Added(text=text)


def test_what_is_added_to_a_named_block_keeps_its_name() -> None:
    assert change("[reel]\nfast", "[reel]\nfast\nlouder") == Added(text="louder", label="reel")
    assert change("[reel]\nfast", "[reel]\nfast\n---\nlouder") == Added(text="---\nlouder", label=None)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("title: Italy", "title: Italy 2024", "title: Italy 2024"),
        ("slow\ntitle: Italy", "slow\ntitle: Italy 2024\nloud", "title: Italy 2024\nloud"),
        ("slow\nexport", "slow\nexport 4k", "export 4k"),
        ("slow\nexport", "slow\nexport vertical", "export vertical"),
    ],
)
def test_a_line_that_grew_is_said_again_whole_where_its_end_means_nothing_alone(old: str, new: str, text: str) -> None:
    assert change(old, new) == Added(text=text)


@pytest.mark.parametrize("new", ["A calm film of one minute, please", "黑白，慢一点", "a video", ""])
def test_less_than_half_of_the_words_left_is_another_prompt(new: str) -> None:
    assert change(OLD, new) == Replaced(text=new)


@pytest.mark.parametrize(
    "new",
    [
        OLD.replace("30", "45"),
        OLD.replace(" and transitions", ""),
        "Please! " + OLD,
        "vertical\n" + OLD,
    ],
)
def test_an_edited_prompt_is_made_anew(new: str) -> None:
    assert change(OLD, new) == Edited(kept_blocks=0)


def test_exactly_half_is_still_an_edit() -> None:
    assert change("one two three four", "one two five six") == Edited(kept_blocks=0)
    assert change("one two three four five", "one two six seven") == Replaced(text="one two six seven")


def test_a_word_is_left_only_as_often_as_it_stands_there() -> None:
    assert change("la la la la", "la oh") == Replaced(text="la oh")


def test_chinese_characters_count_as_words() -> None:
    assert change("做一个30秒的视频，配轻快的音乐", "做一个45秒的视频，配轻快的音乐") == Edited(kept_blocks=0)
    assert change("做一个30秒的视频", "黑白照片慢慢来") == Replaced(text="黑白照片慢慢来")
    assert change("做一个视频", "做一个视频\n慢一点") == Added(text="慢一点")


def test_blocks_unchanged_from_the_start_are_kept() -> None:
    old = "one film\n---\n[b]\na second film\n---\na third film"
    assert change(old, old.replace("third", "fourth")) == Edited(kept_blocks=2)
    assert change(old, old.replace("[b]", "[c]")) == Edited(kept_blocks=1)
    assert change(old, old.replace("one film", "one movie")) == Edited(kept_blocks=0)
    assert change(old, "one film\n---\n[b]\na second film") == Edited(kept_blocks=2)


def test_cutting_a_block_in_two_is_an_edit() -> None:
    assert change("slow film\nloud film", "slow film\n---\nloud film") == Edited(kept_blocks=0)
    assert change("slow film\n---\nloud film", "slow film\nloud film") == Edited(kept_blocks=0)
    assert change("slow film\n---\nloud film", "slow film\nloud film\nexport") == Edited(kept_blocks=0)


def test_a_request_that_becomes_part_of_a_message_is_an_edit() -> None:
    assert change("slow film\nexport", "slow film export") == Edited(kept_blocks=0)


def test_a_prompt_that_was_empty_was_added_to() -> None:
    assert change("", "slow") == Added(text="slow")


def test_a_finished_prompt_of_another_case_is_an_edit() -> None:
    assert change("title: ITALY by night", "title: Italy by night") == Edited(kept_blocks=0)


TEXTS = st.lists(st.sampled_from(["slow", "export", "---", "[reel]", "title: x", "黑白", "a b", ""]), max_size=8).map(
    "\n".join
)


@given(TEXTS)
def test_a_prompt_is_the_same_as_itself(text: str) -> None:
    assert change(text, text) == Same()


@given(TEXTS, st.sampled_from(["faster", "更快", "add a title", "louder\nexport"]))
def test_a_new_last_line_is_always_an_addition(text: str, line: str) -> None:
    result = change(text, f"{text}\n{line}")
    assert isinstance(result, Added)
    assert result.text.endswith(line)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(old: str, new: str) -> None:
    change(old, new)
