"""The film's shape: aspect (one or several outputs), resolution, frame rate, and what happens where picture and
shape differ.
"""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.words.clauses import Clause
from photovideos_studio.director.words.terms import Term

_NEAREST = {
    "9:21": "9:16",
    "10:16": "9:16",
    "16:10": "16:9",
    "18:9": "16:9",
    "19:9": "21:9",
    "1:2": "9:16",
    "2:1": "21:9",
    "2.35:1": "21:9",
    "2.39:1": "21:9",
    "1.85:1": "16:9",
    "1.91:1": "16:9",
    "5:3": "16:9",
    "5:4": "4:3",
    "2:3": "3:4",
    "3:2": "4:3",
}
CANVASES = ("16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9")
_UNIQUE_WORDS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0, "4:5": 0.8, "4:3": 4 / 3, "3:4": 0.75, "21:9": 21 / 9}


def read_shape(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    return [
        *_read_aspect(clause, scene, negated),
        *_read_size(clause, scene, negated),
        *_read_fps(clause),
        *_read_fit(clause, scene, negated),
    ]


def _read_aspect(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for place in clause.free("ratio", "aspect", "platform", "size"):
        term = clause.terms[place]
        value = _aspect_of(term)
        if value is None or _is_photo_adjective(clause, place):
            continue
        clause.claim(place)
        if place in negated or place in scene.replaced:
            findings.append(Finding(field="not_aspect", value=value, words=term.text))
            continue
        strength = "platform" if term.has("platform") and not term.has("aspect") else "explicit"
        findings.append(Finding(field=f"aspect_{strength}", value=value, words=term.text))
        if value in _NEAREST:
            findings.append(Finding(field="must_report", value=f"aspect {value}", words=term.text))
    if clause.has("versions"):
        scene.sentence_has_versions = True
    return findings


def _aspect_of(term: Term) -> str | None:
    if term.has("size"):
        assert isinstance(term.value, tuple)
        width, height = term.value
        return (
            min(_UNIQUE_WORDS, key=lambda name: abs(_UNIQUE_WORDS[name] - width / height)) if height and width else None
        )
    if term.has("ratio"):
        return str(term.value)
    return term.named("aspect") or (value if (value := term.named("platform")) != "other" else None)


def nearest_canvas(aspect: str) -> str:
    """The canvas an asked-for shape is made on."""
    return aspect if aspect in CANVASES else _NEAREST.get(aspect, "16:9")


def _is_photo_adjective(clause: Clause, place: int) -> bool:
    """`vertical photos`, `landscape pictures`: of the photos, not of the film."""
    term = clause.terms[place]
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    return bool(term.has("aspect") and after and after.has("photo") and after.text.casefold() not in ("frame", "slide"))


def _read_size(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for place in clause.free("resolution_other"):
        clause.claim(place)
        name = clause.terms[place].text
        value = (
            "4k"
            if name.casefold() in ("8k", "5k")
            else "1080p"
            if name.casefold() in ("2k", "1440p", "qhd")
            else "720p"
        )
        findings.append(Finding(field="resolution", value=value, words=name))
        findings.append(Finding(field="must_report", value=name, words=name))
    for place in (i for i in clause.free("resolution") if clause.terms[i].named("resolution")):
        clause.claim(place)
        if place not in negated and place not in scene.replaced:
            value = str(clause.terms[place].named("resolution"))
            findings.append(Finding(field="resolution", value=value, words=clause.terms[place].text))
    for term in (t for t in clause.terms if t.has("size")):
        assert isinstance(term.value, tuple)
        shorter = min(term.value)
        value = "4k" if shorter >= 1800 else "1080p" if shorter >= 900 else "720p"
        findings.append(Finding(field="resolution", value=value, words=term.text))
    return findings


def _read_fps(clause: Clause) -> list[Finding]:
    places = clause.free("fps")
    if places:
        clause.claim(*places)
        term = clause.terms[places[-1]]
        return [Finding(field="fps", value=term.number, words=term.text)]
    units = [i for i in clause.free("unit") if clause.terms[i].named("unit") == "fps"]
    numbers = clause.free("number")
    if units and numbers and numbers[0] > units[0]:
        clause.claim(units[0], numbers[0])
        return [Finding(field="fps", value=clause.terms[numbers[0]].number, words=clause.text)]
    return []


def _read_fit(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    places = clause.free("fit")
    for place in places:
        value = str(clause.terms[place].named("fit"))
        clause.claim(place)
        if place in negated:
            value = {"crop": "blur", "letterbox": "blur", "blur": "letterbox", "whole": "crop"}[value]
            if value == "blur" and str(clause.terms[place].named("fit")) == "letterbox":
                findings.append(Finding(field="fit", value="blur", words=clause.text, is_weak=True))
                continue
        findings.append(
            Finding(
                field="fit",
                value="blur" if value == "whole" else value,
                words=clause.terms[place].text,
                is_weak=value == "whole",
            )
        )
    crops = clause.free("crop")
    for place in crops:
        clause.claim(place)
        if place not in negated:
            if not clause.has("head"):
                findings.append(Finding(field="fit", value="crop", words=clause.text, is_weak=bool(places)))
        elif clause.has("head"):
            findings.append(Finding(field="keep_heads", value=True, words=clause.text))
            clause.claim(*clause.free("head"))
        else:
            findings.append(Finding(field="fit", value="blur", words=clause.text, is_weak=True))
    return findings
