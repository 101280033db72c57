"""A long life, each figure beside its limit: `PYTHONPATH=tests python -m benchmarks.long_life [a] [b] [c] [d]`.

a  1,000 finished folders of 100 files: idle processor, memory before and after a job, inotify watches      (5 minutes)
b  1,000 folders dropped at once: all taken in, none twice, in order, memory flat; films for a minute       (3 minutes)
c  an hour under each of three permanent errors: bytes of log                                               (1 minute)
d  24 hours in 5 minutes with 48 films: no growth of memory, threads, descriptors                           (6 minutes)

Real folders, a real daemon, a quick cloud on loopback. In c and d the daemon's clocks and waits run faster
(`support.fast_time`). Wants a machine that does nothing else: what others use counts as nobody's, but waits get longer.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from photovideos.intake import scan
from photovideos.jobs.states import JobState
from support import gauges
from support.fake_cloud import answers
from support.figures import Figures
from support.house import wait_for
from support.watched import Town, pause, photo, town_at

FOLDERS, FILES = 1000, 100
LIMIT_CPU_PERCENT, LIMIT_RSS_MEGABYTES, LIMIT_WATCHES = 1.0, 80.0, 2
LIMIT_LOG_KILOBYTES = 64.0  # in an hour of a permanent error that concerns 20 folders
LIMIT_GROWTH_MEGABYTES = 5.0
IDLE_SECONDS = 205.0
FILM_SECONDS = 60.0  # so long films are made in b
DAY_FACTOR, DAY_FILMS, HOUR_FACTOR = 288.0, 48, 120.0
PATIENCE_SECONDS = 300.0


@contextmanager
def town(*, settle_seconds: float) -> Iterator[Town]:
    with (
        tempfile.TemporaryDirectory(prefix="long-life-") as place,
        town_at(Path(place), settle_seconds=settle_seconds) as made,
    ):
        yield made


# --- a: a thousand finished folders -----------------------------------------------------------------------------------


def finished_folders(made: Town) -> list[Path]:
    """Folders with their films and summaries, as a daemon left them; their inputs' fingerprint is the product's own."""
    library = made.root / "library"
    photos = [photo(number) for number in range(FILES)]
    digest = hashlib.sha256(made.cloud.film).hexdigest()
    folders = []
    for number in range(1, FOLDERS + 1):
        folder = library / f"Trip {number}"
        folder.mkdir(parents=True)
        for count, data in enumerate(photos, start=1):
            (folder / f"IMG_{count:04d}.jpg").write_bytes(data)
        (folder / "prompt.txt").write_text("a calm video", encoding="utf-8")
        (folder / f"{folder.name}.mp4").write_bytes(made.cloud.film)
        claim = f"Made by photovideos: {folder.name}.mp4, {len(made.cloud.film)}, {digest}"
        summary = f"Timeline (1 tracks, 3s)\n\nInputs: {fingerprint_of(folder)}\n{claim}\n"
        (folder / f"{folder.name} - timeline.txt").write_text(summary, encoding="utf-8")
        folders.append(folder)
    return folders


def fingerprint_of(folder: Path) -> str:
    folder_fd = scan.open_folder(str(folder.parent), folder.name)
    try:
        snapshot = scan.take_snapshot(folder_fd, scan.key_of(str(folder.parent), folder.name, folder_fd))
        photos = [entry for entry in snapshot.media if entry.path.endswith(".jpg")]
        return scan.fingerprint(folder_fd, photos, {})[0]
    finally:
        os.close(folder_fd)


def part_a(figures: Figures) -> None:
    with town(settle_seconds=20) as made:
        began = monotonic()
        folders = finished_folders(made)
        made.run()
        for folder in folders:
            folder.rename(made.inbox / folder.name)
        known = f"{FOLDERS:,} folders of {FILES} files"
        wait_for("all to be known as made", lambda: len(made.jobs()) == FOLDERS, PATIENCE_SECONDS, log=made.log)
        figures.tell(f"{known}: written, found to be made, in seconds", monotonic() - began)
        figures.exactly("   taken in as jobs to make", len(made.told("folder.taken")), 0)
        made.processes[-1].terminate()
        made.processes[-1].wait(20)

        began = monotonic()
        pid = made.run().pid
        wait_until_quiet(pid)
        figures.tell("started again: seconds until it is quiet", monotonic() - began - 5)
        before = gauges.read(pid)
        pause(IDLE_SECONDS)  # with these settle times every finished folder is looked at every 200 s; by default, 300 s
        after = gauges.read(pid)
        figures.at_most(
            f"idle processor over {IDLE_SECONDS:.0f} s, with a look at every folder",
            100 * (after.cpu_seconds - before.cpu_seconds) / IDLE_SECONDS,
            LIMIT_CPU_PERCENT,
            " %",
        )
        figures.at_most("memory before a job", after.rss_megabytes, LIMIT_RSS_MEGABYTES, " MB")
        one_more = made.fill("One more", photos=10)
        (one_more / "READY").touch()
        made.made(one_more, photos=10)
        last = gauges.read(pid)
        figures.at_most("memory after a job", last.rss_megabytes, LIMIT_RSS_MEGABYTES, " MB")
        figures.at_most(
            "memory at its highest, start and job included", last.peak_megabytes, LIMIT_RSS_MEGABYTES, " MB"
        )
        figures.at_most("inotify watches", float(last.watches), LIMIT_WATCHES)


def wait_until_quiet(pid: int) -> None:
    """Until it used less than a twentieth of a core for five seconds."""

    def _is_quiet() -> bool:
        before = gauges.read(pid).cpu_seconds
        pause(5)
        return gauges.read(pid).cpu_seconds - before < 0.25

    wait_for("the daemon to be quiet", _is_quiet, PATIENCE_SECONDS)


# --- b: a thousand folders at once ------------------------------------------------------------------------------------


def part_b(figures: Figures) -> None:
    with town(settle_seconds=2) as made:
        made.settings["jobs"] = {"parallel": 1}
        made.cloud.plan("/credits/", answers({"code": 0, "data": {"available": 0}}))  # no film until all are there
        pid = made.run().pid
        names = [f"Trip {number}" for number in range(1, FOLDERS + 1)]
        aside = made.root / "aside"
        for name in names:
            folder = aside / name
            folder.mkdir(parents=True)
            for number in (1, 2):
                (folder / f"IMG_{number}.jpg").write_bytes(photo(number))
            (folder / "prompt.txt").write_text(f"{name}. a calm video", encoding="utf-8")
        wait_until_quiet(pid)
        before = gauges.read(pid)
        began = monotonic()
        for name in names:
            (aside / name).rename(made.inbox / name)
        wait_for("all to be taken in", lambda: len(made.jobs()) >= FOLDERS, PATIENCE_SECONDS, log=made.log)
        figures.tell("1,000 folders dropped at once: seconds until all are jobs", monotonic() - began)
        pause(5)
        taken = [line["folder"] for line in made.told("folder.taken")]
        figures.exactly("taken in", len(set(taken)), FOLDERS)
        figures.exactly("taken in twice", len(taken) - len(set(taken)), 0)
        order = [job.key.name for job in made.jobs()]
        figures.tell("in the order of their names", str(order == names), "True", is_well=order == names)
        there = gauges.read(pid)
        growth = there.rss_megabytes - before.rss_megabytes
        figures.tell("memory for a thousand jobs, in MB", growth)
        figures.at_most("memory with a thousand jobs", there.rss_megabytes, LIMIT_RSS_MEGABYTES, " MB")

        (made.inbox / names[0] / "RETRY").touch()  # ends the pause
        wait_for("the first film", lambda: done_in(made), 60, log=made.log)
        first = gauges.read(pid)
        pause(FILM_SECONDS)
        last = gauges.read(pid)
        films = [one.messages[0].partition(".")[0] for one in made.cloud.sittings if one.messages]
        figures.tell(f"films in {FILM_SECONDS:.0f} s, one at a time", f"{done_in(made)}")
        figures.tell(
            "made in that order, none twice",
            str(is_beginning(films, names)),
            "True",
            is_well=is_beginning(films, names),
        )
        growth = last.rss_megabytes - first.rss_megabytes
        figures.at_most("growth of memory meanwhile", growth, LIMIT_GROWTH_MEGABYTES, " MB")
        figures.at_most("memory at its highest", last.peak_megabytes, LIMIT_RSS_MEGABYTES, " MB")


def done_in(made: Town) -> int:
    return sum(job.state is JobState.DONE for job in made.jobs())


def is_beginning(films: list[str], names: list[str]) -> bool:
    """The first is asked for by RETRY, and keeps its place."""
    return films == names[: len(films)]


# --- c: the log under a permanent error -------------------------------------------------------------------------------


def refuse(made: Town) -> None:
    made.cloud.plan("/credits/", *[answers({"code": 9999, "message": "no"}, 400)] * 100_000)


def be_unreachable(made: Town) -> None:
    made.settings["backend"]["url"] = "http://127.0.0.1:9"


def go_away(made: Town) -> None:
    made.inbox.rename(made.root / "away")


def nothing(_made: Town) -> None:
    pass


def part_c(figures: Figures) -> None:
    for what, before, after in (
        ("a backend that refuses everything", refuse, nothing),
        ("a backend that cannot be reached", be_unreachable, nothing),
        ("an inbox that is gone", nothing, go_away),
    ):
        with town(settle_seconds=30) as made:
            before(made)
            run_fast(made, HOUR_FACTOR)
            for number in range(20):
                made.fill(f"Trip {number}", photos=1)
            pause(1)
            after(made)
            pause(3600 / HOUR_FACTOR)
            size = (made.root / "log").stat().st_size
            figures.at_most(f"{what}: kB of log in an hour", size / 1000, LIMIT_LOG_KILOBYTES, " kB")


def run_fast(made: Town, factor: float) -> int:
    """Starts the daemon with time that passes faster; its process id."""
    made.prefix = [sys.executable, "-m", "support.fast_time", f"{factor:g}"]
    made.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    return made.run().pid


# --- d: a day ---------------------------------------------------------------------------------------------------------


def part_d(figures: Figures) -> None:
    with town(settle_seconds=30) as made:
        pid = run_fast(made, DAY_FACTOR)
        readings: list[gauges.Reading] = []
        began, films = monotonic(), 0
        day = 86_400 / DAY_FACTOR
        while monotonic() - began < day:
            if films < DAY_FILMS and monotonic() - began >= films * day / DAY_FILMS:
                films += 1
                made.fill(f"Trip {films}")
                forget_oldest(made)
            pause(1)
            readings.append(gauges.read(pid))
        wait_for("the last films", lambda: len(made.cloud.of("a calm video")) >= films, 120, log=made.log)
        figures.exactly("films of a day", len(made.cloud.of("a calm video")), DAY_FILMS)
        quarter = len(readings) // 4
        early, late = readings[quarter : 2 * quarter], readings[-quarter:]
        for what, pick, limit, unit in (
            ("memory", lambda one: one.rss_megabytes, LIMIT_GROWTH_MEGABYTES, " MB"),
            ("threads", lambda one: float(one.threads), 0.0, ""),
            ("descriptors", lambda one: float(one.descriptors), 0.0, ""),
        ):
            first, last = (statistics.median(map(pick, part)) for part in (early, late))
            figures.at_most(
                f"{what}: {first:.1f} in the 2nd quarter, {last:.1f} in the 4th: growth", last - first, limit, unit
            )
        figures.at_most("memory at its highest", readings[-1].peak_megabytes, LIMIT_RSS_MEGABYTES, " MB")
        figures.tell("processor, per cent of a core at this pace", 100 * readings[-1].cpu_seconds / day)
        figures.tell("log of a day, in kB", (made.root / "log").stat().st_size / 1000)


def forget_oldest(made: Town) -> None:
    """People take their films and delete the folders."""
    done = [job.key.name for job in made.jobs() if job.state is JobState.DONE]
    for name in done[:-5]:
        shutil.rmtree(made.inbox / name, ignore_errors=True)


PARTS: dict[str, Callable[[Figures], None]] = {"a": part_a, "b": part_b, "c": part_c, "d": part_d}


def main(wanted: list[str]) -> int:
    figures = Figures()
    for name in wanted or list(PARTS):
        began = monotonic()
        print(name)
        PARTS[name](figures)
        print(f"   {monotonic() - began:.0f} s")
    return 1 if figures.beyond else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
