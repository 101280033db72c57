"""When a photo or a clip was taken, and the id of a live photo: as cameras write them, and as broken files have it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from photovideos_studio.director.taken import content_id_of, taken_of_clip, taken_of_photo

ORIGINAL, DIGITIZED, CHANGED = 0x9003, 0x9004, 0x0132
OFFSET_ORIGINAL, SUBSECONDS_ORIGINAL, MAKER_NOTE = 0x9011, 0x9291, 0x927C
ID = "0A1B2C3D-1111-2222-3333-444455556666"


def photo(path: Path, **tags: object) -> Path:
    """A JPEG with EXIF: `changed` in the first directory, `t9003` and the like in the EXIF one."""
    exif = Image.Exif()
    if "changed" in tags:
        exif[CHANGED] = tags.pop("changed")
    exif.get_ifd(0x8769).update({int(name[1:], 16): value for name, value in tags.items()})
    Image.new("RGB", (8, 8)).save(path, exif=exif)
    return path


def clip(path: Path, **metadata: str) -> Path:
    with av.open(str(path), "w", format="mov", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata.update({name.replace("_", ".") if "apple" in name else name: v for name, v in metadata.items()})
        stream = out.add_stream("libx264", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for packet in stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")):
            out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    return path


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"t9003": "2024:05:12 14:03:07"}, "2024-05-12T14:03:07"),
        ({"t9003": "2024:05:12 14:03:07", "t9291": "42"}, "2024-05-12T14:03:07.420000"),
        ({"t9003": "2024:05:12 14:03:07", "t9011": "+02:00"}, "2024-05-12T14:03:07+02:00"),
        ({"t9003": "2024:05:12 14:03:07", "t9011": "-0330", "t9291": "5"}, "2024-05-12T14:03:07.500000-03:30"),
        ({"t9003": "2024:05:12 14:03:07", "t9011": "here"}, "2024-05-12T14:03:07"),
        ({"t9003": "2024:05:12 23:59:60"}, "2024-05-12T23:59:59"),
        ({"t9003": "2024-05-12T14:03:07"}, "2024-05-12T14:03:07"),
        ({"t9004": "2024:05:12 14:03:07", "changed": "2025:01:01 00:00:00"}, "2024-05-12T14:03:07"),
        ({"changed": "2025:01:01 10:00:00"}, "2025-01-01T10:00:00"),
        ({"t9003": "0000:00:00 00:00:00", "changed": "2025:01:01 10:00:00"}, "2025-01-01T10:00:00"),
        ({"t9003": "1024:05:12 14:03:07"}, None),
        ({"t9003": "    :  :     :  :  "}, None),
        ({}, None),
    ],
)
def test_a_photos_time_is_the_first_believable_one(
    tags: dict[str, object], expected: str | None, tmp_path: Path
) -> None:
    assert taken_of_photo(photo(tmp_path / "a.jpg", **tags)) == expected


def test_what_is_no_photo_has_no_time_and_no_id(tmp_path: Path) -> None:
    broken = tmp_path / "a.jpg"
    broken.write_bytes(photo(tmp_path / "b.jpg", t9003="2024:05:12 14:03:07").read_bytes()[:60])
    assert taken_of_photo(broken) is None
    assert content_id_of(broken, is_clip=False) is None
    assert taken_of_clip(broken) is None
    assert content_id_of(broken, is_clip=True) is None


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"com_apple_quicktime_creationdate": "2024-05-12T14:03:07+0200"}, "2024-05-12T14:03:07+02:00"),
        ({"creation_time": "2024-05-12T12:03:07.000000Z"}, "2024-05-12T12:03:07+00:00"),
        (
            {"com_apple_quicktime_creationdate": "2024-05-12T14:03:07+0200", "creation_time": "2020-01-01T00:00:00Z"},
            "2024-05-12T14:03:07+02:00",
        ),
        ({"com_apple_quicktime_creationdate": "yesterday"}, None),
        ({"com_apple_quicktime_creationdate": "1904-01-01T00:00:00Z"}, None),
        ({}, None),
    ],
)
def test_a_clips_time_is_its_own_zones_first(metadata: dict[str, str], expected: str | None, tmp_path: Path) -> None:
    assert taken_of_clip(clip(tmp_path / "a.mov", **metadata)) == expected


def test_the_two_halves_of_a_live_photo_bear_one_id(tmp_path: Path) -> None:
    still = photo(tmp_path / "a.jpg", t927C=b"Apple iOS\x00\x00\x01MM" + b"\x00" * 20 + ID.encode() + b"\x00")
    moving = clip(tmp_path / "a.mov", com_apple_quicktime_content_identifier=ID)
    assert content_id_of(still, is_clip=False) == content_id_of(moving, is_clip=True) == ID
    other = photo(tmp_path / "b.jpg", t927C=b"Nikon\x00" + ID.encode())
    assert content_id_of(other, is_clip=False) is None
