from typing import Any


def test_photos_become_a_film_along_the_whole_contract(rig: Any) -> None:
    session = rig.ready_session("a.jpg", "b.jpg")
    state = rig.state(session)
    assert [info["filename"] for info in state["video_infos"]] == ["a.jpg", "b.jpg"]
    answer = rig.render(session, state["draft"])
    assert answer.json()["code"] == 0
    ended = rig.ended()
    assert ended["status"] == "completed"
    film = rig.http.get(ended["output"]["url"])
    assert film.status_code == 200
    assert len(film.content) == ended["output"]["size"]
    assert ended["output"]["duration"] == 6.0
