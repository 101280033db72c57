from __future__ import annotations

import pytest

from photovideos.delivery.tips import tips
from photovideos.model import BackendKind, LeftOut


def told(
    *,
    prompt: str = "a 30-second film with calm music",
    pictures: int = 8,
    seconds: float | None = 30.0,
    left_out: tuple[LeftOut, ...] = (),
    backend: BackendKind = BackendKind.STUDIO,
) -> tuple[str, ...]:
    return tips(prompt=prompt, pictures=pictures, seconds=seconds, left_out=left_out, backend=backend)


def test_a_job_that_went_well_needs_no_tip() -> None:
    assert told() == ()


def test_many_photos_are_slow_in_the_cloud_alone() -> None:
    assert "fastest" in told(pictures=25, seconds=90, backend=BackendKind.NEMO)[0]
    assert told(pictures=25, seconds=90) == ()


@pytest.mark.parametrize(("pictures", "seconds"), [(40, 30.0), (1, 20.0)])
def test_a_film_too_fast_or_too_slow_is_told_the_best_pacing(pictures: int, seconds: float) -> None:
    assert "3 seconds a photo" in told(pictures=pictures, seconds=seconds)[0]


@pytest.mark.parametrize(
    "prompt", ["make it look better", "Please make it nice!", "Make my photos look amazing.", "做得好看一点"]
)
def test_a_vague_wish_is_told_what_a_concrete_one_is(prompt: str) -> None:
    assert "concrete" in told(prompt=prompt)[0]


@pytest.mark.parametrize("prompt", ["make a nice film of 20 seconds, calm music, title 'Better days'", "export", ""])
def test_a_concrete_wish_is_not(prompt: str) -> None:
    assert told(prompt=prompt) == ()


def test_formats_that_were_left_out_lead_to_the_smoothest_ones() -> None:
    assert "smoothest" in told(left_out=(LeftOut(file="scan.TIFF", reason="It is damaged."),))[0]
    assert told(left_out=(LeftOut(file="a.jpg", reason="It is damaged."),)) == ()
