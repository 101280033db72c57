from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import rooms as the_rooms
from support.fake_cloud import FakeCloud
from support.rooms import Rooms


@pytest.fixture
def rooms(tmp_path: Path, cloud: FakeCloud) -> Iterator[Rooms]:
    with the_rooms.opened(tmp_path, cloud.url) as made:
        yield made
