"""What is sent, in which order, and what became of each file (contract §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from photovideos import media
from photovideos.errors import NothingUsable
from photovideos.jobs.road import InputState
from photovideos.model import FileEntry, Prepared
from support import trail as trails
from support.fake_cloud import Asked, Handler, answers
from support.trail import Trail

REFUSED = answers({"code": 4001, "message": "unsupported"}, 415)
GONE = answers({"code": 1002, "message": "session not found"}, 404)


def test_a_refused_file_is_named_and_the_others_go_on(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", REFUSED)
    trail.drop()
    road = trail.walk()
    assert [entry.state for entry in road.inputs] == [InputState.REFUSED, InputState.UPLOADED]
    assert "IMG_1.jpg" in trail.summary()
    assert "JPG, PNG" in trail.summary()


def test_a_folder_of_refused_files_is_told_with_each_reason(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", REFUSED, REFUSED)
    trail.drop()
    with pytest.raises(NothingUsable, match=r"IMG_1\.jpg.*IMG_2\.jpg"):
        trail.walk()
    assert trail.messages == []


def test_after_a_crash_in_the_middle_only_what_the_state_lacks_is_sent(trail: Trail) -> None:
    def arrive_and_die(handler: Handler, asked: Asked) -> None:
        trail.cloud.uploaded.append(asked.file_name)
        handler.hang_up()

    trail.drop(photos=3)
    trail.cloud.plan("/upload-video/", arrive_and_die)
    trail.walk()
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg"]


def test_the_studio_gets_addresses_and_no_bytes(trail: Trail) -> None:
    trail.is_local = True
    sent: list[str] = []

    def take(handler: Handler, asked: Asked) -> None:
        sent.extend(asked.json["urls"])
        name = asked.json["urls"][0].rpartition("#name=")[2].partition("&")[0]
        trail.cloud.uploaded.append(name)
        handler.answer({"code": 0, "data": {"files": [{"filename": name}]}})

    trail.cloud.plan("/upload-video/", take, take)
    trail.drop()
    trail.walk()
    for number, address in zip((1, 2), sent, strict=True):
        path = trail.folder / f"IMG_{number}.jpg"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert address == f"file://{path}#name={path.name}&sha256={digest}"


def test_a_file_that_a_new_session_takes_after_all_is_not_left_out(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", REFUSED)
    trail.cloud.plan("/run_sse", GONE)
    trail.drop()
    road = trail.walk()
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"] * 2
    assert road.left_out == ()
    assert "IMG_1.jpg:" not in trail.summary()


def test_a_file_that_a_new_session_refuses_too_is_named_once(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", REFUSED, trail.cloud.answer_as_published, REFUSED)
    trail.cloud.plan("/run_sse", GONE)
    trail.drop()
    road = trail.walk()
    assert [one.file for one in road.left_out] == ["IMG_1.jpg"]


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_refused_file_is_tried_again_with_the_next_prompt(trail: Trail, is_taken: bool) -> None:
    trail.cloud.plan("/upload-video/", REFUSED)
    trail.drop()
    before = trail.walk()
    if not is_taken:
        trail.cloud.plan("/upload-video/", REFUSED)
    trail.refine(before, "slower")
    after = trail.walk()
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg", "IMG_1.jpg"]
    assert [one.file for one in after.left_out if one.file.startswith("IMG")] == ([] if is_taken else ["IMG_1.jpg"])
    assert trail.messages[1] == ("New files: IMG_1.jpg. Add them to the video.\n" if is_taken else "") + "slower"


def test_a_broken_photo_keeps_no_name_from_another(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost session has everything prepared anew, under the names that stand."""
    standing: list[Mapping[str, str]] = []

    def prepare(
        folder_fd: int, entries: Sequence[FileEntry], names: Mapping[str, str], **options: Any
    ) -> tuple[Prepared, ...]:
        standing.append(dict(names))
        first, *rest = trails.prepare(folder_fd, entries, names, **options)
        return (Prepared(path=first.path, name="IMG_2.jpg", kind=first.kind, problem="It is damaged."), *rest)

    monkeypatch.setattr(media, "prepare", prepare)
    trail.cloud.plan("/run_sse", GONE)
    trail.drop()
    road = trail.walk()
    assert standing == [{}, {"IMG_2.jpg": "IMG_2.jpg"}]
    assert [one.file for one in road.left_out] == ["IMG_1.jpg"]
