"""Answers of a wrong kind, at each call: the job comes again later, and the log says where in the JSON it was."""

from __future__ import annotations

import pytest

from photovideos.errors import ServiceTrouble
from support.fake_cloud import answers
from support.trail import Trail

DEEP = b'{"code":0,"data":' + b"[" * 100_000

NONSENSE: list[tuple[str, object, str]] = [
    ("anonymous-token", {"code": 0}, "token: data is missing"),
    ("anonymous-token", {"code": 0, "data": []}, "token: data is not an object"),
    ("anonymous-token", {"code": 0, "data": {}}, "token: data.token is missing"),
    ("anonymous-token", {"code": 0, "data": {"token": {"a": 1}}}, "token: data.token is not a text"),
    ("anonymous-token", {"code": 0, "data": {"token": "a b\r\nX: y"}}, "token: data.token is not a token"),
    ("anonymous-token", [1, 2], "token: $ is not an object"),
    ("/credits/", {"code": 0, "data": {}}, "credits: data.available is missing"),
    ("/credits/", {"code": 0, "data": {"available": [60]}}, "credits: data.available is not a number"),
    ("/credits/", b'{"code":0,"data":{"available":1e999}}', "credits: data.available is not a number"),
    ("with-session", {"code": 0, "data": {"session_id": None}}, "session: data.session_id is missing"),
    ("with-session", {"code": 0, "data": {"session_id": ["1"]}}, "session: data.session_id is not a text"),
    ("with-session", {"code": 0, "data": {"session_id": "../../x"}}, "session: data.session_id is not an id"),
    ("with-session", {"session_id": "a/b?c"}, "session: session_id is not an id"),
    ("with-session", b"<html>login</html>", "session: $ is not JSON"),
    ("with-session", b"\xff\xfe\x00", "session: $ is not UTF-8"),
    ("with-session", DEEP, "session: $ is nested too deeply"),
    ("/upload-video/", {"code": 0, "data": {"files": {}}}, "upload: data.files[0].filename is missing"),
    ("/upload-video/", {"code": 0, "data": {"files": [{"filename": 5}]}}, "upload: data.files[0].filename is missing"),
    ("/upload-video/", {"code": 0, "data": {"file": []}}, "upload: data.files is missing"),
    ("/state/", {"code": 0, "data": {}}, "state: data.state is missing"),
    ("/state/", {"code": 0, "data": {"state": "x"}}, "state: data.state is not an object"),
    ("/state/", {"state": [1]}, "state: state is not an object"),
    ("/lambda/", {"code": 0, "data": {}}, "poll: data.status is missing"),
    ("/lambda/", {"status": 5}, "poll: status is not a text"),
    ("/lambda/", {"taskId": "t"}, "poll: status is missing"),
]


@pytest.mark.parametrize(("place", "answer", "told"), NONSENSE)
def test_an_answer_of_a_wrong_kind_is_told_with_its_json_path(
    trail: Trail, place: str, answer: object, told: str
) -> None:
    looks = 3 if place == "/lambda/" else 1  # polls are asked for twice more in place
    trail.cloud.plan(place, *[answers(answer)] * looks)
    trail.drop()
    with pytest.raises(ServiceTrouble) as caught:
        trail.walk()
    assert caught.value.detail.startswith(told)
    assert str(caught.value) == "NemoVideo answered in a way that makes no sense."
    trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert trail.messages == ["a calm video"], "what was said is not said again"
    assert len(trail.posts) == 1
