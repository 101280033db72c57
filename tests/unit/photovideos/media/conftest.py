"""Makes small media files of every kind, and folders as a scan sees them."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from photovideos.model import FileEntry, MediaKind

SHARED = Path(__file__).resolve().parents[4] / ".." / "shared" / "samples"
ORIENTATION, MAKE, EXIF_IFD, GPS_IFD = 0x0112, 0x010F, 0x8769, 0x8825


@pytest.fixture
def samples() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the samples do not lie beside this checkout")
    return SHARED


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green, blue and white, clockwise from the upper left: shows how a picture was turned."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for colour, place in (("red", (0, 0)), ("lime", (half[0], 0)), ("white", half), ("blue", (0, half[1]))):
        image.paste(Image.new("RGB", half, colour), place)
    return image


@pytest.fixture
def picture() -> Callable[..., Image.Image]:
    return quarters


@pytest.fixture
def jpeg() -> Callable[..., bytes]:
    """`taken`, `fraction`, `offset`: EXIF; `orientation`; `secret`: put wherever a camera could put something."""

    def _make(
        *,
        size: tuple[int, int] = (64, 48),
        taken: str | None = None,
        fraction: str | None = None,
        offset: str | None = None,
        orientation: int | None = None,
        secret: str | None = None,
        **options: Any,
    ) -> bytes:
        exif = Image.Exif()
        sub = {0x9003: taken, 0x9291: fraction, 0x9011: offset}
        exif.get_ifd(EXIF_IFD).update({tag: value for tag, value in sub.items() if value is not None})
        if orientation is not None:
            exif[ORIENTATION] = orientation
        if secret is not None:
            exif[MAKE] = secret
            exif.get_ifd(GPS_IFD).update({1: "N", 2: (52.0, 31.0, 12.0), 29: secret})
            options |= {"comment": secret.encode(), "xmp": f"<x:xmpmeta>{secret}</x:xmpmeta>".encode()}
        out = io.BytesIO()
        quarters(*size).save(out, "JPEG", quality=92, exif=exif, **options)
        return out.getvalue()

    return _make


@pytest.fixture
def film() -> Callable[..., Path]:
    """A short film with a moving square and a tone; `tags` go into the container, `streams` of "va"."""

    def _make(
        path: Path,
        *,
        seconds: float = 1.0,
        fps: int = 25,
        size: tuple[int, int] = (160, 120),
        streams: str = "va",
        level: float = 0.25,
        tags: dict[str, str] | None = None,
        container: str = "mp4",
        codecs: tuple[str, str] = ("libx264", "aac"),
        options: dict[str, str] | None = None,
    ) -> Path:
        with av.open(str(path), "w", format=container, options=options or {}) as out:
            out.metadata.update(tags or {})
            video = _video_stream(out, codecs[0], fps, size) if "v" in streams else None
            audio: Any = out.add_stream(codecs[1], rate=48000) if "a" in streams else None
            if video is not None:
                for number in range(round(seconds * fps)):
                    out.mux(video.encode(_picture(number, size)))
                out.mux(video.encode(None))
            if audio is not None:
                for frame in _tone(seconds, level):
                    out.mux(audio.encode(frame))
                out.mux(audio.encode(None))
        return path

    return _make


def _video_stream(out: Any, codec: str, fps: int, size: tuple[int, int]) -> Any:
    stream = out.add_stream(codec, rate=fps)
    stream.width, stream.height = size
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    if codec == "libx264":
        stream.options = {"preset": "ultrafast", "g": "12"}
    return stream


def _picture(number: int, size: tuple[int, int]) -> Any:
    pixels = np.random.default_rng(number).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    pixels[:, : size[0] // 2] = (number * 9) % 255
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def _tone(seconds: float, level: float) -> Iterator[Any]:
    moments = np.arange(round(seconds * 48000)) / 48000
    wave = (level * np.sin(2 * np.pi * 997 * moments)).astype(np.float32)
    for start in range(0, len(wave), 1024):
        chunk = np.stack([wave[start : start + 1024]] * 2)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(chunk), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        yield frame


KINDS = {"mp3": MediaKind.SONG, "wav": MediaKind.SONG, "m4a": MediaKind.SONG, "aac": MediaKind.SONG} | dict.fromkeys(
    ("mp4", "mov", "avi", "mkv", "webm"), MediaKind.CLIP
)


def entry_of(folder: Path, relative: str) -> FileEntry:
    found = os.lstat(folder / relative)
    kind = KINDS.get(relative.rsplit(".", 1)[-1].lower(), MediaKind.PHOTO)
    return FileEntry(
        path=relative,
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        ctime_ns=found.st_ctime_ns,
        inode=found.st_ino,
        kind=kind,
    )


@pytest.fixture
def entry() -> Callable[[Path, str], FileEntry]:
    return entry_of
