"""Lengths: which of the film's many lengths a duration is. Each goes to the nearest thing that has a length.

The film itself, each photo, one photo held, a transition, a title. Ages, dates, counts and tales (`a 20 minute
walk`) are none.
"""

from __future__ import annotations

import re

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.holds import read_holds
from photovideos_studio.director.words.clauses import Clause

_LONGEST_TRANSITION_S = 3.0
_LONGEST_TITLE_S = 8.0
_LONGEST_FILM_S = 6 * 3600.0
_OTHER_LENGTHS = ("video", "total", "transition", "title", "music", "song")  # what else a length may be of
_DECADE = re.compile(r"[2-9]0s")
_BEFORE_DECADES = ("the", "early", "mid", "late")
_LONG_FILM_S = 3600.0  # an hour is rarely a film's, unless the film is spoken of


def read_lengths(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings = read_holds(clause, scene, negated)
    for place in clause.free("duration"):
        if place in clause.claimed:
            continue
        if place in scene.replaced:
            clause.claim(place)
            continue
        findings += _read_duration(clause, place, scene, negated)
    findings += _read_clock(clause, scene)
    findings += _read_bare_number(clause, scene)
    findings += _read_relative(clause, scene)
    return findings


def _read_duration(clause: Clause, place: int, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    seconds = float(str(clause.terms[place].value))
    clause.claim(place)
    words = _around(clause, place)
    if _is_tale(clause, place):
        return []
    if _is_near(clause, place, "relative", 2) and scene.length_s:
        relative = next(i for i in clause.free("relative") if abs(i - place) <= 2)
        clause.claim(relative)
        sign = 1 if clause.terms[relative].named("relative") == "longer" else -1
        return [Finding(field="duration_s", value=max(1.0, round(scene.length_s) + sign * seconds), words=words)]
    span = clause.terms[place].span
    role = _role(clause, place, seconds, scene)
    if role == "film":
        return _film_length(clause, place, seconds, scene, negated, words)
    scene.last_number_field = role
    return [Finding(field=role, value=seconds, words=words, span=span)]


def _film_length(
    clause: Clause, place: int, seconds: float, scene: Scene, negated: frozenset[int], words: str
) -> list[Finding]:
    if seconds > _LONGEST_FILM_S or seconds <= 0:
        return [Finding(field="must_report", value=f"length {clause.terms[place].text}", words=words)]
    if place in negated and not _is_near(clause, place, "max", 3):
        return []
    bounds = (("max", "duration_max_s"), ("min", "duration_min_s"))
    field = next((name for category, name in bounds if _is_near(clause, place, category, 3)), "duration_s")
    for category, _ in bounds:
        clause.claim(*(i for i in clause.free(category) if abs(i - place) <= 3))
    clause.claim(*clause.free("total"))
    scene.last_number_field = field
    scene.topic = "film"
    span = clause.terms[place].span
    if span is not None and field != "duration_s":  # `at most 30–45 s`: the bound itself
        return [Finding(field=field, value=span[field == "duration_max_s"], words=words)]
    return [Finding(field=field, value=seconds, words=words, span=span)]


def _role(clause: Clause, place: int, seconds: float, scene: Scene) -> str:
    """The field a duration belongs to; `film` for the whole."""
    phrase = _phrase(clause, place)
    if _says_each_photo(clause, place, scene):
        return "per_photo_s"
    if _is_near(clause, place, "total", 1) or _is_near(clause, place, "video", 1):
        is_of_photo = any(clause.terms[i].has("photo") for i in phrase) and not _is_near(clause, place, "video", 2)
        if not (is_of_photo and clause.has("each")) and not _is_near_noun(clause, place, "transition"):
            return "film"
    if any(clause.terms[i].has("transition") for i in phrase) and seconds <= _LONGEST_TRANSITION_S * 2:
        return "transition_s"
    if clause.has("fade_in", "fade_out") and clause.has("photo"):
        return "transition_s"
    speaks_of_text = any(clause.terms[i].has("title", "quote", "text") for i in phrase)
    if speaks_of_text and seconds <= 60 and not any(clause.terms[i].has("video", "total") for i in phrase):
        return "title_s"
    return _role_by_topic(clause, seconds, scene)


def _role_by_topic(clause: Clause, seconds: float, scene: Scene) -> str:
    """A length that stands alone belongs to what was spoken of last, if that could last so long."""
    stands_alone = not clause.has("video", "total", "max", "min", "wish_verb", "make", "change")
    if stands_alone and scene.topic == "transition" and seconds <= _LONGEST_TRANSITION_S and not clause.has("photo"):
        return "transition_s"
    if stands_alone and scene.topic == "title" and seconds <= _LONGEST_TITLE_S and not scene.is_correction:
        return "title_s"
    if (
        scene.is_correction
        and scene.last_number_field in ("per_photo_s", "transition_s", "title_s")
        and not clause.has("video", "total")
    ):
        return scene.last_number_field
    return "film"


def _says_each_photo(clause: Clause, place: int, scene: Scene) -> bool:
    """`3 s per photo`, `3 s/photo`, `the others 3 s`; not `each` of the transitions, titles or versions."""
    following = clause.terms[place + 1 : place + 3]
    if len(following) == 2 and following[0].value == "/" and following[1].has("photo"):
        return True
    each, has_noun = clause.free("each"), clause.has("photo", "clips")
    if not each:
        return _says_the_others(clause, place) or _is_keyed_by_photo(clause)
    if not has_noun and (scene.sentence_has_versions or clause.has("versions")):
        return False
    nearest = min(each, key=lambda i: abs(i - place))
    others = ("transition", "title", "chapters", "caption")
    if any(clause.terms[i].has(*others) for i in range(min(nearest, place), max(nearest, place))):
        return False
    if scene.topic == "transition" and not has_noun and float(str(clause.terms[place].value)) <= 2:
        return False
    clause.claim(nearest)
    return True


def _says_the_others(clause: Clause, place: int) -> bool:
    return any(term.has("rest") for term in clause.terms[:place]) and not clause.has(*_OTHER_LENGTHS)


def _is_keyed_by_photo(clause: Clause) -> bool:
    """`photo duration: 3 s`."""
    is_key = clause.terms[0].has("photo") and len(clause.terms) <= 5
    return is_key and clause.has("total") and not clause.has("video")


# --- clocks and bare numbers -----------------------------------------------------------------------------------


def _read_clock(clause: Clause, scene: Scene) -> list[Finding]:
    """`1:30` as a length: beside video or total, after a correction, or alone."""
    for place in clause.free("time"):
        alone = all(t.has("time", "stop", "about", "make", "mark", "change") for t in clause.terms)
        after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
        if after is not None and after.has("unit"):
            continue
        if clause.has("video", "total", "max") or alone or scene.is_correction:
            clause.claim(place)
            seconds = float(str(clause.terms[place].value))
            return _film_length(clause, place, seconds, scene, frozenset(), _around(clause, place))
    return []


def _read_bare_number(clause: Clause, scene: Scene) -> list[Finding]:
    """`duration: 40`, and after a correction `make that 45`."""
    numbers = [i for i in clause.free("number") if not _counts_something(clause, i)]
    if not numbers:
        return []
    place = numbers[0]
    value = clause.terms[place].number
    is_key = place and any(clause.terms[i].has("total") for i in range(max(0, place - 3), place))
    is_key = is_key and all(
        t.has("total", "number", "mark", "video", "stop", "about", "max", "photo", "each") for t in clause.terms
    )
    if is_key and value >= 1:
        clause.claim(place)
        field = "per_photo_s" if clause.has("photo", "each") and not clause.has("video") else "duration_s"
        if clause.has("max"):
            field = "duration_max_s"
        return [Finding(field=field, value=value, words=clause.text)]
    is_again = scene.is_correction or (clause.has("change") and len(clause.terms) <= 4 and scene.last_number_field)
    if is_again and not clause.has("photo", "music", "title", "ordinal") and value > 0:
        field = scene.last_number_field or "duration_s"
        clause.claim(place)
        return [Finding(field=field, value=value, words=clause.text)]
    return []


def _counts_something(clause: Clause, place: int) -> bool:
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    return (
        after is not None
        and after.has("unit", "unknown", "photo", "versions", "trap", "ordinal_suffix")
        and not after.has("mark")
    )


def _read_relative(clause: Clause, scene: Scene) -> list[Finding]:
    places = clause.free("relative")
    if not places or not scene.length_s or clause.has("music", "transition", "title", "photo", "max", "min"):
        return []
    clause.claim(*places)
    factor = {"longer": 1.25, "shorter": 0.8, "twice": 2.0, "half": 0.5}[str(clause.terms[places[0]].named("relative"))]
    return [Finding(field="duration_s", value=float(max(1, round(scene.length_s * factor))), words=clause.text)]


# --- what stands around -----------------------------------------------------------------------------------------


def _phrase(clause: Clause, place: int) -> range:
    """The terms around a place, up to the next `and` or `with`."""
    start, end = place, place + 1
    while start > 0 and not clause.terms[start - 1].has("and", "with", "but"):
        start -= 1
    while end < len(clause.terms) and not clause.terms[end].has("and", "with", "but"):
        end += 1
    return range(start, end)


def _is_near(clause: Clause, place: int, category: str, reach: int) -> bool:
    """Whether a term of the category stands within `reach` terms, small words and marks not counted."""
    for step in (-1, 1):
        position, seen = place + step, 0
        while 0 <= position < len(clause.terms) and seen < reach:
            term = clause.terms[position]
            if term.has(category):
                return True
            if not term.has("stop", "mark", "about"):
                seen += 1
            position += step
    return False


def _is_near_noun(clause: Clause, place: int, category: str) -> bool:
    return any(0 <= i < len(clause.terms) and clause.terms[i].has(category) for i in (place - 1, place + 1))


def _is_tale(clause: Clause, place: int) -> bool:
    """`we waited 45 minutes`, `a 20 minute walk`, `songs of the 80s`: a length in a tale, not of the film."""
    if _is_decade(clause, place):
        return True
    if _is_near(clause, place, "video", 2) or _is_near(clause, place, "total", 2) or clause.has("wish_verb"):
        after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
        return bool(after and after.has("trap"))
    if float(str(clause.terms[place].value)) >= _LONG_FILM_S and not clause.has("max", "change"):
        return True
    around = [clause.terms[i] for i in (place - 1, place + 1) if 0 <= i < len(clause.terms)]
    if any(term.has("trap") for term in around) or (clause.has("past") and clause.has("pronoun")):
        return True
    unknown = sum(term.has("unknown", "trap") for term in clause.terms)
    return unknown >= 2 and not clause.has("make", "video", "each", "max", "photo", "transition", "change")


def _is_decade(clause: Clause, place: int) -> bool:
    """`the 80s`, which are no seconds; but `the 30s version` is a length."""
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    names_it = place > 0 and clause.terms[place - 1].text.casefold().endswith(_BEFORE_DECADES)
    return (
        names_it
        and _DECADE.fullmatch(clause.terms[place].text) is not None
        and not (after and after.has("video", "versions", "total"))
    )


def _around(clause: Clause, place: int) -> str:
    return (
        clause.text if len(clause.text) <= 60 else " ".join(t.text for t in clause.terms[max(0, place - 2) : place + 3])
    )
