"""How the pictures look and move: transitions, motion, colour filter, pace."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.words.clauses import Clause

_INSTRUMENTS = ("piano", "acoustic", "jazz", "rock", "classical", "lofi", "hiphop", "electronic", "pop")  # `slow piano`


def read_picture(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    return [
        *_read_fades(clause, scene, negated),
        *_read_transition(clause, scene, negated),
        *_read_motion(clause, negated, scene),
        *_read_filter(clause, scene, negated),
        *_read_pace(clause, scene, negated),
    ]


def _read_fades(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`end with a fade to black`, `fade out at the end`, `start with a fade in from black`: of the film, not between
    its photos, nor of its sound alone."""
    is_of_sound = scene.topic == "music" or clause.has("music", "song", "sound", "volume")
    if clause.has("title", "text", "caption") or (is_of_sound and not clause.has("photo", "video")):
        return []
    blacks = [i for i in clause.free("transition") if clause.terms[i].named("transition") == "fade_black"]
    findings = []
    for side, field, verb in (("start", "opening_fade", "fade_in"), ("end", "closing_fade", "fade_out")):
        fades = blacks + [i for i, term in enumerate(clause.terms) if term.has(verb)]
        if fades and clause.has(side):
            is_wanted = not any(i in negated for i in fades)
            findings.append(Finding(field=field, value=is_wanted, words=clause.text))
    if findings and not clause.has("between", "each"):
        clause.claim(*blacks)
    return findings


def _read_transition(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    places = clause.free("transition", "effects")
    fades = clause.free("fade_in", "fade_out")
    if fades and not places and clause.has("photo") and not clause.has("music", "song", "sound"):
        clause.claim(*fades)
        return [Finding(field="transition", value="crossfade", words=clause.text)]
    nouns = [i for i in places if clause.terms[i].has("transition") or i in negated]
    if not nouns:
        return []
    clause.claim(*nouns)
    scene.topic = "transition"
    kinds = [i for i in nouns if clause.terms[i].named("transition") and i not in negated and i not in scene.replaced]
    if kinds:
        chosen = str(clause.terms[kinds[-1]].named("transition"))
        return [Finding(field="transition", value=chosen, words=clause.text)]
    words = clause.free("kind_word")
    if words and not any(i in negated for i in nouns) and min(abs(words[-1] - i) for i in nouns) <= 3:
        clause.claim(words[-1])
        return [Finding(field="transition", value=str(clause.terms[words[-1]].named("kind_word")), words=clause.text)]
    if any(i in negated for i in nouns):
        return [Finding(field="transition", value="none", words=clause.text)]
    if any(i in scene.replaced for i in nouns):
        return []
    return [Finding(field="transition", value="any", words=clause.text)]


def _read_motion(clause: Clause, negated: frozenset[int], scene: Scene) -> list[Finding]:
    places = clause.free("motion")
    moves = [i for i in clause.free("move_photo") if i in negated]
    if not places and not moves:
        return []
    if clause.has("ordinal", "file") and not places:
        return []
    clause.claim(*places, *moves)
    kinds = [str(clause.terms[i].named("motion")) for i in places if i not in negated and i not in scene.replaced]
    if not kinds:
        if moves or any(i in negated for i in places):
            return [Finding(field="motion", value="none", words=clause.text)]
        return []
    if {"zoom_in", "zoom_out"} <= set(kinds) or ("pan" in kinds and {"zoom_in", "zoom_out"} & set(kinds)):
        return [Finding(field="motion", value="ken_burns", words=clause.text)]
    return [Finding(field="motion", value=kinds[-1], words=clause.text)]


def _read_filter(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    places = [i for i in clause.free("filter") if clause.terms[i].named("filter")]
    if not places:
        generic = [i for i in clause.free("filter") if i in negated]
        clause.claim(*generic)
        return [Finding(field="filter", value=None, words=clause.text)] if generic else []
    clause.claim(*places, *clause.free("filter"))
    wanted = [i for i in places if i not in negated and i not in scene.replaced]
    if not wanted:
        return [Finding(field="filter", value=None, words=clause.text)]
    value = str(clause.terms[wanted[-1]].named("filter"))
    return [Finding(field="filter", value=None if value == "none" else value, words=clause.text)]


def _read_pace(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`slower`, `fast cuts`, `slow video`; not the slow in `slow zoom`, `slow fades`, `slow music`."""
    steps = clause.free("pace_step")
    if steps:
        return _read_step(clause, scene, steps[-1])
    for place in clause.free("pace"):
        if _belongs_to_other(clause, place) or place in scene.replaced:
            clause.claim(place)
            continue
        value = str(clause.terms[place].named("pace"))
        if place in negated:
            clause.claim(place)
            return [Finding(field="pace", value="slow", words=clause.text)] if value == "fast" else []
        if clause.is_sparse:
            clause.claim(place)
            return [Finding(field="pace", value=value, words=clause.text)]
    return []


def _read_step(clause: Clause, scene: Scene, place: int) -> list[Finding]:
    clause.claim(place)
    value = "slow" if clause.terms[place].named("pace_step") == "slower" else "fast"
    if _belongs_to_other(clause, place):
        if clause.has("transition", "effects"):
            return [Finding(field="transition_speed", value=value, words=clause.text)]
        return []
    return [Finding(field="pace_step", value=value, words=clause.text)]


def _belongs_to_other(clause: Clause, place: int) -> bool:
    neighbours = [clause.terms[i] for i in (place - 1, place + 1, place + 2) if 0 <= i < len(clause.terms)]
    if any(term.has("video", "pace") for term in neighbours):
        return False
    others = ("transition", "motion", "music", "song", "title", "fade_out", "move_photo")
    if any(term.has(*others) and not term.has("pace") for term in neighbours):
        return True
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    return after is not None and after.named("mood") in _INSTRUMENTS
