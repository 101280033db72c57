"""R02, R08, R09, R10: which way up and in which colours pictures arrive, measured on finished MP4s."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest
from PIL import Image, ImageCms

from photovideos_studio import photos
from support.reels import decode, decode_luma, film_of, flat, quarters, samples, save, set_display_matrix, write_clip

ORIENTATION = 0x0112
PATCHES = [(200, 60, 50), (60, 140, 70), (50, 70, 170), (230, 190, 40), (128, 128, 128), (235, 200, 180)]
CORNERS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (240, 240, 240)}


def _corners(frame: npt.NDArray[np.uint8]) -> list[str]:
    """The names of the colours from upper left to lower right."""
    height, width = frame.shape[:2]
    spots = [frame[y, x].astype(int) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return [min(CORNERS, key=lambda name: np.abs(spot - CORNERS[name]).sum()) for spot in spots]


def _stored(orientation: int) -> npt.NDArray[np.uint8]:
    """Pixels that EXIF orientation `orientation` turns upright: what a camera held so would store."""
    upright = quarters(320, 180)
    undo = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    return np.ascontiguousarray(photos.turn(upright, undo[orientation]))


def _write_oriented(path: Path, orientation: int, pixels: npt.NDArray[np.uint8]) -> Path:
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    if path.suffix == ".heic":
        pillow_heif.register_heif_opener(thumbnails=False)
        image.save(path, quality=95, exif=exif.tobytes())
    elif path.suffix == ".tiff":
        image.save(path, exif=exif)
    else:
        image.save(path, exif=exif.tobytes(), quality=95)  # PNG takes no notice
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "heic", "avif", "tiff"])
def test_r02_photos_stand_upright_whichever_way_the_camera_was_held(suffix: str, tmp_path: Path) -> None:
    paths = [
        _write_oriented(tmp_path / f"{orientation}.{suffix}", orientation, _stored(orientation))
        for orientation in range(1, 9)
    ]
    frames = decode(film_of(paths, tmp_path, slot_ms=100))
    for number in range(8):
        assert _corners(frames[number * 3 + 1]) == ["red", "green", "blue", "white"], f"orientation {number + 1}"


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "heic", "avif"])
@pytest.mark.parametrize("value", [0, 9])
def test_r02_an_orientation_that_does_not_exist_is_upright(value: int, suffix: str, tmp_path: Path) -> None:
    path = _write_oriented(tmp_path / f"odd.{suffix}", value, quarters(320, 180))
    assert _corners(decode(film_of([path], tmp_path, slot_ms=100))[1]) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_r02_clips_are_turned_by_their_display_matrix_once(degrees: int, name: str, tmp_path: Path) -> None:
    upright = quarters(320, 180)
    turned = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}[degrees]
    clip = write_clip(tmp_path / name, [np.ascontiguousarray(cv2.rotate(upright, turned))] * 12)
    set_display_matrix(clip, degrees)
    assert photos.probe(clip, clip.name).width == 320
    frame = decode(film_of([clip], tmp_path, clips=[0], slot_ms=200))[3]
    assert _corners(frame) == ["red", "green", "blue", "white"]


def _lab(colour: npt.NDArray[np.floating] | tuple[int, int, int]) -> npt.NDArray[np.float32]:
    values = np.array([[colour]], np.float32) / 255
    lab: npt.NDArray[np.float32] = cv2.cvtColor(values, cv2.COLOR_RGB2Lab)[0, 0]
    return lab


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_r08_colours_pass_through_the_film_within_delta_e_three(suffix: str, tmp_path: Path) -> None:
    paths = [save(flat(320, 180, colour), tmp_path / f"{n}.{suffix}") for n, colour in enumerate(PATCHES)]
    frames = decode(film_of(paths, tmp_path, slot_ms=200))
    for number, colour in enumerate(PATCHES):
        seen = frames[number * 6 + 3][40:140, 60:260].reshape(-1, 3).mean(axis=0)
        assert float(np.linalg.norm(_lab(seen) - _lab(colour))) <= 3.0, (colour, seen)


def test_r08_the_stream_and_the_container_are_tagged_bt709_limited(tmp_path: Path) -> None:
    film = film_of([save(flat(320, 180, (90, 120, 150)), tmp_path / "a.png")], tmp_path)
    data = film.read_bytes()
    at = data.index(b"colr")
    assert data[at + 4 : at + 8] == b"nclx"
    assert struct.unpack(">HHH", data[at + 8 : at + 14]) == (1, 1, 1)
    assert data[at + 14] & 0x80 == 0
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        frame = next(container.decode(video=0))
        assert (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range) == (1, 1, 1, 1)


def test_r08_luma_has_no_bias(tmp_path: Path) -> None:
    """A photo with detail keeps its mean brightness through mezzanine, motion and encoder."""
    rng = np.random.default_rng(3)
    picture = cv2.resize(rng.integers(60, 200, (45, 80, 3), dtype=np.uint8), (640, 360), interpolation=cv2.INTER_LINEAR)
    luma = decode_luma(film_of([save(picture, tmp_path / "a.png")], tmp_path))[6]
    expected = 16 + 219 / 255 * float((picture @ np.array([0.2126, 0.7152, 0.0722])).mean())
    assert abs(float(luma.mean()) - expected) < 0.25


def test_r09_display_p3_looks_as_its_srgb_rendering(tmp_path: Path) -> None:
    extras = samples() / "extras"
    paths = [extras / "fresh-flower-display-p3.jpg", extras / "fresh-flower-srgb-reference.jpg"]
    frames = decode(film_of(paths, tmp_path, slot_ms=200, size=(400, 300)))
    wide, plain = frames[3].astype(np.float32), frames[9].astype(np.float32)
    assert float(np.abs(wide - plain).mean()) < 2.5
    p3, srgb = (
        cv2.resize(cv2.cvtColor(f / 255, cv2.COLOR_RGB2Lab), (40, 30), interpolation=cv2.INTER_AREA)
        for f in (wide, plain)
    )
    assert float(np.percentile(np.linalg.norm(p3 - srgb, axis=2), 95)) < 4


def test_r09_a_picture_in_cmyk_keeps_its_colours(tmp_path: Path) -> None:
    path = samples() / "extras" / "fallen-leaf-cmyk.jpg"
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB").resize((320, 180))).astype(float)
    frame = decode(film_of([path], tmp_path, slot_ms=200))[3].astype(float)
    assert np.abs(frame.mean(axis=(0, 1)) - expected.mean(axis=(0, 1))).max() < 6


def test_r09_grey_stays_grey(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 255, 320, dtype=np.uint8), (180, 1))
    path = tmp_path / "grey.jpg"
    Image.fromarray(ramp, "L").save(path, quality=97)
    frame = decode(film_of([path], tmp_path))[5].astype(int)
    assert (frame.max(axis=2) - frame.min(axis=2)).max() <= 3
    assert abs(frame[90, 40:280].astype(float).mean() - ramp[90, 40:280].mean()) < 2


def _adobe_rgb() -> bytes:
    """A profile with the colorants (adapted to D50) and the gamma of Adobe RGB (1998)."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    colorants = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
    }
    for tag, place in colorants.items():
        at = icc.index(tag)
        (offset,) = struct.unpack(">I", icc[at + 4 : at + 8])
        struct.pack_into(">3i", icc, offset + 8, *(round(value * 65536) for value in place))
    for tag in (b"rTRC", b"gTRC", b"bTRC"):
        at = icc.index(tag)
        (offset,) = struct.unpack(">I", icc[at + 4 : at + 8])
        struct.pack_into(">4s4xIH", icc, offset, b"curv", 1, 0x0233)
    return bytes(icc)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff"])
