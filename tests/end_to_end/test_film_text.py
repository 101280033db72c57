"""R16 and R24: letters of every script, and where they stand, measured on finished MP4s."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from photovideos_studio import fonts
from photovideos_studio.draft import TextRole
from support.reels import decode_luma, film_of, flat, save, title

Luma = npt.NDArray[np.float64]


def _written(text: str, folder: Path, size: tuple[int, int] = (640, 360), role: TextRole = TextRole.TITLE) -> Luma:
    """The luma of a frame in which the text stands alone on a dark ground, less the ground."""
    photo = save(flat(size[0], size[1], (60, 60, 60)), folder / "ground.png")
    luma = decode_luma(film_of([photo], folder, size=size, slot_ms=1600, texts=(title(text, role, length_ms=1600),)))
    bright: Luma = np.clip(luma[24] - 120, 0, None)
    return bright


def _box(ink: Luma) -> tuple[int, int, int, int]:
    columns, rows = np.flatnonzero(ink.max(axis=0) > 20), np.flatnonzero(ink.max(axis=1) > 20)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


SCRIPTS = {
    "latin": "Zürich, Łódź, İzmir",
    "greek": "Καλημέρα",
    "cyrillic": "Лето в Крыму",
    "chinese": "秋天的回忆",
    "japanese": "東京タワーの夏",
    "korean": "여름 휴가",
    "arabic": "مرحبا بكم",
    "hebrew": "שלום עולם",
    "hindi": "नमस्ते दुनिया",
    "thai": "สวัสดีชาวโลก",
    "emoji": "🎉😀❤️",
    "signs": "it's 100 % : a\\b «c» {d} $e",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_r16_every_script_is_written_and_nothing_is_missing(text: str, tmp_path: Path) -> None:
    assert fonts.missing_characters(text) == ()
    ink = _written(text, tmp_path)
    left, top, right, bottom = _box(ink)
    assert (right - left) > 60
    assert 10 < bottom - top < 120


@pytest.mark.parametrize("sign", list("':%\\{;"))
def test_r16_signs_that_filters_eat_are_written(sign: str, tmp_path: Path) -> None:
    with_sign, without = _written(f"a{sign}b", tmp_path).sum(), _written("ab", tmp_path).sum()
    assert with_sign > without * 1.02


def test_r16_letters_differ_so_that_they_are_no_boxes(tmp_path: Path) -> None:
    inks = [_written(text, tmp_path) for text in ("永", "国", "水")]
    assert all(np.abs(a - b).mean() > 0.15 for a, b in pairwise(inks))


def test_r16_arabic_is_joined_and_runs_from_right_to_left(tmp_path: Path) -> None:
    """Joined letters are narrower than the same letters apart; the first letter stands at the right."""
    left, _, right, _ = _box(_written("بيت", tmp_path))
    apart_left, _, apart_right, _ = _box(_written("ب ي ت", tmp_path))
    assert right - left < (apart_right - apart_left) * 0.8
    mixed, digits = _written("ااا 77", tmp_path), _written("77", tmp_path)
    left, _, right, _ = _box(digits)
    start = _box(mixed)[0]
    assert np.abs(mixed[:, start : start + right - left] - digits[:, left:right]).mean() < 3, "digits stand at the left"


def test_r16_a_character_nobody_can_write_is_named_and_left_out(tmp_path: Path) -> None:
    strange = "\U00013000"  # an Egyptian hieroglyph
    assert fonts.missing_characters(f"A{strange}B{strange}") == (strange,)
    assert np.abs(_written(f"A{strange}B", tmp_path) - _written("AB", tmp_path)).max() < 30


def test_r16_text_is_legible_on_bright_and_on_busy_ground(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    grounds = {
        "bright": flat(640, 360, (245, 245, 240)),
        "busy": np.repeat(rng.integers(0, 255, (90, 160, 1), dtype=np.uint8), 3, axis=2).repeat(4, 0).repeat(4, 1),
    }
    for name, ground in grounds.items():
        photo = save(ground, tmp_path / f"{name}.png")
        frame = decode_luma(
            film_of([photo], tmp_path, size=(640, 360), slot_ms=1600, texts=(title("IIIIIIII", length_ms=1600),))
        )[24]
        rows, columns = slice(172, 190), slice(255, 385)
        part = frame[rows, columns]
        letters, around = np.percentile(part, 97), np.percentile(part, 25)
        assert letters - around > 90, name


LONG = "A very long title that nobody would ever fit into a single line, about a summer at the sea and in the hills"


@pytest.mark.parametrize(
    ("size", "top", "bottom", "side"),
    [((360, 640), 0.14, 0.35, 0.06), ((360, 360), 0.05, 0.05, 0.05)],
)
@pytest.mark.parametrize("role", [TextRole.TITLE, TextRole.CAPTION])
@pytest.mark.parametrize("text", [LONG, "很长的标题" * 12, "Donaudampfschifffahrtsgesellschaftskapitän" * 2])
def test_r24_text_stays_inside_the_safe_area(
    size: tuple[int, int], top: float, bottom: float, side: float, role: TextRole, text: str, tmp_path: Path
) -> None:
    box = _box(_written(text, tmp_path, size, role))
    assert box[0] >= size[0] * side - 1
    assert box[2] <= size[0] * (1 - side) + 1
    assert box[1] >= size[1] * top - 1
    assert box[3] <= size[1] * (1 - bottom) + 1


def test_r24_a_long_title_wraps_before_it_shrinks(tmp_path: Path) -> None:
    one, two = _box(_written("Summer", tmp_path)), _box(_written("Summer holidays in the hills of the north", tmp_path))
    assert (two[3] - two[1]) > 1.8 * (one[3] - one[1])
