"""Tables of prompts: reading them, asking the director, and telling where its wishes differ from what is expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photovideos_studio.director import Direction, direct
from photovideos_studio.draft import Draft
from photovideos_studio.facts import Material, MediaFacts, MediaKind

TEN_PHOTOS = tuple(f"IMG_{number:04d}.jpg" for number in range(1, 11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table. `absent`: fields that must not have been found."""

    id: str
    turns: tuple[str, ...]
    files: tuple[str, ...]
    expect: dict[str, Any]
    absent: tuple[str, ...]
    is_trap: bool
    lang: str


def rows(path: Path) -> Iterator[Row]:
    for line in path.read_text("utf-8").splitlines():
        raw = json.loads(line)
        yield Row(
            id=raw["id"],
            turns=tuple(raw.get("turns") or [raw["prompt"]]),
            files=tuple(raw.get("files") or TEN_PHOTOS),
            expect=raw["expect"],
            absent=tuple(raw.get("absent", ())),
            is_trap=bool(raw.get("trap")),
            lang=raw["lang"],
        )


def materials(files: Sequence[str]) -> list[Material]:
    """Photos of 12 megapixels and songs of 90 s at 120 beats a minute, by their names' endings."""
    song = MediaFacts(
        kind=MediaKind.SONG, length_ms=90_000, has_sound=True, beats_ms=tuple(range(0, 90_000, 500)), bpm=120
    )
    photo = MediaFacts(kind=MediaKind.PHOTO, width=4000, height=3000)
    return [
        Material(id=f"u{i}", name=name, facts=song if name.endswith((".mp3", ".m4a", ".wav")) else photo)
        for i, name in enumerate(files)
    ]


def directed(turns: Sequence[str], files: Sequence[str] = TEN_PHOTOS) -> Direction:
    """The direction after the last of several messages."""
    draft: Draft | None = None
    available = materials(files)
    direction: Direction | None = None
    for turn in turns:
        direction = direct(turn, materials=available, previous=draft, seed="seed", language=None)
        draft = direction.draft
    assert direction is not None
    return direction


def wishes_of(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = directed(row.turns, row.files).draft.photovideos["wishes"]
    return told


def differences(row: Row, told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> (expected, told) where they differ."""
    bad: dict[str, tuple[Any, Any]] = {}
    for name, expected in row.expect.items():
        got = told.get(name)
        is_a_set = name in ("conflict", "must_report")
        if not (set(expected) <= set(got or ()) if is_a_set else _matches(expected, got)):
            bad[name] = (expected, got)
    for name in row.absent:
        if told.get(name) not in (None, []):
            bad[name] = (None, told[name])
    return bad


def _matches(expected: Any, got: Any) -> bool:
    if isinstance(expected, list):
        if isinstance(got, list):
            return len(expected) == len(got) and all(_matches(e, g) for e, g in zip(expected, got, strict=True))
        return any(_matches(member, got) for member in expected)
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(_matches_key(key, value, got) for key, value in expected.items())
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return isinstance(got, int | float) and abs(expected - got) < 0.05
    return bool(expected == got)


def _matches_key(key: str, expected: Any, got: dict[str, Any]) -> bool:
    if key == "kind" and expected == "any":
        return got.get("kind") not in (None, "none")
    return _matches(expected, got.get(key))
