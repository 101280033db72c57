"""The faults file: read strictly, every problem named; and the choice which fault a call meets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ENDPOINTS = frozenset(
    {
        "token",
        "session",
        "upload",
        "uploaded",
        "state",
        "credits",
        "instruct",
        "render",
        "poll",
        "cancel",
        "fallback",
        "download",
    }
)

Number = (int, float)
WHEN = {"when": str}
KINDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "code": {"code": int, "status": int, "message": str, "retry_after": (int, float, str)},
    "status": {"status": int, "body": str, "content_type": str, "retry_after": (int, float, str)},
    "json": {"json": object, "status": int},
    "change": {"set": dict, "drop": list},
    "shape": {"form": str},
    "failed": {"reason": str},
    "stuck": {"progress": Number},
    "word": {"status": str},
    "lie": {"duration": object, "size": object},
    "delay": {"seconds": Number, **WHEN},
    "hang": {"seconds": Number, **WHEN},
    "break": WHEN,
    "huge": {"bytes": int, "status": int},
    "headers": {"seconds": Number},
    "body": {"seconds": Number},
    "redirect": {"to": str, "status": int},
    "cut": {"after_bytes": int},
    "shorten": {"to_bytes": int},
    "length": {"by": int},
    "no_ranges": {},
    "no_length": {},
    "stream": {
        "form": str,
        "newline": str,
        "heartbeats": list,
        "heartbeat_seconds": Number,
        "endless": bool,
        "applied": (bool, int, float),
        "silent": bool,
        "reply": str,
        "gui": str,
        "thought": bool,
        "trailing": str,
        "pad_bytes": int,
        "error": str,
        "drop_after": int,
        "chunk_bytes": int,
        "pause_seconds": Number,
        "raw": str,
    },
}
CHOICES = {
    "when": ("before", "after", "during"),
    "form": ("top_level", "A", "B", "CA", "CB", "adk", "typed"),
    "newline": ("lf", "crlf", "cr"),
    "gui": ("en", "zh"),
    "error": ("event", "json", "old"),
}
SELECTORS = frozenset({"on", "call", "render", "containing", "do"})
SETTINGS = frozenset({"token_lifetime_seconds", "heartbeat_seconds", "credits", "faults"})


class FaultsError(Exception):
    """The file cannot be used; one problem a line, each beginning with its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Which calls, counted from 1: single ones and open or closed ranges."""

    ranges: tuple[tuple[int, int | None], ...] = ((1, 1),)

    def __contains__(self, number: int) -> bool:
        return any(first <= number and (last is None or number <= last) for first, last in self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    on: str
    do: str
    calls: Calls = Calls()
    render: int | None = None
    containing: bytes | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def option(self, name: str, default: Any) -> Any:
        return self.options.get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """Credits there are at the start, and what a message costs."""

    available: float
    edit: float = 50


@dataclass
class FaultPlan:
    """All faults and what has been counted so far; the event loop's alone."""

    faults: tuple[Fault, ...] = ()
    charges: Charges | None = None
    store_options: dict[str, Any] = field(default_factory=dict)
    manner_options: dict[str, Any] = field(default_factory=dict)
    _counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    _renders: list[str] = field(default_factory=list)

    def looks_into(self, endpoint: str) -> bool:
        """Whether the body has to be seen before a fault can be chosen."""
        return any(fault.containing is not None and fault.on in (endpoint, "any") for fault in self.faults)

    def choose(self, endpoint: str, *, render_id: str | None, content: bytes) -> Fault | None:
        """The first fault that is meant for this call. Every fault counts the calls it could have been for."""
        if render_id is not None and render_id not in self._renders:
            self._renders.append(render_id)
        chosen = None
        for index, fault in enumerate(self.faults):
            if fault.on not in (endpoint, "any"):
                continue
            if fault.containing is not None and fault.containing not in content:
                continue
            if fault.render is not None and not self._is_render(fault.render, render_id):
                continue
            self._counts[index, endpoint] += 1
            if chosen is None and self._counts[index, endpoint] in fault.calls:
                chosen = fault
        return chosen

    def _is_render(self, number: int, render_id: str | None) -> bool:
        return render_id is not None and self._renders.index(render_id) + 1 == number


# --- reading -----------------------------------------------------------------------------------------------------


