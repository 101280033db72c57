"""H.264 and AAC with the settings of every film. A piece comes from a fresh encoder: a closed group of pictures, fit to
follow any other, whoever made it.

`superfast` with `mbtree` and a lookahead of ten frames has the quality of `veryfast` on this kind of picture at 60 % of
its cost (rendering §2). Five B-frames between any two others cost less to make than up to three weighed one by one: a
photo moves the same way from frame to frame. Hardly any dead zone, and `no-dct-decimate`, keep the faint differences
that a slow pan is made of, so that it does not stick and jump (R01); with both, a higher `crf` has the same quality. As
x264's own tuning for grain has it, flat parts get half of what they would get beyond their share, and the deblocking
filter is weaker: photographs are full of fine texture, and the bytes are better spent there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import numpy as np
import numpy.typing as npt

from photovideos_studio.draft import Draft
from photovideos_studio.render.planes import Planes, frame_of
from photovideos_studio.render.timeline import Piece

SOUND_RATE: Final = 48_000
_SOUND_FRAME: Final = 1024
_READ_SAMPLES: Final = 64 * _SOUND_FRAME
_SOUND_BITS_PER_SECOND: Final = 192_000
_BT709: Final = 1  # ITU-T H.273: primaries, transfer and matrix
_LIMITED: Final = 1  # AVCOL_RANGE_MPEG
_OPTIONS: Final = {
    "preset": "superfast",
    "crf": "20.8",
    "profile": "high",
    "x264-params": "mbtree=1:rc-lookahead=10:bframes=5:b-adapt=0:open-gop=0:stitchable=1:no-dct-decimate=1"
    ":deadzone-inter=2:deblock=-1,-1:aq-strength=0.5",
}
# How many frames x264 holds back to reorder: B-frames in a pyramid.
REORDER_FRAMES: Final = 2


@dataclass(frozen=True, slots=True)
class PacketPlace:
    """One packet in a file of them: its bytes, when it is shown (frame number or sample), whether it stands alone."""

    size: int
    shown: int
    is_key: bool


def describe_video(context: av.VideoCodecContext, draft: Draft) -> None:
    """Size, rate, colour tags and x264's settings, of a codec context or of the context of a stream."""
    context.width = draft.canvas.width
    context.height = draft.canvas.height
    context.pix_fmt = "nv12"  # as x264 keeps pictures; the film is yuv420p all the same
    context.time_base = Fraction(1, draft.fps)
    context.framerate = Fraction(draft.fps)
    context.color_primaries = _BT709
    context.color_trc = _BT709
    context.colorspace = _BT709
    context.color_range = _LIMITED
    context.thread_count = 1
    context.options = dict(_OPTIONS)
    context.flags |= av.codec.context.Flags.global_header


def describe_sound(context: av.AudioCodecContext) -> None:
    context.sample_rate = SOUND_RATE
    context.layout = "stereo"
    context.format = "fltp"
    context.options = {"aac_coder": "fast"}  # at this rate as good as the slow one, at a fraction of its time
    context.bit_rate = _SOUND_BITS_PER_SECOND
    context.time_base = Fraction(1, SOUND_RATE)
    context.flags |= av.codec.context.Flags.global_header


def encode_piece(
    draft: Draft, piece: Piece, draw: Callable[[int], Planes], into: Path, on_frame: Callable[[], None]
) -> list[PacketPlace]:
    """Draws and encodes the piece's frames into a file of bare packets. `on_frame` is called after each."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    describe_video(context, draft)
    places: list[PacketPlace] = []
    with into.open("wb") as file:
        for number in range(piece.first, piece.last):
            frame = frame_of(draw(number))
            frame.pts = number
            frame.time_base = Fraction(1, draft.fps)
            _keep(context.encode(frame), file, places)  # x264 has copied the picture when this returns
            on_frame()
        _keep(context.encode(None), file, places)
    return places


def _keep(packets: list[av.Packet[Any]], file: BinaryIO, places: list[PacketPlace]) -> None:
    for packet in packets:
        assert packet.pts is not None
        places.append(PacketPlace(file.write(packet), packet.pts, packet.is_keyframe))


def encode_sound(raw: Path, samples: int, into: Path, on_second: Callable[[], None]) -> list[PacketPlace]:
    """A raw file of interleaved float32 stereo at 48 kHz as AAC packets; silence where the file is too short."""
    context = av.CodecContext.create("aac", "w")
    assert isinstance(context, av.AudioCodecContext)
    describe_sound(context)
    places: list[PacketPlace] = []
    with into.open("wb") as file:
        for first, block in _blocks(raw, samples):
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = SOUND_RATE
            frame.pts = first
            frame.time_base = Fraction(1, SOUND_RATE)
            _keep(context.encode(frame), file, places)
            if first % (SOUND_RATE - SOUND_RATE % _SOUND_FRAME) == 0:
                on_second()
        _keep(context.encode(None), file, places)
    return places


def _blocks(raw: Path, samples: int) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Blocks of an AAC frame, two rows each; what is no number becomes silence, what is too loud is cut (R13)."""
    with raw.open("rb") as file:
        for first in range(0, samples, _READ_SAMPLES):
            count = min(_READ_SAMPLES, samples - first)
            many = np.zeros((count, 2), np.float32)
            data = np.frombuffer(file.read(count * 8), np.float32)
            many.reshape(-1)[: data.size] = data
            clean = np.clip(np.nan_to_num(many, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0).T
            for at in range(0, count, _SOUND_FRAME):
                yield first + at, np.ascontiguousarray(clean[:, at : at + _SOUND_FRAME])
