"""R01, R03, R14, R15, R18: how pictures move, meet and fit, measured on finished MP4s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from photovideos_studio.director.edit.framing import PAN_NEARER
from photovideos_studio.draft import Fit, Motion, TransitionKind
from photovideos_studio.facts import Box
from photovideos_studio.render.frames import FrameMaker
from photovideos_studio.render.timeline import Timeline
from support.reels import WHOLE, decode, decode_luma, draft_of, film_of, flat, make_film, save

RADIUS, GAP = 44, 130
Places = npt.NDArray[np.float64]


def _spots() -> list[tuple[float, float]]:
    rng = np.random.default_rng(5)
    rows, columns = range(GAP, 1080 - GAP // 2, GAP), range(GAP, 1920 - GAP // 2, GAP)
    return [(x + rng.uniform(-8, 8), y + rng.uniform(-8, 8)) for y in rows for x in columns]


def _discs(spots: list[tuple[float, float]]) -> npt.NDArray[np.uint8]:
    """Bright discs with hard edges, which the codec cannot take for noise, on dark ground: 1920 × 1080."""
    y, x = np.mgrid[0:1080, 0:1920]
    picture = np.full((1080, 1920), 40.0)
    for spot_x, spot_y in spots:
        picture += 190 * np.clip((RADIUS - np.hypot(x - spot_x, y - spot_y)) / 2 + 0.5, 0, 1)
    return np.repeat(np.rint(picture).astype(np.uint8)[..., None], 3, axis=2)


def _track(frames: Sequence[npt.NDArray[np.uint8]], begin: list[tuple[float, float]]) -> Places:
    """Frames × discs × 2: where each disc is, by the centre of its light. Those that leave the picture are left out."""
    reach = round(RADIUS * 1.1) + 8
    rows, columns = np.mgrid[0 : 2 * reach + 1, 0 : 2 * reach + 1]
    last, found = list(begin), []
    for frame in frames:
        places = []
        for x, y in last:
            left, top = round(x) - reach if x == x else -1, round(y) - reach if y == y else -1
            part = frame[top : top + 2 * reach + 1, left : left + 2 * reach + 1] if min(left, top) > 0 else frame[:0]
            if part.shape != rows.shape:
                places.append((np.nan, np.nan))
                continue
            light = np.clip(part.astype(np.float64) - 70, 0, None)
            places.append((left + (light * columns).sum() / light.sum(), top + (light * rows).sum() / light.sum()))
        last = places
        found.append(places)
    whole = np.array(found)
    return whole[:, np.isfinite(whole).all(axis=(0, 2))]


def _way_of(places: Places, spot: tuple[float, float]) -> Places:
    """Frames × 2: where a spot of the picture goes, by what all discs together do (they move and grow as one)."""
    mean = places.mean(axis=0)
    middle = mean.mean(axis=0)
    away, way = mean - middle, []
    for now in places:
        centre = now.mean(axis=0)
        growth = ((now - centre) * away).sum() / (away**2).sum()
        way.append(centre + growth * (np.array(spot) - middle))
    return np.array(way)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (WHOLE, Box(x=0.05, y=0.03, w=0.91, h=0.91)),
        (Box(x=0.07, y=0.05, w=0.92, h=0.92), WHOLE),
        # As the director pans: a little nearer on the way.
        (Box(x=0.0, y=0.04, w=0.93, h=0.93), Box(x=0.08, y=0.05, w=0.93 / PAN_NEARER, h=0.93 / PAN_NEARER)),
    ],
    ids=["in", "out", "across"],
)
def test_r01_a_marker_moves_without_jitter_and_never_backwards(start: Box, end: Box, tmp_path: Path) -> None:
    """From frame to frame, in the film as in what was drawn. The marker is the whole picture: some hundred discs, so
    that what the codec does to one edge here and another there is no motion, as it is none to the eye."""
    spots = _spots()
    photo = save(_discs(spots), tmp_path / "discs.png")
    draft, sources = draft_of(
        [photo], size=(1920, 1080), slot_ms=2000, motion=Motion(kind="zoom_in", start=start, end=end)
    )
    maker = FrameMaker(draft, sources)
    begin = [((x / 1920 - start.x) / start.w * 1920, (y / 1080 - start.y) / start.h * 1080) for x, y in spots]
    drawn = _track([maker.draw(number).y.copy() for number in range(draft.frame_count)], begin)
    film = make_film(draft, sources, tmp_path)
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        seen = _track([frame.to_ndarray()[:1080].astype(np.uint8) for frame in container.decode(video=0)], begin)
    assert seen.shape[1] > 60
    for spot in ((300.0, 240.0), (1600.0, 300.0), (1400.0, 900.0)):
        assert np.abs(np.diff(_way_of(drawn, spot), 2, axis=0)).max() <= 0.05
        way = _way_of(seen, spot)
        assert np.abs(np.diff(way, 2, axis=0)).max() <= 0.05
        whole = way[-1] - way[0]
        for axis in (0, 1):
            if abs(whole[axis]) > 3:
                assert (np.diff(way, axis=0)[:, axis] * np.sign(whole[axis])).min() > 0.0


def test_r03_two_photos_are_mixed_only_where_they_overlap(tmp_path: Path) -> None:
    """In the film: frames that show two photos are those of the transitions and no others. In the making: no photo is
    drawn for a frame it is not seen in."""
    colours = [(200, 30, 30), (30, 60, 200), (30, 170, 30), (200, 180, 30)]
    photos = [save(flat(320, 180, colour), tmp_path / f"{n}.png") for n, colour in enumerate(colours)]
    draft, sources = draft_of(photos, slot_ms=1000, fade_ms=400)
    frames = np.array([frame.mean(axis=(0, 1)) for frame in decode(make_film(draft, sources, tmp_path))])
    distance = np.stack([np.abs(frames - np.array(colour)).max(axis=1) for colour in colours])
    mixed = {number for number in range(len(frames)) if distance[:, number].min() > 7}
    overlaps = {n for slot in (1, 2, 3) for n in range(30 * slot, 30 * slot + 12)}
    assert mixed <= overlaps
    assert len(mixed) >= len(overlaps) - 6  # the first and the last of each are hardly mixed
    timeline = Timeline(draft)
    assert {n for n in range(draft.frame_count) if timeline.scene(n).over is not None} == overlaps


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_r14_every_frame_is_there_at_every_rate(fps: int, tmp_path: Path) -> None:
    photos = [save(flat(64, 36, (90, 90, 90)), tmp_path / f"{n}.png") for n in range(3)]
    frames = decode(film_of(photos, tmp_path, fps=fps, slot_ms=700, fade_ms=200, size=(64, 36)))
    assert len(frames) == round(2.1 * fps)


@pytest.mark.parametrize(
    "kind",
    [TransitionKind.CROSSFADE, TransitionKind.SLIDE, TransitionKind.WIPE, TransitionKind.ZOOM, TransitionKind.NONE],
)
def test_r14_no_frame_is_darker_than_the_photos_beside_it(kind: TransitionKind, tmp_path: Path) -> None:
    shades = (150, 200, 120, 180)
    photos = [save(flat(320, 180, (s, s, s)), tmp_path / f"{s}.png") for s in shades]
    fade = 0 if kind is TransitionKind.NONE else 300
    luma = decode_luma(film_of(photos, tmp_path, slot_ms=600, fade_ms=fade, kind=kind)).mean(axis=(1, 2))
    expected = [16 + 219 * shade / 255 for shade in shades]
    for number, level in enumerate(luma):
        at = min(3, int((number + 0.5) / 30 / 0.6))
        neighbours = expected[max(0, at - 1) : at + 1]
        assert min(neighbours) - 2 <= level <= max(neighbours) + 2


def test_r14_a_fade_through_white_is_white_in_its_middle_only(tmp_path: Path) -> None:
    photos = [save(flat(320, 180, (90, 90, 90)), tmp_path / f"{n}.png") for n in range(2)]
    luma = decode_luma(film_of(photos, tmp_path, slot_ms=1000, fade_ms=500, kind=TransitionKind.FADE_WHITE)).mean(
        axis=(1, 2)
    )
    assert luma[30:45].max() > 225
    assert luma[:30].max() < 100
    assert luma[45:].max() < 100


def test_r14_a_fade_through_black_is_black_in_its_middle_only(tmp_path: Path) -> None:
    photos = [save(flat(320, 180, (180, 180, 180)), tmp_path / f"{n}.png") for n in range(2)]
    luma = decode_luma(film_of(photos, tmp_path, slot_ms=1000, fade_ms=500, kind=TransitionKind.FADE_BLACK)).mean(
        axis=(1, 2)
    )
    assert luma[30:45].min() < 25
    assert luma[:30].min() > 160
    assert luma[45:].min() > 160


def test_r15_every_photo_is_fully_visible_equally_long_first_and_last_too(tmp_path: Path) -> None:
    colours = [(200, 60, 60), (60, 180, 60), (60, 60, 200), (190, 190, 60), (60, 180, 190)]
    photos = [save(flat(320, 180, colour), tmp_path / f"{n}.png") for n, colour in enumerate(colours)]
    frames = decode(film_of(photos, tmp_path, slot_ms=1000, fade_ms=300, fade_in_ms=300))
    means = np.array([frame.mean(axis=(0, 1)) for frame in frames])
    visible = [int((np.abs(means - np.array(colour)).max(axis=1) < 6).sum()) for colour in colours]
    assert max(visible) - min(visible) <= 2, visible  # one frame at each end
    assert abs(visible[0] - 21) <= 1


def _roundness(frame: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Width and height of what is red."""
    red = (frame[..., 0] > 212) & (frame[..., 1] < 90)  # the ground is dimmer
    columns, rows = np.flatnonzero(red.any(axis=0)), np.flatnonzero(red.any(axis=1))
    return float(np.ptp(columns) + 1), float(np.ptp(rows) + 1)


