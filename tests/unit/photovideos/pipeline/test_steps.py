"""Requests that skip the message, and batch (contract §10, design §2.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from photovideos.errors import InstructionFailed
from photovideos.jobs.road import Road
from photovideos.pipeline.messages import DEFAULT_MESSAGE
from support.fake_cloud import Asked, Handler, said
from support.trail import Trail


def test_an_export_line_alone_asks_first_for_a_video_and_says_so(trail: Trail) -> None:
    trail.drop("export 1080p MP4")
    trail.walk()
    assert trail.messages == [DEFAULT_MESSAGE]
    assert DEFAULT_MESSAGE in trail.summary()
    assert trail.films == ["Rome.mp4"]


@pytest.mark.parametrize("checkpoint", range(1, 24))
def test_a_crash_around_the_message_nobody_wrote_swallows_no_other(trail: Trail, checkpoint: int) -> None:
    trail.drop("export\n---\nwith a title", photos=1)
    trail.walk_and_crash(after=checkpoint)
    trail.walk()
    assert trail.messages == [DEFAULT_MESSAGE, "with a title"]
    assert trail.films == ["Rome - 1.mp4", "Rome - 2.mp4"]


def test_an_export_of_a_timeline_that_stands_says_nothing(trail: Trail) -> None:
    trail.drop("a calm video\nPlease export the video.")
    trail.walk()
    assert trail.messages == ["a calm video"]
    assert len(trail.posts) == 1


def test_questions_alone_make_no_film_and_are_answered_in_the_summary(trail: Trail) -> None:
    trail.drop("credits\nstatus")
    trail.walk()
    assert trail.films == []
    assert trail.messages == []
    assert "Credits: 60 available." in trail.summary()


def test_an_upload_line_alone_is_answered_too(trail: Trail) -> None:
    trail.drop("upload")
    trail.walk()
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"]
    assert "Uploaded: 2 files of this folder." in trail.summary()
    assert trail.films == []


@pytest.mark.parametrize(
    "text",
    [
        "a calm video\nexport\nupload\nstatus\ncredits",
        "a calm video\nexport\n---\nupload\n---\ncredits\nstatus",
        "a calm video\nstatus\nupload\ncredits",
        "a calm video\n---\ncredits",
    ],
)
def test_questions_behind_the_last_film_are_answered_in_its_summary(trail: Trail, text: str) -> None:
    trail.drop(text)
    trail.walk()
    assert trail.summaries == ["Rome - timeline.txt"]
    assert "Credits: 60 available." in trail.summary()


def test_what_is_refused_behind_the_last_film_is_told_in_its_summary(trail: Trail) -> None:
    trail.drop("a calm video\nexport\nupload https://example.com/sea.jpg\ncredits")
    trail.walk()
    assert trail.summaries == ["Rome - timeline.txt"]
    assert trail.summary().count("upload.allow_urls") == 1
    assert "Credits: 60 available." in trail.summary()


def test_what_is_answered_behind_a_message_that_changed_nothing_gets_a_summary_of_its_own(trail: Trail) -> None:
    def idle(handler: Handler, _asked: Asked) -> None:
        handler.stream(said("I cannot sing."))

    trail.drop("a calm video\nexport\nsing\ncredits")
    trail.cloud.plan("/run_sse", trail.plainly, idle)
    trail.walk()
    assert trail.films == ["Rome - 1.mp4"]
    assert trail.summaries == ["Rome - 1 - timeline.txt", "Rome - timeline.txt"]
    film, later = trail.summary("Rome - 1 - timeline.txt"), trail.summary()
    for words in ("I cannot sing.", "This changed nothing: “sing”.", "Credits: 60 available."):
        assert words in later
        assert words not in film
    assert "Done." not in later
    assert "Made by photovideos: Rome - 1.mp4" in film


def test_an_answer_without_a_film_leaves_the_summaries_of_films_alone(trail: Trail) -> None:
    trail.drop()
    before = trail.walk()
    claims = trail.summary()
    road = Road(session_id=before.session_id, sessions_opened=1, inputs=before.inputs, said=before.said)
    trail.again("credits", replace(road, user_id="anon_7", blocks=trail.blocks("credits")))
    trail.walk()
    assert trail.summary() == claims
    assert "Credits: 60 available." in trail.summary("Rome (2) - timeline.txt")


def test_preview_in_timeline_writes_the_tracks_into_the_summary(trail: Trail) -> None:
    """contract §7: of the timeline as it stood when it was said."""

    def spoken(handler: Handler, _asked: Asked) -> None:
        trail.cloud.raw_state = '{"draft": {"t": [{"tt": 0, "sg": [{"n": "a.jpg", "d": 9000}]}]}}'
        handler.stream(said("The opening is there. You can preview it in the timeline."))

    trail.drop("a calm video\nexport\nwith a title")
    trail.cloud.plan("/run_sse", spoken, trail.plainly)
    trail.walk()
    first, last = trail.summary("Rome - 1 - timeline.txt"), trail.summary("Rome - 2 - timeline.txt")
    tracks = first.partition("\n\n")[0]
    assert tracks == "Timeline (1 track):\n1. Video: a.jpg (0-9s)"
    assert "Answers:" not in first, "the same tracks stand on top"
    assert "Answers:" in last
    assert all(line in last for line in tracks.splitlines())
    assert last.partition("\n\n")[0] != tracks
    assert "preview" not in first + last


def test_a_preview_of_what_did_not_change_is_no_answer(trail: Trail) -> None:
    trail.drop()
    before = trail.walk()
    trail.cloud.plan("/run_sse", lambda handler, _asked: handler.stream(said("You can preview it in the timeline.")))
    road = Road(session_id=before.session_id, sessions_opened=1, inputs=before.inputs, said=before.said)
    trail.again("a calm video\nslower", replace(road, user_id="anon_7", blocks=trail.blocks("slower")))
    with pytest.raises(InstructionFailed, match="made no film"):
        trail.walk()


def test_addresses_are_handed_over_only_if_that_is_allowed(trail: Trail) -> None:
    trail.drop("a calm video\nupload https://example.com/sea.jpg")
    trail.walk()
    assert "upload.allow_urls" in trail.summary()
    assert b"example.com" not in b"".join(asked.body for asked in trail.cloud.calls("/upload-video/"))


def test_addresses_are_handed_to_the_cloud(trail: Trail) -> None:
    handed: list[object] = []

    def take(handler: Handler, asked: Asked) -> None:
        handed.append(asked.json)
        handler.answer({"code": 0, "data": {"files": [{"filename": "sea.jpg"}]}})

    trail.config = trail.config.model_copy(
        update={"upload": trail.config.upload.model_copy(update={"allow_urls": True})}
    )
    trail.drop("a calm video\nupload https://example.com/sea.jpg", photos=0)
    trail.draw("IMG_1.jpg")

    def speak(handler: Handler, asked: Asked) -> None:
        trail.cloud.plan("/upload-video/", take)  # what is uploaded from now on is handed over
        trail.plainly(handler, asked)

    trail.cloud.plan("/run_sse", speak)
    trail.walk()
    assert handed == [{"urls": ["https://example.com/sea.jpg"], "source_type": "url"}]
    assert trail.messages == ["a calm video", "New files: sea.jpg. Add them to the video."]


def test_each_block_ends_in_a_film_of_its_own(trail: Trail) -> None:
    trail.drop("a calm video\n---\n[reel: IMG_2.jpg]\na quick one\n---\n[all: *]\nall of it")
    trail.walk()
    assert trail.films == ["Rome - 1.mp4", "Rome - all.mp4", "Rome - reel.mp4"]
    assert trail.messages[1:] == [
        "Start a new timeline with only these files: IMG_2.jpg.\na quick one",
        "Start a new timeline with all files.\nall of it",
    ]
