"""What the summary says of a job (design §2.2, contract §8, §10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from photovideos import media
from photovideos.errors import InstructionFailed, NothingUsable
from photovideos.model import FilmFacts
from support import trail as trails
from support.fake_cloud import Asked, Handler, answers, said
from support.trail import Trail


def test_credits_before_and_after_and_where_the_photos_went(trail: Trail) -> None:
    before, after = ({"code": 0, "data": {"available": left}} for left in (60, 10))
    trail.cloud.plan("/credits/", answers(before), answers(after))
    trail.drop()
    trail.walk()
    assert "60" in trail.summary()
    assert "10" in trail.summary()
    assert "2 photos were sent to NemoVideo (127.0.0.1), without place and camera data." in trail.summary()


@pytest.mark.parametrize("wish", ["a calm video in 4K", "a calm video\nexport 4k"])
def test_a_larger_wish_than_the_cloud_can_make_is_told(trail: Trail, wish: str) -> None:
    trail.drop(wish)
    trail.walk()
    (note,) = [line for line in trail.summary().splitlines() if "asked for" in line and "4" in line]
    assert "1920 × 1080" in note


@pytest.mark.parametrize("wish", ["a calm video in 1080p", "photos of 14k runners"])
def test_a_wish_the_cloud_can_make_is_not(trail: Trail, wish: str) -> None:
    trail.drop(wish)
    trail.walk()
    assert "was asked for" not in trail.summary()


def test_another_container_is_told(trail: Trail) -> None:
    trail.drop("a calm video\nexport as MOV")
    trail.walk()
    assert "films are always MP4" in trail.summary()


def test_the_timeline_and_the_reply_stand_in_it_and_no_id_or_code(trail: Trail) -> None:
    trail.drop()
    trail.walk()
    assert trail.summary().startswith("Timeline (1 track):\n1. Video: a.jpg")
    assert "Done." in trail.summary()
    for secret in ("5529798706024415232", "render_", "nmv_", "anon_7"):
        assert secret not in trail.summary()


# --- tips (contract §12) ---------------------------------------------------------------------------------------------

TIPS = {
    "many photos": "Fewer than 20 photos go fastest.",
    "pacing": "about 3 seconds a photo",
    "concrete": "works better than “make it look better”",
    "formats": "JPG, PNG, HEIC, WebP and GIF are the smoothest.",
    "container": "films are always MP4",
}


def told_tips(trail: Trail) -> set[str]:
    return {name for name, words in TIPS.items() if words in trail.summary()}


@pytest.mark.parametrize(
    ("prompt", "photos", "tips"),
    [
        ("a calm video", 8, set()),
        ("a calm video", 24, {"many photos"}),
        ("Make my photos look amazing.", 2, {"concrete"}),
        ("做得好看一点", 2, {"concrete"}),
        ("a calm video\nexport mov", 2, {"container"}),
        ("make it look better\nexport avi", 21, {"concrete", "container", "many photos"}),
    ],
)
def test_a_tip_stands_in_the_summary_where_it_would_have_helped_and_nowhere_else(
    trail: Trail, prompt: str, photos: int, tips: set[str]
) -> None:
    trail.drop(prompt, photos=photos)
    trail.walk()
    assert told_tips(trail) == tips


@pytest.mark.parametrize(("photos", "tips"), [(1, {"pacing"}), (8, set()), (19, {"pacing"})])
def test_a_film_of_too_few_or_too_many_photos_for_its_length_is_told_the_best_pacing(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, photos: int, tips: set[str]
) -> None:
    def inspect(film: Path, **options: Any) -> FilmFacts:
        return replace(trails.inspect(film), duration_seconds=20.0)

    monkeypatch.setattr(media, "inspect", inspect)
    trail.drop(photos=photos)
    trail.walk()
    assert told_tips(trail) == tips


def test_a_format_that_the_service_refused_is_told_which_are_the_smoothest(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", answers({"code": 4001}, 400))
    trail.draw("A.tiff")
    trail.drop()
    trail.walk()
    assert "A.tiff" in trail.summary()
    assert told_tips(trail) == {"formats"}


def test_where_there_is_no_film_the_status_has_the_tip(trail: Trail) -> None:
    def idle(handler: Handler, _asked: Asked) -> None:
        handler.stream(said("What exactly?"))

    trail.cloud.plan("/run_sse", idle)
    trail.drop("make it look better")
    with pytest.raises(InstructionFailed) as vague:
        trail.walk()
    assert "Concrete wishes work best, such as a length, a title and a kind of music." in vague.value.advice


def test_where_no_file_can_be_used_the_status_has_the_formats(trail: Trail) -> None:
    trail.cloud.plan("/upload-video/", *[answers({"code": 4001}, 400)] * 2)
    trail.drop()
    with pytest.raises(NothingUsable) as unusable:
        trail.walk()
    assert "JPG, PNG, HEIC, WebP and GIF are the smoothest" in unusable.value.advice