def read_faults(path: Path) -> FaultPlan:
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FaultsError(f"{path}: it cannot be read as YAML or JSON ({error})") from error
    return parse_faults(value)


def parse_faults(value: Any) -> FaultPlan:
    problems: list[str] = []
    if not isinstance(value, dict):
        raise FaultsError("the file: an object with the key `faults` is expected")
    problems += [f"{key}: unknown key" for key in value if key not in SETTINGS]
    plan = FaultPlan()
    for name, options in (("token_lifetime_seconds", plan.store_options), ("heartbeat_seconds", plan.manner_options)):
        if name in value:
            if _is_a(value[name], Number):
                options[name] = float(value[name])
            else:
                problems.append(f"{name}: a number is expected")
    plan.charges = _read_charges(value.get("credits"), problems)
    entries = value.get("faults") or []
    if not isinstance(entries, list):
        raise FaultsError("faults: a list is expected")
    read = (_read_fault(entry, f"faults[{index}]", problems) for index, entry in enumerate(entries))
    plan.faults = tuple(fault for fault in read if fault is not None)
    if problems:
        raise FaultsError("\n".join(problems))
    return plan


def _is_a(value: Any, kind: Any) -> bool:
    if isinstance(value, bool) and kind is not object:
        return bool in (kind if isinstance(kind, tuple) else (kind,))
    return isinstance(value, kind)


def _read_charges(value: Any, problems: list[str]) -> Charges | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(_is_a(entry, Number) for entry in value.values()):
        problems.append("credits: an object of numbers is expected")
        return None
    unknown = set(value) - {"available", "edit"}
    problems += [f"credits.{key}: unknown key" for key in sorted(unknown)]
    if "available" not in value:
        problems.append("credits.available: missing")
    if unknown or "available" not in value:
        return None
    return Charges(**value)


def _read_fault(entry: Any, where: str, problems: list[str]) -> Fault | None:
    if not isinstance(entry, dict):
        problems.append(f"{where}: an object is expected")
        return None
    found = len(problems)
    on, do = str(entry.get("on", entry.get(True))), str(entry.get("do"))  # YAML reads a bare `on` as true
    if on not in ENDPOINTS and on != "any":
        problems.append(f"{where}.on: one of {', '.join(sorted(ENDPOINTS))}, any is expected")
    if do not in KINDS:
        problems.append(f"{where}.do: one of {', '.join(KINDS)} is expected")
        return None
    options = {key: value for key, value in entry.items() if key not in SELECTORS and key is not True}
    problems += _option_problems(options, KINDS[do], where)
    calls = _read_calls(entry.get("call", 1))
    if calls is None:
        problems.append(f'{where}.call: 2, [1, 3], "2-5", "3-" or all is expected')
    render, containing = entry.get("render"), entry.get("containing")
    if render is not None and not _is_a(render, int):
        problems.append(f"{where}.render: a whole number is expected")
    if containing is not None and not isinstance(containing, str):
        problems.append(f"{where}.containing: a text is expected")
    if len(problems) > found or calls is None:
        return None
    wanted = containing.encode() if containing is not None else None
    return Fault(on=on, do=do, calls=calls, render=render, containing=wanted, options=options)


def _option_problems(options: Mapping[Any, Any], known: Mapping[str, Any], where: str) -> list[str]:
    problems = []
    for key, value in options.items():
        if key not in known:
            problems.append(f"{where}.{key}: unknown key")
        elif not _is_a(value, known[key]):
            problems.append(f"{where}.{key}: {value!r:.40} is not of the right type")
        elif key in CHOICES and value not in CHOICES[key]:
            problems.append(f"{where}.{key}: one of {', '.join(CHOICES[key])} is expected")
    return problems


def _read_calls(value: Any) -> Calls | None:
    entries = value if isinstance(value, list) else [value]
    ranges = [_read_range(entry) for entry in entries]
    if not ranges or any(found is None for found in ranges):
        return None
    return Calls(ranges=tuple(found for found in ranges if found is not None))


def _read_range(value: Any) -> tuple[int, int | None] | None:
    if value == "all":
        return 1, None
    if _is_a(value, int):
        return value, value
    first, dash, last = str(value).partition("-")
    if dash and first.isdigit() and (not last or last.isdigit()):
        return int(first), int(last) if last else None
    return None