@pytest.mark.parametrize(("width", "height"), [(300, 600), (900, 200), (640, 360), (333, 250)])
@pytest.mark.parametrize("fit", [Fit.BLUR, Fit.LETTERBOX])
def test_r18_nothing_is_stretched_and_all_of_it_is_seen(width: int, height: int, fit: Fit, tmp_path: Path) -> None:
    picture = flat(width, height, (235, 235, 235))
    cv2.circle(picture, (width // 2, height // 2), min(width, height) // 3, (230, 20, 20), -1)
    photo = save(picture, tmp_path / "circle.png")
    aspect = (width / height) / (320 / 180)
    w, h = (1.0, aspect) if aspect > 1 else (1 / aspect, 1.0)
    view = Box(x=(1 - w) / 2, y=(1 - h) / 2, w=w, h=h)
    frame = decode(film_of([photo], tmp_path, fit=fit, motion=Motion(kind="none", start=view, end=view)))[5]
    across, down = _roundness(frame)
    assert abs(across / down - 1) < 0.04
    assert abs(down - 2 * (min(width, height) // 3) * (180 / (h * height))) < 4
    if fit is Fit.LETTERBOX and abs(aspect - 1) > 0.1:
        assert frame[2, 2].max() < 12


def test_r18_the_blurred_fill_has_the_picture_s_colours_and_is_darker_than_it(tmp_path: Path) -> None:
    photo = save(flat(200, 600, (60, 120, 220)), tmp_path / "blue.png")
    w = (320 / 180) / (200 / 600)
    view = Box(x=(1 - w) / 2, y=0.0, w=w, h=1.0)
    frame = decode(film_of([photo], tmp_path, fit=Fit.BLUR, motion=Motion(kind="none", start=view, end=view)))[5]
    corner, middle = frame[90, 10].astype(int), frame[90, 160].astype(int)
    assert np.abs(middle - (60, 120, 220)).max() < 8
    assert corner.sum() < middle.sum()
    assert corner[2] > corner[1] > corner[0]
