"""What the summary says of a job (design §2.2, contract §8, §10)."""

from __future__ import annotations

import pytest

from support.fake_cloud import answers
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
