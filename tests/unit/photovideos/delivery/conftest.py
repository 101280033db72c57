"""A folder of an inbox, open by its descriptor, and something to deliver into it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Film:
    path: Path
    data: bytes
    sha256: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "Italy 2024").mkdir(parents=True)
    return tmp_path / "inbox" / "Italy 2024"


@pytest.fixture
def folder_fd(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    data = bytes(range(256)) * 9000
    (tmp_path / "film.mp4").write_bytes(data)
    return Film(path=tmp_path / "film.mp4", data=data, sha256=hashlib.sha256(data).hexdigest())
