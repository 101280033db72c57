"""Sound out of files that strangers made: songs and clips, decoded to 48 kHz stereo piece by piece.

Only an open file goes in, with a demuxer named from a list by the first bytes, and nothing else can be opened from
inside it: a playlist called song.mp3 opens nothing (design §4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from photovideos_studio.music.rawsound import RATE

Samples = NDArray[np.float32]
_SLOWEST_HZ, _FASTEST_HZ = 2000, 768_000
_BAD_PACKETS = 200  # so many in a row, and the rest is taken for lost


class SoundUnreadable(Exception):
    """This file gives no sound; the message is for the person."""


class Soundless(SoundUnreadable):
    """It never had one: nothing is lost."""


def demuxer_of(head: bytes) -> str | None:
    """The demuxer for a file that begins with these bytes (64 suffice, but for ID3 tags), or None: not taken."""
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12])
    for magic, name in (
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
        (b"\x1aE\xdf\xa3", "matroska"),
        (b"ID3", "mp3"),
        (b"ADIF", "aac"),
    ):
        if head.startswith(magic):
            return name
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    return _by_frame_sync(head)


def _by_frame_sync(head: bytes) -> str | None:
    """Streams without a header: MPEG audio and ADTS both begin with eleven or twelve set bits."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    is_layer, is_bitrate, is_rate = head[1] & 0x06, head[2] & 0xF0 != 0xF0, head[2] & 0x0C != 0x0C
    return "mp3" if is_layer and is_bitrate and is_rate else None


def _refuse(*_: object) -> BinaryIO:
    raise PermissionError("a media file must not open others")


def open_media(file: BinaryIO) -> av.container.InputContainer:
    """A container over an open file, the caller's to close. SoundUnreadable if it is not of a known kind."""
    file.seek(0)
    head = file.read(64)
    name = demuxer_of(head)
    if name == "mp3" and head.startswith(b"ID3"):
        name = _after_tag(file, head)
    if name is None:
        raise SoundUnreadable("it is not a sound file of a kind that is understood")
    file.seek(0)
    try:
        return av.open(file, mode="r", format=name, io_open=_refuse, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise SoundUnreadable("it is damaged or not what its name says") from error


def _after_tag(file: BinaryIO, head: bytes) -> str:
    """An ID3 tag may stand before more than MP3."""
    size = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    file.seek(size)
    return demuxer_of(file.read(64)) or "mp3"


def decode(
    file: BinaryIO, *, start_ms: float = 0.0, length_ms: float | None = None, rate: int = RATE
) -> Iterator[Samples]:
    """The sound from `start_ms` on as pieces of shape (2, n) at `rate`, resampled before anything else is done to it.

    Silence stands where the file's own clock has a gap at the beginning. Damaged packets are left out. SoundUnreadable
    if there is no sound at all. NaN comes out as silence.
    """
    container = open_media(file)
    with container:
        if not container.streams.audio:
            raise Soundless("it has no sound")
        left = None if length_ms is None else round(length_ms * rate / 1000)
        skip = round(start_ms * rate / 1000)
        is_heard = False
        for sides in _placed(container, rate):
            is_heard = True
            kept = sides[:, skip:] if skip else sides
            skip = max(0, skip - sides.shape[1])
            kept = kept if left is None else kept[:, :left]
            if kept.shape[1]:
                yield np.nan_to_num(kept, nan=0.0, posinf=0.0, neginf=0.0)
            if left is not None:
                left -= kept.shape[1]
                if left <= 0:
                    return
        if not is_heard:
            raise SoundUnreadable("no sound could be decoded from it")


def _placed(container: av.container.InputContainer, rate: int) -> Iterator[Samples]:
    """Everything from the beginning of the container's time on, resampled; what begins late is led in by silence."""
    origin = (container.start_time or 0) / av.time_base
    is_first, form = True, None
    resampler: av.AudioResampler | None = None
    for frame in _frames(container, container.streams.audio[0]):
        if is_first and frame.time is not None and (late := frame.time - origin) > 0.001:
            yield np.zeros((2, round(min(late, 3600.0) * rate)), np.float32)
        is_first = False
        if form != (form := (frame.format.name, frame.layout.name, frame.sample_rate)):  # it may change on the way
            yield from _resampled(resampler, None)
            resampler = _resampler(frame.sample_rate, rate)
        yield from _resampled(resampler, frame)
    yield from _resampled(resampler, None)


def _resampler(given: int, wanted: int) -> av.AudioResampler:
    """A rate that no device has would turn one frame into gigabytes."""
    if not _SLOWEST_HZ <= given <= _FASTEST_HZ:
        raise SoundUnreadable(f"its sampling rate of {given} Hz cannot be right")
    return av.AudioResampler(format="fltp", layout="stereo", rate=wanted)


def _resampled(resampler: av.AudioResampler | None, frame: av.AudioFrame | None) -> Iterator[Samples]:
    if resampler is None:
        return
    try:
        ready = resampler.resample(frame)
    except (av.error.FFmpegError, ValueError):  # a layout or format that cannot be mixed down
        return
    for part in ready:
        sides = part.to_ndarray()
        if sides.shape[1]:
            yield np.clip(sides, -8.0, 8.0)


def _frames(container: av.container.InputContainer, stream: Any) -> Iterator[av.AudioFrame]:
    bad = 0
    packets = container.demux(stream)
    while bad < _BAD_PACKETS:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            bad += 1
            continue
        bad = 0
        yield from frames
