"""R02: live photos, a turned clip and a clip of varying rate in one folder: what of them is in the finished film."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from support.house import House
from support.reels import Pixels, decode, flat, quarters, save, set_display_matrix, write_clip

pytestmark = pytest.mark.slow

FPS = 25
RED, GREEN, BLUE = (200, 40, 40), (40, 160, 40), (40, 60, 200)
MAGENTA, CYAN = (200, 0, 200), (0, 200, 200)  # of the moving halves
STEPS = [0.0, 0.12, 0.2, 0.6, 1.0, 1.12, 1.4, 1.92, 1.96]  # when the pictures of the clip of varying rate are shown
GREYS = [20 + 25 * number for number in range(len(STEPS))]
TURNED = "turned"


def _textured(colour: tuple[int, int, int]) -> Pixels:
    """With lines, so that it does not count as blurred."""
    picture = flat(960, 540, colour)
    picture[::30] = np.clip(np.array(colour) + 40, 0, 255)
    picture[:, ::30] = np.clip(np.array(colour) - 40, 0, 255)
    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Pixels], str]]:
    """Every frame of the film of a phone's folder, and the summary."""
    house = House(tmp_path_factory.mktemp("house"))
    folder = house.inbox / "Phone"
    folder.mkdir()
    save(_textured(RED), folder / "IMG_0001.JPG")
    write_clip(folder / "IMG_0001.mov", [flat(320, 180, MAGENTA)] * 50)
    pillow_heif.register_heif_opener()
    Image.fromarray(_textured(GREEN)).save(folder / "IMG_0002.heic", quality=90)
    write_clip(folder / "IMG_0002.MOV", [flat(320, 180, CYAN)] * 50, container="mov")
    save(_textured(BLUE), folder / "IMG_0003.jpg")
    lying = np.ascontiguousarray(np.rot90(quarters(320, 180)))
    set_display_matrix(write_clip(folder / "MOV_0004.mov", [lying] * 50), 90)
    write_clip(folder / "VID_0005.mp4", [flat(320, 180, (grey,) * 3) for grey in GREYS], seconds=STEPS)
    (folder / "prompt.txt").write_text(f"no transitions, no music, no title, 720p, {FPS} fps", encoding="utf-8")
    try:
        assert house.once(seconds=120) == 0, house.log()[-3000:]
        yield decode(folder / "Phone.mp4"), (folder / "Phone - timeline.txt").read_text(encoding="utf-8")
    finally:
        house.close()


def _runs(frames: list[Pixels]) -> list[tuple[object, int]]:
    """What is shown, and for how many frames: a colour's name, a grey's number, the turned clip."""
    return [(shown, len(list(run))) for shown, run in groupby(map(_shown, frames))]


def _shown(frame: Pixels) -> object:
    height, width = frame.shape[:2]
    corners = [frame[y, x].astype(int) for y in (height // 6, 5 * height // 6) for x in (width // 6, 5 * width // 6)]
    if np.ptp(corners, axis=0).max() > 120:
        upright = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)]
        return TURNED if all(np.abs(c - u).max() < 30 for c, u in zip(corners, upright, strict=True)) else "lying"
    middle = frame[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3].reshape(-1, 3).mean(axis=0)
    if np.ptp(middle) < 12:
        return int(np.argmin(np.abs(np.array(GREYS) - middle.mean())))
    named = {"red": RED, "green": GREEN, "blue": BLUE, "magenta": MAGENTA, "cyan": CYAN}
    return min(named, key=lambda name: np.abs(middle - named[name]).sum())


def test_a_live_photo_is_in_the_film_once_as_a_photo(film: tuple[list[Pixels], str]) -> None:
    frames, summary = film
    shown = [what for what, _ in _runs(frames) if isinstance(what, str)]
    assert shown == ["red", "green", "blue", TURNED]
    assert "IMG_0001.mov: the moving part of the live photo IMG_0001.JPG" in summary
    assert "IMG_0002.MOV: the moving part of the live photo IMG_0002.heic" in summary


def test_r02_a_turned_clip_among_photos_is_upright_for_its_whole_length(film: tuple[list[Pixels], str]) -> None:
    assert [count for what, count in _runs(film[0]) if what == TURNED] == [pytest.approx(2 * FPS, abs=1)]


def test_a_clip_of_varying_rate_among_photos_keeps_its_times_and_its_length(film: tuple[list[Pixels], str]) -> None:
    greys = [(what, count) for what, count in _runs(film[0]) if isinstance(what, int)]
    assert [what for what, _ in greys] == list(range(len(STEPS)))
    lengths = [count / FPS for _, count in greys]
    wanted = [end - begin for begin, end in pairwise([*STEPS, 2.0])]
    assert lengths == pytest.approx(wanted, abs=1.01 / FPS)
    assert sum(lengths) == pytest.approx(2.0, abs=1.01 / FPS)
