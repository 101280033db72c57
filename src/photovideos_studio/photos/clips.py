"""Clips and songs: libavformat behind a door. An open file object, a demuxer named by magic bytes, no protocols.

Gives a clip's facts and its frames by time; which frames a film shows is the render's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NoReturn, Self

import av

from photovideos_studio.photos.formats import sniff_file
from photovideos_studio.photos.hdr import HDR_TRANSFERS
from photovideos_studio.photos.refusal import Unreadable
from photovideos_studio.photos.stills import check_size

_OPTIONS: Final = {"protocol_whitelist": "", "enable_drefs": "0", "use_absolute_path": "0"}


def _refuse(*_: Any) -> NoReturn:
    """A file that wants another file gets none."""
    raise PermissionError("a media file may not open other files")


def open_container(file: BinaryIO) -> av.container.InputContainer:
    """What moves or sounds, opened from an open file. Raises Unreadable. The caller closes both."""
    found = sniff_file(file)
    if found is None or found.demuxer is None:
        raise Unreadable("is not a clip or a song that can be played")
    try:
        return av.open(
            file, mode="r", format=found.demuxer, options=dict(_OPTIONS), metadata_errors="replace", io_open=_refuse
        )
    except (av.FFmpegError, ValueError, OSError, EOFError) as error:
        raise Unreadable("is damaged or cut short") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """`width`, `height`: upright, in square pixels. `rotation`: degrees clockwise to turn the frames by, 0–270.

    `repeats`: an animated GIF, which is meant to go on for ever.
    """

    width: int
    height: int
    rotation: int
    length_ms: int
    has_sound: bool
    is_hdr: bool
    repeats: bool


class ClipReader:
    """The frames of one clip, in the order they are shown. Use as a context; not for several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._container = open_container(self._file)
        except Unreadable:
            self._file.close()
            raise
        if not self._container.streams.video:
            self.close()
            raise Unreadable("has no picture in it")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "NONE"
        self._stream.codec_context.thread_count = 1
        self._origin = self._stream.start_time or 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()
        self._file.close()

    def facts(self) -> ClipFacts:
        """From the header, and from the first frame for its display matrix. Raises Unreadable."""
        context = self._stream.codec_context
        check_size((context.width, context.height), is_jpeg=False)
        first = next(self.frames(), None)
        if first is None:
            raise Unreadable("has no picture that can be decoded")
        frame = first[1]
        rotation = clockwise(frame.rotation)
        width, height = round(frame.width * float(self._stream.sample_aspect_ratio or 1) or frame.width), frame.height
        if rotation in {90, 270}:
            width, height = height, width
        return ClipFacts(
            width=width,
            height=height,
            rotation=rotation,
            length_ms=self._length_ms(),
            has_sound=bool(self._container.streams.audio),
            is_hdr=int(frame.color_trc) in HDR_TRANSFERS,
            repeats=self._container.format.name == "gif",
        )

    def _length_ms(self) -> int:
        if self._stream.duration and self._stream.time_base:
            told = self._stream.duration * self._stream.time_base
            # Of pictures that refer to later ones, at a varying rate, an MP4's header adds up the wrong distances.
            shown = self._last_end() if self._stream.codec_context.has_b_frames else 0
            return max(1, round(max(told, shown) * 1000))
        if self._container.duration:
            return max(1, round(self._container.duration / 1000))
        last = Fraction(0)
        for seconds, _ in self.frames():
            last = seconds
        return max(1, round(last * 1000) + 40)

    def _last_end(self) -> Fraction:
        """When the last picture ends, in seconds since the first, by the packets from the last key frame on.

        It is taken for as short as any of them: their own lengths are distances in the order of the file, too.
        """
        last, shortest = self._origin, None
        try:
            self._container.seek(self._stream.duration or 0, stream=self._stream)
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    last = max(last, packet.pts)
                    length = packet.duration or 0
                    shortest = length if shortest is None else min(shortest, length)
        except av.FFmpegError:
            pass  # what was seen until then counts
        return (last + (shortest or 0) - self._origin) * (self._stream.time_base or Fraction(1, 1000))

    def frames(self, *, from_seconds: float = 0.0) -> Iterator[tuple[Fraction, av.VideoFrame]]:
        """(seconds since the clip's first frame, frame), from the last one at or before `from_seconds` on.

        Broken packets are passed over; what cannot be read any more ends the clip.
        """
        time_base = self._stream.time_base or Fraction(1, 1000)
        target = self._origin + int(from_seconds / time_base)
        try:
            self._container.seek(target if from_seconds > 0 else self._origin, stream=self._stream)
        except av.FFmpegError:
            self._rewind()
        held: tuple[Fraction, av.VideoFrame] | None = None
        for frame in self._decoded():
            if frame.pts is None:
                continue
            here = ((frame.pts - self._origin) * time_base, frame)
            if here[0] <= from_seconds:
                held = here
                continue
            if held is not None:
                yield held
                held = None
            yield here
        if held is not None:
            yield held

    def _rewind(self) -> None:
        self._container.close()
        self._container = open_container(self._file)
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue


def clockwise(rotation: int) -> int:
    """A display matrix's angle (counter-clockwise, any sign) as 0, 90, 180 or 270 degrees clockwise."""
    return (-round(rotation / 90) * 90) % 360
