from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photovideos.media.child import containers

SECRET = b"Canon-52.5200N"


def stripped(data: bytes, kind: str) -> bytes:
    out = io.BytesIO()
    containers.strip(io.BytesIO(data), out, kind)
    return out.getvalue()


@pytest.fixture
def frames(picture: Callable[..., Image.Image]) -> list[Image.Image]:
    return [picture().rotate(90 * turn) for turn in range(3)]


def saved(frames: list[Image.Image], kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, **options)
    return out.getvalue()


def pictures_of(data: bytes) -> list[bytes]:
    found = []
    with Image.open(io.BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(image.convert("RGB").tobytes())
    return found


def test_a_gif_keeps_every_picture_its_timing_and_its_loop(frames: list[Image.Image]) -> None:
    data = saved(frames, "GIF", comment=SECRET)
    assert SECRET in data
    copy = stripped(data, "GIF")
    assert SECRET not in copy
    assert pictures_of(copy) == pictures_of(data)
    with Image.open(io.BytesIO(copy)) as image:
        assert image.info["loop"] == 0
        assert image.info["duration"] == 100


def test_xmp_in_a_gif_is_left_behind(frames: list[Image.Image]) -> None:
    data = saved(frames, "GIF")
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\x00"
    plain_text = b"\x21\x01\x0c" + b"\0" * 12 + bytes([len(SECRET)]) + SECRET + b"\x00"
    copy = stripped(data[:-1] + xmp + plain_text + b"\x3b" + SECRET, "GIF")
    assert SECRET not in copy
    assert pictures_of(copy) == pictures_of(data)


def test_an_animated_webp_keeps_every_picture_and_loses_exif_and_xmp(frames: list[Image.Image]) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    data = saved(frames, "WEBP", lossless=True, exif=exif, xmp=SECRET)
    assert data.count(SECRET) == 2
    copy = stripped(data, "WEBP")
    assert SECRET not in copy
    assert pictures_of(copy) == pictures_of(data)
    assert int.from_bytes(copy[4:8], "little") == len(copy) - 8


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_file_that_ends_in_the_middle_is_told(frames: list[Image.Image], kind: str) -> None:
    data = saved(frames, kind)
    with pytest.raises(ValueError, match=r"ends|larger|kind"):
        stripped(data[: len(data) // 2], kind)


@given(st.binary(max_size=400), st.sampled_from(["GIF", "WEBP"]))
def test_anything_is_copied_or_told(data: bytes, kind: str) -> None:
    head = b"GIF89a" if kind == "GIF" else b"RIFF"
    with suppress(ValueError):
        stripped(head + data, kind)


def test_garbage_between_blocks_is_told(frames: list[Image.Image]) -> None:
    data = saved(frames, "GIF")
    with pytest.raises(ValueError, match="kind"):
        stripped(data[:-1] + b"\x99\x3b", "GIF")
