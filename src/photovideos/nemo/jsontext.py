"""PURE. JSON that has to stay as it came: finds where a value lies in the text, and reads values by their path.

A draft is opaque and goes back byte for byte (contract §6), so it is cut out of the answer's text instead of being
parsed and written again. What is parsed here is only for reading. Nothing here knows the contract's fields.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from photovideos.model import RawJson

_MAX_INTEGER_DIGITS = 1000  # Python refuses to convert more than 4300; such a number is only ever carried, not used
_BLANK = re.compile(r"[ \t\n\r]*")


class JsonError(ValueError):
    """The text is not the JSON it ought to be; the message begins with the JSON path (`data.session_id …`)."""


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_INTEGER_DIGITS else math.inf


# strict=False: raw control characters inside strings are let through, as servers send them
_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)


def parse(text: str) -> Any:
    """The value of `text`. Raises JsonError."""
    try:
        return _DECODER.decode(text)
    except ValueError as error:
        raise JsonError(f"$ is not JSON ({error})") from error
    except RecursionError as error:
        raise JsonError("$ is nested too deeply") from error


def decoded(body: bytes) -> str:
    """The text of a JSON body: UTF-8, with or without a byte order mark. Raises JsonError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonError("$ is not UTF-8") from error


def span(text: str, *path: str) -> RawJson | None:
    """The exact text of the value at `path` (member names from the root), None where there is none.

    Of members given twice the last counts, as in `parse`. Raises JsonError.
    """
    start, end = _skip(text, 0), len(text)
    try:
        for name in path:
            found = [(begin, stop) for key, begin, stop in _members(text, start) if key == name]
            if not found:
                return None
            start, end = found[-1]
    except (ValueError, IndexError) as error:
        raise JsonError("$ is not JSON") from error
    except RecursionError as error:
        raise JsonError("$ is nested too deeply") from error
    return RawJson(text[start:end].rstrip(" \t\n\r"))


def _skip(text: str, index: int) -> int:
    blank = _BLANK.match(text, index)
    return blank.end() if blank else index


def _members(text: str, index: int) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each member of the object at `index`; nothing if there is no object."""
    if text[index : index + 1] != "{":
        return
    index = _skip(text, index + 1)
    while text[index] != "}":
        if text[index] != '"':
            raise ValueError("a member has no name")
        name, index = _DECODER.raw_decode(text, index)
        start = _skip(text, _skip(text, index) + 1)
        _value, end = _DECODER.raw_decode(text, start)
        yield name, start, end
        index = _skip(text, end)
        if text[index] == ",":
            index = _skip(text, index + 1)


@dataclass(frozen=True, slots=True)
class Node:
    """A parsed value and its path, so that what is missing can be named."""

    value: Any
    path: str = "$"

    def get(self, name: str) -> Node | None:
        """The member `name`; None if this is no object, or it is absent or null."""
        if not isinstance(self.value, dict) or self.value.get(name) is None:
            return None
        return Node(self.value[name], self._of(name))

    def need(self, *names: str) -> Node:
        """The first of the members `names` that is there. Raises JsonError."""
        if not isinstance(self.value, dict):
            raise JsonError(f"{self.path} is not an object")
        for name in names:
            if (found := self.get(name)) is not None:
                return found
        raise JsonError(f"{self._of(names[0])} is missing")

    def items(self) -> tuple[Node, ...]:
        """The items of a list; empty if this is none."""
        if not isinstance(self.value, list):
            return ()
        return tuple(Node(item, f"{self.path}[{index}]") for index, item in enumerate(self.value))

    def as_text(self) -> str:
        """A non-empty text. Raises JsonError."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise JsonError(f"{self.path} is not a text")
        return self.value

    def as_number(self) -> float:
        """A finite number, also when written as a text. Raises JsonError."""
        number = finite(self.value)
        if number is None:
            raise JsonError(f"{self.path} is not a number")
        return number

    def _of(self, name: str) -> str:
        return name if self.path == "$" else f"{self.path}.{name}"


def finite(value: object) -> float | None:
    """`value` as a finite number, also from a text; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
