from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.render.planes import Planes, new_sheet
from photovideos_studio.render.sampling import sample

WIDTH, HEIGHT = 160, 96


def _ramps(width: int, height: int) -> Planes:
    """Levels tell places: luma across, a level each two pixels; Cb across and Cr down, a level each of theirs."""
    y = np.tile(np.arange(width) / 2, (height, 1))
    across, down = np.meshgrid(np.arange(width // 2), np.arange(height // 2))
    return Planes(y.astype(np.uint8), np.stack([across, down], axis=-1).astype(np.uint8))


SOURCE = _ramps(510, 500)


@settings(max_examples=300, deadline=None)
@given(st.floats(145, 155), st.floats(145, 155), st.floats(0.6, 1.3), st.floats(0.6, 1.9))
def test_luma_and_chroma_are_taken_from_where_the_view_is(x: float, y: float, across: float, down: float) -> None:
    frame = sample(SOURCE, (x, y, WIDTH * across, HEIGHT * down), new_sheet(WIDTH, HEIGHT))
    assert frame.y.shape == (HEIGHT, WIDTH)
    assert frame.uv.shape == (HEIGHT // 2, WIDTH // 2, 2)
    at_x, at_y = x + (np.arange(WIDTH) + 0.5) * across - 0.5, y + (np.arange(HEIGHT) + 0.5) * down - 0.5
    assert np.abs(frame.y.mean(axis=0) * 2 + 0.5 - at_x).max() < 2.0  # pixels, where a level is two
    # Chroma of a film stands at the left one of its two luma pixels; that of a source in the middle of its four.
    assert np.abs(frame.uv[..., 0].mean(axis=0) * 2 + 0.5 - at_x[::2]).max() < 3.0
    assert np.abs(frame.uv[..., 1].mean(axis=1) * 2 + 0.5 - (at_y[::2] + at_y[1::2]) / 2).max() < 3.0


def test_a_chroma_that_needs_much_room_gets_it() -> None:
    """Scales next to 1 have few placements: this one is 126 pixels larger than the frame."""
    across, down = np.meshgrid(np.arange(1300) % 200, np.zeros(900))
    source = Planes(np.zeros((1800, 2600), np.uint8), np.stack([across, down], axis=-1).astype(np.uint8))
    view = (2 * 137.986 + 0.499, 250.0, 1920 * 0.9983, 1080 * 0.9983)
    frame = sample(source, view, new_sheet(1920, 1080))
    at = 137.986 + (np.arange(960) + 0.5) * 0.9983 - 0.5
    smooth = np.abs(at % 200 - 100) < 90
    assert np.abs(frame.uv[100, :, 0][smooth] - (at % 200)[smooth]).max() < 1.5
