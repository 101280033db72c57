from __future__ import annotations

import pytest

from photovideos.errors import RateLimited, ServiceTrouble
from photovideos.model import RenderId, RenderRecord
from photovideos.nemo.progress import Progress
from photovideos.nemo.wire import RenderStage, RenderStatus

RECORD = RenderRecord(id=RenderId("render_1"), token_fingerprint="one", begun_at=0.0)


def working(progress: float | None, word: str = "processing") -> RenderStatus:
    return RenderStatus(stage=RenderStage.WORKING, word=word, progress=progress)


def test_only_what_was_never_seen_before_is_progress() -> None:
    progress = Progress.of(RECORD, 100.0)
    for moment, seen in ((110.0, working(10)), (120.0, working(5)), (130.0, working(10)), (140.0, working(11))):
        progress.saw(seen, moment)
    assert progress.moved_at == 140.0
    progress.saw(working(1, "encoding"), 150.0)
    assert progress.moved_at == 150.0
    progress.saw(working(1, "encoding"), 160.0)
    assert progress.moved_at == 150.0


def test_who_goes_on_knows_how_long_it_stood_still_and_where() -> None:
    progress = Progress.of(RECORD, 100.0)
    progress.saw(working(40), 200.0)
    progress.saw(working(40), 1200.0)
    progress.met(ServiceTrouble("gone"))
    noted = progress.noted()
    assert (noted.still_seconds, noted.furthest) == (1000.0, 40.0)
    later = Progress.of(noted, 90_000.0)
    later.saw(working(40), 90_010.0)
    assert later.moved_at == 89_000.0, "neither the word nor the figure is new"
    later.saw(working(41), 90_020.0)
    assert later.moved_at == 90_020.0


def test_trouble_is_hopeless_the_third_time_in_a_row_or_if_it_lasts() -> None:
    progress = Progress.of(RECORD, 0.0)
    for _ in range(2):
        progress.met(RateLimited("wait"))
        progress.give_up_if_hopeless()
    progress.saw(working(1), 1.0)
    for _ in range(2):
        progress.met(RateLimited("wait"))
        progress.give_up_if_hopeless()
    progress.met(RateLimited("wait"))
    with pytest.raises(RateLimited):
        progress.give_up_if_hopeless()
    progress.unknown(2.0)
    progress.met(RateLimited("wait", retry_after_seconds=61))
    with pytest.raises(RateLimited):
        progress.give_up_if_hopeless()
