"""R05, R06, R07, R13, R21, formats and clips: the file itself, measured on finished MP4s."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from photovideos_studio import photos
from photovideos_studio.draft import Chapter
from support.reels import decode, film_of, flat, quarters, samples, save, write_clip

RED, BLUE = (210, 40, 40), (40, 60, 210)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return save(quarters(320, 180), tmp_path / "photo.png")


def _boxes(data: bytes) -> list[str]:
    at, kinds = 0, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        kinds.append(kind.decode())
        at += size
    return kinds


def test_r05_sound_is_aac_lc_stereo_at_48_khz_even_when_silent(photo: Path, tmp_path: Path) -> None:
    with film_of([photo], tmp_path).open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        sound = container.streams.audio[0].codec_context
        assert (sound.name, sound.profile, sound.sample_rate, sound.layout.name) == ("aac", "LC", 48000, "stereo")


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [((1920, 1080), 30, 40), ((1280, 720), 60, 32), ((1080, 1920), 30, 40), ((1080, 1352), 25, 40)],
)
def test_r06_it_is_high_profile_420_with_a_fitting_level_and_moov_first(
    size: tuple[int, int], fps: int, level: int, photo: Path, tmp_path: Path
) -> None:
    film = film_of([photo], tmp_path, size=size, fps=fps, slot_ms=200)
    kinds = _boxes(film.read_bytes())
    assert kinds.index("moov") < kinds.index("mdat")
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        video = container.streams.video[0].codec_context
        assert (video.pix_fmt, video.profile) == ("yuv420p", "High")
        assert (video.width, video.height) == size
        assert video.extradata is not None
        assert video.extradata[3] <= level  # AVCDecoderConfigurationRecord, ISO 14496-15 §5.3.3


def _seconds(stream: av.stream.Stream) -> float:
    assert stream.duration is not None
    assert stream.time_base is not None
    return float(stream.duration * stream.time_base)


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_r07_pictures_and_sound_have_the_asked_length_and_end_together(fps: int, photo: Path, tmp_path: Path) -> None:
    film = film_of([photo] * 3, tmp_path, fps=fps, slot_ms=900, fade_ms=250)
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert video.frames == round(2.7 * fps)
        assert [_seconds(stream) for stream in (video, sound)] == pytest.approx([2.7, 2.7], abs=1 / fps)
        assert video.start_time == 0
        times = [frame.pts or 0 for frame in container.decode(video=0)]
    assert np.ptp(np.diff(times)) == 0, "frames do not come at even times"


def test_r13_sound_that_is_no_number_or_too_loud_still_gives_a_film(photo: Path, tmp_path: Path) -> None:
    sound = np.zeros((19200, 2), np.float32)
    sound[3000:5000] = np.nan
    sound[6000:7000] = np.inf
    sound[8000:9000] = 40.0
    film = film_of([photo], tmp_path, sound)
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        heard = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.isfinite(heard).all()


@pytest.mark.parametrize("name", ["bomb-12000x12000.png", "bomb-40000x40000.png", "lying-header-65500.jpg"])
def test_r21_a_picture_too_large_is_refused_from_its_header(name: str) -> None:
    path = samples() / "bad" / name
    with pytest.raises(photos.Unreadable, match="too large"):
        photos.probe(path, name)


@pytest.mark.parametrize(
    "name",
    ["truncated-half.jpg", "truncated-header.jpg", "still-copying.jpg", "zero.jpg", "nulls.jpg", "text-renamed.jpg",
     "html-renamed.jpg", "corrupt.heic", "truncated.heic", "svg.svg", "Thumbs.db"],
)  # fmt: skip
def test_r21_what_is_no_whole_picture_is_refused_with_a_reason(name: str) -> None:
    path = samples() / "bad" / name
    with pytest.raises(photos.Unreadable) as refusal:
        photos.probe(path, name) and photos.read_rgb(path)
    assert len(refusal.value.reason) > 5


@pytest.mark.parametrize(
    "name",
    ["trailing-garbage.jpg", "jpeg-named.png", "png-named.jpg", "jpeg-named.heic", "noextension", "broken-exif.jpg",
     "1x1.png", "strip-20000x3.png"],
)  # fmt: skip
def test_r21_what_is_odd_but_whole_is_shown(name: str, tmp_path: Path) -> None:
    frames = decode(film_of([samples() / "bad" / name], tmp_path, slot_ms=200))
    assert len(frames) == 6


@pytest.mark.parametrize(
    "name",
    ["kite.png", "marigold-alpha.png", "yellow-flower.webp", "aitzgorri.heic", "pier-grey.jpg", "fig-tiny-64px.jpg"],
)
def test_each_format_of_photo_is_seen(name: str, tmp_path: Path) -> None:
    path = samples() / "extras" / name
    expected = photos.read_rgb(path).reshape(-1, 3).mean(axis=0)
    frame = decode(film_of([path], tmp_path, slot_ms=200))[3]
    assert np.abs(frame.reshape(-1, 3).mean(axis=0) - expected).max() < 8


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "heic", "avif", "tiff"])
def test_each_format_is_shown_at_its_colours(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "heic":
        pillow_heif.register_heif_opener(thumbnails=False)
    quality: dict[str, Any] = {} if suffix in {"png", "gif", "tiff"} else {"quality": 95}
    Image.fromarray(flat(320, 180, BLUE)).save(path, **quality)
    assert photos.probe(path, path.name).kind == "photo"
    assert _is(decode(film_of([path], tmp_path, slot_ms=200))[3], BLUE)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi"])
def test_a_clip_stands_between_photos_for_its_time_and_no_longer(name: str, tmp_path: Path) -> None:
    codec = {".webm": "libvpx-vp9", ".avi": "mpeg4"}.get(Path(name).suffix, "libx264")
    clip = write_clip(tmp_path / name, [flat(160, 90, BLUE)] * 30, codec=codec)
    photo = save(flat(320, 180, RED), tmp_path / "photo.jpg")
    frames = decode(film_of([photo, clip, photo], tmp_path, clips=[1], slot_ms=500))
    assert [_is(frame, BLUE) for frame in frames] == [False] * 15 + [True] * 15 + [False] * 15


def test_transparent_ground_is_calm_and_never_black_under_a_dark_picture(tmp_path: Path) -> None:
    logo = np.zeros((180, 320, 4), np.uint8)
    logo[60:120, 100:220] = (20, 20, 30, 255)
    path = tmp_path / "logo.png"
    Image.fromarray(logo, "RGBA").save(path)
    frame = decode(film_of([path], tmp_path, slot_ms=200))[3]
    assert frame[20, 20].min() > 200
    assert frame[90, 160].max() < 60


def _two_colours(first: int, second: int) -> list[np.ndarray]:
    return [flat(160, 90, RED)] * first + [flat(160, 90, BLUE)] * second


def _is(frame: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(frame[90, 160].astype(int) - colour).max() < 40)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mpeg4")],
)
def test_clips_of_every_container_play_at_their_own_speed(name: str, codec: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / name, _two_colours(25, 25), codec=codec)
    frames = decode(film_of([clip], tmp_path, clips=[0], slot_ms=2000))
    turn = next(number for number, frame in enumerate(frames) if _is(frame, BLUE))
    assert abs(turn - 30) <= 1


def test_a_clip_of_variable_rate_is_shown_by_its_times(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.2, 0.9, 1.0, 1.04, 1.08, 1.5]
    pictures = [flat(160, 90, RED)] * 4 + [flat(160, 90, BLUE)] * 4
    clip = write_clip(tmp_path / "vfr.mkv", pictures, seconds=times)
    frames = decode(film_of([clip], tmp_path, clips=[0], slot_ms=1600))
    assert next(number for number, frame in enumerate(frames) if _is(frame, BLUE)) in {29, 30, 31}


def test_a_clip_begins_where_the_draft_says_and_holds_its_last_picture(tmp_path: Path) -> None:
    from dataclasses import replace

    from support.reels import draft_of, make_film

    clip = write_clip(tmp_path / "a.mp4", _two_colours(25, 5))
    draft, sources = draft_of([clip], clips=[0], slot_ms=1000)
    draft = replace(draft, pictures=(replace(draft.pictures[0], source_start_ms=900),))
    frames = decode(make_film(draft, sources, tmp_path))
    assert _is(frames[0], RED)
    assert all(_is(frame, BLUE) for frame in frames[6:])


def test_an_animated_gif_plays_and_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    first, second = (Image.fromarray(flat(160, 90, colour)) for colour in (RED, BLUE))
    first.save(path, save_all=True, append_images=[second], duration=[300, 300], loop=0)
    assert photos.probe(path, path.name).kind == "clip"
    frames = decode(film_of([path], tmp_path, clips=[0], slot_ms=1200))
    assert [_is(frames[number], RED) for number in (4, 13, 22, 31)] == [True, False, True, False]


def test_title_date_and_chapters_are_in_the_file(photo: Path, tmp_path: Path) -> None:
    film = film_of(
        [photo] * 2, tmp_path, title="Été à l’Île — 夏", created="2024-07-14T09:30:00+02:00",
        chapters=(Chapter(start_ms=0, title="Eins"), Chapter(start_ms=400, title="二日目")),
    )  # fmt: skip
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        assert container.metadata["title"] == "Été à l’Île — 夏"
        assert container.metadata["creation_time"].startswith("2024-07-14T07:30:00")
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["Eins", "二日目"]


def test_the_same_draft_gives_the_same_frames(photo: Path, tmp_path: Path) -> None:
    films = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        films.append(film_of([photo] * 4, tmp_path / name, slot_ms=900, fade_ms=200).read_bytes())
    assert films[0] == films[1]
