"""Holds: single photos shown for a time of their own (`hold the first photo for 6 seconds and the last one for 8`)."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.targets import Target, targets
from photovideos_studio.director.wishes.wish import Hold
from photovideos_studio.director.words.clauses import Clause

_SAYS_NO_MORE = ("duration", "stop", "mark", "hold", "display", "and", "but")


def read_holds(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`hold the first photo for 6 seconds and the last for 8`, `3 s each, except the last: 8`; not with `each` unless a
    group is named.
    """
    if clause.has("quote", "music", "song"):
        return []
    if later := _of_the_excepted(clause, scene):
        return later
    excepts = [i for i in clause.free("except") if _follows_each(clause, i, scene)]
    named = [t for t in targets(clause, scene) if t.files and (excepts or t.start not in negated)]
    if not named or (clause.has("drop") and not clause.has("hold") and not excepts):
        return []
    findings: list[Finding] = []
    for index, target in enumerate(named):
        following = named[index + 1].start if index + 1 < len(named) else len(clause.terms)
        found = _length_for(clause, target, following, bool(findings or excepts), index == 0 and not excepts)
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
        clause.claim(*(excepts or clause.free("each")))
    return findings


def _follows_each(clause: Clause, place: int, scene: Scene) -> bool:
    """Whether what is excepted is so from a length for every photo."""
    return scene.last_number_field == "per_photo_s" or any(term.has("each") for term in clause.terms[:place])


def _of_the_excepted(clause: Clause, scene: Scene) -> list[Finding]:
    """`3 seconds each except the first, 6 seconds`: what was taken out is shown after all, for a time of its own."""
    files, scene.excepted = scene.excepted, ()
    lengths = clause.free("duration")
    if not files or len(lengths) != 1 or not all(term.has(*_SAYS_NO_MORE) for term in clause.terms):
        return []
    clause.claim(*range(len(clause.terms)))
    seconds = float(str(clause.terms[lengths[0]].value))
    return [
        Finding(field="keep", value=files, words=clause.text),
        *(Finding(field="hold", value=Hold(file=name, s=seconds), words=clause.text) for name in files),
    ]


def _is_claimed(clause: Clause, target: Target) -> bool:
    return all(i in clause.claimed for i in range(target.start, target.end))


def _length_for(
    clause: Clause, target: Target, following: int, may_lack_unit: bool, is_first: bool
) -> tuple[int, float] | None:
    for place in range(target.end, following):
        term = clause.terms[place]
        if place in clause.claimed:
            continue
        if term.has("duration"):
            return place, float(str(term.value))
        if (
            term.has("number")
            and may_lack_unit
            and not (place + 1 < following and clause.terms[place + 1].has("photo"))
        ):
            return place, term.number
        if term.has("transition", "title", "video"):
            return None
    before = [i for i in range(target.start) if clause.terms[i].has("duration") and i not in clause.claimed]
    if before and is_first and not clause.has("video", "transition"):
        return before[-1], float(str(clause.terms[before[-1]].value))
    return None
