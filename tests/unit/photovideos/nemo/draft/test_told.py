"""What the studio tells inside the draft (design §3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from photovideos.model import LeftOut, RawJson
from photovideos.nemo.draft import Told, Understanding, told


def carrying(value: Any) -> RawJson:
    return RawJson(json.dumps({"t": [], "m": {"photovideos": value}}))


def test_all_four_parts_are_read() -> None:
    found = told(
        carrying(
            {
                "wishes": {"duration_s": 30, "titles": []},
                "receipt": [
                    {
                        "clause": "in 8K",
                        "field": "resolution",
                        "understood": "4k",
                        "outcome": "conflict",
                        "reason": "no 8K",
                    }
                ],
                "left_out": [{"file": "a.jpg", "reason": "it is broken"}],
                "outputs": [{"label": "16x9", "aspect": "16:9"}, {"label": "9x16", "aspect": "9:16"}],
            }
        )
    )
    assert found == Told(
        wishes={"duration_s": 30, "titles": []},
        receipt=(
            Understanding(clause="in 8K", field="resolution", understood="4k", outcome="conflict", reason="no 8K"),
        ),
        left_out=(LeftOut(file="a.jpg", reason="it is broken"),),
        outputs=("16x9", "9x16"),
    )


@pytest.mark.parametrize("draft", [None, "null", "{}", '{"m":null}', '{"m":{"photovideos":[]}}', '{"m":[]}', "?"])
def test_a_draft_from_elsewhere_tells_nothing(draft: str | None) -> None:
    assert told(RawJson(draft) if draft is not None else None) is None


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"wishes": [], "receipt": {}, "left_out": "x", "outputs": 7},
        {
            "receipt": [1, None, "x"],
            "left_out": [{"reason": "no file"}, {"file": None}],
            "outputs": [{"label": ""}, []],
        },
    ],
)
def test_what_is_of_the_wrong_type_is_left_out(value: Any) -> None:
    assert told(carrying(value)) == Told()


def test_values_that_are_no_text_are_written_as_json() -> None:
    found = told(carrying({"receipt": [{"understood": {"kind": "any"}, "reason": 7}]}))
    assert found is not None
    assert found.receipt == (Understanding(clause="", field="", understood='{"kind": "any"}', outcome="", reason="7"),)


def test_texts_are_fit_to_be_shown() -> None:
    found = told(carrying({"left_out": [{"file": "a\u202ejpg", "reason": "x" * 5000}]}))
    assert found is not None
    assert found.left_out[0].file == "a jpg"
    assert len(found.left_out[0].reason) == 500


def test_a_label_counts_once() -> None:
    found = told(carrying({"outputs": [{"label": "a", "aspect": "1:1"}, {"label": "a", "aspect": "4:5"}]}))
    assert found is not None
    assert found.outputs == ("a",)
