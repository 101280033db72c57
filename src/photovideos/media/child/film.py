"""Is a downloaded film whole? It is decoded to its end, picture and sound, and measured on the way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame

from photovideos.media.child.demuxers import NotMedia, open_media
from photovideos.media.child.loudness import LoudnessMeter

_CHUNK_BYTES = 1024 * 1024
_THREADS = 4
# What the header announces and what decodes may differ by a few frames (edit lists, padding of AAC).
_SHORT_BY_SECONDS = 0.25
# What the server says is often rounded.
_SERVER_SLACK_SECONDS = 0.5
_SERVER_SLACK_SHARE = 0.01


class Broken(Exception):
    """Why it is not a whole film: a sentence for the person."""


@dataclass
class _Extent:
    """Where a stream begins and ends, as decoded; in seconds."""

    first: float | None = None
    end: float = 0.0
    frames: int = 0
    size: tuple[int, int] = (0, 0)

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - (self.first or 0.0))

    def take(self, time: float, length: float) -> None:
        self.first = time if self.first is None else min(self.first, time)
        self.end = max(self.end, time + length)
        self.frames += 1


@dataclass
class _Measured:
    video: _Extent = field(default_factory=_Extent)
    audio: _Extent = field(default_factory=_Extent)


def measure(file: BinaryIO, *, expected_seconds: float | None, expected_bytes: int | None) -> dict[str, Any]:
    """The fields of model.FilmFacts; Broken where the file is not a whole film."""
    size, digest = _digest(file)
    if size == 0:
        raise Broken("The film that came back is empty.")
    if expected_bytes is not None and size < expected_bytes:
        raise Broken(f"The film that came back is cut short: {size} of {expected_bytes} bytes are there.")
    try:
        with open_media(file, only=frozenset({"mov"})) as container:
            facts = _measure_open(container, expected_seconds)
    except NotMedia as error:
        raise Broken("What came back is not an MP4 film.") from error
    except (av.FFmpegError, ValueError) as error:
        raise Broken("The film that came back does not play to its end.") from error
    return facts | {"size_bytes": size, "sha256": digest}


def _digest(file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _measure_open(container: InputContainer, expected_seconds: float | None) -> dict[str, Any]:
    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not pictures:
        raise Broken("There is no picture in the film that came back.")
    video = pictures[0]
    video.thread_type = "AUTO"
    video.codec_context.thread_count = _THREADS
    audio = container.streams.audio[0] if container.streams.audio else None
    meter = LoudnessMeter(audio) if audio is not None else None
    measured = _decode(container, [video] if audio is None else [video, audio], meter)
    if not measured.video.frames:
        raise Broken("There is not one picture in the film that came back.")
    _check_end(video, measured.video, "picture")
    if audio is not None:
        _check_end(audio, measured.audio, "sound")
    longest = max(measured.video.seconds, measured.audio.seconds)
    _check_server(longest, expected_seconds)
    lufs, peak = meter.result() if meter is not None and measured.audio.frames else (None, None)
    return {
        "duration_seconds": round(measured.video.seconds, 3),
        "width": measured.video.size[0],
        "height": measured.video.size[1],
        "fps": round(measured.video.frames / measured.video.seconds, 3) if measured.video.seconds else 0.0,
        "video_codec": video.codec_context.name,
        "audio_codec": audio.codec_context.name if audio is not None else None,
        "loudness_lufs": None if lufs is None else round(lufs, 1),
        "true_peak_dbtp": None if peak is None else round(peak, 1),
    }


def _decode(container: InputContainer, streams: list[Any], meter: LoudnessMeter | None) -> _Measured:
    measured = _Measured()
    for packet in container.demux(streams):
        for frame in _frames(packet):
            if isinstance(frame, VideoFrame):
                _take_picture(measured.video, frame, packet.stream)
            elif isinstance(frame, AudioFrame):
                _take_sound(measured.audio, frame)
                if meter is not None:
                    meter.feed(frame)
    return measured


def _frames(packet: Packet[Any]) -> list[Any]:
    if packet.is_corrupt:
        raise Broken("The film that came back is damaged.")
    frames = packet.decode()
    if any(frame.is_corrupt for frame in frames):
        raise Broken("The film that came back is damaged.")
    return frames


def _take_picture(extent: _Extent, frame: VideoFrame, stream: Any) -> None:
    rate = stream.average_rate or stream.guessed_rate or Fraction(30)
    length = frame.duration * frame.time_base if frame.duration and frame.time_base else 1 / rate
    time = frame.time if frame.time is not None else extent.end
    extent.take(time, float(length))
    extent.size = (frame.width, frame.height)


def _take_sound(extent: _Extent, frame: AudioFrame) -> None:
    time = frame.time if frame.time is not None else extent.end
    extent.take(time, frame.samples / frame.sample_rate)


def _check_end(stream: Stream | AudioStream, extent: _Extent, what: str) -> None:
    if stream.duration is None or stream.time_base is None:
        return
    announced = float(stream.duration * stream.time_base)
    if extent.seconds + _SHORT_BY_SECONDS < announced:
        raise Broken(
            f"The {what} of the film that came back ends after {extent.seconds:.1f} of {announced:.1f} seconds."
        )


def _check_server(seconds: float, expected: float | None) -> None:
    if expected is None:
        return
    if seconds + _SERVER_SLACK_SECONDS + expected * _SERVER_SLACK_SHARE < expected:
        raise Broken(f"The film that came back is {seconds:.1f} seconds long, and not {expected:.1f} as announced.")
