"""Wishes: everything that was asked for in a session, as it stands after a message; and its JSON in the public
vocabulary.

None or empty means: not asked for. Lengths are in seconds; values keep the asker's form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """`at`: start or end."""

    text: str
    at: str = "start"
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    file: str
    s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All wishes of a session.

    `volume`: 0..1, "low" or "high". `transition`: a kind, "any" or "random". `arranged`: files in an order given by
    name (what is not named follows). `only`: nothing but these. `scope`: the files this timeline is about; None: all.
    `gone`: files that are no longer there. `caption_source`: filename or date. `silent`: no sound at all.
    `opening_fade`, `closing_fade`: from and to black.
    """

    duration_s: float | None = None
    duration_max_s: float | None = None
    duration_min_s: float | None = None
    duration_from: str | None = None
    per_photo_s: float | None = None
    holds: tuple[Hold, ...] = ()
    aspects: tuple[str, ...] = ()
    resolution: str | None = None
    fps: float | None = None
    transition: str | None = None
    transition_s: float | None = None
    motion: str | None = None
    fit: str | None = None
    music: bool | None = None
    mood: str | None = None
    music_file: str | None = None
    volume: float | str | None = None
    music_start_s: float | None = None
    fade_out_s: float | None = None
    beat_sync: bool | None = None
    silent: bool = False
    clip_sound: bool | None = None
    titles: tuple[Title, ...] = ()
    caption_source: str | None = None
    captions: tuple[Caption, ...] = ()
    order: str | None = None
    is_reversed: bool = False
    arranged: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    filter: str | None = None
    opening_fade: bool | None = None
    closing_fade: bool | None = None
    pace: str | None = None
    chapters: str | None = None
    conflict: tuple[str, ...] = ()
    must_report: tuple[str, ...] = ()
    scope: tuple[str, ...] | None = None
    gone: tuple[str, ...] = ()

    def to_json(self, sequence: tuple[str, ...]) -> dict[str, Any]:
        """The wishes in the vocabulary of `explain --json`; `sequence`: the files shown, in order."""
        told: dict[str, Any] = {
            name: value
            for name in [
                "duration_s",
                "duration_max_s",
                "duration_from",
                "per_photo_s",
                "resolution",
                "fps",
                "motion",
                "fit",
                "order",
                "filter",
                "pace",
                "chapters",
            ]
            if (value := _number(getattr(self, name))) is not None
        }
        if self.holds:
            told["hold"] = [{"file": hold.file, "s": _number(hold.s)} for hold in self.holds]
        if len(self.aspects) == 1:
            told["aspect"] = self.aspects[0]
        elif self.aspects:
            told["aspects"] = list(self.aspects)
        if self.transition is not None or self.transition_s is not None:
            told["transition"] = _present(kind=self.transition or "any", duration_s=self.transition_s)
        told |= _present(music=self._music_json(), captions=self._captions_json())
        told["titles"] = [_present(text=t.text, at=t.at, duration_s=t.duration_s) for t in self.titles]
        told["drop"] = list(self.drop)
        told["sequence"] = list(sequence)
        told |= {name: list(value) for name in ("conflict", "must_report") if (value := getattr(self, name))}
        return told

    def _music_json(self) -> dict[str, Any] | None:
        asked = _present(
            mood=self.mood,
            file=self.music_file,
            volume=self.volume,
            start_s=self.music_start_s,
            fade_out_s=self.fade_out_s,
            beat_sync=self.beat_sync,
        )
        if self.music is None and not asked:
            return None
        if self.music is False:
            return {"enabled": False}
        return {"enabled": True, **asked}

    def _captions_json(self) -> Any:
        if self.captions:
            return [{"file": caption.file, "text": caption.text} for caption in self.captions]
        return {"source": self.caption_source} if self.caption_source else None

    def to_memory(self) -> dict[str, Any]:
        """Everything, for the next message of the session; `from_memory` reads it."""
        values = asdict(self)
        return {item.name: values[item.name] for item in fields(self) if values[item.name] != item.default}

    @classmethod
    def from_memory(cls, memory: dict[str, Any]) -> Wishes:
        """What `to_memory` gave, also after a way through JSON; unknown keys are ignored."""
        records: dict[str, Any] = {"holds": Hold, "titles": Title, "captions": Caption}
        known: dict[str, Any] = {}
        for item in fields(cls):
            if item.name not in memory:
                continue
            value = memory[item.name]
            if item.name in records:
                value = tuple(records[item.name](**record) for record in value)
            elif isinstance(value, list):
                value = tuple(value)
            known[item.name] = value
        return cls(**known)


def _present(**values: Any) -> dict[str, Any]:
    return {name: _number(value) for name, value in values.items() if value is not None}


def _number(value: Any) -> Any:
    """Whole numbers without a point; the rest without binary dust."""
    if not isinstance(value, float):
        return value
    return int(value) if value == int(value) else round(value, 3)
