"""PURE. What our studio tells beyond the contract, inside the draft under `m.photovideos` (design §3).

A cloud draft lacks it, and a draft can come from anybody: everything here is taken only if it is of the right type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from photovideos.model import LeftOut, RawJson
from photovideos.nemo.draft.reading import parsed, shown

MAX_ENTRIES = 1000
_MAX_TEXT = 500
_MAX_LABEL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """One clause of the prompt, what it was taken for, and what came of it (`outcome`: applied, conflict, …)."""

    clause: str
    field: str
    understood: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`wishes`: all wishes as they stand, in the vocabulary of the prompts, as the studio wrote them. `outputs`: labels
    (16x9) of the shapes that one wish gave, a render each; they go back with the POSTs.
    """

    wishes: Mapping[str, Any] = field(default_factory=dict)
    receipt: tuple[Understanding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    outputs: tuple[str, ...] = ()


def told(draft: RawJson | None) -> Told | None:
    """What the draft tells, or None where it comes from elsewhere."""
    metadata = parsed(draft).get("m")
    found = metadata.get("photovideos") if isinstance(metadata, dict) else None
    if not isinstance(found, dict):
        return None
    wishes = found.get("wishes")
    return Told(
        wishes=wishes if isinstance(wishes, dict) else {},
        receipt=tuple(_understanding(entry) for entry in _entries(found, "receipt")),
        left_out=tuple(
            LeftOut(file=_text(entry, "file"), reason=_text(entry, "reason"))
            for entry in _entries(found, "left_out")
            if _text(entry, "file")
        ),
        outputs=_outputs(found),
    )


def _entries(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = found.get(name)
    return [entry for entry in value[:MAX_ENTRIES] if isinstance(entry, dict)] if isinstance(value, list) else []


def _understanding(entry: dict[str, Any]) -> Understanding:
    return Understanding(
        clause=_text(entry, "clause"),
        field=_text(entry, "field"),
        understood=_text(entry, "understood"),
        outcome=_text(entry, "outcome"),
        reason=_text(entry, "reason"),
    )


def _outputs(found: dict[str, Any]) -> tuple[str, ...]:
    """Each label once: two renders of one name would be one film."""
    labels = (shown(_text(entry, "label"), _MAX_LABEL) for entry in _entries(found, "outputs"))
    return tuple(dict.fromkeys(label for label in labels if label))


def _text(entry: dict[str, Any], name: str) -> str:
    """A text, or another value as JSON writes it; empty for nothing."""
    value = entry.get(name)
    if value is None:
        return ""
    return shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _MAX_TEXT)
