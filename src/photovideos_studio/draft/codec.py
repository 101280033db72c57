"""Draft <-> JSON, with the short keys of contract §6. Strict on the way in: a draft comes back as it was given out.

`t` tracks, `tt` their type (0 video, 1 audio, 7 text), `sg` segments, `n` name or text, `s` start ms, `d` length ms,
`v` volume; all that is the studio's own lies in `m`. Knows no photos and no films, only shapes, types and bounds: the
bounds keep a draft that somebody made up from asking for a film of a year or of a million segments.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from photovideos_studio.draft import (
    Canvas,
    Chapter,
    Draft,
    DraftError,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    TextRole,
    TextSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.draft.reading import Node, parse
from photovideos_studio.facts import Box

VIDEO, AUDIO, TEXT = 0, 1, 7

MAX_LENGTH_MS = 6 * 3600 * 1000
MAX_SEGMENTS = 20_000
MAX_TEXT = 10_000
MAX_LIFT_DB = 6.0
MAX_SIDE_PIXELS = 8192
MAX_FPS = 120


def dumps(draft: Draft) -> str:
    """One line of JSON text."""
    return json.dumps(encode(draft), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def loads(text: str | bytes) -> Draft:
    """Raises DraftError, also for what is no JSON."""
    return decode(parse(text))


# --- out ---------------------------------------------------------------------------------------------------------


def encode(draft: Draft) -> dict[str, Any]:
    tracks = [
        {"tt": VIDEO, "sg": [_picture_out(segment) for segment in draft.pictures]},
        {"tt": AUDIO, "sg": [_music_out(segment) for segment in draft.music]},
        {"tt": TEXT, "sg": [_text_out(segment) for segment in draft.texts]},
    ]
    meta: dict[str, Any] = {
        "canvas": {"w": draft.canvas.width, "h": draft.canvas.height},
        "fps": draft.fps,
        "fade_in": draft.fade_in_ms,
        "fade_out": draft.fade_out_ms,
        "filter": draft.filter,
        "title": draft.title,
        "created": draft.created,
        "chapters": [{"s": chapter.start_ms, "n": chapter.title} for chapter in draft.chapters],
        # A trip through JSON text makes a copy and turns tuples into what they will be on the wire.
        "photovideos": json.loads(json.dumps(draft.photovideos, ensure_ascii=False, allow_nan=False)),
    }
    return {"t": [track for track in tracks if track["sg"]], "d": draft.length_ms, "m": meta}


def _box_out(box: Box) -> list[float]:
    return [box.x, box.y, box.w, box.h]


def _picture_out(segment: PictureSegment) -> dict[str, Any]:
    out: dict[str, Any] = {"n": segment.name, "s": segment.start_ms, "d": segment.length_ms}
    if segment.volume:  # a photo has no sound, so none is told of
        out["v"] = segment.volume
    motion, transition = segment.motion, segment.transition
    out["m"] = {
        "id": segment.id,
        "upload": segment.upload_id,
        "clip": segment.is_clip,
        "from": segment.source_start_ms,
        "fit": segment.fit.value,
        "motion": {"kind": motion.kind, "start": _box_out(motion.start), "end": _box_out(motion.end)},
        "transition": {"kind": transition.kind.value, "d": transition.length_ms},
    }
    return out


def _music_out(segment: MusicSegment) -> dict[str, Any]:
    return {
        "n": segment.name,
        "s": segment.start_ms,
        "d": segment.length_ms,
        "v": segment.volume,
        "m": {
            "id": segment.id,
            "mood": segment.mood,
            "seed": segment.seed,
            "upload": segment.upload_id,
            "from": segment.source_start_ms,
            "fade_in": segment.fade_in_ms,
            "fade_out": segment.fade_out_ms,
            **({"lift": segment.lift_db} if segment.lift_db else {}),
        },
    }


def _text_out(segment: TextSegment) -> dict[str, Any]:
    meta = {"id": segment.id, "role": segment.role.value}
    return {"n": segment.text, "s": segment.start_ms, "d": segment.length_ms, "m": meta}


# --- in ----------------------------------------------------------------------------------------------------------


def decode(value: object) -> Draft:
    root = Node(value, "draft").object_of("t", "d", "m")
    tracks: dict[int, tuple[Node, ...]] = {}
    for track in root.key("t").items(limit=3):
        track.object_of("tt", "sg")
        kind = track.key("tt").whole(0, 7)
        if kind not in (VIDEO, AUDIO, TEXT):
            raise DraftError(f"{track.path}.tt: a track of type {kind} is not known here")
        if kind in tracks:
            raise DraftError(f"{track.path}.tt: a second track of type {kind}")
        tracks[kind] = track.key("sg").items(limit=MAX_SEGMENTS)
    meta = root.key("m").object_of(
        "canvas", "fps", "fade_in", "fade_out", "filter", "title", "created", "chapters", "photovideos"
    )
    canvas = meta.key("canvas").object_of("w", "h")
    return Draft(
        canvas=Canvas(
            width=canvas.key("w").whole(16, MAX_SIDE_PIXELS),
            height=canvas.key("h").whole(16, MAX_SIDE_PIXELS),
        ),
        fps=meta.key("fps").whole(1, MAX_FPS),
        length_ms=root.key("d").whole(0, MAX_LENGTH_MS),
        pictures=tuple(_picture_in(node) for node in tracks.get(VIDEO, ())),
        music=tuple(_music_in(node) for node in tracks.get(AUDIO, ())),
        texts=tuple(_text_in(node) for node in tracks.get(TEXT, ())),
        filter=meta.key("filter").text_or_none(64),
        fade_in_ms=meta.key("fade_in").whole(0, MAX_LENGTH_MS),
        fade_out_ms=meta.key("fade_out").whole(0, MAX_LENGTH_MS),
        title=meta.key("title").text_or_none(MAX_TEXT),
        created=meta.key("created").text_or_none(64),
        chapters=tuple(_chapter_in(node) for node in meta.key("chapters").items(limit=MAX_SEGMENTS)),
        photovideos=meta.key("photovideos").any_json(),
    )


def _span(node: Node) -> dict[str, int]:
    return {
        "start_ms": node.key("s").whole(0, MAX_LENGTH_MS),
        "length_ms": node.key("d").whole(1, MAX_LENGTH_MS),
    }


def _box_in(node: Node) -> Box:
    sides = node.items(limit=len(fields(Box)))
    if len(sides) != len(fields(Box)):
        raise DraftError(f"{node.path}: four numbers are expected, there are {len(sides)}")
    x, y, w, h = (side.number(-100, 100) for side in sides)
    if w <= 0 or h <= 0:
        raise DraftError(f"{node.path}: width and height are above 0")
    return Box(x=x, y=y, w=w, h=h)


def _picture_in(node: Node) -> PictureSegment:
    node.object_of("n", "s", "d", "m", optional=("v",))
    meta = node.key("m").object_of("id", "upload", "clip", "from", "fit", "motion", "transition")
    motion = meta.key("motion").object_of("kind", "start", "end")
    transition = meta.key("transition").object_of("kind", "d")
    return PictureSegment(
        id=meta.key("id").text(MAX_TEXT),
        name=node.key("n").text(MAX_TEXT),
        upload_id=meta.key("upload").text(MAX_TEXT),
        is_clip=meta.key("clip").yes_or_no(),
        fit=meta.key("fit").one_of(Fit),
        motion=Motion(
            kind=motion.key("kind").text(64), start=_box_in(motion.key("start")), end=_box_in(motion.key("end"))
        ),
        transition=Transition(
            kind=transition.key("kind").one_of(TransitionKind), length_ms=transition.key("d").whole(0, MAX_LENGTH_MS)
        ),
        source_start_ms=meta.key("from").whole(0, MAX_LENGTH_MS),
        volume=node.key("v").number(0, 1) if node.has("v") else 0.0,
        **_span(node),
    )


def _music_in(node: Node) -> MusicSegment:
    node.object_of("n", "s", "d", "v", "m")
    meta = node.key("m").object_of("id", "mood", "seed", "upload", "from", "fade_in", "fade_out", optional=("lift",))
    return MusicSegment(
        id=meta.key("id").text(MAX_TEXT),
        name=node.key("n").text(MAX_TEXT),
        volume=node.key("v").number(0, 1),
        lift_db=meta.key("lift").number(0, MAX_LIFT_DB) if meta.has("lift") else 0.0,
        mood=meta.key("mood").text_or_none(64),
        seed=meta.key("seed").whole(-(2**63), 2**64),
        upload_id=meta.key("upload").text_or_none(MAX_TEXT),
        source_start_ms=meta.key("from").whole(0, MAX_LENGTH_MS),
        fade_in_ms=meta.key("fade_in").whole(0, MAX_LENGTH_MS),
        fade_out_ms=meta.key("fade_out").whole(0, MAX_LENGTH_MS),
        **_span(node),
    )


def _text_in(node: Node) -> TextSegment:
    node.object_of("n", "s", "d", "m")
    meta = node.key("m").object_of("id", "role")
    return TextSegment(
        id=meta.key("id").text(MAX_TEXT),
        text=node.key("n").text(MAX_TEXT),
        role=meta.key("role").one_of(TextRole),
        **_span(node),
    )


def _chapter_in(node: Node) -> Chapter:
    node.object_of("s", "n")
    return Chapter(start_ms=node.key("s").whole(0, MAX_LENGTH_MS), title=node.key("n").text(MAX_TEXT))
