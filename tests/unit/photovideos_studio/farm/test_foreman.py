"""The farm with its real processes, on small films."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import av
import numpy as np
import pytest

from photovideos_studio import photos
from photovideos_studio.farm import Farm, RenderError
from support.reels import decode, draft_of, quarters, save, spoil_sound, write_clip

LONG = 60_000


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    farm = Farm(2)
    yield farm
    farm.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return save(quarters(320, 180), tmp_path / "photo.jpg")


def _children(of: int) -> list[int]:
    with open(f"/proc/{of}/task/{of}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def _workers(farm: Farm) -> list[int]:
    nursery = farm._nursery
    assert nursery is not None
    return _children(nursery._process.pid)


def _until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = monotonic() + seconds
    waiting = threading.Event()
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        waiting.wait(0.02)


def _count(film: Path) -> int:
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        return len(list(container.decode(video=0)))


def test_a_film_is_made_whole_with_progress_that_only_grows(farm: Farm, photo: Path, tmp_path: Path) -> None:
    draft, sources = draft_of([photo] * 5, slot_ms=1000, fade_ms=300)
    told: list[float] = []
    film = tmp_path / "out" / "film.mp4"
    film.parent.mkdir()
    farm.film(draft, sources, film, on_progress=told.append, cancelled=threading.Event())
    assert len(decode(film)) == 150
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len([share for share in told if 0.1 < share < 0.9]) > 3
    assert list(film.parent.iterdir()) == [film], "scratch files are left"
    _until(lambda: not _workers(farm))


def test_what_could_not_be_heard_is_told(farm: Farm, photo: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (24_000, 2)).astype(np.float32)
    holiday = write_clip(tmp_path / "holiday.mp4", [quarters(320, 180)] * 10, sound=noise)
    draft, sources = draft_of([photo, holiday], clips=[1])
    spoil_sound(sources["u1"])
    clip = replace(draft.pictures[1], volume=1.0, name="holiday.mp4")
    draft = replace(draft, pictures=(draft.pictures[0], clip))
    notes = farm.film(draft, sources, tmp_path / "film.mp4", on_progress=lambda _: None, cancelled=threading.Event())
    assert [note for note in notes if "holiday.mp4 is mute" in note], notes


def test_cancelling_takes_effect_within_a_second_and_leaves_nothing(farm: Farm, photo: Path, tmp_path: Path) -> None:
    draft, sources = draft_of([photo], size=(1280, 720), slot_ms=LONG)
    cancelled, moments = threading.Event(), []

    def cancel(share: float) -> None:
        if not cancelled.is_set():
            moments.append(monotonic())
            cancelled.set()

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(RenderError, match="cancelled"):
        farm.film(draft, sources, folder / "film.mp4", on_progress=cancel, cancelled=cancelled)
    assert monotonic() - moments[0] < 1.0
    assert list(folder.iterdir()) == []
    _until(lambda: not _workers(farm))


def _make_in_background(farm: Farm, photo: Path, film: Path) -> tuple[threading.Thread, threading.Event]:
    draft, sources = draft_of([photo] * 4, size=(640, 360), slot_ms=3000, fade_ms=300)
    under_way = threading.Event()
    thread = threading.Thread(
        target=farm.film,
        args=(draft, sources, film),
        kwargs={"on_progress": lambda share: under_way.set() if share > 0.05 else None, "cancelled": threading.Event()},
    )
    thread.start()
    return thread, under_way


def test_a_worker_that_dies_is_replaced_and_its_piece_done_again(farm: Farm, photo: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    thread, under_way = _make_in_background(farm, photo, film)
    assert under_way.wait(30)
    os.kill(_workers(farm)[0], signal.SIGKILL)
    thread.join(60)
    assert _count(film) == 360


def test_r20_a_worker_that_hangs_is_noticed_and_its_piece_done_again(photo: Path, tmp_path: Path) -> None:
    farm = Farm(2, silence_seconds=4.0)
    try:
        film = tmp_path / "film.mp4"
        thread, under_way = _make_in_background(farm, photo, film)
        assert under_way.wait(30)
        os.kill(_workers(farm)[0], signal.SIGSTOP)
        thread.join(60)
        assert _count(film) == 360
    finally:
        farm.close()


def test_a_nursery_that_died_is_replaced(photo: Path, tmp_path: Path) -> None:
    farm = Farm(1)
    try:
        assert farm._nursery is not None
        farm._nursery._process.kill()
        draft, sources = draft_of([photo], slot_ms=300)
        farm.film(draft, sources, tmp_path / "a.mp4", on_progress=lambda _: None, cancelled=threading.Event())
        assert _count(tmp_path / "a.mp4") == 9
    finally:
        farm.close()


def test_r07_a_film_of_something_undecodable_is_refused_and_nothing_is_written(farm: Farm, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 no picture follows")
    draft, sources = draft_of([broken])
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(RenderError, match=r"broken\.jpg is damaged"):
        farm.film(draft, sources, folder / "a.mp4", on_progress=lambda _: None, cancelled=threading.Event())
    assert list(folder.iterdir()) == []


def test_the_same_film_from_one_worker_and_from_two_has_the_same_frames(
    farm: Farm, photo: Path, tmp_path: Path
) -> None:
    draft, sources = draft_of([photo] * 4, slot_ms=1500, fade_ms=300)
    alone = Farm(1)
    try:
        for name, made_by in (("one", alone), ("two", farm)):
            path = tmp_path / f"{name}.mp4"
            made_by.film(draft, sources, path, on_progress=lambda _: None, cancelled=threading.Event())
    finally:
        alone.close()
    one, two = decode(tmp_path / "one.mp4"), decode(tmp_path / "two.mp4")
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_look_tells_what_is_in_a_photo_and_refuses_what_is_none(farm: Farm, photo: Path, tmp_path: Path) -> None:
    facts = farm.look(photo, "photo.jpg")
    assert (facts.width, facts.height) == (320, 180)
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    with pytest.raises(photos.Unreadable):
        farm.look(text, "text.jpg")


def test_workers_are_niced_expendable_and_without_an_environment(farm: Farm, photo: Path, tmp_path: Path) -> None:
    thread, under_way = _make_in_background(farm, photo, tmp_path / "film.mp4")
    assert under_way.wait(30)
    pid = _workers(farm)[0]
    with open(f"/proc/{pid}/oom_score_adj", encoding="ascii") as file:
        assert file.read().strip() == "1000"
    with open(f"/proc/{pid}/environ", encoding="ascii") as file:
        names = {entry.split("=")[0] for entry in file.read().split("\0") if entry}
    assert names <= {
        "GLIBC_TUNABLES",
        "LANG",
        "MALLOC_ARENA_MAX",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LC_CTYPE",
    }
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
    thread.join(60)


def test_a_closed_farm_makes_nothing_more(photo: Path, tmp_path: Path) -> None:
    farm = Farm(1)
    farm.close()
    draft, sources = draft_of([photo])
    with pytest.raises(RenderError):
        farm.film(draft, sources, tmp_path / "a.mp4", on_progress=lambda _: None, cancelled=threading.Event())
