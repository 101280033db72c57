"""A true answer bent: values set and dropped by path, and the other published forms. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any


def changed(value: Any, sets: Mapping[str, Any], drops: Iterable[str]) -> Any:
    """A copy with `a.b.0.c` set or dropped; a path that leads nowhere changes nothing."""
    result = copy.deepcopy(value)
    for path, new in sets.items():
        holder, key = _holder(result, path)
        if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(key, int) and key < len(holder)):
            holder[key] = copy.deepcopy(new)
    for path in drops:
        holder, key = _holder(result, str(path))
        if isinstance(holder, dict):
            holder.pop(key, None)
        elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
            del holder[key]
    return result


def _holder(value: Any, path: str) -> tuple[Any, Any]:
    *way, last = path.split(".")
    for step in way:
        key = _key(value, step)
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None, last
    return value, _key(value, last)


def _key(value: Any, step: str) -> Any:
    return int(step) if isinstance(value, list) and step.isdigit() else step


def reshaped(value: dict[str, Any], form: str) -> Any:
    """`top_level`: what is in `data` beside the code. `A`, `B`, `CA`, `CB`: the forms of a poll (contract §8)."""
    if form == "top_level":
        data = value.get("data")
        return (
            {**{key: entry for key, entry in value.items() if key != "data"}, **data}
            if isinstance(data, dict)
            else value
        )
    if "status" not in value:
        return value  # an error: it has no forms
    inner = value
    if form in ("B", "CB"):
        output = value.get("output") or {}
        inner = {key: entry for key, entry in value.items() if key not in ("taskId", "output")}
        inner = {"id": value.get("taskId"), **inner}
        if "url" in output:
            inner["outputUrl"] = output["url"]
    match form:
        case "B":
            return {"success": True, "data": inner}
        case "CA" | "CB":
            return {"code": 0, "message": "success", "data": inner}
        case _:
            return inner
