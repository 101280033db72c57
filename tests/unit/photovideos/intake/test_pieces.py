"""Reading a file at given places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake.pieces import Pieces


@given(content=st.binary(max_size=2000), places=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 600))))
def test_it_gives_what_a_slice_would(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, places: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "pieces"
    path.write_bytes(content)
    with open(path, "rb") as file:
        pieces = Pieces(file.fileno(), len(content))
        for offset, length in places:
            assert pieces.at(offset, length) == content[offset : offset + length]
            assert pieces.small(offset, length) == content[offset : offset + length]


def test_a_needle_across_two_pieces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * (256 * 1024 - 1) + b"\xff\xd9" + b"x" * 400_000)
    with open(path, "rb") as file:
        assert Pieces(file.fileno(), path.stat().st_size).has(b"\xff\xd9", 3)
        assert not Pieces(file.fileno(), path.stat().st_size).has(b"\xff\xd8", 0)
