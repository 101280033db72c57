"""A prompt's text as blocks and steps (design §2.1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.model import AskCredits, AskStatus, Export, Message, Step, Upload
from photovideos.prompt import read

IMPLIED = Export(line="")


def steps_of(text: str) -> list[tuple[Step, ...]]:
    return [block.steps for block in read(text).blocks]


def test_a_plain_wish_is_one_message_and_an_export() -> None:
    prompt = read("turn my photos into a 30-second video\nwith music\n")
    assert [block.steps for block in prompt.blocks] == [
        (Message(text="turn my photos into a 30-second video\nwith music"), IMPLIED)
    ]
    assert any(block.makes_film for block in prompt.blocks)
    assert prompt.blocks[0].label is None
    assert prompt.blocks[0].files is None


def test_the_lines_between_two_requests_are_one_message() -> None:
    assert steps_of("a 20 s film\ncalm\n\nslow\nexport\nfaster\nlouder\nstatus\ncredits") == [
        (
            Message(text="a 20 s film\ncalm\n\nslow"),
            Export(line="export"),
            Message(text="faster\nlouder"),
            AskStatus(line="status"),
            AskCredits(line="credits"),
            IMPLIED,
        )
    ]


def test_what_was_exported_is_not_exported_again_at_the_end() -> None:
    assert steps_of("a film\nexport 1080p MP4\nstatus")[0][-1] == AskStatus(line="status")
    assert steps_of("a film\n导出")[0] == (Message(text="a film"), Export(line="导出"))


@pytest.mark.parametrize(
    "text", ["credits", "status\n余额", "upload", "upload https://example.org/a.jpg\n---\ncredits", "", "---\n---"]
)
def test_nothing_but_questions_and_uploads_makes_no_film(text: str) -> None:
    prompt = read(text)
    assert not any(block.makes_film for block in prompt.blocks)
    assert not any(isinstance(step, Export) for block in prompt.blocks for step in block.steps)


def test_an_export_alone_makes_a_film() -> None:
    prompt = read("export 1080p MP4")
    assert any(block.makes_film for block in prompt.blocks)
    assert prompt.blocks[0].steps == (Export(line="export 1080p MP4", resolution="1080p", container="mp4"),)


@pytest.mark.parametrize("line", ["---", "-----", "  ---  ", "- - -", "———", "–––", "—", "――", "－－－", "───"])
def test_a_line_of_three_or_more_dashes_separates(line: str) -> None:
    assert len(read(f"one\n{line}\ntwo").blocks) == 2


@pytest.mark.parametrize("line", ["-", "--", "--- a", "- one", "===", "***", "–"])
def test_other_lines_do_not_separate(line: str) -> None:
    assert len(read(f"one\n{line}\ntwo").blocks) == 1


def test_empty_blocks_are_ignored() -> None:
    assert [block.text for block in read("---\n\none\n---\n \n---\ntwo\n---\n").blocks] == ["one", "two"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts(end: str) -> None:
    prompt = read(end.join(["\ufeffone", "---", "[two]", "three", "export"]))
    assert [block.label for block in prompt.blocks] == [None, "two"]
    assert prompt.blocks[1].steps == (Message(text="three"), Export(line="export"))


def test_a_line_separator_inside_a_message_is_no_line_end() -> None:
    assert steps_of("one\u2028export") == [(Message(text="one\u2028export"), IMPLIED)]


@pytest.mark.parametrize(
    ("line", "label", "files"),
    [
        ("[reel]", "reel", None),
        ("  [ The  long cut ] ", "The long cut", None),
        ("[reel: IMG_0001.jpg, dinner/*]", "reel", ("IMG_0001.jpg", "dinner/*")),
        ("[reel: *]", "reel", ("*",)),
        ("[: *]", None, ("*",)),
        ("[reel:]", "reel", None),
        ("[片花：IMG_1.jpg、晚餐/*]", "片花", ("IMG_1.jpg", "晚餐/*")),
        ("【片花】", "片花", None),
        ('[reel: "a, b.jpg", c[1].jpg; d.jpg,, d.jpg]', "reel", ("a, b.jpg", "c[1].jpg", "d.jpg")),
        ("[re\x07el\u202e]", "reel", None),
        ("[" + "n" * 80 + "]", "n" * 80, None),
    ],
)
def test_a_first_line_in_brackets_names_the_block(line: str, label: str | None, files: tuple[str, ...] | None) -> None:
    (block,) = read(f"\n{line}\nslow").blocks
    assert (block.label, block.files) == (label, files)
    assert block.steps == (Message(text="slow"), IMPLIED)


@pytest.mark.parametrize("line", ["[16:9]", "[0:30]", "[]", "[:]", "[reel] slow", "title [x]", "[0:05:10]"])
def test_other_brackets_belong_to_the_message(line: str) -> None:
    (block,) = read(line).blocks
    assert block.label is None
    assert block.steps == (Message(text=line), IMPLIED)


def test_a_name_further_down_is_part_of_the_message() -> None:
    (block,) = read("slow\n[reel]").blocks
    assert block.label is None
    assert block.steps[0] == Message(text="slow\n[reel]")


def test_a_header_alone_still_asks_for_a_film() -> None:
    prompt = read("[reel: dinner/*]")
    assert any(block.makes_film for block in prompt.blocks)
    assert prompt.blocks[0].steps == (IMPLIED,)


def test_a_block_of_requests_goes_on_without_an_export() -> None:
    assert steps_of("a film\n---\nupload") == [(Message(text="a film"), IMPLIED), (Upload(line="upload"),)]


def test_control_characters_do_not_reach_a_message() -> None:
    assert steps_of("slow\x00\x1b[31m\tred\x9b") == [(Message(text="slow[31m\tred"), IMPLIED)]


@given(st.text(max_size=400))
def test_any_text_can_be_read_and_reads_the_same_again(text: str) -> None:
    prompt = read(text)
    assert read(prompt.text) == prompt
    for block in prompt.blocks:
        assert block.steps
        assert block.text.strip()
        films = [step for step in block.steps if isinstance(step, Message | Export)]
        assert not films or isinstance(films[-1], Export)


LINES = st.lists(
    st.sampled_from(["slow", "export", "---", "[reel]", "credits", "", "upload", "状态", "add music"]), max_size=12
)


@given(LINES)
def test_no_word_of_a_prompt_is_lost(lines: list[str]) -> None:
    prompt = read("\n".join(lines))
    kept = [word for block in prompt.blocks for word in block.text.split()]
    assert kept == [word for line in lines if line != "---" for word in line.split()]


SHARED = Path(__file__).resolve().parents[4] / ".." / "shared" / "prompts.jsonl"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared prompts lie beside the checkout of those who develop it")
def test_no_prompt_that_people_wrote_is_taken_for_a_request() -> None:
    for line in SHARED.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        for turn in example.get("turns") or [example["prompt"]]:
            assert steps_of(turn) == [(Message(text=turn.strip()), IMPLIED)], example["id"]
