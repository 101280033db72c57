"""The whole road, also when the process dies behind any of its checkpoints."""

from __future__ import annotations

import pytest

from support.trail import FILM, Trail

CHECKPOINTS = 40  # more than a road with one message and one film has


def test_the_road_ends_in_a_film_and_its_summary(trail: Trail) -> None:
    trail.drop()
    road = trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert (trail.folder / "Rome.mp4").read_bytes() == FILM
    assert "Done." in trail.summary()
    assert trail.status is None
    assert trail.messages == ["a calm video"]
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"]
    assert (road.paid, road.credits_before, road.credits_after) == (1, 60, 60)
    assert 10 < trail.ledger.checkpoints < CHECKPOINTS, "the crashes below are tried behind each of them"


@pytest.mark.parametrize("checkpoint", range(1, CHECKPOINTS))
def test_a_crash_behind_any_checkpoint_ends_in_one_film_one_summary_and_one_charge(
    trail: Trail, checkpoint: int
) -> None:
    trail.drop()
    if not trail.walk_and_crash(after=checkpoint):
        return
    before = trail.road()
    trail.walk()
    assert trail.films == ["Rome.mp4"]
    assert trail.summaries == ["Rome - timeline.txt"]
    assert trail.status is None
    assert trail.messages == ["a calm video"], before.instruction
    assert trail.sent == ["IMG_1.jpg", "IMG_2.jpg"], "what the session has is not sent again"
    assert len({post["id"] for post in trail.posts}) == 1
