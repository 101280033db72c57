from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photovideos_studio.draft import TransitionKind
from photovideos_studio.render import frames, shots
from photovideos_studio.render.frames import MOST_SHOTS, FilmUnmakeable, FrameMaker
from support.reels import draft_of, flat, quarters, save


def test_r04_never_more_than_three_shots_are_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = save(flat(64, 36, (90, 90, 90)), tmp_path / "a.png")
    draft, sources = draft_of([photo] * 30, slot_ms=300, fade_ms=100, size=(64, 36))
    maker, most, opened = FrameMaker(draft, sources), 0, 0
    really_open = shots.open_shot

    def counted(*given: object) -> object:
        nonlocal opened, most
        opened += 1
        most = max(most, len(maker._shots) + 1)
        return really_open(*given)  # type: ignore[arg-type]  # whatever it was given

    monkeypatch.setattr(frames, "open_shot", counted)
    for number in range(draft.frame_count):
        maker.draw(number)
    assert most <= MOST_SHOTS
    assert opened == 30, "a photo was decoded twice"


def test_any_frame_can_be_drawn_first(tmp_path: Path) -> None:
    photo = save(quarters(320, 180), tmp_path / "a.png")
    draft, sources = draft_of([photo] * 3, slot_ms=500, fade_ms=200)
    in_order, alone = FrameMaker(draft, sources), FrameMaker(draft, sources)
    drawn = [in_order.draw(number).y.copy() for number in range(30)]
    for number in (29, 3, 16):
        assert np.array_equal(alone.draw(number).y, drawn[number])


@pytest.mark.parametrize("name", ["bw", "sepia", "warm", "cool", "vintage"])
def test_a_filter_colours_the_whole_film(name: str, tmp_path: Path) -> None:
    photo = save(quarters(320, 180), tmp_path / "a.png")
    plain, filtered = (FrameMaker(*draft_of([photo], filter=chosen)).draw(3) for chosen in (None, name))
    difference = np.abs(plain.uv.astype(int) - filtered.uv).mean()
    assert difference > 1.5
    if name == "bw":
        assert np.abs(filtered.uv.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("kind", list(TransitionKind))
def test_every_transition_leads_from_one_picture_to_the_next(kind: TransitionKind, tmp_path: Path) -> None:
    dark, light = (
        save(flat(320, 180, (40, 40, 40)), tmp_path / "a.png"),
        save(flat(320, 180, (200, 200, 200)), tmp_path / "b.png"),
    )
    draft, sources = draft_of([dark, light], slot_ms=1000, fade_ms=0 if kind is TransitionKind.NONE else 500, kind=kind)
    maker = FrameMaker(draft, sources)
    assert maker.draw(20).y.mean() == pytest.approx(16 + 40 * 219 / 255, abs=1)
    assert maker.draw(50).y.mean() == pytest.approx(16 + 200 * 219 / 255, abs=1)


def test_a_file_that_is_gone_is_named_in_a_sentence(tmp_path: Path) -> None:
    draft, _ = draft_of([tmp_path / "gone.jpg"])
    with pytest.raises(FilmUnmakeable, match=r"^gone\.jpg is not there any more\.$"):
        FrameMaker(draft, {}).draw(0)
