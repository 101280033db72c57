"""Direct: a message, the materials and the timeline so far make the next timeline, a reply and a receipt. PURE."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from photovideos_studio.director import receipts
from photovideos_studio.director.edit import Edited, arrange, edit
from photovideos_studio.director.edit.compose import outputs, remembered
from photovideos_studio.director.errands import Errands, read_errands
from photovideos_studio.director.wishes.findings import Scene
from photovideos_studio.director.wishes.understand import Understanding, understand
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.draft import Draft
from photovideos_studio.facts import Material, MediaKind

# What may help with clauses the grammar did not understand: clauses -> a JSON object in the public vocabulary, or None.
Assistant = Callable[[Sequence[str]], "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """`changed`: the draft is another than the one before. `reply` is for the person, in `language`'s wording."""

    draft: Draft
    reply: str
    changed: bool
    language: str


def direct(
    message: str,
    *,
    materials: Sequence[Material],
    previous: Draft | None,
    seed: str,
    language: str | None = None,
    assistant: Assistant | None = None,
) -> Direction:
    """The next timeline. Never fails on words: what is not understood is told in the receipt and changes nothing."""
    errands = read_errands(message, [one.name for one in materials])
    before = None if errands.starts_anew or previous is None or not previous.pictures else previous
    standing = _standing(before, errands)
    scene = _scene(standing, before, materials, seed)
    understanding = understand(errands.rest, scene, language)
    if assistant is not None and understanding.not_understood:
        understanding = _assisted(understanding, assistant, scene)
    spoken = _language(understanding, previous, errands)
    made = edit(understanding.wishes, materials, seed=seed, language=spoken)
    told = _told(understanding, made, errands, spoken, seed)
    draft = replace(made.draft, photovideos=told)
    return Direction(
        draft=draft,
        reply=receipts.reply(understanding, made, errands, spoken, is_refinement=before is not None),
        changed=previous is None or _compared(draft) != _compared(previous),
        language=spoken,
    )


def _standing(before: Draft | None, errands: Errands) -> Wishes:
    """The wishes as they stand before the message, with the errands run."""
    memory = before.photovideos.get("memory") if before is not None else None
    wishes = Wishes.from_memory(memory["wishes"]) if isinstance(memory, dict) else Wishes()
    if errands.starts_anew:
        wishes = Wishes(scope=errands.scope)
    if errands.added:
        scope = None if wishes.scope is None else tuple(dict.fromkeys((*wishes.scope, *errands.added)))
        only = None if wishes.only is None else tuple(dict.fromkeys((*wishes.only, *errands.added)))
        gone = tuple(name for name in wishes.gone if name not in errands.added)
        wishes = replace(wishes, scope=scope, only=only, gone=gone)
    if errands.gone:
        wishes = replace(wishes, gone=tuple(dict.fromkeys((*wishes.gone, *errands.gone))))
    return wishes


def _scene(wishes: Wishes, before: Draft | None, materials: Sequence[Material], seed: str) -> Scene:
    pictures = arrange.pictures_of(materials, wishes)

    def sequence_of(asked: Wishes) -> tuple[str, ...]:
        return arrange.in_order(arrange.chosen(pictures, asked), asked, seed)

    shown = tuple(picture.name for picture in before.pictures) if before is not None else sequence_of(wishes)
    return Scene(
        shown=shown,
        songs=tuple(one.name for one in materials if one.facts.kind is MediaKind.SONG),
        names=tuple(one.name for one in materials),
        before=wishes,
        is_refinement=before is not None,
        sequence_of=sequence_of,
        length_s=before.length_ms / 1000 if before is not None else None,
    )


def _language(understanding: Understanding, previous: Draft | None, errands: Errands) -> str:
    """The prompt's; a message of errands alone goes on in the language before."""
    if errands.rest.strip() or previous is None:
        return understanding.language
    memory = previous.photovideos.get("memory")
    return str(memory.get("language", "en")) if isinstance(memory, dict) else "en"


def _told(understanding: Understanding, made: Edited, errands: Errands, language: str, seed: str) -> dict[str, Any]:
    """What the studio tells beyond the contract (design §3), and its own memory."""
    return {
        "wishes": made.wishes.to_json(made.sequence),
        "receipt": receipts.receipt(understanding, made, errands, language),
        "left_out": receipts.left_out(made, language),
        "outputs": outputs(made.wishes),
        **remembered(made.wishes, seed, language),
    }


def _assisted(understanding: Understanding, assistant: Assistant, scene: Scene) -> Understanding:
    from photovideos_studio.director.assistant import with_help

    return with_help(understanding, assistant(understanding.not_understood), scene)


def _compared(draft: Draft) -> str:
    """A draft without its receipt, as comparable text."""
    told = {name: value for name, value in draft.photovideos.items() if name in ("wishes", "memory", "outputs")}
    return repr(replace(draft, photovideos={})) + json.dumps(told, sort_keys=True, default=list)
