"""A small cloud that goes by what is planned for it, one that keeps its sessions apart, and the daemon, in a process of
its own, that works with either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.fake_cloud import FakeCloud, serving
from support.house import House
from support.quick_cloud import QuickCloud, serving_quickly
from support.small_film import small_film


@pytest.fixture
def cloud() -> Iterator[FakeCloud]:
    with serving() as fake:
        fake.film = small_film()
        yield fake


@pytest.fixture
def quick_cloud() -> Iterator[QuickCloud]:
    with serving_quickly() as fake:
        yield fake


@pytest.fixture
def house(tmp_path: Path, cloud: FakeCloud) -> Iterator[House]:
    """A house whose films are made by `cloud`."""
    with closing(_house_with(cloud, tmp_path)) as made:
        yield made


@pytest.fixture
def clouded(tmp_path: Path, quick_cloud: QuickCloud) -> Iterator[House]:
    """A house whose films are made by `quick_cloud`."""
    with closing(_house_with(quick_cloud, tmp_path)) as made:
        yield made


def _house_with(cloud: FakeCloud, root: Path) -> House:
    made = House(root)
    made.settings["backend"] |= {"kind": "nemo", "url": cloud.url, "rate_limit_wait_seconds": 0.1}
    made.settings["upload"] = {"longest_edge_pixels": 400}
    return made
