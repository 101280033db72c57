"""What the studio's music costs and what can be measured of how it sounds, mood by mood. Anyone can repeat it:

    python tests/benchmarks/music.py [--moods calm,rock] [--seeds 3] [--spectrograms DIR]

`cpu`: seconds of CPU for 30 s of finished soundtrack (composed, performed, measured, levelled). `cuts`: share of photo
changes with an onset clearly above the piece's median within 60 ms. `tempo`: the beat tracker's tempo over the
composer's. `centroid`, `>5k`: spectrum. `crest`: peak over RMS, before levelling. `LRA`: EBU loudness range.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from photovideos_studio.draft import (
    Canvas,
    Draft,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.facts import Box
from photovideos_studio.music import MOODS, beats, mix, stage
from photovideos_studio.music.compose import compose
from photovideos_studio.music.levels import Meter

RATE = 48_000
SLOT_MS, COUNT = 3000, 10
CUTS = [SLOT_MS * index for index in range(1, COUNT)]
Wave = NDArray[np.float32]


def film(count: int, music: MusicSegment) -> Draft:
    whole = Box(x=0.0, y=0.0, w=1.0, h=1.0)
    pictures = tuple(
        PictureSegment(
            id=str(index),
            name=f"{index}.jpg",
            start_ms=index * SLOT_MS,
            length_ms=SLOT_MS,
            upload_id="photo",
            is_clip=False,
            fit=Fit.CROP,
            motion=Motion(kind="none", start=whole, end=whole),
            transition=Transition(kind=TransitionKind.NONE, length_ms=0),
        )
        for index in range(count)
    )
    canvas = Canvas(width=1920, height=1080)
    return Draft(canvas=canvas, fps=30, length_ms=count * SLOT_MS, pictures=pictures, music=(music,))


def segment(mood: str, seed: int, count: int) -> MusicSegment:
    return MusicSegment(id="m", name=mood, start_ms=0, length_ms=count * SLOT_MS, volume=1.0, mood=mood, seed=seed)


def spectrum_facts(wave: Wave) -> tuple[float, float]:
    """Centroid in Hz, and the share above 5 kHz in dB."""
    power = np.abs(np.fft.rfft(wave.mean(axis=0))) ** 2
    hertz = np.fft.rfftfreq(wave.shape[1], 1 / RATE)
    high = float(power[hertz > 5000].sum() / power.sum())
    return float((power * hertz).sum() / power.sum()), 10 * float(np.log10(high + 1e-12))


def loudness_range(wave: Wave) -> float:
    """EBU Tech 3342, from short-term levels: the 10th to the 95th percentile of what is not silence."""
    levels = []
    for start in range(0, wave.shape[1] - 3 * RATE, RATE // 2):
        meter = Meter()
        meter.add(wave[:, start : start + 3 * RATE])
        levels.append(meter.loudness().lufs)
    heard = [level for level in levels if level > median(levels) - 20]
    return float(np.percentile(heard, 95) - np.percentile(heard, 10))


def cuts_heard(wave: Wave) -> float:
    onsets = beats.onset_strength(beats.band_energies(wave.mean(axis=0), RATE))
    around = [float(onsets[hop - 6 : hop + 7].max()) for hop in range(10, len(onsets) - 10)]
    usual = median(around)
    return sum(float(onsets[cut // 10 - 6 : cut // 10 + 7].max()) > usual for cut in CUTS) / len(CUTS)


def row(mood: str, seed: int, folder: Path, pictures: Path | None) -> str:
    path = folder / "sound.raw"
    started = time.process_time()
    facts = mix.soundtrack(film(COUNT, segment(mood, seed, COUNT)), {}, path)
    cpu = time.process_time() - started
    wave = np.concatenate(list(stage.perform(compose(mood, seed, SLOT_MS * COUNT, CUTS))), axis=1)
    centroid, high = spectrum_facts(wave)
    crest = 20 * float(np.log10(np.abs(wave).max() / np.sqrt(np.mean(wave**2))))
    found = beats.find_beats(wave, RATE)
    ratio = f"{found.bpm / facts.bpm:5.2f}" if found.bpm and facts.bpm else "    –"
    if pictures:
        draw(wave, pictures / f"{mood}-{seed}.png")
    return (
        f"{mood:11s} {seed:4d} {cpu:5.2f} {facts.bpm or 0:6.1f} {facts.key or '':13s} {facts.loudness_lufs:7.2f} "
        f"{facts.true_peak_dbtp:6.2f} {cuts_heard(wave):5.2f} {ratio} {centroid:8.0f} {high:6.1f} {crest:6.1f} "
        f"{loudness_range(wave):5.1f}"
    )


def draw(wave: Wave, path: Path) -> None:
    """A spectrogram, 40 Hz to 16 kHz, 75 dB, with white marks at the photo changes."""
    size, hop = 4096, 800
    mono = wave.mean(axis=0)
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop] * np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1))
    places = np.searchsorted(np.fft.rfftfreq(size, 1 / RATE), np.geomspace(40, 16_000, 360))
    level = 20 * np.log10(power[:, np.minimum(places, size // 2)] + 1e-4)
    shade = np.clip((level - level.max() + 75) / 75 * 255, 0, 255).astype(np.uint8).T[::-1]
    image = cv2.applyColorMap(np.ascontiguousarray(shade), cv2.COLORMAP_INFERNO)
    for cut in CUTS:
        image[:8, min(image.shape[1] - 1, cut * RATE // 1000 // hop)] = 255
    cv2.imwrite(str(path), image)


def beat_rows() -> list[str]:
    """The tracker on click tracks whose beats are known: share within 12 ms, and how far off on average."""
    rows = []
    for bpm in (72.0, 97.3, 120.0, 144.0):
        time_axis = np.arange(30 * RATE) / RATE
        wave = 0.02 * np.sin(2 * np.pi * 220 * time_axis)
        truth = np.arange(0.5, 29.5, 60 / bpm)
        stroke = np.exp(-np.arange(3800) / 700) * np.sin(np.arange(3800) * 2 * np.pi * 900 / RATE)
        for moment in truth:
            at = round(moment * RATE)
            wave[at : at + 3800] += 0.6 * stroke[: len(wave) - at]
        found = beats.find_beats(wave.astype(np.float32), RATE)
        apart = np.array([np.abs(1000 * truth - beat).min() for beat in found.times_ms])
        near = float(np.mean(apart < 12))
        rows.append(f"clicks at {bpm:5.1f}: found {found.bpm}, {near:.2f} within 12 ms, {apart.mean():.1f} ms off")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--moods", default=",".join(MOODS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--spectrograms", type=Path)
    asked = parser.parse_args()
    if asked.spectrograms:
        asked.spectrograms.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        print(long_film(folder))
        print("mood        seed   cpu    bpm key              LUFS   dBTP  cuts tempo centroid    >5k  crest   LRA")
        for mood in asked.moods.split(","):
            for seed in range(1, asked.seeds + 1):
                print(row(mood, seed, folder, asked.spectrograms), flush=True)
    for line in beat_rows():
        print(line)


def long_film(folder: Path) -> str:
    """R04 for sound: the memory of a quarter of an hour against that of half a minute."""
    peaks = []
    started = time.process_time()
    for count in (10, 300):
        started = time.process_time()
        mix.soundtrack(film(count, segment("upbeat", 1, count)), {}, folder / "long.raw")
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    cpu = time.process_time() - started
    return f"15 minutes: {cpu:.1f} s of CPU, peak RSS {peaks[1]:.0f} MB (30 s: {peaks[0]:.0f} MB)"


if __name__ == "__main__":
    main()
