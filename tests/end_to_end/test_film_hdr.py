"""R10: what was taken in high dynamic range is neither flat nor green nor burnt out, measured on finished MP4s."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest

from photovideos_studio import photos
from support.reels import Pixels, decode, film_of

PQ, HLG = 16, 18
X265 = {"crf": "8", "preset": "ultrafast", "x265-params": "log-level=none"}
WIDTH, HEIGHT = 320, 180
# Linear light of BT.709 in BT.2020's primaries (ITU-R BT.2087-0).
TO_2020 = np.array([[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362], [0.016391, 0.088013, 0.895595]])
# What is in the scene, in cd/m² of BT.709's red, green, blue: a grey card, skin, leaves, a wall in the sun, a lamp.
SCENE = {
    "grey": (37.0, 37.0, 37.0),
    "skin": (75.0, 45.0, 32.0),
    "leaves": (12.0, 32.0, 7.0),
    "white": (203.0, 203.0, 203.0),
    "lamp": (900.0, 850.0, 700.0),
}


def _pq(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    power = (light / 10000) ** (2610 / 16384)
    coded: npt.NDArray[np.float64] = ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)
    return coded


def _hlg(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As a camera for a screen of 1000 cd/m² writes it (BT.2100: inverse OOTF, OETF)."""
    shown = light / 1000
    luma = shown @ np.array([0.2627, 0.6780, 0.0593])
    scene = shown * luma[..., None] ** (1 / 1.2 - 1)
    coded: npt.NDArray[np.float64] = np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    )
    return coded


def _scene(transfer: int) -> npt.NDArray[np.uint16]:
    """A stripe for each thing in the scene, coded for BT.2020, 16 bits."""
    light = np.array([SCENE[name] for name in SCENE]) @ TO_2020.T
    coded = _pq(light) if transfer == PQ else _hlg(light)
    stripes = np.repeat(coded[None], HEIGHT, axis=0).repeat(WIDTH // len(SCENE), axis=1)
    return np.ascontiguousarray(np.rint(stripes * 65535).astype(np.uint16))


def _frame(pixels: npt.NDArray[np.uint16], transfer: int, color_range: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le").reformat(
        format="yuv420p10le", dst_colorspace=9, dst_color_range=color_range
    )
    frame.color_trc, frame.color_primaries = transfer, 9
    return frame


def _write(path: Path, frames: list[av.VideoFrame], codec: str, options: dict[str, str], transfer: int) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, transfer, 9
        context.color_range = int(frames[0].color_range)
        context.options = options
        for number, frame in enumerate(frames):
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _hdr_file(path: Path, transfer: int) -> Path:
    pixels = _scene(transfer)
    if path.suffix == ".heic":
        picture = pillow_heif.from_bytes(mode="RGB;16", size=(WIDTH, HEIGHT), data=pixels.tobytes())
        picture.save(
            path, quality=95, color_primaries=9, transfer_characteristics=transfer, matrix_coefficients=9,
            full_range_flag=1,
        )  # fmt: skip
        return path
    if path.suffix == ".avif":
        return _write(path, [_frame(pixels, transfer, 2)], "libsvtav1", {"crf": "10", "preset": "10"}, transfer)
    frames = [_frame(pixels, transfer, 1) for _ in range(12)]
    if path.suffix == ".webm":
        return _write(path, frames, "libsvtav1", {"crf": "10", "preset": "12"}, transfer)
    return _write(
        path, frames, "libx265", {"crf": "12", "preset": "ultrafast", "x265-params": "log-level=none"}, transfer
    )


def _stripes(frame: Pixels) -> dict[str, npt.NDArray[np.float64]]:
    step = WIDTH // len(SCENE)
    return {
        name: frame[40:140, number * step + 16 : (number + 1) * step - 16].reshape(-1, 3).mean(axis=0)
        for number, name in enumerate(SCENE)
    }


def _srgb(light: float) -> float:
    share = min(1.0, light / 203)
    return 255 * (12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "clip.webm", "photo.heic", "photo.avif"])
def test_r10_pq_and_hlg_look_as_the_scene_did(name: str, transfer: int, tmp_path: Path) -> None:
    path = _hdr_file(tmp_path / name, transfer)
    probed = photos.probe(path, name)
    assert probed.is_hdr
    film = film_of([path], tmp_path, clips=[0] if probed.kind == "clip" else [], slot_ms=200)
    seen = _stripes(decode(film)[3])
    for part in ("grey", "skin", "leaves"):  # no flatter, no greener
        expected = np.array([_srgb(light) for light in SCENE[part]])
        assert np.abs(seen[part] - expected).max() < 7, (part, seen[part], expected)
    for part in ("grey", "white"):
        assert np.ptp(seen[part]) < 4, (part, seen[part])
    assert 218 < seen["white"].mean() < 240
    assert seen["lamp"].mean() > seen["white"].mean() + 10  # what is brighter than white is still seen to be
    assert seen["lamp"][0] >= seen["lamp"][2]


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
def test_r10_a_slow_gradient_in_a_sky_keeps_its_order(transfer: int, tmp_path: Path) -> None:
    light = np.linspace(60, 600, WIDTH)[:, None] * np.array([[0.55, 0.75, 1.0]])
    coded = _pq(light @ TO_2020.T) if transfer == PQ else _hlg(light @ TO_2020.T)
    pixels = np.rint(np.repeat(coded[None], HEIGHT, axis=0) * 65535).astype(np.uint16)
    clip = _write(tmp_path / "sky.mp4", [_frame(pixels, transfer, 1) for _ in range(6)], "libx265", X265, transfer)
    frame = decode(film_of([clip], tmp_path, clips=[0], slot_ms=200))[3].astype(np.float64)
    rows = frame[20:160].mean(axis=0)
    smooth = np.stack([np.convolve(rows[:, c], np.ones(9) / 9, "valid") for c in range(3)], axis=1)
    steps = np.diff(smooth[8:-8], axis=0)
    assert steps.min() > -0.35
    assert steps.max() < 1.8


def test_r10_wide_colours_told_by_code_points_alone_are_converted(tmp_path: Path) -> None:
    """A red of sRGB in Display P3's numbers, with nclx 12/13 and no profile."""
    p3 = np.array([234, 51, 35], np.uint8)  # what Display P3 calls sRGB's (255, 0, 0)
    pixels = np.ascontiguousarray(np.broadcast_to(p3, (HEIGHT, WIDTH, 3)))
    path = tmp_path / "p3.heic"
    pillow_heif.from_bytes(mode="RGB", size=(WIDTH, HEIGHT), data=pixels.tobytes()).save(
        path, quality=95, color_primaries=12, transfer_characteristics=13, matrix_coefficients=1, full_range_flag=1
    )
    assert not photos.probe(path, path.name).is_hdr
    seen = decode(film_of([path], tmp_path))[5][90, 160].astype(int)
    assert np.abs(seen - (255, 0, 0)).max() < 12, seen
