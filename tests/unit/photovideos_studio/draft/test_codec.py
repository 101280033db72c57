"""The draft's JSON form: an exact round trip, the contract's keys, and complaints that say where."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.draft import (
    Canvas,
    Chapter,
    Draft,
    DraftError,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    TextRole,
    TextSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.draft.codec import MAX_LENGTH_MS, dumps, loads
from photovideos_studio.facts import Box

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.integers(0, MAX_LENGTH_MS)
lengths = st.integers(1, MAX_LENGTH_MS)
shares = st.floats(0, 1)
sides = st.floats(-2, 2)
extents = st.floats(0.001, 2)
boxes = st.builds(Box, x=sides, y=sides, w=extents, h=extents)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
pictures = st.builds(
    PictureSegment,
    id=words,
    name=words,
    start_ms=moments,
    length_ms=lengths,
    upload_id=words,
    is_clip=st.booleans(),
    fit=st.sampled_from(Fit),
    motion=st.builds(Motion, kind=st.sampled_from(["none", "pan"]), start=boxes, end=boxes),
    transition=st.builds(Transition, kind=st.sampled_from(TransitionKind), length_ms=moments),
    source_start_ms=moments,
    volume=shares,
)
music = st.builds(
    MusicSegment,
    id=words,
    name=words,
    start_ms=moments,
    length_ms=lengths,
    volume=shares,
    lift_db=st.sampled_from([0.0, 2.5]),
    mood=st.none() | words,
    seed=st.integers(0, 2**63),
    upload_id=st.none() | words,
    source_start_ms=moments,
    fade_in_ms=moments,
    fade_out_ms=moments,
)
texts = st.builds(
    TextSegment, id=words, text=words, start_ms=moments, length_ms=lengths, role=st.sampled_from(TextRole)
)
drafts = st.builds(
    Draft,
    canvas=st.builds(Canvas, width=st.integers(16, 8192), height=st.integers(16, 8192)),
    fps=st.integers(1, 120),
    length_ms=moments,
    pictures=st.lists(pictures, max_size=3).map(tuple),
    music=st.lists(music, max_size=2).map(tuple),
    texts=st.lists(texts, max_size=2).map(tuple),
    filter=st.none() | words,
    fade_in_ms=moments,
    fade_out_ms=moments,
    title=st.none() | words,
    created=st.none() | words,
    chapters=st.lists(st.builds(Chapter, start_ms=moments, title=words), max_size=2).map(tuple),
    photovideos=st.dictionaries(words, json_values, max_size=3),
)


@given(drafts)
def test_a_draft_comes_back_as_it_was(draft: Draft) -> None:
    assert loads(dumps(draft)) == draft
    assert Draft.from_json(draft.to_json()) == draft
    assert dumps(loads(dumps(draft))) == dumps(draft), "and its text too, byte for byte"


def example() -> Draft:
    whole = Box(x=0, y=0.1, w=1, h=0.5)
    picture = PictureSegment(
        id="p0",
        name="a.jpg",
        start_ms=0,
        length_ms=3800,
        upload_id="u1",
        is_clip=False,
        fit=Fit.CROP,
        motion=Motion(kind="zoom_in", start=whole, end=whole),
        transition=Transition(kind=TransitionKind.CROSSFADE, length_ms=800),
    )
    song = MusicSegment(id="m0", name="Lo-fi", start_ms=0, length_ms=10_000, volume=0.35, mood="lofi", seed=3)
    title = TextSegment(id="t0", text="Urban Dreams", start_ms=0, length_ms=3000, role=TextRole.TITLE)
    return Draft(
        canvas=Canvas(width=1920, height=1080),
        fps=30,
        length_ms=10_000,
        pictures=(picture,),
        music=(song,),
        texts=(title,),
        photovideos={"wishes": {"length": 10}},
    )


def test_the_keys_are_those_of_the_contract() -> None:
    value = example().to_json()
    assert [track["tt"] for track in value["t"]] == [0, 1, 7]
    video, sound, text = (track["sg"][0] for track in value["t"])
    assert (video["n"], video["s"], video["d"]) == ("a.jpg", 0, 3800)
    assert "v" not in video, "a photo has no volume to tell of"
    assert (sound["n"], sound["v"]) == ("Lo-fi", 0.35)
    assert text["n"] == "Urban Dreams"
    assert value["d"] == 10_000
    assert value["m"]["photovideos"] == {"wishes": {"length": 10}}


def test_an_empty_track_is_not_told() -> None:
    draft = Draft(canvas=Canvas(width=16, height=16), fps=30, length_ms=0, pictures=())
    assert draft.to_json()["t"] == []
    assert Draft.from_json(draft.to_json()) == draft


def altered(path: str, value: Any) -> Any:
    """The example with one value replaced, or dropped when `value` is Ellipsis."""
    whole = copy.deepcopy(example().to_json())
    holder: Any = whole
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        holder = holder[step]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "begins"),
    [
        ("t", {}, "draft.t: a list"),
        ("t.0", [], "draft.t[0]: an object"),
        ("t.0.tt", 2, "draft.t[0].tt: a track of type 2"),
        ("t.0.tt", True, "draft.t[0].tt: a whole number"),
        ("t.1.tt", 0, "draft.t[1].tt: a second track of type 0"),
        ("t.0.sg.0.d", 0, "draft.t[0].sg[0].d: a number from 1"),
        ("t.0.sg.0.d", 3.5, "draft.t[0].sg[0].d: a whole number"),
        ("t.0.sg.0.d", "3", "draft.t[0].sg[0].d: a whole number"),
        ("t.0.sg.0.s", -1, "draft.t[0].sg[0].s: a number from 0"),
        ("t.0.sg.0.n", None, "draft.t[0].sg[0].n: a text is expected, not null"),
        ("t.0.sg.0.n", "\ud800", "draft.t[0].sg[0].n: half of a surrogate pair"),
        ("t.0.sg.0.m.fit", "stretch", "draft.t[0].sg[0].m.fit: one of crop"),
        ("t.0.sg.0.m.clip", 0, "draft.t[0].sg[0].m.clip: true or false"),
        ("t.0.sg.0.m.motion.start", [0, 0, 1], "draft.t[0].sg[0].m.motion.start: four numbers"),
        ("t.0.sg.0.m.motion.end", [0, 0, 0, 1], "draft.t[0].sg[0].m.motion.end: width and height"),
        ("t.0.sg.0.m.motion.end", [0, 0, float("nan"), 1], "draft.t[0].sg[0].m.motion.end[2]: a number"),
        ("t.0.sg.0.m.upload", ..., "draft.t[0].sg[0].m.upload: missing"),
        ("t.0.sg.0.m.more", 1, "draft.t[0].sg[0].m.more: not a key"),
        ("t.1.sg.0.v", 1.5, "draft.t[1].sg[0].v: a number from 0 to 1"),
        ("t.2.sg.0.m.role", "subtitle", "draft.t[2].sg[0].m.role: one of title"),
        ("d", MAX_LENGTH_MS + 1, "draft.d: a number from 0"),
        ("t.1.sg.0.v", True, "draft.t[1].sg[0].v: a number"),
        ("t.0.sg.0.m.motion.end", [0, 0, True, 1], "draft.t[0].sg[0].m.motion.end[2]: a number"),
        ("m.canvas.w", 100_000, "draft.m.canvas.w: a number from 16"),
        ("m.fps", 0, "draft.m.fps: a number from 1"),
        ("m.photovideos", [], "draft.m.photovideos: an object"),
        ("m.photovideos", {"a": "\udc80"}, "draft.m.photovideos: it cannot be written"),
        ("more", 1, "draft.more: not a key"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(path: str, value: Any, begins: str) -> None:
    with pytest.raises(DraftError) as caught:
        Draft.from_json(altered(path, value))
    assert str(caught.value).startswith(begins)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"d": NaN}', "\xff", "null", "3"])
def test_what_is_no_json_object_is_a_draft_error(text: str) -> None:
    with pytest.raises(DraftError):
        loads(text)


def test_a_track_of_too_many_segments_is_refused_before_they_are_read() -> None:
    with pytest.raises(DraftError, match="more than"):
        Draft.from_json(altered("t.0.sg", [None] * 20_001))


@given(json_values)
def test_any_other_json_is_a_draft_error(value: Any) -> None:
    with pytest.raises(DraftError, match=r"^draft"):
        loads(json.dumps(value))  # nothing so small can be a whole draft
