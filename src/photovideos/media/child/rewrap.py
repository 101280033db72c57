"""Clips and songs: what their headers say, and a copy for the cloud with the same streams and not one tag."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition, Stream

from photovideos.media.child.demuxers import NotMedia, open_media

_OPTIONS = {"fflags": "+bitexact"}  # no name of the muxer, no time of writing
# By the input's demuxer: the container of the copy and its extension.
_SAME = {
    "avi": ("avi", "avi"),
    "mp3": ("mp3", "mp3"),
    "wav": ("wav", "wav"),
    "aac": ("adts", "aac"),
}
# What a muxer writes by itself, and what belongs to playing rather than to the person.
_HARMLESS_KEYS = frozenset(
    (
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
        "duration",
        "alpha_mode",
    )
)


class NotStripped(Exception):
    """Something beside picture and sound would have gone along."""


def look(file: BinaryIO, *, wants_picture: bool) -> str | None:
    """When it was taken (ISO 8601), if it says so. NotMedia where it is no clip or no song."""
    with open_media(file) as source:
        if not _streams(source, wants_picture=wants_picture):
            raise NotMedia("no stream of that kind")
        return _taken(source)


def _streams(source: InputContainer, *, wants_picture: bool) -> list[Stream]:
    """The first picture and the first sound. A song's cover is neither."""
    pictures: list[Stream] = [s for s in source.streams.video if not s.disposition & Disposition.attached_pic]
    sounds: list[Stream] = list(source.streams.audio)
    if wants_picture:
        return [*pictures[:1], *sounds[:1]] if pictures else []
    return sounds[:1]


def _taken(source: InputContainer) -> str | None:
    """Apple's own tag has the local time and the offset; `creation_time` is UTC."""
    for key in ("com.apple.quicktime.creationdate", "creation_time"):
        text = source.metadata.get(key, "")
        text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            continue
        if moment.year > 1971:  # 1904 and 1970 are the zero of a camera that does not know the time
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.isoformat()
    return None


def copy(file: BinaryIO, into: BinaryIO, *, wants_picture: bool) -> tuple[str, str | None]:
    """Writes the copy; gives its extension and the time taken. NotMedia, NotStripped."""
    with open_media(file) as source:
        streams = _streams(source, wants_picture=wants_picture)
        if not streams:
            raise NotMedia("no stream of that kind")
        container, extension = _target(source, wants_picture=wants_picture)
        taken = _taken(source)
        try:
            _remux(source, streams, into, container)
        except (av.FFmpegError, ValueError) as error:
            raise NotMedia(str(error)) from error
    _check(into)
    return extension, taken


def _target(source: InputContainer, *, wants_picture: bool) -> tuple[str, str]:
    name = source.format.name.split(",")[0]
    if name == "matroska":
        codecs = {s.codec_context.name for s in source.streams.video} | {
            s.codec_context.name for s in source.streams.audio
        }
        is_webm = codecs <= {"vp8", "vp9", "libvpx-vp9", "av1", "libdav1d", "opus", "vorbis"}
        return ("webm", "webm") if is_webm else ("matroska", "mkv")
    if name == "mov":
        return _mov_target(source, wants_picture=wants_picture)
    if name not in _SAME:
        raise NotStripped(f"no way to re-wrap {name}")
    return _SAME[name]


def _mov_target(source: InputContainer, *, wants_picture: bool) -> tuple[str, str]:
    """QuickTime stays what it is: it holds sound that MP4 does not."""
    if not wants_picture:
        return "ipod", "m4a"
    return ("mov", "mov") if source.metadata.get("major_brand", "").strip() in ("qt", "") else ("mp4", "mp4")


def _remux(source: InputContainer, streams: list[Stream], into: BinaryIO, container: str) -> None:
    options = dict(_OPTIONS)
    if container == "mp3":
        options |= {"id3v2_version": "0", "write_id3v1": "0", "write_xing": "0"}
    with av.open(into, "w", format=container, container_options=options) as target:
        try:
            routes = {stream.index: target.add_stream_from_template(stream) for stream in streams}
            for stream in routes.values():
                stream.metadata.clear()
            target.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            raise NotStripped("the container of the copy does not take it") from error
        for packet in source.demux(streams):
            if packet.dts is None:
                continue  # the flush at the end, and what has no place in time
            packet.stream = routes[packet.stream.index]
            target.mux(packet)


def _check(into: BinaryIO) -> None:
    """Read the copy as anyone would: no tag, no chapter, no stream beside picture and sound may be there."""
    with open_media(into) as copied:
        tags = set(copied.metadata)
        for stream in copied.streams:
            tags |= set(stream.metadata)
            if stream.type not in ("video", "audio"):
                raise NotStripped(f"a stream of type {stream.type}")
        left = {tag.lower() for tag in tags} - _HARMLESS_KEYS
        if left or copied.chapters():
            raise NotStripped(", ".join(sorted(left)) or "chapters")
