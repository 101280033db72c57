"""What a film costs while it is made: wall seconds, CPU seconds, and the memory of the farm's processes together."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter

from photovideos_studio.draft import Draft
from photovideos_studio.farm import Farm

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    wall: float
    cpu: float
    peak_mb: float


class Watch:
    """The farm's processes, every 50 ms: the CPU time of all there were and, if asked for, the largest sum of their PSS
    (adding that up takes a fiftieth of its time from a job)."""

    def __init__(self, farm: Farm, *, memory: bool) -> None:
        assert farm._nursery is not None
        self._nursery, self._adds_up = farm._nursery._process.pid, memory
        self._stop = threading.Event()
        self._peak, self._spent = 0.0, dict[int, float]()
        self._began = _cpu_seconds(self._nursery)
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def close(self) -> tuple[float, float]:
        """CPU seconds and megabytes."""
        self._stop.set()
        self._thread.join()
        return sum(self._spent.values()) - self._began, self._peak

    def _watch(self) -> None:
        looks = 0
        while not self._stop.wait(0.05):
            children = Path(f"/proc/{self._nursery}/task/{self._nursery}/children").read_text(encoding="ascii")
            pids = [self._nursery, *map(int, children.split())]
            self._spent |= {pid: max(_cpu_seconds(pid), self._spent.get(pid, 0.0)) for pid in pids}
            if self._adds_up and looks % 4 == 0:
                self._peak = max(self._peak, sum(map(pss_mb, pids)))
            looks += 1


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def make(farm: Farm, draft: Draft, sources: Mapping[str, Path], into: Path, *, memory: bool = False) -> Cost:
    """`peak_mb` is 0 without `memory`."""
    watch = Watch(farm, memory=memory)
    began = perf_counter()
    try:
        farm.film(draft, sources, into, on_progress=lambda _: None, cancelled=threading.Event())
        wall = perf_counter() - began
    finally:
        cpu, peak = watch.close()
    return Cost(wall=wall, cpu=cpu, peak_mb=peak)


@contextlib.contextmanager
def farm_of(workers: int | None = None) -> Iterator[Farm]:
    farm = Farm(workers)
    assert farm._nursery is not None
    for pid in ("self", farm._nursery._process.pid):
        _rank_by_own_niceness(pid)
    try:
        yield farm
    finally:
        farm.close()


def _rank_by_own_niceness(pid: int | str) -> None:
    """Linux ranks whole sessions, and the farm is one of its own: as `nice` before this command says, so are both."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as file:
        file.write(str(os.nice(0)))


def studio_mb(folder: Path) -> float:
    """PSS of the studio's own process (HTTP, queue, director), idle; its farm is measured apart."""
    socket = folder / "studio.sock"
    command = [sys.executable, "-m", "photovideos_studio", "--store", str(folder / "store"), "--socket", str(socket)]
    studio = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pause, deadline = threading.Event(), monotonic() + 20
        while not socket.exists() and studio.poll() is None and monotonic() < deadline:
            pause.wait(0.1)
        pause.wait(1.0)
        return pss_mb(studio.pid)
    finally:
        studio.terminate()
        studio.wait(20)
