"""What is said to the backend, and what its answers lead to (contract §7)."""

from __future__ import annotations

import pytest

from photovideos.errors import (
    ExportBlocked,
    InstructionFailed,
    NoCredits,
    PhotoVideosError,
    RateLimited,
    RequestRefused,
)
from photovideos.jobs.road import Road
from photovideos.model import InstructionPhase
from support.fake_cloud import Act, Asked, Handler, answers, said
from support.trail import Trail


def replying(trail: Trail, text: str, *, edits: bool = True) -> Act:
    def speak(handler: Handler, _asked: Asked) -> None:
        if edits:
            trail.cloud.edit()
        handler.stream(*([said(text)] if text else []))

    return speak


def test_the_text_and_the_state_before_it_are_on_disk_before_it_is_sent(trail: Trail) -> None:
    seen: list[Road] = []

    def look(handler: Handler, asked: Asked) -> None:
        seen.append(trail.road())
        trail.plainly(handler, asked)

    trail.cloud.plan("/run_sse", look)
    trail.drop()
    trail.walk()
    record = seen[0].instruction
    assert record is not None
    assert (record.text, record.phase) == ("a calm video", InstructionPhase.INTENDED)
    order = [asked.path.split("/")[2] for asked in trail.cloud.asked if "upload" in asked.path or "state" in asked.path]
    assert order[:3] == ["upload-video", "upload-video", "state"], "the state is that after the last upload"
    assert record.digest_before


def test_an_edit_without_a_text_is_told_by_what_it_changed(trail: Trail) -> None:
    trail.cloud.plan("/run_sse", replying(trail, ""))
    trail.drop()
    assert "added" in " ".join(trail.walk().replies).lower()
    assert "added" in trail.summary().lower()


def test_a_message_that_changed_nothing_is_told_where_a_timeline_is(trail: Trail) -> None:
    trail.cloud.plan("/run_sse", trail.plainly, replying(trail, "I cannot do that.", edits=False))
    trail.drop("a calm video\nexport\nturn it upside down")
    road = trail.walk()
    assert "This changed nothing: “turn it upside down”." in road.notes
    assert trail.films == ["Rome - 1.mp4"]


def test_a_message_that_made_nothing_fails_with_the_answer(trail: Trail) -> None:
    trail.cloud.plan("/run_sse", replying(trail, "I cannot do that.", edits=False))
    trail.drop()
    with pytest.raises(InstructionFailed, match=r"I cannot do that\."):
        trail.walk()
    assert not trail.posts


def test_what_a_person_should_drag_is_sent_as_a_message(trail: Trail) -> None:
    talk = "Your video is ready! Drag the second clip to the front."
    trail.cloud.plan("/run_sse", replying(trail, talk))
    trail.drop()
    trail.walk()
    assert len(trail.messages) == 2
    assert "second clip" in trail.messages[1]
    assert "rag the second" not in trail.summary()


def test_what_a_person_should_click_to_export_is_done(trail: Trail) -> None:
    trail.cloud.plan("/run_sse", trail.plainly, replying(trail, "Click Export to save your video.", edits=False))
    trail.drop("a calm video\nexport\nis it ready?")
    trail.walk()
    assert len(trail.posts) == 2
    assert "lick" not in trail.summary(trail.summaries[-1])


def test_still_working_is_told_in_the_status_file(trail: Trail) -> None:
    told: list[str] = []

    def work(handler: Handler, asked: Asked) -> None:
        trail.now.at += 20  # the status file is rewritten every 15 s at most
        trail.seconds += 170
        for _ in range(100):
            (note,) = trail.folder.glob("_photovideos - making.txt")
            if "Still working" in (text := note.read_text(encoding="utf-8-sig")):
                told.append(text)
                break
            trail.halt.wait(0.05)
        trail.plainly(handler, asked)

    trail.config = trail.config.model_copy(
        update={"backend": trail.config.backend.model_copy(update={"still_working_seconds": 0.2})}
    )
    trail.cloud.plan("/run_sse", work)
    trail.drop()
    trail.walk()
    assert "Still working, for 3 minutes now." in told[0]


def test_a_stream_that_ends_for_want_of_credits_parks_and_goes_on_with_credits(trail: Trail) -> None:
    error = b'data: {"code":2001,"message":"insufficient credits"}\n\n'
    trail.cloud.plan("/run_sse", lambda handler, _asked: handler.stream(error))
    trail.drop()
    with pytest.raises(NoCredits) as caught:
        trail.walk()
    assert "register?bind=anon_7" in caught.value.advice
    trail.walk()
    assert trail.messages == ["a calm video"] * 2
    assert trail.films == ["Rome.mp4"]


def test_a_taken_message_that_changed_nothing_is_not_sent_again_by_itself(trail: Trail) -> None:
    error = b'data: {"error":"the model is busy"}\n\n'
    trail.cloud.plan("/run_sse", lambda handler, _asked: handler.stream(error))
    trail.drop()
    for _ in range(2):
        with pytest.raises(InstructionFailed) as caught:
            trail.walk()
    assert "charged twice" in caught.value.advice
    assert len(trail.messages) == 1


@pytest.mark.parametrize(
    ("code", "refusal"), [(429, RateLimited), (422, RequestRefused), (2001, NoCredits), (402, ExportBlocked)]
)
def test_a_refused_message_goes_out_when_its_cause_is_cured(
    trail: Trail, code: int, refusal: type[PhotoVideosError]
) -> None:
    trail.cloud.plan("/run_sse", answers({"code": code, "message": "no"}, code if code < 1000 else 200))
    trail.drop()
    with pytest.raises(refusal):
        trail.walk()
    trail.walk()
    assert trail.messages == ["a calm video"] * 2
