"""Requests that skip the message, and batch (contract §10, design §2.1)."""

from __future__ import annotations

import pytest

from photovideos.pipeline.messages import DEFAULT_MESSAGE
from support.fake_cloud import Asked, Handler
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
