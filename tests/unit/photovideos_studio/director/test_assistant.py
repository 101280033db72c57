"""What an assistant answers is validated into the same wishes, and never overrules the grammar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import ModuleType

from photovideos_studio.director import direct
from photovideos_studio.director.assistant import read_answer, validated


def test_impossible_values_and_unknown_keys_are_left_out() -> None:
    found = validated(
        {"duration_s": -4, "pace": "fast", "filter": "neon", "rm": "-rf", "fps": True, "aspect": "1:1"}, "words"
    )
    assert {(finding.field, finding.value) for finding in found} == {("pace", "fast"), ("aspect_explicit", "1:1")}


def test_the_object_is_found_in_a_chatty_answer() -> None:
    body = json.dumps({"choices": [{"message": {"content": 'Sure! {"pace": "slow"} Done.'}}]}).encode()
    assert read_answer(body) == {"pace": "slow"}
    assert read_answer(b"no json") is None
    assert read_answer(b'{"choices": []}') is None


def test_it_helps_with_clauses_that_were_not_understood_alone(table: ModuleType) -> None:
    asked: list[tuple[str, ...]] = []

    def assistant(clauses: Sequence[str]) -> dict[str, object]:
        asked.append(tuple(clauses))
        return {"filter": "bw", "duration_s": 99}

    direction = direct(
        "30 seconds. Please make it all zebraish.",
        materials=table.materials(("a.jpg", "b.jpg")),
        previous=None,
        seed="s",
        language=None,
        assistant=assistant,
    )
    assert asked == [("Please make it all zebraish",)]
    wishes = direction.draft.photovideos["wishes"]
    assert wishes["filter"] == "bw"
    assert wishes["duration_s"] == 30
