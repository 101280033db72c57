"""Views have the canvas's shape, crops keep faces and 70 %, panoramas pan."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.director.edit.framing import FramingWish, framing
from photovideos_studio.draft import Canvas, Fit
from photovideos_studio.facts import Box, MediaFacts, MediaKind

_WIDE, _TALL = Canvas(width=1920, height=1080), Canvas(width=1080, height=1920)


def _photo(width: int, height: int, faces: tuple[Box, ...] = ()) -> MediaFacts:
    return MediaFacts(kind=MediaKind.PHOTO, width=width, height=height, faces=faces)


def _wish(canvas: Canvas = _WIDE, fit: str | None = None, motion: str | None = None, index: int = 0) -> FramingWish:
    return FramingWish(canvas=canvas, fit=fit, motion=motion, index=index, slot_s=4.0)


@settings(max_examples=150, deadline=None)
@given(
    width=st.integers(16, 8000),
    height=st.integers(16, 8000),
    fit=st.sampled_from([None, "crop", "blur", "letterbox"]),
    motion=st.sampled_from([None, "none", "zoom_in", "zoom_out", "ken_burns", "pan"]),
    index=st.integers(0, 3),
    canvas=st.sampled_from([_WIDE, _TALL, Canvas(width=1080, height=1080)]),
)
def test_every_view_has_the_shape_of_the_canvas(
    width: int, height: int, fit: str | None, motion: str | None, index: int, canvas: Canvas
) -> None:
    fit_made, made = framing(_photo(width, height), _wish(canvas, fit, motion, index))
    for box in (made.start, made.end):
        assert box.w * width / (box.h * height) == pytest.approx(canvas.width / canvas.height, rel=1e-6)
        if fit_made is Fit.CROP:
            assert box.x >= -1e-9
            assert box.y >= -1e-9
            assert box.x + box.w <= 1 + 1e-9
            assert box.y + box.h <= 1 + 1e-9


def test_a_photo_of_nearly_the_shape_is_cropped_and_a_portrait_stands_on_a_blurred_fill() -> None:
    assert framing(_photo(4000, 3000), _wish())[0] is Fit.CROP
    assert framing(_photo(3000, 4000), _wish())[0] is Fit.BLUR


def test_a_crop_that_would_cut_a_face_is_none() -> None:
    faces = (Box(x=0.4, y=0.0, w=0.1, h=0.12), Box(x=0.5, y=0.86, w=0.1, h=0.14))
    assert framing(_photo(4000, 3000, faces), _wish())[0] is Fit.BLUR


def test_a_crop_moves_to_a_face_at_the_edge() -> None:
    fit, motion = framing(_photo(4000, 3000, (Box(x=0.4, y=0.02, w=0.1, h=0.15),)), _wish(motion="none"))
    assert fit is Fit.CROP
    assert motion.start.y <= 0.02


def test_a_panorama_pans_over_the_picture() -> None:
    fit, motion = framing(_photo(6000, 1000), _wish())
    assert (fit, motion.kind) == (Fit.CROP, "pan")
    assert motion.end.x > motion.start.x


def test_a_panorama_far_longer_than_the_canvas_runs_along_its_middle_a_sixth_at_a_time() -> None:
    fit, motion = framing(_photo(6000, 1000), _wish(_TALL))
    assert (fit, motion.kind) == (Fit.BLUR, "pan")
    assert motion.start.w == pytest.approx(1 / 6)
    assert motion.start.y + motion.start.h / 2 == pytest.approx(0.5)
    assert motion.end.x > motion.start.x


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (1920, 1080), (6000, 1000), (1000, 4000)])
def test_a_pan_is_never_sideways_alone(size: tuple[int, int]) -> None:
    """It would move in steps in the film (rendering R01)."""
    _, motion = framing(_photo(*size), _wish(motion="pan"))
    assert motion.kind == "pan"
    assert motion.start.w / motion.end.w == pytest.approx(1.03)


def test_zooms_take_turns_and_are_six_to_ten_percent() -> None:
    _, first = framing(_photo(1920, 1080), _wish(index=0))
    _, second = framing(_photo(1920, 1080), _wish(index=1))
    assert (first.kind, second.kind) == ("zoom_in", "zoom_out")
    assert 1.06 - 1e-9 <= first.start.w / first.end.w <= 1.10 + 1e-9


def test_no_motion_means_no_motion() -> None:
    for size in ((4000, 3000), (3000, 4000), (6000, 1000)):
        _, motion = framing(_photo(*size), _wish(motion="none"))
        assert motion.start == motion.end
