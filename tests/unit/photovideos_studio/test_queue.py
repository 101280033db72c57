"""The render queue across restarts."""

from __future__ import annotations

from typing import Any


def test_a_film_being_made_when_the_studio_ends_is_made_by_the_next_one(rigs: Any) -> None:
    first = rigs()
    session = first.ready_session()
    draft = first.state(session)["draft"]
    first.farm.gate.clear()
    first.render(session, draft, "render_1")
    first.render(session, draft, "render_2")
    first.eventually(lambda: first.farm.films)
    first.close()
    again = rigs(first.folder)
    again.headers = first.headers
    for render_id in ("render_1", "render_2"):
        assert again.ended(render_id)["status"] == "completed"
    assert len(again.farm.films) == 2
    assert not list((again.folder / "store" / "renders").rglob("part-*"))


def test_films_are_made_one_at_a_time_in_the_order_asked_for(rig: Any) -> None:
    session = rig.ready_session("a.jpg")
    draft = rig.state(session)["draft"]
    rig.farm.gate.clear()
    for number in range(3):
        rig.render(session, draft, f"render_{number}")
        rig.clock.now += 1
    rig.eventually(lambda: rig.farm.films)
    assert [rig.poll(f"render_{number}")["status"] for number in range(3)] == ["processing", "pending", "pending"]
    assert len(rig.farm.films) == 1
    rig.farm.gate.set()
    for number in range(3):
        assert rig.ended(f"render_{number}")["status"] == "completed"


def test_a_photo_changed_while_its_film_waited_fails_it_by_name(rigs: Any) -> None:
    first = rigs()
    session = first.ready_session("a.jpg")
    first.farm.gate.clear()
    first.render(session, first.state(session)["draft"])
    first.eventually(lambda: first.farm.films)
    first.close()
    (first.photos / "a.jpg").write_bytes(b"another photo")
    again = rigs(first.folder)
    again.headers = first.headers
    told = again.ended()
    assert told["status"] == "failed"
    assert "a.jpg" in told["error"]


def test_a_render_is_taken_up_again_before_the_roots_are_told_anew(rigs: Any) -> None:
    first = rigs()
    session = first.ready_session("a.jpg")
    first.farm.gate.clear()
    first.render(session, first.state(session)["draft"])
    first.eventually(lambda: first.farm.films)
    first.close()
    again = rigs(first.folder, with_roots=False)
    again.headers = first.headers
    assert again.ended()["status"] == "completed"
