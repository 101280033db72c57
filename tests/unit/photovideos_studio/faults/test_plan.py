"""The faults file: strict, and which call meets which fault."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from photovideos_studio import faults
from photovideos_studio.faults import FaultPlan, FaultsError, read_faults, stream
from photovideos_studio.faults.answers import DEEDS
from photovideos_studio.faults.plan import ENDPOINTS, KINDS, SELECTORS, SETTINGS, parse_faults


def chosen(plan: FaultPlan, endpoint: str, *, render: str | None = None, content: bytes = b"") -> str | None:
    fault = plan.choose(endpoint, render_id=render, content=content)
    return None if fault is None else fault.do


@pytest.mark.parametrize(
    ("call", "hit"),
    [
        (None, [1]),
        (2, [2]),
        ([1, 3], [1, 3]),
        ("2-4", [2, 3, 4]),
        ("4-", [4, 5, 6]),
        (["1-2", 5], [1, 2, 5]),
        ("all", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_fault_is_met_at_the_calls_it_names(call: Any, hit: list[int]) -> None:
    entry = {"on": "poll", "do": "failed"} | ({} if call is None else {"call": call})
    plan = parse_faults({"faults": [entry]})
    assert [number for number in range(1, 7) if chosen(plan, "poll")] == hit
    assert chosen(plan, "state") is None


def test_a_fault_of_one_render_counts_within_it() -> None:
    plan = parse_faults({"faults": [{"on": "poll", "do": "failed", "render": 2, "call": 2}]})
    assert chosen(plan, "render", render="a") is None
    assert chosen(plan, "poll", render="a") is None
    assert chosen(plan, "render", render="b") is None
    assert chosen(plan, "poll", render="b") is None
    assert chosen(plan, "poll", render="a") is None
    assert chosen(plan, "poll", render="b") == "failed"


def test_a_fault_with_words_counts_the_calls_that_contain_them() -> None:
    plan = parse_faults({"faults": [{"on": "upload", "do": "code", "containing": "b.jpg", "call": 2}]})
    assert plan.looks_into("upload")
    assert not plan.looks_into("state")
    assert [chosen(plan, "upload", content=name) for name in (b"a.jpg", b"b.jpg", b"a.jpg", b"b.jpg")] == [
        None,
        None,
        None,
        "code",
    ]


def test_the_first_fault_that_fits_is_played_and_the_others_keep_counting() -> None:
    plan = parse_faults({"faults": [{"on": "any", "do": "code"}, {"on": "state", "do": "hang", "call": "1-2"}]})
    assert [chosen(plan, "state") for _ in range(3)] == ["code", "hang", None]
    assert chosen(plan, "poll") == "code", "any counts for each endpoint by itself"


def test_the_file_may_be_yaml_with_a_bare_on_or_json(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "heartbeat_seconds: 1\ntoken_lifetime_seconds: 60\ncredits: {available: 60, edit: 50}\n"
        "faults:\n  - {on: poll, call: 2, do: failed, reason: x}\n"
    )
    (tmp_path / "a.json").write_text('{"faults": [{"on": "poll", "call": 2, "do": "failed", "reason": "x"}]}')
    plan = read_faults(tmp_path / "a.yaml")
    assert plan.faults == read_faults(tmp_path / "a.json").faults
    assert plan.store_options == {"token_lifetime_seconds": 60.0}
    assert plan.manner_options == {"heartbeat_seconds": 1.0}
    assert plan.charges is not None
    assert (plan.charges.available, plan.charges.edit) == (60, 50)


def test_all_problems_are_named_with_their_paths() -> None:
    with pytest.raises(FaultsError) as caught:
        parse_faults(
            {
                "colour": 1,
                "heartbeat_seconds": "x",
                "credits": {"available": 1, "free": 2},
                "faults": [
                    {"on": "nowhere", "do": "code"},
                    {"on": "poll", "do": "explode"},
                    {"on": "poll", "do": "delay", "second": 1},
                    {"on": "poll", "do": "delay", "seconds": "1", "when": "never"},
                    {"on": "poll", "do": "failed", "call": "x"},
                    {"on": "poll", "do": "failed", "render": "1", "containing": 2},
                    "poll",
                ],
            }
        )
    begins = [line.split(":")[0] for line in str(caught.value).splitlines()]
    assert begins == [
        "colour",
        "heartbeat_seconds",
        "credits.free",
        "faults[0].on",
        "faults[1].do",
        "faults[2].second",
        "faults[3].seconds",
        "faults[3].when",
        "faults[4].call",
        "faults[5].render",
        "faults[5].containing",
        "faults[6]",
    ]


@pytest.mark.parametrize("value", [None, [], "x", {"faults": 3}])
def test_what_is_no_plan_at_all_is_refused(value: Any) -> None:
    with pytest.raises(FaultsError):
        parse_faults(value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("faults: [")
    for name in ("a.yaml", "absent.yaml"):
        with pytest.raises(FaultsError):
            read_faults(tmp_path / name)


def test_every_kind_has_its_deed() -> None:
    assert set(DEEDS) | {"stream"} == set(KINDS)


def test_the_manual_names_every_kind_every_option_and_every_setting() -> None:
    manual = faults.__doc__ or ""
    for kind, options in KINDS.items():
        told = (stream.__doc__ or "") if kind == "stream" else manual
        assert re.search(rf"\b{kind}\b", manual), kind
        for option in options:
            assert re.search(rf"\b{option}\b", told), f"{kind}: {option}"
    for name in (*SETTINGS, *SELECTORS, *ENDPOINTS):
        assert re.search(rf"\b{name}\b", manual), name


def test_the_manual_s_example_is_a_plan() -> None:
    manual = textwrap.dedent((faults.__doc__ or "").split("their path.")[1].split("    code ")[0])
    plan = parse_faults(yaml.safe_load(manual))
    assert [(fault.on, fault.do, fault.render) for fault in plan.faults] == [("poll", "failed", 1)]
