from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.nemo.sse import Decoder, Event, EventTooLong, Failure, Heartbeat, Noticed, Said, ToolUsed


def events(*chunks: bytes) -> list[Event]:
    decoder = Decoder()
    found = [event for chunk in chunks for event in decoder.feed(chunk)]
    return found + list(decoder.finish())


def data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def text(*parts: str, **more: object) -> dict[str, object]:
    return {"content": {"parts": [{"text": part} for part in parts], "role": "model"}, "author": "nemo_agent", **more}


def test_text_parts_of_an_event_are_one_text() -> None:
    assert events(data(text("Part one. ", "Part two."))) == [Said(text="Part one. Part two.")]


def test_partial_text_says_so() -> None:
    assert events(data(text("Making", partial=True))) == [Said(text="Making", is_partial=True)]


def test_thoughts_are_dropped() -> None:
    event = {"content": {"parts": [{"text": "hm", "thought": True}, {"text": "Done."}]}}
    assert events(data(event)) == [Said(text="Done.")]
    assert events(data({"content": {"parts": [{"text": "hm", "thought": True}]}})) == [Noticed()]


def test_tools_are_noticed_and_not_shown() -> None:
    call = {"content": {"parts": [{"functionCall": {"name": "edit", "args": {"text": "x"}}}]}}
    result = {"content": {"role": "user", "parts": [{"functionResponse": {"name": "edit", "response": {"ok": 1}}}]}}
    assert events(data(call), data(result)) == [ToolUsed(name="edit"), ToolUsed(name="edit")]


@pytest.mark.parametrize(
    "beat",
    [
        b": ping\n",
        b":\n",
        b"event: heartbeat\n\n",
        b"event: heartbeat\ndata: {}\n\n",
        b"data: heartbeat\n\n",
        b'data: {"type":"heartbeat"}\n\n',
        b"data:\n\n",
        b"data: \n\n",
    ],
)
def test_every_heartbeat_means_still_working(beat: bytes) -> None:
    assert events(beat) == [Heartbeat()]


def test_the_type_form_is_understood() -> None:
    found = events(
        data({"type": "text", "content": "Hello"}),
        data({"type": "tool_call", "name": "edit"}),
        data({"type": "tool_result", "name": "edit"}),
        data({"type": "error", "message": "no"}),
    )
    assert found == [
        Said(text="Hello", is_chunk=True),
        ToolUsed(name="edit"),
        ToolUsed(name="edit"),
        Failure(message="no"),
    ]


