from __future__ import annotations

from typing import Any

import pytest

from photovideos_studio.faults.changes import changed, reshaped

POLL = {"taskId": "r", "status": "completed", "progress": 100, "output": {"url": "u", "duration": 1.5, "size": 3}}


def test_values_are_set_and_dropped_by_their_path() -> None:
    value = {"data": {"files": [{"filename": "a.jpg"}, {"filename": "b.jpg"}], "session_id": "1"}}
    bent = changed(
        value, {"data.files.1.filename": "../b.jpg", "data.session_id": 1}, ["data.files.0.filename", "data.none"]
    )
    assert bent == {"data": {"files": [{}, {"filename": "../b.jpg"}], "session_id": 1}}
    assert value["data"]["session_id"] == "1", "the answer itself is left alone"


@pytest.mark.parametrize("path", ["none.deeper", "data.9", "data.x.y", "a.b.c"])
def test_a_path_that_leads_nowhere_changes_nothing(path: str) -> None:
    value = {"data": [1, 2]}
    assert changed(value, {path: 7}, [path]) == value


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("A", POLL),
        ("B", {"success": True, "data": {"id": "r", "status": "completed", "progress": 100, "outputUrl": "u"}}),
        ("CA", {"code": 0, "message": "success", "data": POLL}),
        (
            "CB",
            {
                "code": 0,
                "message": "success",
                "data": {"id": "r", "status": "completed", "progress": 100, "outputUrl": "u"},
            },
        ),
    ],
)
def test_a_poll_in_each_published_form(form: str, expected: Any) -> None:
    assert reshaped(POLL, form) == expected


def test_fields_at_the_top_level() -> None:
    assert reshaped({"code": 0, "data": {"token": "t"}}, "top_level") == {"code": 0, "token": "t"}
    assert reshaped({"code": 429, "data": None}, "top_level") == {"code": 429, "data": None}


def test_an_error_has_no_forms() -> None:
    assert reshaped({"code": 404, "message": "x"}, "B") == {"code": 404, "message": "x"}
