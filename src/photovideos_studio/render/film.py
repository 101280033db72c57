"""The MP4: pieces in order and the sound beside them, `moov` first, with title, date and chapters. Encodes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av

from photovideos_studio.draft import Draft
from photovideos_studio.render.encode import (
    REORDER_FRAMES,
    SOUND_RATE,
    PacketPlace,
    describe_sound,
    describe_video,
)

_MILLISECOND: Final = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class PacketFile:
    """Packets one after another in a file, and where each ends."""

    path: Path
    places: Sequence[PacketPlace]


def write_film(draft: Draft, pieces: Sequence[PacketFile], sound: PacketFile, into: Path) -> None:
    """Interleaves by time. `into` is written anew; whoever calls makes sure that half a file is never taken for one."""
    options = {"movflags": "+faststart+write_colr", "brand": "mp42"}
    with into.open("wb+") as target, av.open(target, "w", format="mp4", options=options) as out:
        _describe(out, draft)
        video = out.add_stream("libx264", rate=draft.fps)
        describe_video(video.codec_context, draft)
        audio = out.add_stream("aac", rate=SOUND_RATE)
        describe_sound(audio.codec_context)
        video.metadata["handler_name"] = "Pictures"
        audio.metadata["handler_name"] = "Sound"
        out.start_encoding()
        pictures = _pictures(pieces, Fraction(1, draft.fps))
        samples = _samples(sound)
        next_sound = next(samples, None)
        for packet in pictures:
            assert packet.dts is not None
            seconds = packet.dts / draft.fps
            while next_sound is not None and (next_sound.dts or 0) / SOUND_RATE <= seconds:
                next_sound.stream = audio
                out.mux_one(next_sound)
                next_sound = next(samples, None)
            packet.stream = video
            out.mux_one(packet)
        while next_sound is not None:
            next_sound.stream = audio
            out.mux_one(next_sound)
            next_sound = next(samples, None)


def _describe(out: av.container.OutputContainer, draft: Draft) -> None:
    if draft.title:
        out.metadata["title"] = draft.title
    created = _created(draft.created)
    if created is not None:
        out.metadata["creation_time"] = created
    if draft.chapters:
        ends = [chapter.start_ms for chapter in draft.chapters[1:]] + [draft.length_ms]
        out.set_chapters(
            [
                {
                    "id": number,
                    "start": chapter.start_ms,
                    "end": max(end, chapter.start_ms + 1),
                    "time_base": _MILLISECOND,
                    "metadata": {"title": chapter.title},
                }
                for number, (chapter, end) in enumerate(zip(draft.chapters, ends, strict=True))
            ]
        )


def _created(value: str | None) -> str | None:
    """ISO 8601 in UTC, as MP4 counts; a time without an offset is taken as it stands."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _pictures(pieces: Sequence[PacketFile], time_base: Fraction) -> Iterator[av.Packet[Any]]:
    """Decoding times go on evenly through all pieces, each of which reorders within itself alone."""
    count = 0
    for piece in pieces:
        for packet, place in _packets(piece):
            packet.time_base = time_base
            packet.pts = place.shown
            packet.dts = count - REORDER_FRAMES
            packet.duration = 1
            packet.is_keyframe = place.is_key
            count += 1
            yield packet


def _samples(sound: PacketFile) -> Iterator[av.Packet[Any]]:
    for packet, place in _packets(sound):
        packet.time_base = Fraction(1, SOUND_RATE)
        packet.pts = packet.dts = place.shown
        packet.duration = 1024
        packet.is_keyframe = True
        yield packet


def _packets(packets: PacketFile) -> Iterator[tuple[av.Packet[Any], PacketPlace]]:
    with packets.path.open("rb") as file:
        for place in packets.places:
            data = file.read(place.size)
            if len(data) != place.size:
                raise EOFError("a piece of the film is shorter than it was when it was made")
            yield av.Packet(data), place
