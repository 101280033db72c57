from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photovideos import media
from support import trail as trails
from support.fake_cloud import FakeCloud
from support.trail import Trail


@pytest.fixture
def trail(tmp_path: Path, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:
    monkeypatch.setattr(media, "prepare", trails.prepare)
    monkeypatch.setattr(media, "inspect", trails.inspect)
    made = Trail(tmp_path, cloud)
    yield made
    made.close()
