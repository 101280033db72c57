"""Sessions and their state."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_session_id_is_a_text_of_19_digits(rig: Any) -> None:
    rig.sign_in()
    answer = rig.ask(
        "POST", "/api/tasks/me/with-session/nemo_agent", json={"task_name": "project", "language": "en"}
    ).json()
    assert answer["code"] == 0
    session_id = answer["data"]["session_id"]
    assert isinstance(session_id, str)
    assert len(session_id) == 19
    assert session_id.isdigit()
    assert int(session_id) < 2**63
    assert answer["data"]["task_id"].startswith("task_")
    assert answer["data"]["user_id"].startswith("anon_")


def test_before_the_first_edit_there_is_no_draft(rig: Any) -> None:
    rig.sign_in()
    session = rig.open_session()
    state = rig.state(session)
    assert state == {"draft": None, "video_infos": [], "generated_media": []}


@pytest.mark.parametrize("session", ["1000000000000000001", "1", "..", "%2e%2e", "12345678901234567a9"])
def test_an_unknown_session_is_1002(rig: Any, session: str) -> None:
    rig.sign_in()
    answer = rig.ask("GET", f"/api/state/nemo_agent/me/{session}/latest")
    assert answer.status_code == 404
    assert answer.json()["code"] in (1002, 404)
    answer = rig.upload(session, ("a.jpg", b"x"))
    assert answer.status_code in (404, 405)


def test_a_session_belongs_to_its_user(rig: Any) -> None:
    rig.sign_in("one")
    session = rig.open_session()
    rig.sign_in("two")
    assert rig.ask("GET", f"/api/state/nemo_agent/me/{session}/latest").json()["code"] == 1002


def test_a_new_token_of_the_same_client_goes_on_in_the_same_session(rig: Any) -> None:
    rig.sign_in("one")
    session = rig.open_session()
    rig.clock.now += 7 * 86400
    rig.sign_in("one")
    assert rig.state(session)["draft"] is None


def test_the_state_tells_the_draft_the_files_and_the_canvas(rig: Any) -> None:
    session = rig.ready_session("a.jpg", "b.jpg")
    state = rig.state(session)
    assert [track["tt"] for track in state["draft"]["t"]] == [0, 1]
    assert state["draft"]["t"][1]["sg"][0]["v"] == 0.35
    assert state["canvas_config"] == {"width": 1920, "height": 1080}
    assert [(info["filename"], info["file_type"]) for info in state["video_infos"]] == [
        ("a.jpg", "image"),
        ("b.jpg", "image"),
    ]


def test_sessions_uploads_and_drafts_survive_a_restart(rigs: Any) -> None:
    first = rigs()
    session = first.ready_session("a.jpg")
    before = first.state(session)
    first.close()
    again = rigs(first.folder)
    again.headers = first.headers
    assert again.state(session) == before


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"task_name": 3}', b'{"language": []}', b"\xff\xfe"])
def test_a_body_that_makes_no_sense_is_422(rig: Any, body: bytes) -> None:
    rig.sign_in()
    answer = rig.ask("POST", "/api/tasks/me/with-session/nemo_agent", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, 422)


def test_a_body_without_end_is_refused(rig: Any) -> None:
    rig.sign_in()
    answer = rig.ask("POST", "/api/tasks/me/with-session/nemo_agent", content=b"x" * 1_500_000)
    assert answer.status_code == 413
