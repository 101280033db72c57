"""Wording: how wishes, outcomes and reasons are said to a person, in English or Chinese. PURE; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from photovideos_studio.director import wording_en, wording_zh
from photovideos_studio.director.edit.notes import Note
from photovideos_studio.director.wishes.wish import Caption, Hold, Title
from photovideos_studio.draft import MusicSegment


class Phrasebook(Protocol):
    """What a module of wording gives. Templates have named places."""

    OUTCOMES: dict[str, str]
    SENTENCES: dict[str, str]
    FIELDS: dict[str, str]
    VALUES: dict[str, str]
    UNSUPPORTED: dict[str, str]
    NOUNS: dict[str, tuple[str, str]]
    JOINT: str
    COMMA: str


class Wording:
    """One language's words. Unknown keys come out as they are, so that nothing is ever left unsaid."""

    def __init__(self, book: Any) -> None:
        self._book: Phrasebook = book

    def sentence(self, key: str, **values: object) -> str:
        return self._book.SENTENCES[key].format(**{name: self._value(value) for name, value in values.items()})

    def outcome(self, key: str) -> str:
        return self._book.OUTCOMES[key]

    def note(self, note: Note) -> str:
        return self.sentence(note.reason, **note.values)

    def unsupported(self, name: str) -> str:
        told = self._book.UNSUPPORTED.get(name)
        return told or self.sentence("unsupported", name=self._value(name.replace("_", " ")))

    def noun(self, key: str, count: int) -> str:
        return self._book.NOUNS[key][count != 1]

    def listed(self, items: Iterable[str]) -> str:
        return self._book.COMMA.join(self.sentence("quoted", text=item) for item in items)

    def joined(self, lines: Iterable[str]) -> str:
        return self._book.JOINT.join(lines)

    def length(self, seconds: float) -> str:
        """45 s, 1:30."""
        if seconds < 60:
            return self.sentence("seconds", seconds=round(seconds, 1))
        return f"{int(seconds) // 60}:{round(seconds) % 60:02d}"

    def shape(self, aspects: Sequence[str]) -> str:
        return self._book.COMMA.join(aspects)

    def music(self, music: Sequence[MusicSegment]) -> str:
        if not music or music[0].volume <= 0:
            return self.sentence("music_none")
        if music[0].upload_id:
            return self.sentence("music_song", file=music[0].name)
        return self.sentence("music_mood", mood=str(music[0].mood))

    def understood(self, field: str, value: object) -> str:
        """A wish in words: `length 30 s`, `no music`, `title “…” at the start`."""
        special = f"{field}={_key(value)}"
        if special in self._book.FIELDS:
            return self._book.FIELDS[special]
        template = self._book.FIELDS.get(field, "{value}")
        return template.format(value=self._value(value))

    def _value(self, value: object) -> str:
        for kind, say in self._sayings():
            if isinstance(value, kind):
                return say(value)
        return str(value)

    def _sayings(self) -> tuple[tuple[type, Callable[[Any], str]], ...]:
        return (
            (bool, lambda value: self._book.VALUES.get(str(value).casefold(), str(value))),
            (float, lambda value: f"{round(value, 2):g}"),
            (str, lambda value: self._book.VALUES.get(value, value)),
            (tuple, lambda value: self._book.COMMA.join(self._value(item) for item in value) or "–"),
            (Hold, lambda value: self.sentence("hold_value", file=value.file, s=value.s)),
            (Caption, lambda value: self.sentence("caption_value", file=value.file, text=value.text)),
            (Title, lambda value: self.sentence(f"title_{value.at}", text=value.text)),
            (type(None), lambda _: "–"),
        )


def _key(value: object) -> str:
    return str(value).casefold() if isinstance(value, bool | str) or value is None else ""


@cache
def wording(language: str) -> Wording:
    """Chinese for Chinese, English for every other language."""
    return Wording(wording_zh if language == "zh" else wording_en)
