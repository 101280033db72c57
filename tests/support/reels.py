"""Small films for tests: painted pictures, drafts of them, films made in this process, and MP4s decoded again."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from photovideos_studio.draft import (
    Canvas,
    Draft,
    Fit,
    Motion,
    PictureSegment,
    TextRole,
    TextSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.facts import Box
from photovideos_studio.render.encode import encode_piece, encode_sound
from photovideos_studio.render.film import PacketFile, write_film
from photovideos_studio.render.frames import FrameMaker
from photovideos_studio.render.timeline import pieces

Pixels = npt.NDArray[np.uint8]
WHOLE = Box(x=0.0, y=0.0, w=1.0, h=1.0)
STILL = Motion(kind="none", start=WHOLE, end=WHOLE)
_CHECKOUT = Path(__file__).resolve().parents[2]


def samples() -> Path:
    """The shared samples, or a skipped test."""
    found = _CHECKOUT.parent / "shared" / "samples"
    if not found.is_dir():
        pytest.skip("the shared samples do not lie beside the checkout")
    return found


def flat(width: int, height: int, colour: tuple[int, int, int]) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def quarters(width: int, height: int) -> Pixels:
    """Red, green over blue, white: which way up it is can be seen."""
    picture = np.zeros((height, width, 3), np.uint8)
    halves = (slice(0, height // 2), slice(height // 2, height)), (slice(0, width // 2), slice(width // 2, width))
    picture[halves[0][0], halves[1][0]] = (220, 30, 30)
    picture[halves[0][0], halves[1][1]] = (30, 200, 30)
    picture[halves[0][1], halves[1][0]] = (30, 30, 220)
    picture[halves[0][1], halves[1][1]] = (240, 240, 240)
    return picture


def save(picture: Pixels, path: Path, **options: Any) -> Path:
    if path.suffix in {".jpg", ".jpeg"}:
        options.setdefault("quality", 97)
        options.setdefault("subsampling", 0)
    Image.fromarray(picture).save(path, **options)
    return path


def draft_of(
    paths: Sequence[Path],
    *,
    size: tuple[int, int] = (320, 180),
    fps: int = 30,
    slot_ms: int = 400,
    fade_ms: int = 0,
    kind: TransitionKind = TransitionKind.CROSSFADE,
    motion: Motion = STILL,
    fit: Fit = Fit.CROP,
    clips: Sequence[int] = (),
    **more: Any,
) -> tuple[Draft, dict[str, Path]]:
    """Equal slots. `fade_ms` 0: hard cuts. `more`: fields of the draft."""
    last = len(paths) - 1
    pictures = tuple(
        PictureSegment(
            id=f"s{number}",
            name=path.name,
            start_ms=number * slot_ms,
            length_ms=slot_ms + (fade_ms if number < last else 0),
            upload_id=f"u{number}",
            is_clip=number in clips,
            fit=fit,
            motion=motion,
            transition=Transition(
                kind=kind if fade_ms and number else TransitionKind.NONE, length_ms=fade_ms if number else 0
            ),
        )
        for number, path in enumerate(paths)
    )
    draft = Draft(
        canvas=Canvas(width=size[0], height=size[1]), fps=fps, length_ms=len(paths) * slot_ms, pictures=pictures
    )
    return replace(draft, **more), {f"u{number}": path for number, path in enumerate(paths)}


def title(text: str, role: TextRole = TextRole.TITLE, *, length_ms: int = 3000) -> TextSegment:
    return TextSegment(id="t", text=text, start_ms=0, length_ms=length_ms, role=role)


def make_film(
    draft: Draft, sources: Mapping[str, Path], folder: Path, sound: npt.NDArray[np.float32] | None = None
) -> Path:
    """The film, made here and now as a worker makes it. `sound`: n × 2; None is silence."""
    maker = FrameMaker(draft, sources)
    made = []
    for piece in pieces(draft):
        path = folder / f"{piece.number}.h264"
        made.append(PacketFile(path, encode_piece(draft, piece, maker.draw, path, lambda: None)))
    maker.close()
    samples_wanted = draft.length_ms * 48
    raw = folder / "sound.raw"
    (sound if sound is not None else np.zeros((0, 2), np.float32)).astype(np.float32).tofile(raw)
    packets = PacketFile(folder / "sound.aac", encode_sound(raw, samples_wanted, folder / "sound.aac", lambda: None))
    film = folder / "film.mp4"
    write_film(draft, made, packets, film)
    return film


def decode(film: Path) -> list[Pixels]:
    """Every frame as RGB, as a player that honours BT.709 shows it."""
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        return [to_rgb(frame) for frame in container.decode(video=0)]


def decode_luma(film: Path) -> npt.NDArray[np.float64]:
    """Every frame's luma, frames × H × W."""
    with film.open("rb") as file, av.open(file, mode="r", format="mp4") as container:
        return np.stack([frame.to_ndarray()[: frame.height].astype(np.float64) for frame in container.decode(video=0)])


def to_rgb(frame: av.VideoFrame) -> Pixels:
    converted = frame.reformat(
        format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709", interpolation="BICUBIC"
    )
    return converted.to_ndarray().astype(np.uint8, copy=False)


def film_of(paths: Sequence[Path], folder: Path, sound: npt.NDArray[np.float32] | None = None, **more: Any) -> Path:
    draft, sources = draft_of(paths, **more)
    return make_film(draft, sources, folder, sound)


def write_clip(
    path: Path,
    frames: Sequence[Pixels],
    *,
    codec: str = "libx264",
    container: str | None = None,
    seconds: Sequence[float] | None = None,
    fps: int = 25,
    sound: npt.NDArray[np.float32] | None = None,
) -> Path:
    """A clip of `frames`, at even times or at `seconds`. `sound`: n × 2 at 48 kHz."""
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.options = {"crf": "12"} if "264" in codec else {}
        voice = None
        if sound is not None:
            voice = out.add_stream({".webm": "libopus", ".avi": "mp3"}.get(path.suffix, "aac"), rate=48_000)
        times = seconds or [number / fps for number in range(len(frames))]
        for picture, moment, until in zip(frames, times, [*times[1:], times[-1] + 1 / fps], strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(moment * 1000), Fraction(1, 1000)
            frame.duration = round(until * 1000) - frame.pts
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if voice is not None and sound is not None:
            assert isinstance(voice, av.AudioStream)
            heard = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), format="fltp", layout="stereo")
            heard.sample_rate, heard.pts, heard.time_base = 48_000, 0, Fraction(1, 48_000)
            out.mux([*voice.encode(heard), *voice.encode(None)])
    return path


def set_display_matrix(clip: Path, degrees: int) -> Path:
    """Writes the rotation into a clip's track header (ISO 14496-12 §8.3.2), as phones do."""
    one, minus = 0x00010000, 0xFFFF0000
    a, b, c, d = {90: (0, one, minus, 0), 180: (minus, 0, 0, minus), 270: (0, minus, one, 0)}[degrees]
    data = bytearray(clip.read_bytes())
    at = data.index(b"tkhd") + 4
    assert data[at] == 0
    struct.pack_into(">9I", data, at + 40, a, b, 0, c, d, 0, 0, 0, 0x40000000)
    clip.write_bytes(data)
    return clip


def spoil_sound(clip: Path) -> Path:
    """The sound of an MP4 cannot be decoded any more: its decoder is told nonsense. The pictures are whole."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"\x05\x80\x80\x80", data.index(b"esds")) + 5  # the AudioSpecificConfig (ISO 14496-3 §1.6)
    data[at : at + 2] = b"\xff\xff"
    clip.write_bytes(data)
    return clip
