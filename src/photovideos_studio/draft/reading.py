"""Reading a JSON value with its path in hand: every complaint begins with where it is (`draft.t[0].sg[2].d: …`)."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from typing import Any, NoReturn, TypeVar, cast

from photovideos_studio.draft import DraftError

Member = TypeVar("Member", bound=StrEnum)


def parse(text: str | bytes) -> Any:
    """JSON text to a value; NaN, infinities and what is no JSON at all raise DraftError."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DraftError(f"draft: this is no JSON ({error})") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


class Node:
    """One value of the tree and the way to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def _expected(self, what: str) -> DraftError:
        found = "null" if self.value is None else type(self.value).__name__
        shown = f"{self.value!r:.40}" if isinstance(self.value, int | float | str) else found
        return DraftError(f"{self.path}: {what} is expected, not {shown}")

    def object_of(self, *names: str, optional: tuple[str, ...] = ()) -> Node:
        """An object with exactly these keys."""
        value = self.any_object()
        for name in names:
            if name not in value:
                raise DraftError(f"{self.path}.{name}: missing")
        for name in value:
            if name not in names and name not in optional:
                raise DraftError(f"{self.path}.{name[:40]}: not a key of a draft")
        return self

    def any_object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self._expected("an object")
        return cast("dict[str, Any]", self.value)

    def has(self, name: str) -> bool:
        return name in self.any_object()

    def key(self, name: str) -> Node:
        return Node(self.any_object()[name], f"{self.path}.{name}")

    def any_json(self) -> dict[str, Any]:
        """An object of whatever JSON holds, as long as it can be written again."""
        value = self.any_object()
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise DraftError(f"{self.path}: it cannot be written as JSON ({error})") from error
        return value

    def items(self, *, limit: int) -> tuple[Node, ...]:
        if not isinstance(self.value, list):
            raise self._expected("a list")
        if len(self.value) > limit:
            raise DraftError(f"{self.path}: {len(self.value)} entries are more than {limit}")
        return tuple(Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value))

    def whole(self, least: int, most: int) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._expected("a whole number")
        if not least <= self.value <= most:
            raise self._expected(f"a number from {least} to {most}")
        return self.value

    def number(self, least: float, most: float) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self._expected("a number")
        value = float(self.value)
        if not math.isfinite(value) or not least <= value <= most:
            raise self._expected(f"a number from {least} to {most}")
        return value

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._expected("true or false")
        return self.value

    def text(self, most: int) -> str:
        if not isinstance(self.value, str):
            raise self._expected("a text")
        if len(self.value) > most:
            raise DraftError(f"{self.path}: a text of {len(self.value)} characters is longer than {most}")
        if any("\ud800" <= char <= "\udfff" for char in self.value):
            raise DraftError(f"{self.path}: half of a surrogate pair is no text")
        return self.value

    def text_or_none(self, most: int) -> str | None:
        return None if self.value is None else self.text(most)

    def one_of(self, members: type[Member]) -> Member:
        try:
            return members(self.text(64))
        except ValueError as error:
            raise self._expected(f"one of {', '.join(members)}") from error
