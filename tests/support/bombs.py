"""Files that are small on disk and huge when opened, or that never end; and what is around pixels, blown up."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import pillow_heif
from PIL import Image

from support.lures import small_clip


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *between: bytes, is_whole: bool = True) -> bytes:
    """A grey PNG of this size, truly: rows of zeros, deflated. `is_whole` False: pixels for one row alone."""
    squeeze = zlib.compressobj(1)
    rows = height if is_whole else 1
    data = b"".join(squeeze.compress(bytes(width + 1)) for _ in range(rows)) + squeeze.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _saved(image: Image.Image, form: str, **more: object) -> bytes:
    into = io.BytesIO()
    image.save(into, form, **more)
    return into.getvalue()


def photos() -> Iterator[tuple[str, bytes]]:
    """Bombs under names of photos."""
    pillow_heif.register_heif_opener()
    tiny = Image.new("L", (64, 48), 90)
    yield "pixels.png", png(60_000, 60_000, is_whole=False)
    yield "whole.png", png(9_990, 9_990)  # just below what is refused
    zeros = zlib.compress(bytes(200_000_000), 1)
    yield "ztxt.png", png(64, 48, chunk(b"zTXt", b"Comment\0\0" + zeros))
    yield "itxt.png", png(64, 48, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros))
    yield "iccp.png", png(64, 48, chunk(b"iCCP", b"icc\0\0" + zeros))
    gif = bytearray(_saved(tiny, "GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    yield "pixels.gif", bytes(gif)
    yield "frames.gif", frames_gif(65_535)
    webp = bytearray(_saved(tiny.convert("RGB"), "WEBP", lossless=True))
    webp[21:25] = struct.pack("<I", 16_382 | 16_382 << 14)
    yield "pixels.webp", bytes(webp)
    tiff = bytearray(_saved(tiny, "TIFF"))
    for old, new in ((64, 60_000), (48, 60_000)):
        at = tiff.index(struct.pack("<HHII", 256 if old == 64 else 257, 4, 1, old))
        tiff[at + 8 : at + 12] = struct.pack("<I", new)
    yield "pixels.tif", bytes(tiff)
    yield "squeezed.tif", _saved(Image.new("L", (9_000, 9_000)), "TIFF", compression="tiff_deflate")
    heif = bytearray(_saved(Image.new("RGB", (64, 64)), "HEIF"))
    at = heif.index(b"ispe") + 8
    heif[at : at + 8] = struct.pack(">II", 60_000, 60_000)
    yield "pixels.heic", bytes(heif)
    jpeg = bytearray(_saved(tiny, "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    yield "pixels.jpg", bytes(jpeg)
    # EXIF whose one entry says that it has four thousand million values, and one that leads back to itself.
    entry = struct.pack("<HHII", 0x9003, 2, 0xFFFFFFF0, 8)
    loop = struct.pack("<HHII", 0x8769, 4, 1, 8)
    body = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entry + loop + struct.pack("<I", 8)
    yield "exif.jpg", _saved(tiny, "JPEG", exif=b"Exif\0\0" + body)


def frames_gif(count: int) -> bytes:
    """So many pictures of one pixel each, on a large ground."""
    head = b"GIF89a" + struct.pack("<HHBBB", 4000, 3000, 0x80, 0, 0) + bytes(6)
    frame = (
        b"\x21\xf9\x04\x00\x01\x00\x00\x00" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    )
    return head + frame * count + b";"


def clips() -> Iterator[tuple[str, bytes]]:
    """Bombs under names of clips and songs."""
    clip = small_clip(container="mp4")
    huge = bytearray(clip)
    at = huge.index(b"avc1") + 28
    huge[at : at + 4] = struct.pack(">HH", 65_535, 65_535)
    yield "pixels.mp4", bytes(huge)
    for name, timescale, duration in (("long", 1, 0xFFFFFFFE), ("fast", 0xFFFFFFFF, 1), ("still", 0, 0)):
        odd = bytearray(clip)
        for kind in (b"mvhd", b"mdhd"):
            at = odd.index(kind) + 16
            odd[at : at + 8] = struct.pack(">II", timescale, duration)
        yield f"{name}.mp4", bytes(odd)
    table = bytearray(clip)
    at = table.index(b"stsz") + 12
    table[at : at + 4] = struct.pack(">I", 0x3FFFFFFF)
    yield "samples.mp4", bytes(table)
    yield "hours.mp3", long_mp3(1)
    head = b"\xff" * 4
    form = struct.pack("<IHHIIHH", 16, 1, 1, 1, 1, 1, 8)
    yield "endless.wav", b"RIFF" + head + b"WAVEfmt " + form + b"data" + head + bytes(9000)


def long_mp3(hours: float) -> bytes:
    """MPEG-2.5 layer III at 8 kbit/s: frames of silence, 72 ms in 72 bytes."""
    frame = b"\xff\xe3\x18\xc4" + bytes(68)
    return frame * int(hours * 3600 / 0.072)
