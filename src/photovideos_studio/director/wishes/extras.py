"""Wishes the studio cannot fulfil (named, never dropped in silence), and chapters."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.words.clauses import Clause


def read_extras(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for place in clause.free("unsupported"):
        name = str(clause.terms[place].named("unsupported"))
        clause.claim(place)
        if place in negated or (name == "subtitles" and clause.has("quote")):  # words that are given are a title
            continue
        findings.append(Finding(field="must_report", value=name, words=clause.text))
    places = [i for i in clause.free("chapters") if i not in negated]
    if places and not clause.has("photo", "duration", "order"):
        clause.claim(*places)
        findings.append(Finding(field="chapters", value="day", words=clause.text))
    return findings