@pytest.mark.parametrize(
    ("raw", "failure"),
    [
        (
            data({"errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "quota exceeded"}),
            Failure(message="quota exceeded", code="RESOURCE_EXHAUSTED"),
        ),
        (data({"error": "tool failed"}), Failure(message="tool failed")),
        (data({"error": {"code": 2001, "message": "no credits"}}), Failure(message="no credits", code="2001")),
        (data({"code": 2001, "message": "no credits"}), Failure(message="no credits", code="2001")),
        (data({"success": False}), Failure(message="no reason given")),
        (b"event: error\ndata: it broke\n\n", Failure(message="it broke")),
        (
            b'data: {"error": "tool "x" failed:\nsecond line"}\n\n',
            Failure(message='tool "x" failed:\nsecond line'),
        ),
        (b'data: {"error": "said "no""}\n\n', Failure(message='said "no"')),
        (b'data: {"error": "first\nsecond"}\n\n', Failure(message="first\nsecond")),
        (b'data: {"error": "first\nsecond', Failure(message="first\nsecond")),
    ],
)
def test_every_error_form_is_a_failure_in_the_servers_words(raw: bytes, failure: Failure) -> None:
    assert events(raw) == [failure]


def test_an_error_that_spills_over_an_empty_line_does_not_hide_what_follows() -> None:
    raw = b'data: {"error": "a "b"\n\nc"}\n\n' + data(text("after"))
    assert events(raw) == [Failure(message='a "b'), Said(text="after")]


def test_text_with_an_error_code_is_said_first() -> None:
    assert events(data(text("Half", errorCode="MAX_TOKENS"))) == [
        Said(text="Half"),
        Failure(message="MAX_TOKENS", code="MAX_TOKENS"),
    ]


def test_only_cr_lf_and_crlf_end_a_line() -> None:
    odd = "a\u2028b\u0085c\x0bd\x0ce\x1cf\u2029g"
    assert events(data(text(odd))) == [Said(text=odd)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_all_three_line_ends_are_one_line_end(end: bytes) -> None:
    raw = (data(text("one")) + data(text("two"))).replace(b"\n", end)
    assert events(raw) == [Said(text="one"), Said(text="two")]


def test_events_without_blank_lines_between_them_are_told_apart() -> None:
    raw = data(text("one")).rstrip() + b"\n" + data(text("two"))
    assert events(raw) == [Said(text="one"), Said(text="two")]


def test_json_over_several_data_lines_is_one_event() -> None:
    raw = b'data: {"content":\ndata: {"parts":[{"text":"x"}]}}\n\n'
    assert events(raw) == [Said(text="x")]


def test_a_last_event_without_its_blank_line_counts_and_a_torn_one_does_not() -> None:
    assert events(data(text("whole")).rstrip()) == [Said(text="whole")]
    assert events(data(text("whole")) + b'data: {"content":{"par') == [Said(text="whole"), Noticed()]


def test_what_nobody_knows_is_only_noticed() -> None:
    raw = b"retry: 5\nid: 7\n\ndata: [1]\n\ndata: [DONE]\n\ndata: plain words\n\n" + data(
        {"actions": {"stateDelta": {}}}
    )
    assert events(raw) == [Noticed(), Noticed(), Noticed(), Noticed()]


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    assert events(b"\xef\xbb\xbf" + data(text("x"))) == [Said(text="x")]


def test_300_kilobytes_on_one_line_are_usual() -> None:
    big = {"content": {"parts": [{"functionResponse": {"name": "analyze", "response": {"blob": "x" * 400_000}}}]}}
    assert events(data(big), data(text("Analyzed."))) == [ToolUsed(name="analyze"), Said(text="Analyzed.")]


@pytest.mark.parametrize("piece", [b"x", b"data: x\n", b'data: {"error": "\n', b"y" * 999])
def test_an_endless_event_is_refused(piece: bytes) -> None:
    decoder = Decoder(max_event_bytes=10_000)

    def feed_for_ever() -> None:
        for _ in range(20_000):
            list(decoder.feed(piece))

    with pytest.raises(EventTooLong):
        feed_for_ever()


def test_the_users_own_words_are_not_said_back() -> None:
    assert events(data({"author": "user", "content": {"parts": [{"text": "mine"}]}})) == [Noticed()]


_LINES = st.sampled_from(
    [
        b"data: ",
        b'{"content":{"parts":[{"text":"\xe4\xbd\xa0\xe2\x80\xa8 x"}]}}',
        b'{"error": "a "b"',
        b'second"}',
        b"event: heartbeat",
        b"heartbeat",
        b": c",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"\xff",
        b'{"type":"text","content":"hi"}',
    ]
)


@given(raw=st.one_of(st.lists(_LINES).map(b"".join), st.binary(max_size=200)), cuts=st.lists(st.integers(0, 400)))
def test_the_cut_of_the_network_never_changes_the_events(raw: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    assert events(*[raw[start:end] for start, end in pairwise(edges)]) == events(raw)
    assert events(*[raw[index : index + 1] for index in range(len(raw))]) == events(raw)


@given(
    said=st.lists(st.text(min_size=1).filter(lambda text: text.strip()), max_size=5),
    end=st.sampled_from(["\n", "\r", "\r\n"]),
)
def test_any_text_comes_out_as_it_went_in(said: list[str], end: str) -> None:
    lines = [f"data: {json.dumps(text(words), ensure_ascii=True)}{end}{end}" for words in said]
    assert events("".join(lines).encode()) == [Said(text=words) for words in said]
