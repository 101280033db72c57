"""How fast a film is made, beside the floor and beside other tools, as ratios of one run on one machine.

    PYTHONPATH=tests python -m benchmarks.film [--rows floor,job,…] [--rounds 3] [--others] [--tools PYTHON]

Each row stands beside its limit, with a verdict. Rows, and how long each takes on two quiet cores (painting the
photographs, 15 s, is spared by --photos):

    floor,job   encode only, and the whole job, in turn; medians        17 s a round, and 25 s before
    text        with title, captions and a filter; with blurred fills   20 s a round
    memory      PSS with two workers and with one; 10 and 300 photos    100 s
    length      two minutes of film against half a minute               35 s
    4k          the same film at 3840 × 2160                            40 s
    sharpness   drawn frames against an ideal resampler                 2 s
    ffmpeg      zoompan + xfade, veryfast (Debian's ffmpeg)             25 s
    moviepy     MoviePy; with --moviepy-photos 2 a fifth of it          200 s
    vmaf        all frames of the film against the drawn ones           60 s

Without --rows: floor, job and text; with --others all of them, in about ten minutes. MoviePy and VMAF want
`pip install moviepy imageio-ffmpeg`; as MoviePy wants another Pillow than the studio, --tools names the Python of an
environment with both.
For a machine that is not quiet: `nice -n -20` before the command, and look at the CPU seconds.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2

from benchmarks import floor, others, sharpness, standard_job
from benchmarks.measuring import Cost, farm_of, make, studio_mb
from photovideos_studio.farm import Farm
from photovideos_studio.farm.foreman import cores

ROWS = ("floor", "job", "text", "memory", "length", "4k", "sharpness", "ffmpeg", "moviepy", "vmaf")


def say(name: str, figure: str, ratio: str = "", limit: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{name:46}{figure:>12}  {ratio:24}{limit:18}{verdict}", flush=True)


class Benchmark:
    def __init__(self, folder: Path, chosen: argparse.Namespace, farm: Farm) -> None:
        self._folder, self._rounds, self._tools, self._farm = folder, chosen.rounds, chosen.tools, farm
        self._moviepy_photos = chosen.moviepy_photos
        self._paths = standard_job.make_photos(chosen.photos or folder)
        self._draft, self._sources = standard_job.make_draft(self._paths)
        self._film = folder / "film.mp4"
        self._jobs: list[Cost] = []

    @cached_property
    def _frames(self) -> Any:
        return floor.draw_all(self._draft, self._sources)

    @cached_property
    def _whole(self) -> float:
        """Wall seconds of the job, its median."""
        while len(self._jobs) < 2:  # the first one warms
            self._jobs.append(self._job())
        return statistics.median(job.wall for job in self._jobs[1:])

    def _job(self, *, into: Path | None = None, **kind: Any) -> Cost:
        draft, sources = standard_job.make_draft(self._paths, **kind)
        return make(self._farm, draft, sources, into or self._film)

    def floor(self) -> None:
        """Also `job`: the one without the other says nothing."""
        floors, frames = [], self._frames
        self._jobs = [self._job()]
        for _ in range(self._rounds):
            floors.append(floor.encode_floor(self._draft, frames, cores()))
            self._jobs.append(self._job())
        least = statistics.median(took.wall for took in floors)
        cpu = statistics.median(took.cpu for took in floors)
        say("encode only (the floor)", f"{least:.2f} s", f"{cpu:.1f} CPU s")
        ratio, spent = self._whole / least, statistics.median(job.cpu for job in self._jobs[1:])
        ratios = [job.wall / took.wall for job, took in zip(self._jobs[1:], floors, strict=True)]
        say("the whole job", f"{self._whole:.2f} s", f"{ratio:.2f} × the floor", "≤ 1.25 (aim 1.15)", ratio <= 1.25)
        say("", "", f"{spent:.1f} CPU s, {spent / cpu:.2f} ×")
        say("", "", "rounds: " + " ".join(f"{ratio:.2f}" for ratio in ratios))
        say("size of the film", f"{self._film.stat().st_size / 1e6:.1f} MB")

    def text(self) -> None:
        plain, dressed, filled = [], [], []
        other = self._folder / "other.mp4"
        for _ in range(self._rounds):
            plain.append(self._job(into=other))
            dressed.append(self._job(into=other, extras=True))
            filled.append(self._job(into=other, fills=True))
        wall, cpu = (statistics.median(getattr(job, of) for job in plain) for of in ("wall", "cpu"))
        for name, jobs in (("with title, captions and a filter", dressed), ("with blurred fills", filled)):
            took = statistics.median(job.wall for job in jobs)
            spent = statistics.median(job.cpu for job in jobs)
            ratios = f"{took / wall:.2f} × plain ({spent / cpu:.2f} CPU)"
            say(name, f"{took:.2f} s", ratios, "≤ 1.10", took / wall <= 1.10)

    def memory(self) -> None:
        own = studio_mb(self._folder)
        say("PSS of the studio's own process", f"{own:.0f} MB")
        for workers, limit in ((2, 650), (1, 400)):
            with farm_of(workers) as farm:
                other = self._folder / "other.mp4"
                peak = make(farm, self._draft, self._sources, other, memory=True).peak_mb + own
            say(f"peak PSS of the studio, workers: {workers}", f"{peak:.0f} MB", "", f"≤ {limit} MB", peak <= limit)
        peaks = []
        for count in (10, 300):
            with farm_of(2) as farm:
                draft, sources = standard_job.make_draft(self._paths, count=count, slot_ms=500, fade_ms=150)
                peaks.append(make(farm, draft, sources, self._folder / "other.mp4", memory=True).peak_mb + own)
        ratio = peaks[1] / peaks[0]
        say("300 photos of half a second", f"{peaks[1]:.0f} MB", f"{ratio:.2f} × 10 photos", "≤ 1.20", ratio <= 1.2)

    def length(self) -> None:
        ratio = self._job(into=self._folder / "other.mp4", count=40).wall / self._whole / 4
        say(
            "40 photos, two minutes",
            f"{ratio * 4 * self._whole:.1f} s",
            f"{ratio:.2f} × linear",
            "≤ 1.05",
            ratio <= 1.05,
        )

    def uhd(self) -> None:
        draft, sources = standard_job.make_draft(self._paths, size=(3840, 2160))
        cost = make(self._farm, draft, sources, self._folder / "other.mp4", memory=True)
        say("4K", f"{cost.wall:.1f} s", f"{cost.wall / self._whole:.2f} × 1080p, {cost.peak_mb:.0f} MB")

    def sharpness(self) -> None:
        worst, bias = sharpness.worst(self._paths[0], self._draft.canvas)
        say("drawn frames to an ideal resampler, the worst", f"{worst:.1f} dB", "", "≥ 45 dB", worst >= 45)
        say("luma bias", f"{bias:+.3f}", "", "within ± 0.15", abs(bias) <= 0.15)

    def ffmpeg(self) -> None:
        self._other("ffmpeg zoompan + xfade, veryfast, crf 20", 2.8, 1.0, others.ffmpeg_film)

    def moviepy(self) -> None:
        count = self._moviepy_photos
        share = len(self._paths) / count
        name = "MoviePy" if share == 1 else f"MoviePy, {count} of {len(self._paths)} photos × {share:.1f}"
        self._other(name, 25.0, share, lambda paths, into: others.moviepy_film(paths[:count], into, self._tools))

    def _other(self, name: str, limit: float, share: float, tool: Callable[[list[Path], Path], float]) -> None:
        whole = self._whole
        try:
            seconds = tool(self._paths, self._folder / "other.mp4") * share
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            say(name, "–", f"not measured: {error}")
            return
        say(name, f"{seconds:.1f} s", f"{seconds / whole:.1f} × the job", f"≥ {limit}", seconds / whole >= limit)

    def vmaf(self) -> None:
        assert self._whole, "the film has to be there"
        score = others.vmaf(self._film, self._draft, self._frames, self._tools)
        if score is None:
            say("VMAF", "–", "not measured: no ffmpeg with libvmaf")
        else:
            say("VMAF against the drawn frames, all of them", f"{score:.2f}", "", "≥ 93", score >= 93)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", help=",".join(ROWS))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--others", action="store_true", help="all rows")
    options.add_argument("--tools", default=sys.executable, help="a Python with MoviePy and imageio-ffmpeg")
    options.add_argument(
        "--moviepy-photos", type=int, default=standard_job.PHOTOS, help="fewer, and taken times as many"
    )
    options.add_argument("--photos", type=Path, help="where the painted photographs are kept between runs")
    chosen = options.parse_args()
    rows = chosen.rows.split(",") if chosen.rows else list(ROWS) if chosen.others else ["floor", "job", "text"]
    if unknown := set(rows) - set(ROWS):
        options.error(f"no such row: {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)
    folder = Path(tempfile.mkdtemp(prefix="photovideos-benchmark-"))
    began = perf_counter()
    try:
        if chosen.photos:
            chosen.photos.mkdir(parents=True, exist_ok=True)
        with farm_of() as farm:
            benchmark = Benchmark(folder, chosen, farm)
            methods = {
                row: getattr(benchmark, {"job": "floor", "4k": "uhd"}.get(row, row)) for row in ROWS if row in rows
            }
            for method in dict.fromkeys(methods.values()):
                method()
    finally:
        shutil.rmtree(folder)
    say("measured in", f"{perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
