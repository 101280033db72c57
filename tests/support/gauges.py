"""What a running process uses, read from /proc: memory, processor, threads, descriptors, inotify watches."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`cpu_seconds`: of the process without its children, since its start. `peak_megabytes`: the highest so far."""

    rss_megabytes: float
    peak_megabytes: float
    cpu_seconds: float
    threads: int
    descriptors: int
    watches: int


def read(pid: int) -> Reading:
    place = Path(f"/proc/{pid}")
    told = dict(
        line.split(":", 1) for line in (place / "status").read_text(encoding="utf-8").splitlines() if ":" in line
    )
    fields = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return Reading(
        rss_megabytes=int(told["VmRSS"].split()[0]) / 1000,
        peak_megabytes=int(told["VmHWM"].split()[0]) / 1000,
        cpu_seconds=(int(fields[11]) + int(fields[12])) / _TICKS,
        threads=int(told["Threads"]),
        descriptors=len(list((place / "fd").iterdir())),
        watches=_watches(place),
    )


def _watches(place: Path) -> int:
    count = 0
    for entry in (place / "fdinfo").iterdir():
        try:
            text = entry.read_text(encoding="utf-8")
        except OSError:  # closed meanwhile
            continue
        count += sum(line.startswith("inotify ") for line in text.splitlines())
    return count
