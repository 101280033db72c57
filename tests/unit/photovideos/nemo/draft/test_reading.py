"""Tracks, readiness and digest of drafts (contract §6, §7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.model import RawJson
from photovideos.nemo.draft import Segment, changes, digest, is_export_ready, timeline_lines, told, tracks


def raw(value: Any) -> RawJson:
    return RawJson(json.dumps(value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["t", "tt", "sg", "d", "m", "n", "s", "v", "photovideos"]), inner, max_size=5)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize("nothing", [None, "null", "{}", " { } ", "[]"])
def test_absent_null_and_empty_have_one_digest(nothing: str | None) -> None:
    empty = RawJson(nothing) if nothing is not None else None
    assert digest(empty, empty) == digest(None, None)


def test_the_digest_sees_each_part_in_its_place() -> None:
    one = raw({"t": []})
    assert len({digest(None, None), digest(one, None), digest(None, one), digest(one, one)}) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":2}', '{ "b": 2, "a": 1 }'),
        ('{"a":1.0}', '{"a":1}'),
        ('{"a":0.1}', '{"a":1e-1}'),
        (r'{"a":"\u00e9"}', '{"a":"é"}'),
    ],
)
def test_another_spelling_of_the_same_value_is_no_change(one: str, other: str) -> None:
    assert digest(RawJson(one), None) == digest(RawJson(other), None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1}', '{"a":2}'),
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":1}', '{"a":true}'),
        ('{"a":0}', "{}"),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":123456789012345678901}', '{"a":123456789012345678902}'),
        ('{"a":1e999}', '{"a":1e998}'),
        ("not json", "not json either"),
        ("false", "null"),
    ],
)
def test_another_value_is_a_change(one: str, other: str) -> None:
    assert digest(RawJson(one), None) != digest(RawJson(other), None)


@pytest.mark.parametrize(
    ("draft", "ready"),
    [
        (None, False),
        ("null", False),
        ("{}", False),
        ('{"t":[]}', False),
        ('{"t":[{"tt":0,"sg":[]}]}', False),
        ('{"t":[{"tt":0,"sg":[]},{"tt":1,"sg":[{}]}]}', True),
        ('{"t":{"sg":[1]}}', False),
        ('{"t":[{"sg":"abc"}]}', False),
        ('{"t":[null,7,{"sg":[null]}]}', True),
        ("[", False),
    ],
)
def test_something_to_export_is_a_track_with_segments(draft: str | None, ready: bool) -> None:
    assert is_export_ready(RawJson(draft) if draft is not None else None) is ready


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ({"n": "a", "s": 100, "d": 200, "v": 0.5}, Segment(name="a", start_ms=100, length_ms=200, volume=0.5)),
        ({"m": {"n": "a", "s": 1, "d": 2, "v": 1}}, Segment(name="a", start_ms=1, length_ms=2, volume=1.0)),
        ({"n": "own", "m": {"n": "inner"}}, Segment(name="own", start_ms=0)),
        ({"name": "far", "m": {"n": "inner"}}, Segment(name="inner", start_ms=0)),
        ({"name": "a", "start": 5, "volume": 0}, Segment(name="a", start_ms=5, volume=0.0)),
        ({"title": "a"}, Segment(name="a", start_ms=0)),
        ({"text": "a"}, Segment(name="a", start_ms=0)),
        ({"n": 7, "name": "a"}, Segment(name="a", start_ms=0)),
        ({"n": "  ", "text": "a"}, Segment(name="a", start_ms=0)),
        ({"n": "a\x1b[2J\u202eb\nc"}, Segment(name="a [2J b c", start_ms=0)),
        ({"n": "n" * 200}, Segment(name="n" * 79 + "…", start_ms=0)),
        ({"s": True, "d": "3", "v": False}, Segment(start_ms=0)),
        ({"s": -1, "d": 1e300, "v": 1.5}, Segment(start_ms=0)),
        ({"d": 10**400, "v": 10**400}, Segment(start_ms=0)),
        ({"d": float("nan"), "v": float("nan"), "s": float("inf")}, Segment(start_ms=0)),
        ({"d": 1999.6}, Segment(start_ms=0, length_ms=2000)),
        (None, Segment(start_ms=0)),
        ([1], Segment(start_ms=0)),
    ],
)
def test_a_segment_is_read_as_far_as_it_can_be(segment: Any, expected: Segment) -> None:
    (track,) = tracks(raw({"t": [{"tt": 0, "sg": [segment]}]}))
    assert track.segments == (expected,)


def test_without_a_start_segments_follow_each_other() -> None:
    (track,) = tracks(
        raw({"t": [{"tt": 0, "sg": [{"d": 10}, {"d": 20}, {"s": 100, "d": 5}, {"d": 1}, {}, {"n": "x"}]}]})
    )
    assert [segment.start_ms for segment in track.segments] == [0, 10, 100, 105, 106, None]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (0, "Video"),
        (1, "BGM"),
        (7, "Title"),
        (5, "Track 5"),
        (0.0, "Video"),
        (True, "Track"),
        (None, "Track"),
        ("fx", "Track fx"),
    ],
)
def test_a_track_has_the_name_of_its_type(kind: Any, shown: str) -> None:
    (track,) = tracks(raw({"t": [{"tt": kind, "sg": []}]}))
    assert track.kind == shown


def test_a_draft_that_is_nested_too_deeply_is_only_unreadable() -> None:
    deep = RawJson("[" * 100_000 + "]" * 100_000)
    assert tracks(deep) == ()
    assert digest(deep, None) != digest(None, None)
    assert not is_export_ready(deep)


def test_a_draft_with_a_number_of_a_million_digits_is_read() -> None:
    huge = RawJson('{"t":[{"tt":0,"sg":[{"n":"a","d":' + "9" * 1_000_000 + "}]}]}")
    assert timeline_lines(huge) == ("Timeline (1 track):", "1. Video: a")


@given(JSON, JSON)
def test_no_draft_brings_the_reading_down(one: Any, other: Any) -> None:
    before, after = raw(one), raw(other)
    for draft in (before, after):
        tracks(draft)
        is_export_ready(draft)
        told(draft)
        assert timeline_lines(draft)
    assert bool(changes(before, after)) == (digest(before, None) != digest(after, None))
    "\n".join([*timeline_lines(after), *changes(before, after)]).encode()


@given(st.text(max_size=100))
def test_text_that_is_no_json_is_no_draft(text: str) -> None:
    digest(RawJson(text), None)
    tracks(RawJson(text))
