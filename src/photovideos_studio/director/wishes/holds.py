"""Holds: single photos shown for a time of their own (`hold the first photo for 6 seconds and the last one for 8`)."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.targets import Target, targets
from photovideos_studio.director.wishes.wish import Hold
from photovideos_studio.director.words.clauses import Clause


def read_holds(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`hold the first photo for 6 seconds and the last one for 8`; not with `each` unless a group is named."""
    if clause.has("quote", "music", "song"):
        return []
    named = [t for t in targets(clause, scene) if t.files and t.start not in negated]
    if not named or (clause.has("drop") and not clause.has("hold")):
        return []
    findings: list[Finding] = []
    for index, target in enumerate(named):
        following = named[index + 1].start if index + 1 < len(named) else len(clause.terms)
        found = _length_for(clause, target, following, findings, index == 0)
        if found is None:
            continue
        place, seconds = found
        clause.claim(place, *range(target.start, target.end), *clause.free("hold"))
        joined = [t for t in named[:index] if not _is_claimed(clause, t)]
        for one in [*joined, target]:
            clause.claim(*range(one.start, one.end))
            findings += [
                Finding(field="hold", value=Hold(file=name, s=seconds), words=clause.text) for name in one.files
            ]
    if findings:
        clause.claim(*clause.free("each"))
    return findings


def _is_claimed(clause: Clause, target: Target) -> bool:
    return all(i in clause.claimed for i in range(target.start, target.end))


def _length_for(
    clause: Clause, target: Target, following: int, findings: list[Finding], is_first: bool
) -> tuple[int, float] | None:
    for place in range(target.end, following):
        term = clause.terms[place]
        if place in clause.claimed:
            continue
        if term.has("duration"):
            return place, float(str(term.value))
        if term.has("number") and findings and not (place + 1 < following and clause.terms[place + 1].has("photo")):
            return place, term.number
        if term.has("transition", "title", "video"):
            return None
    before = [i for i in range(target.start) if clause.terms[i].has("duration") and i not in clause.claimed]
    if before and is_first and not clause.has("video", "transition"):
        return before[-1], float(str(clause.terms[before[-1]].value))
    return None
