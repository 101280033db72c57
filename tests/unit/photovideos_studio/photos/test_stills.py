"""Stills are whole or refused, whatever was read of them before their pixels."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from photovideos_studio.photos.refusal import Unreadable
from photovideos_studio.photos.stills import read_rgb


def test_a_png_damaged_inside_is_refused_though_it_begins_and_ends_as_it_should(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert("RGB").save(out, "PNG")
    (tmp_path / "a.png").write_bytes(out.getvalue())
    assert read_rgb(tmp_path / "a.png").shape == (48, 64, 3)
    (tmp_path / "a.png").write_bytes(out.getvalue().replace(b"IDAT", b"IDAT" + b"\xff" * 8, 1))
    with pytest.raises(Unreadable, match="damaged"):
        read_rgb(tmp_path / "a.png")