def test_r09_adobe_rgb_comes_out_as_srgb(suffix: str, tmp_path: Path) -> None:
    """sRGB's (50, 150, 80), told in Adobe RGB's numbers."""
    linear = np.array([((v / 255 + 0.055) / 1.055) ** 2.4 for v in (50, 150, 80)])
    to_adobe = np.array([[0.71513, 0.28487, 0.0], [0.0, 1.0, 0.0], [0.0, 0.04117, 0.95883]])
    r, g, b = (round(255 * float(v) ** (1 / 2.19921875)) for v in to_adobe @ linear)
    path = save(flat(320, 180, (r, g, b)), tmp_path / f"wide.{suffix}", icc_profile=_adobe_rgb())
    seen = decode(film_of([path], tmp_path))[5][40:140, 60:260].reshape(-1, 3).mean(axis=0)
    assert float(np.linalg.norm(_lab(seen) - _lab((50, 150, 80)))) <= 3.0, seen


def test_r09_a_gamma_that_is_not_srgb_s_is_honoured(tmp_path: Path) -> None:
    """Linear light under a profile that says so comes out as sRGB."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = icc.index(b"rTRC")
    offset, size = struct.unpack(">II", icc[at + 4 : at + 12])
    gamma = b"curv" + bytes(4) + struct.pack(">I", 1) + struct.pack(">H", 0x0100)
    assert len(gamma) <= size
    icc[offset : offset + len(gamma)] = gamma
    linear = save(flat(320, 180, (55, 55, 55)), tmp_path / "linear.png", icc_profile=bytes(icc))
    frame = decode(film_of([linear], tmp_path))[5]
    assert abs(int(frame[90, 160, 1]) - 128) < 4


def test_r10_a_gain_map_is_told_and_the_base_image_shown(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(quarters(320, 180)).save(out, "JPEG", quality=95)
    note = b'http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:Description hdrgm:Version="1.0"/></x:xmpmeta>'
    data = out.getvalue()
    path = tmp_path / "gain.jpg"
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note + data[2:])
    assert photos.probe(path, path.name).is_hdr
    assert _corners(decode(film_of([path], tmp_path))[5]) == ["red", "green", "blue", "white"]
