"""R04: memory does not grow with the photos, measured over all of the farm's processes."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from photovideos_studio.farm import Farm
from support.reels import draft_of, save


def _peak_pss(farm: Farm, done: threading.Event) -> int:
    """Kilobytes, until `done`."""
    nursery = farm._nursery
    assert nursery is not None
    pid, peak = nursery._process.pid, 0
    while not done.wait(0.05):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        total = 0
        for child in children:
            try:
                lines = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii").splitlines()
            except OSError:  # it has ended
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        peak = max(peak, total)
    return peak


@pytest.mark.slow
@pytest.mark.alone
def test_r04_memory_is_flat_from_ten_photos_to_three_hundred(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    photo = save(rng.integers(0, 255, (750, 1000, 3), dtype=np.uint8), tmp_path / "photo.jpg", quality=80)
    peaks = []
    for count in (10, 300):
        farm = Farm(2)
        try:
            draft, sources = draft_of([photo] * count, size=(640, 360), slot_ms=200, fade_ms=60)
            done = threading.Event()
            found: list[int] = []
            watcher = threading.Thread(
                target=lambda farm=farm, done=done, found=found: found.append(_peak_pss(farm, done))
            )
            watcher.start()
            farm.film(draft, sources, tmp_path / "film.mp4", on_progress=lambda _: None, cancelled=threading.Event())
            done.set()
            watcher.join()
            peaks += found
        finally:
            farm.close()
    assert peaks[1] <= 1.2 * peaks[0]
