"""Far too much of everything: a megabyte of prompt, fifty thousand files, a tree a thousand deep. Bounded, and told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from support.house import wait_for
from support.strangers import Scales
from support.watched import Town, photo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
FILES = 50_000
DAEMON_MEGABYTES = 150


def summary_of(folder: Path) -> str:
    return next(iter(folder.glob("*timeline.txt"))).read_text(encoding="utf-8")


def test_of_a_prompt_of_a_megabyte_the_beginning_is_used_and_that_is_told(town: Town) -> None:
    folder = town.fill("Words", text=None)
    (folder / "prompt.txt").write_text("Words: a calm video\n" + "and then some more words \n" * 40_000, "utf-8")
    process = town.start("once")
    with Scales(process.pid) as scales:
        assert process.wait(90) == 0, town.log()[-3000:]
    (sitting,) = town.cloud.of("Words: a calm video")
    assert len("".join(sitting.messages).encode()) <= 64 * 1024
    assert "longer than 64 KB" in summary_of(folder)
    assert scales.own_megabytes < DAEMON_MEGABYTES


def test_fifty_thousand_files_are_told_in_a_sentence(town: Town) -> None:
    process = town.run()
    folder = town.folder("Too many")
    folder_fd = os.open(folder, os.O_RDONLY)
    (folder / "a.jpg").write_bytes(photo(1))
    for number in range(FILES):
        os.link("a.jpg", f"{number}.jpg", src_dir_fd=folder_fd, dst_dir_fd=folder_fd)
    os.close(folder_fd)
    town.write_prompt(folder)
    begun = time.monotonic()
    with Scales(process.pid) as scales:
        text = town.says(folder, "NEEDS HELP", seconds=90)
        told_after = time.monotonic() - begun
    assert "more than 20000 files" in text
    assert "Move a part of its files" in text
    assert town.taken("Too many") == 0
    assert scales.own_megabytes < DAEMON_MEGABYTES
    print(f"told after {told_after:.1f} s, the daemon had at most {scales.own_megabytes:.0f} MB")


def deep(folder: Path, levels: int) -> None:
    """A chain of folders; a path of its own would be far too long, so by descriptors."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    fd = os.open("bottom.jpg", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(fd, photo(9))
    os.close(fd)
    os.close(here)


def flatten(folder: Path) -> None:
    """Takes the chain down again, one level at a time: what deletes by path cannot."""
    while (below := folder / ("d" * 200)).exists():
        for entry in list(below.iterdir()):
            entry.rename(folder / f"{entry.name}x")
        below.rmdir()
        if (moved := folder / ("d" * 200 + "x")).exists():
            moved.rename(below)


def test_a_tree_a_thousand_deep_costs_nothing_and_is_named_once(town: Town) -> None:
    folder = town.fill("Deep")
    deep(folder, 1000)
    try:
        town.run()
        town.film_of(folder)
        lines = [line for line in summary_of(folder).splitlines() if "more than 4 folders deep" in line]
        assert len(lines) == 1
        assert len(lines[0]) < 900
        assert len(town.cloud.the("Deep").uploads) == 2
    finally:
        flatten(folder)


def test_a_thousand_odd_names_make_no_endless_note(town: Town) -> None:
    """Left out are more than anybody reads: the first are named, the rest are counted, every note stays short."""
    folder = town.fill("Odd")
    for number in range(3000):
        (folder / f"link {number} {'n' * 200}.jpg").symlink_to("nowhere")
    town.run()
    town.film_of(folder)
    text = summary_of(folder)
    assert "and 1 more" in text or "more: the list of files left out ends here" in text
    assert len(text) < 120_000
    for note in town.inbox.rglob("_photovideos*.txt"):
        assert len(note.read_text("utf-8-sig").splitlines()) <= 60


def test_two_thousand_folders_without_a_prompt_keep_nobody_waiting(town: Town) -> None:
    process = town.run()
    for number in range(2000):
        (town.inbox / f"empty {number}").mkdir()
    with Scales(process.pid) as scales:
        folder = town.fill("Among them")
        wait_for("the film", (folder / "Among them.mp4").exists, 90, log=town.log)
    assert scales.own_megabytes < DAEMON_MEGABYTES
