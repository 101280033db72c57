from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.nemo.jsontext import JsonError, Node, decoded, finite, parse, span

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    value=_VALUES,
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 0, 3]),
    others=st.dictionaries(st.text(), _VALUES, max_size=3),
)
def test_a_span_is_the_text_of_the_value(
    value: Any, ascii_only: bool, indent: int | None, others: dict[str, Any]
) -> None:
    draft = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    before = "".join(f"{json.dumps(key)} : {json.dumps(other)} ,\n" for key, other in others.items() if key != "draft")
    text = f' {{ {before} "draft" :\t{draft}\r\n, "z": [] }} '
    assert span(text, "draft") == draft
    assert span(f'{{"data":{{"state":{text}}}}}', "data", "state", "draft") == draft


def test_numbers_keep_every_digit() -> None:
    draft = '{"d":1.50,"big":123456789012345678901234567890,"e":1E+2,"long":' + "9" * 5000 + "}"
    assert span(f'{{"draft":{draft}}}', "draft") == draft
    parse(draft)


def test_of_members_given_twice_the_last_counts_as_in_parsing() -> None:
    text = '{"a":{"b":1},"a":{"b":2}}'
    assert span(text, "a", "b") == "2"
    assert parse(text) == {"a": {"b": 2}}


@pytest.mark.parametrize("text", ['{"a":1}', '{"b":[{"draft":1}]}', "[]", '"draft"', '{"b":"\\"draft\\":1"}'])
def test_what_is_not_there_has_no_span(text: str) -> None:
    assert span(text, "draft") is None


@pytest.mark.parametrize("text", ['{"a":', '{"a" 1', '{"a":1,', "{1:2}", '{"a":1 "b":2'])
def test_broken_text_has_no_span_but_an_error(text: str) -> None:
    with pytest.raises(JsonError):
        span(text, "draft")


@pytest.mark.parametrize("text", ["", "nope", "{", "[" * 200_000, '{"a":' * 100_000])
def test_what_is_no_json_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(JsonError, match=r"^\$ "):
        parse(text)


def test_deep_nesting_is_an_error_of_ours_for_spans_too() -> None:
    with pytest.raises(JsonError):
        span('{"x":' + "[" * 200_000, "draft")


def test_bodies_are_utf_8_with_or_without_a_mark() -> None:
    assert decoded(b"\xef\xbb\xbf{}") == "{}"
    with pytest.raises(JsonError):
        decoded(b"\xff\xfe{")


def test_a_missing_member_is_named_by_its_path() -> None:
    node = Node({"data": {"files": [{"filename": 5}]}})
    with pytest.raises(JsonError, match=r"^data\.token is missing"):
        node.need("data").need("token")
    with pytest.raises(JsonError, match=r"^data\.files\[0\]\.filename is not a text"):
        node.need("data").need("files").items()[0].need("filename").as_text()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        ("2.5", 2.5),
        (True, None),
        ("x", None),
        (None, None),
        (float("nan"), None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_only_finite_numbers_are_numbers(value: object, number: float | None) -> None:
    assert finite(value) == number
