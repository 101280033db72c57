"""R10, R16, R20–R22: what the summary says of a film, held against the film; and the same film twice, also when workers
hang or die meanwhile."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from photovideos_studio.draft import Canvas, MusicSegment
from photovideos_studio.farm import Farm
from photovideos_studio.music.levels import Meter
from support.film import frames_digest, look_at
from support.house import House, draw
from support.reels import draft_of, flat, quarters, save, spoil_sound, write_clip
from support.sounds import RATE, Sounds
from support.strangers import children_of

UNWRITABLE = "\U00013000"  # an Egyptian hieroglyph


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """One folder with everything in it that a summary has to speak of, its film, and its summary."""
    house = House(tmp_path_factory.mktemp("house"))
    folder = house.drop(
        "Odd", f'A 9-second video, 720p, 25 fps, title "Hi {UNWRITABLE}", use song.wav from 0:59, volume 50%', photos=3
    )
    draw(folder / "pixels.png", seed=4, size=(640, 360))
    with Image.open(folder / "pixels.png") as picture:
        pixels = np.asarray(picture).astype(np.uint16) * 120 + 9000
    (folder / "pixels.png").unlink()
    pillow_heif.from_bytes(mode="RGB;16", size=(640, 360), data=pixels.tobytes()).save(
        folder / "IMG_0004.heic", color_primaries=9, transfer_characteristics=16, matrix_coefficients=9, quality=90
    )
    noise = np.random.default_rng(1).normal(0, 0.1, (RATE, 2)).astype(np.float32)
    rng = np.random.default_rng(2)
    frames = [rng.integers(0, 255, (180, 320, 3), dtype=np.uint8) for _ in range(50)]
    spoil_sound(write_clip(folder / "MOV_0005.mp4", frames, sound=noise))
    Sounds.write_wav(folder / "song.wav", Sounds.clicks(20, 120))
    (folder / "broken.jpg").write_bytes((folder / "IMG_0001.jpg").read_bytes()[:900])
    try:
        assert house.once(seconds=240) == 0, house.log()[-3000:]
        yield folder / "Odd.mp4", (folder / "Odd - timeline.txt").read_text(encoding="utf-8")
    finally:
        house.close()


@pytest.mark.slow
def test_r22_what_was_measured_stands_beside_what_was_asked_and_is_true(told: tuple[Path, str]) -> None:
    film, summary = told
    seen = look_at(film)
    measured = summary.partition("Measured in the film:")[2]
    length = re.search(r"Length: ([\d.]+) s \(asked for: 9 s", measured)
    picture = re.search(r"Picture: (\d+) × (\d+), ([\d.]+) frames a second \(asked for: 720p", measured)
    sound = re.search(r"Sound: (-[\d.]+) LUFS, true peak (-[\d.]+) dBTP", measured)
    assert length is not None
    assert picture is not None
    assert sound is not None
    assert float(length[1]) == pytest.approx(seen.seconds, abs=0.06)
    assert (int(picture[1]), int(picture[2]), float(picture[3])) == (seen.width, seen.height, seen.fps)
    assert (seen.width, seen.height, seen.fps) == (1280, 720, 25)
    meter = Meter()
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        for frame in container.decode(audio=0):
            meter.add(np.asarray(frame.to_ndarray(), np.float32))
    assert float(sound[1]) == pytest.approx(meter.loudness().lufs, abs=0.3)
    assert float(sound[2]) == pytest.approx(meter.loudness().peak_dbtp, abs=0.4)
    assert f"{film.stat().st_size / 1e6:.1f} MB" in measured


@pytest.mark.slow
def test_r10_r16_r21_what_could_not_be_as_it_was_is_in_the_summary(told: tuple[Path, str]) -> None:
    _, summary = told
    assert re.search(r"HDR: IMG_0004\.heic – in standard range: .*base image", summary), summary
    assert UNWRITABLE in summary.partition("What became")[2]
    assert "no typeface here can write" in summary
    assert re.search(r"broken\.jpg: \S+", summary)
    assert re.search(r"MOV_0005\.mp4 is mute: no sound could be decoded", summary), summary
    assert re.search(r"song\.wav ends before the moment it should begin at", summary), summary


@pytest.mark.slow
def test_the_same_draft_is_the_same_film_with_one_worker_and_with_two(tmp_path: Path) -> None:
    """Every decoded frame and sample, with clips, composed music, texts and transitions in it."""
    for number in range(4):
        draw(tmp_path / f"{number}.jpg", seed=number)
    clip = write_clip(tmp_path / "clip.mp4", [flat(160, 90, (5 * n, 90, 200 - 4 * n)) for n in range(40)])
    paths = [tmp_path / "0.jpg", tmp_path / "1.jpg", clip, tmp_path / "2.jpg", tmp_path / "3.jpg"]
    music = MusicSegment(id="m", name="", start_ms=0, length_ms=4500, volume=1.0, mood="lofi", seed=11)
    draft, sources = draft_of(paths, size=(640, 360), slot_ms=900, fade_ms=300, clips=[2], music=(music,))
    digests: list[tuple[str, bytes]] = []
    for workers in (1, 2):
        farm = Farm(workers)
        film = tmp_path / f"film{len(digests)}.mp4"
        try:
            farm.film(draft, sources, film, on_progress=lambda _: None, cancelled=threading.Event())
        finally:
            farm.close()
        digests.append((frames_digest(film), film.read_bytes()))
    assert digests[0] == digests[1]


@pytest.mark.slow
@pytest.mark.parametrize("fate", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "dies"])
def test_r20_a_film_whose_worker_hangs_or_dies_is_the_same_film(tmp_path: Path, fate: signal.Signals) -> None:
    """One worker after the other, each in the middle of its work; their pieces are made again by those who follow."""
    photos = [save(quarters(640, 360), tmp_path / f"{number}.png") for number in range(3)]
    music = MusicSegment(id="m", name="", start_ms=0, length_ms=9000, volume=1.0, mood="calm", seed=3)
    draft, sources = draft_of(photos, size=(1280, 720), slot_ms=3000, fade_ms=400, music=(music,))
    farm = Farm(2, silence_seconds=3.0)
    struck: list[int] = []

    def strike(share: float) -> None:
        assert farm._nursery is not None
        pid = farm._nursery._process.pid
        workers = [one for one in children_of(pid) if one not in struck]
        if len(struck) < 2 and share > 0.1 + 0.4 * len(struck) and workers:
            os.kill(workers[0], fate)
            struck.append(workers[0])

    try:
        farm.film(draft, sources, tmp_path / "calm.mp4", on_progress=lambda _: None, cancelled=threading.Event())
        farm.film(draft, sources, tmp_path / "struck.mp4", on_progress=strike, cancelled=threading.Event())
    finally:
        farm.close()
    assert len(struck) == 2
    assert frames_digest(tmp_path / "struck.mp4") == frames_digest(tmp_path / "calm.mp4")
    assert not [pid for pid in struck if Path(f"/proc/{pid}").exists()]
    assert {path.name for path in tmp_path.iterdir()} == {"0.png", "1.png", "2.png", "calm.mp4", "struck.mp4"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "fps"),
    [
        ((1280, 720), 24), ((720, 1280), 60), ((720, 720), 30), ((720, 900), 25), ((960, 720), 50), ((1680, 720), 30),
        ((1080, 1920), 30), ((2520, 1080), 24), ((3840, 2160), 30),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else str(value),
)  # fmt: skip
def test_r07_every_shape_size_and_rate_is_made_whole(size: tuple[int, int], fps: int, tmp_path: Path) -> None:
    photo = save(quarters(640, 360), tmp_path / "photo.png")
    draft, sources = draft_of([photo] * 2, size=size, fps=fps, slot_ms=300, fade_ms=100)
    assert draft.canvas == Canvas(width=size[0], height=size[1])
    farm = Farm(1)
    film = tmp_path / "film.mp4"
    try:
        farm.film(draft, sources, film, on_progress=lambda _: None, cancelled=threading.Event())
    finally:
        farm.close()
    seen = look_at(film)
    assert (seen.width, seen.height, seen.fps, seen.frames) == (*size, fps, round(0.6 * fps))
