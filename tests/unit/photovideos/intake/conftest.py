"""Real folders for intake's tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photovideos.intake import scan
from photovideos.model import Snapshot

_CHECKOUT = Path(__file__).resolve().parents[4]
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
JPEG = b"\xff\xd8" + _JFIF + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00pixels\xff\xd9"


@pytest.fixture
def jpeg() -> bytes:
    """The smallest thing that a scan takes for a whole JPEG."""
    return JPEG


@pytest.fixture
def samples() -> Path:
    found = _CHECKOUT.parent / "shared" / "samples"
    if not found.is_dir():
        pytest.skip("the shared samples do not lie beside the checkout")
    return found


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


class Drop:
    """A folder in the inbox, held by a descriptor as the daemon holds it."""

    def __init__(self, inbox: Path, name: str) -> None:
        self.path = inbox / name
        self.path.mkdir(exist_ok=True)
        self.fd = scan.open_folder(str(inbox), name)
        self.key = scan.key_of(str(inbox), name, self.fd)
        self.memory = scan.Memory()

    def put(self, name: str, content: bytes = JPEG) -> Path:
        path = Path(os.path.join(self.path, name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def look(self) -> Snapshot:
        return scan.take_snapshot(self.fd, self.key, memory=self.memory)


@pytest.fixture
def drop(inbox: Path) -> Iterator[Callable[..., Drop]]:
    drops: list[Drop] = []

    def made(name: str = "Italy 2024") -> Drop:
        drops.append(Drop(inbox, name))
        return drops[-1]

    yield made
    for one in drops:
        os.close(one.fd)
