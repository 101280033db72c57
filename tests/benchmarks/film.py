"""How fast a film is made, beside the floor and beside other tools, as ratios of one run on one machine.

    PYTHONPATH=tests python -m benchmarks.film [--rounds 3] [--others]

Rounds alternate between floor and film; medians count. `--others` adds ffmpeg's zoompan + xfade (Debian's ffmpeg) and
MoviePy (`pip install moviepy`) where they are installed, and VMAF where the ffmpeg has libvmaf.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import cv2

from benchmarks import floor, others, standard_job
from photovideos_studio.draft import Draft
from photovideos_studio.farm import Farm
from photovideos_studio.farm.foreman import cores


class Memory:
    """The largest sum of PSS of the farm's processes while it is watched, in megabytes."""

    def __init__(self, farm: Farm) -> None:
        assert farm._nursery is not None
        self._nursery = farm._nursery._process.pid
        self._stop = threading.Event()
        self.peak = 0.0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def close(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            children = Path(f"/proc/{self._nursery}/task/{self._nursery}/children").read_text(encoding="ascii")
            pids = [self._nursery, *map(int, children.split())]
            self.peak = max(self.peak, sum(_pss_kilobytes(pid) for pid in pids) / 1024)


def _pss_kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def make(farm: Farm, draft: Draft, sources: dict[str, Path], into: Path) -> float:
    began = perf_counter()
    farm.film(draft, sources, into, on_progress=lambda _: None, cancelled=threading.Event())
    return perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--others", action="store_true")
    options.add_argument("--photos", type=Path, help="where the painted photographs are kept between runs")
    chosen = options.parse_args()
    cv2.setNumThreads(1)
    folder = Path(tempfile.mkdtemp(prefix="photovideos-benchmark-"))
    try:
        if chosen.photos:
            chosen.photos.mkdir(exist_ok=True)
        run(folder, chosen.photos or folder, chosen.rounds, with_others=chosen.others)
    finally:
        shutil.rmtree(folder)


def run(folder: Path, photos: Path, rounds: int, *, with_others: bool) -> None:
    paths = standard_job.make_photos(photos)
    draft, sources = standard_job.make_draft(paths)
    dressed, _ = standard_job.make_draft(paths, extras=True)
    film = folder / "film.mp4"
    frames = floor.draw_all(draft, sources)
    farm = Farm()
    try:
        make(farm, draft, sources, film)  # warm
        floors, films, with_extras = [], [], []
        memory = Memory(farm)
        for _ in range(rounds):
            floors.append(floor.encode_floor(draft, frames, cores()))
            films.append(make(farm, draft, sources, film))
            with_extras.append(make(farm, dressed, sources, folder / "dressed.mp4"))
        peak = memory.close()
    finally:
        farm.close()
    least, whole, dressed_seconds = map(statistics.median, (floors, films, with_extras))
    print(f"{'encode only (the floor)':44}{least:8.2f} s    1.00")
    print(f"{'the whole job':44}{whole:8.2f} s {whole / least:7.2f} × floor")
    print(f"{'with title, captions and a filter':44}{dressed_seconds:8.2f} s {dressed_seconds / whole:7.2f} × plain")
    print(f"{'peak PSS of the farm':44}{peak:8.0f} MB   ({cores()} workers)")
    print(f"{'size of the film':44}{film.stat().st_size / 1e6:8.1f} MB")
    if with_others:
        _compare(paths, folder, film, draft, frames, whole)


def _compare(paths: list[Path], folder: Path, film: Path, draft: Draft, frames: object, whole: float) -> None:
    for name, tool in (("ffmpeg zoompan + xfade, veryfast", others.ffmpeg_film), ("MoviePy", others.moviepy_film)):
        try:
            seconds = tool(paths, folder / "other.mp4")
        except (ImportError, FileNotFoundError, subprocess.CalledProcessError) as error:
            print(f"{name:44} not measured: {error}")
            continue
        print(f"{name:44}{seconds:8.2f} s {seconds / whole:7.2f} × the whole job")
    score = others.vmaf(film, draft, frames)
    print(f"{'VMAF against the drawn frames':44}" + ("  not measured" if score is None else f"{score:8.2f}"))


if __name__ == "__main__":
    main()
