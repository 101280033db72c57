from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from photovideos.media.child import photos
from photovideos.media.child.photos import Unusable

SECRET = "Canon-52.5200N-13.4050E"
ORIENTATION = 0x0112


def copied(data: bytes, *, edge: int = 3840, strip: bool = True) -> tuple[photos.Header, bytes]:
    out = io.BytesIO()
    header = photos.copy(io.BytesIO(data), out, longest_edge_pixels=edge, strip_metadata=strip)
    return header, out.getvalue()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def near(found: Any, wanted: tuple[int, int, int], within: int = 40) -> bool:
    return all(abs(one - other) <= within for one, other in zip(found[:3], wanted, strict=True))


def png_saying(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# --- what the header says ---------------------------------------------------------------------------------------------


def test_the_time_of_taking_has_its_sub_seconds_and_offset(jpeg: Callable[..., bytes]) -> None:
    data = jpeg(taken="2024:05:03 10:11:12", fraction="7", offset="+02:00")
    assert photos.look(io.BytesIO(data)).taken == "2024-05-03T10:11:12.700+02:00"


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:45 99:00:00", "soon"])
def test_an_impossible_date_is_no_date(jpeg: Callable[..., bytes], taken: str) -> None:
    assert photos.look(io.BytesIO(jpeg(taken=taken))).taken is None


def test_an_odd_offset_or_fraction_does_not_cost_the_date(jpeg: Callable[..., bytes]) -> None:
    data = jpeg(taken="2024:05:03 10:11:12", fraction="x", offset="  :  ")
    assert photos.look(io.BytesIO(data)).taken == "2024-05-03T10:11:12"


def test_a_broken_exif_block_is_no_reason_to_refuse(samples: Path) -> None:
    with open(samples / "bad" / "broken-exif.jpg", "rb") as file:
        assert photos.look(file).taken is None


@pytest.mark.parametrize("size", [(40_000, 40_000), (12_000, 12_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(Unusable, match="pixels"):
        photos.look(io.BytesIO(png_saying(*size)))


def test_a_jpeg_may_be_as_large_as_phones_make_them_and_no_larger(jpeg: Callable[..., bytes]) -> None:
    data = bytearray(jpeg())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", 12_240, 16_320)
    assert photos.look(io.BytesIO(bytes(data))).extension == "jpg"
    data[start : start + 4] = struct.pack(">HH", 65_500, 65_500)
    with pytest.raises(Unusable, match="65500"):
        photos.look(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\0" * 4096, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"#EXTM3U\n/etc/passwd"]
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(Unusable):
        photos.look(io.BytesIO(data))


# --- upright ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(10))
def test_a_copy_is_upright_whatever_the_orientation(
    picture: Callable[..., Image.Image], kind: str, orientation: int
) -> None:
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = picture(128, 96)
    stored = upright.transpose(turned[orientation]) if orientation in turned else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    _, data = copied(saved(stored, kind, exif=exif.tobytes(), quality=95))
    with Image.open(io.BytesIO(data)) as copy:
        copy.load()
        assert copy.size == (128, 96)
        assert copy.getexif().get(ORIENTATION) is None
        rgb = copy.convert("RGB")
        corners = [rgb.getpixel(place) for place in ((10, 10), (118, 10), (118, 86), (10, 86))]
    wanted = [(255, 0, 0), (0, 255, 0), (255, 255, 255), (0, 0, 255)]
    assert all(near(found, colour, 70) for found, colour in zip(corners, wanted, strict=True)), corners


# --- nothing but pixels -----------------------------------------------------------------------------------------------


def test_a_jpeg_leaves_camera_place_xmp_and_comment_behind(jpeg: Callable[..., bytes]) -> None:
    data = jpeg(secret=SECRET, taken="2024:05:03 10:11:12") + SECRET.encode() * 3
    header, copy = copied(data)
    assert header.taken == "2024-05-03T10:11:12"
    assert SECRET.encode() not in copy
    assert b"Exif" not in copy
    assert b"2024" not in copy


def test_iptc_in_a_jpeg_is_left_behind(jpeg: Callable[..., bytes]) -> None:
    plain = jpeg()
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", 40) + b"\x1c\x02\x5a\x00\x17" + SECRET.encode()
    data = plain[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + plain[2:]
    _, copy = copied(data)
    assert SECRET.encode() not in copy


def test_a_png_leaves_its_text_behind(picture: Callable[..., Image.Image]) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET)
    text.add_text("Location", SECRET, zip=True)
    text.add_itxt("XML:com.adobe.xmp", SECRET)
    exif = Image.Exif()
    exif[0x010F] = SECRET
    header, copy = copied(saved(picture(), "PNG", pnginfo=text, exif=exif, dpi=(300, 300)))
    assert header.extension == "png"
    names = {copy[place - 4 : place] for place in range(12, len(copy)) if copy[place - 4 : place].isalpha()}
    assert not names & {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP"}


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "AVIF", "HEIF"])
def test_other_formats_leave_exif_and_xmp_behind(picture: Callable[..., Image.Image], kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    extra = {} if kind == "TIFF" else {"xmp": SECRET.encode()}
    data = saved(picture(), kind, exif=exif, **extra)
    assert SECRET.encode() in data
    _, copy = copied(data)
    assert SECRET.encode() not in copy


def test_with_metadata_wanted_the_exif_stays_and_the_orientation_is_not_applied_twice(
    jpeg: Callable[..., bytes],
) -> None:
    _, copy = copied(jpeg(size=(96, 64), secret=SECRET, orientation=6), edge=48, strip=False)
    with Image.open(io.BytesIO(copy)) as image:
        assert image.size == (32, 48)
        assert image.getexif()[0x010F] == SECRET
        assert image.getexif()[ORIENTATION] == 1


# --- formats, colours, sizes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "extension"),
    [
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("TIFF", "jpg"),
        ("BMP", "jpg"),
        ("AVIF", "jpg"),
        ("HEIF", "jpg"),
    ],
)
def test_what_the_cloud_does_not_take_becomes_jpeg(
    picture: Callable[..., Image.Image], kind: str, extension: str
) -> None:
    header, data = copied(saved(picture(), kind))
    assert header.extension == extension
    with Image.open(io.BytesIO(data)) as copy:
        assert {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[copy.format or ""] == extension


def test_a_large_photo_is_scaled_and_a_small_one_is_not_enlarged(jpeg: Callable[..., bytes]) -> None:
    for size, edge, wanted in (((400, 300), 200, (200, 150)), ((64, 48), 200, (64, 48)), ((400, 300), 0, (400, 300))):
        _, data = copied(jpeg(size=size), edge=edge)
        with Image.open(io.BytesIO(data)) as copy:
            assert copy.size == wanted


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_mode_becomes_plain_pixels(picture: Callable[..., Image.Image], mode: str) -> None:
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    source = picture().convert("L").convert("I;16") if mode == "I;16" else picture().convert(mode)
    _, data = copied(saved(source, kind))
    with Image.open(io.BytesIO(data)) as copy:
        copy.load()
        assert copy.mode in ("L", "RGB", "RGBA")


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    grey = Image.new("I;16", (16, 16), 32768)
    _, data = copied(saved(grey, "PNG"))
    with Image.open(io.BytesIO(data)) as copy:
        assert near(copy.convert("RGB").getpixel((8, 8)), (128, 128, 128), 2)


def test_transparency_stays_in_png_and_becomes_white_in_jpeg() -> None:
    clear = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    _, png = copied(saved(clear, "PNG"))
    _, jpg = copied(saved(clear, "TIFF"))
    with Image.open(io.BytesIO(png)) as copy:
        assert copy.mode == "RGBA"
    with Image.open(io.BytesIO(jpg)) as copy:
        assert near(copy.convert("RGB").getpixel((8, 8)), (255, 255, 255), 3)


def test_display_p3_becomes_srgb(samples: Path) -> None:
    _, copy = copied((samples / "extras" / "fresh-flower-display-p3.jpg").read_bytes())
    with (
        Image.open(io.BytesIO(copy)) as found,
        Image.open(samples / "extras" / "fresh-flower-srgb-reference.jpg") as wanted,
    ):
        assert "icc_profile" not in found.info
        size = (40, 30)
        pairs = zip(
            found.convert("RGB").resize(size).tobytes(), wanted.convert("RGB").resize(size).tobytes(), strict=True
        )
        differences = [abs(one - other) for one, other in pairs]
    assert sum(differences) / len(differences) < 2.0


def test_a_profile_that_does_not_fit_costs_nothing(jpeg: Callable[..., bytes]) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (lab, b"no profile at all"):
        _, data = copied(jpeg(icc_profile=profile))
        with Image.open(io.BytesIO(data)) as copy:
            assert near(copy.convert("RGB").getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), cut=st.floats(0.05, 1.0))
def test_bit_rot_is_taken_or_told_and_nothing_else(
    picture: Callable[..., Image.Image], kind: str, seed: int, cut: float
) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    data = bytearray(saved(picture(), kind, **({} if kind in ("GIF", "BMP") else {"exif": exif.tobytes()})))
    chance = random.Random(seed)
    for _ in range(chance.randrange(12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(Unusable):
        copied(bytes(data[: max(1, int(len(data) * cut))]))


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["truncated-half.jpg", "truncated-header.jpg", "still-copying.jpg", "zero.jpg", "nulls.jpg", "corrupt.heic",
             "truncated.heic", "text-renamed.jpg", "html-renamed.jpg", "svg.svg"],
)  # fmt: skip
def test_a_damaged_photo_is_refused_with_a_sentence(samples: Path, name: str) -> None:
    with pytest.raises(Unusable) as caught:
        copied((samples / "bad" / name).read_bytes())
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "name", ["jpeg-named.heic", "jpeg-named.png", "png-named.jpg", "noextension", "UPPER.JPG", "1x1.png",
             "strip-20000x3.png", "trailing-garbage.jpg", "orientation-9.jpg", "broken-exif.jpg"],
)  # fmt: skip
def test_an_awkward_photo_is_taken(samples: Path, name: str) -> None:
    _, data = copied((samples / "bad" / name).read_bytes())
    with Image.open(io.BytesIO(data)) as copy:
        copy.load()


def test_a_png_damaged_inside_is_refused_though_it_begins_and_ends_as_it_should(
    picture: Callable[..., Image.Image],
) -> None:
    out = io.BytesIO()
    picture().save(out, "PNG")
    damaged = out.getvalue().replace(b"IDAT", b"IDAT" + b"\xff" * 8, 1)
    with pytest.raises(Unusable, match="damaged"):
        photos.copy(io.BytesIO(damaged), io.BytesIO(), longest_edge_pixels=3840, strip_metadata=True)
