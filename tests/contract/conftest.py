"""A small cloud that keeps its sessions apart, and the daemon in a process of its own that works with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House
from support.quick_cloud import QuickCloud, serving_quickly


@pytest.fixture
def quick_cloud() -> Iterator[QuickCloud]:
    with serving_quickly() as fake:
        yield fake


@pytest.fixture
def clouded(tmp_path: Path, quick_cloud: QuickCloud) -> Iterator[House]:
    """A house whose films are made by `quick_cloud`."""
    made = House(tmp_path)
    made.settings["backend"] |= {"kind": "nemo", "url": quick_cloud.url, "rate_limit_wait_seconds": 0.1}
    made.settings["upload"] = {"longest_edge_pixels": 400}
    yield made
    made.close()
