"""What findings about selection and order do to the wishes. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.wish import Wishes

ACTS = frozenset(
    [
        "drop_photos",
        "keep",
        "only",
        "in_order",
        "to_front",
        "to_back",
        "swap",
        "put_before",
        "put_after",
        "order",
        "reverse",
    ]
)


def arranged(wishes: Wishes, finding: Finding, scene: Scene, said: Mapping[str, Finding]) -> Wishes:
    """The wishes with one finding about selection or order folded in; `said`: what this message said before."""
    if finding.field == "order":
        return replace(wishes, order=str(finding.value), is_reversed=False, arranged=(), last=())
    if finding.field == "reverse":
        return _reversed(wishes, scene)
    assert isinstance(finding.value, tuple)
    files: tuple[str, ...] = finding.value
    if finding.field == "drop_photos":
        kept = tuple(name for name in wishes.keep if name not in files)
        return replace(wishes, drop=tuple(dict.fromkeys((*wishes.drop, *files))), keep=kept)
    if finding.field == "keep":
        dropped = tuple(name for name in wishes.drop if name not in files)
        only = (*wishes.only, *files) if wishes.only is not None else None
        return replace(wishes, keep=tuple(dict.fromkeys((*wishes.keep, *files))), drop=dropped, only=only)
    if finding.field == "only":
        chosen = (*wishes.only, *files) if "only" in said and wishes.only else files
        return replace(wishes, only=tuple(dict.fromkeys(chosen)))
    return _placed(wishes, finding.field, files, scene, said)


def _reversed(wishes: Wishes, scene: Scene) -> Wishes:
    if wishes.arranged or wishes.last:
        return replace(wishes, arranged=tuple(reversed(scene.sequence_of(wishes))), last=(), is_reversed=False)
    return replace(wishes, is_reversed=not wishes.is_reversed)


def _placed(wishes: Wishes, field: str, files: tuple[str, ...], scene: Scene, said: Mapping[str, Finding]) -> Wishes:
    others = tuple(name for name in wishes.arranged if name not in files)
    behind = tuple(name for name in wishes.last if name not in files)
    if field == "in_order":
        goes_on = "in_order" in said or "to_front" in said
        return replace(wishes, arranged=(*others, *files) if goes_on else files, last=behind)
    if field == "to_front":
        goes_on = "to_front" in said
        return replace(wishes, arranged=(*others, *files) if goes_on else (*files, *others), last=behind)
    if field == "to_back":
        return replace(wishes, arranged=others, last=(*behind, *files))
    return replace(wishes, arranged=_moved(list(scene.sequence_of(wishes)), field, files), last=())


def _moved(sequence: list[str], field: str, files: tuple[str, ...]) -> tuple[str, ...]:
    first, second = files[0], files[1]
    if first not in sequence or second not in sequence:
        return tuple(sequence)
    if field == "swap":
        i, j = sequence.index(first), sequence.index(second)
        sequence[i], sequence[j] = second, first
        return tuple(sequence)
    sequence.remove(first)
    place = sequence.index(second) + (1 if field == "put_after" else 0)
    sequence.insert(place, first)
    return tuple(sequence)
