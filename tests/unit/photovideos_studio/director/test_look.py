"""What is found out of pixels and metadata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photovideos_studio.director.faces import find_faces, is_available
from photovideos_studio.director.look import dhash, look
from photovideos_studio.director.saliency import subject_of
from photovideos_studio.facts import MediaKind
from photovideos_studio.photos import Unreadable

_SAMPLES = Path(__file__).resolve().parents[4].parent / "shared" / "samples"


def _picture(path: Path, *, exif: Image.Exif | None = None, size: tuple[int, int] = (640, 480)) -> Path:
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    pixels = np.stack([np.tile(across, (size[1], 1))] * 3, axis=2)
    pixels[size[1] // 4 : size[1] // 2, size[0] // 2 : size[0] // 2 + 60] = (230, 30, 30)
    Image.fromarray(pixels).save(path, exif=exif or Image.Exif(), quality=92)
    return path


def test_a_photos_time_has_sub_seconds_and_offset(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2024:06:01 12:30:45", 0x9291: "37", 0x9011: "+02:00"}
    assert look(_picture(tmp_path / "a.jpg", exif=exif), "a.jpg").taken == "2024-06-01T12:30:45.370000+02:00"


@pytest.mark.parametrize("moment", ["0000:00:00 00:00:00", "2024:13:45 99:99:99", "    ", "1888:01:01 00:00:00"])
def test_an_unbelievable_time_counts_as_none(tmp_path: Path, moment: str) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: moment}
    assert look(_picture(tmp_path / "a.jpg", exif=exif), "a.jpg").taken is None


def test_sizes_are_those_of_the_upright_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = look(_picture(tmp_path / "a.jpg", exif=exif), "a.jpg")
    assert (facts.kind, facts.width, facts.height) == (MediaKind.PHOTO, 480, 640)


def test_the_same_picture_smaller_has_nearly_the_same_hash(tmp_path: Path) -> None:
    large = look(_picture(tmp_path / "a.jpg"), "a.jpg").dhash
    small = look(_picture(tmp_path / "b.jpg", size=(320, 240)), "b.jpg").dhash
    assert large is not None
    assert small is not None
    assert (int(large, 16) ^ int(small, 16)).bit_count() <= 6


def test_a_hash_is_sixteen_hex_digits() -> None:
    assert len(dhash(np.zeros((8, 9), np.uint8))) == 16


def test_what_stands_out_is_the_subject() -> None:
    pixels = np.full((200, 300, 3), 120, np.uint8)
    pixels[40:90, 200:250] = (240, 20, 20)
    subject = subject_of(pixels)
    assert subject is not None
    assert subject.x < 225 / 300 < subject.x + subject.w
    assert subject.y < 65 / 200 < subject.y + subject.h


def test_a_flat_picture_has_no_subject_and_no_faces() -> None:
    flat = np.full((200, 300, 3), 120, np.uint8)
    assert subject_of(flat) is None
    assert find_faces(flat) == ()


def test_what_is_no_picture_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_text("not a picture")
    with pytest.raises(Unreadable):
        look(path, "a.jpg")


def test_heads_are_found_in_a_sample() -> None:
    path = _SAMPLES / "photos" / "friends.jpg"
    if not path.exists() or not is_available():
        pytest.skip("needs the shared samples and the face detector")
    faces = look(path, path.name).faces
    assert faces
    assert all(0 <= face.x <= 1 and 0 <= face.y <= 1 for face in faces)


def test_a_song_has_beats_and_a_clip_its_length() -> None:
    song, clip = _SAMPLES / "audio" / "nebula-26s.mp3", _SAMPLES / "extras" / "clip-3s.mp4"
    if not song.exists():
        pytest.skip("the shared samples are not beside this checkout")
    facts = look(song, song.name)
    assert (facts.kind, round((facts.length_ms or 0) / 1000)) == (MediaKind.SONG, 26)
    assert len(facts.beats_ms) > 20
    assert look(clip, clip.name).kind is MediaKind.CLIP
