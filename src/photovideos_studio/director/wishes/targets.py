"""Targets: which pictures a clause speaks of (`the second photo`, `photos 2 and 4`, `IMG_3.jpg`, 第三张, the first
three).
"""

from __future__ import annotations

from dataclasses import dataclass

from photovideos_studio.director.wishes.findings import Scene
from photovideos_studio.director.words.clauses import Clause
from photovideos_studio.director.words.terms import Term
from photovideos_studio.director.words.tokens import is_song_name

_COUNTERS = "张張幅枚目장째"
_NOUNS = ("photo", "one", "ordinal_counter", "clips")


@dataclass(frozen=True, slots=True)
class Target:
    """`files` meant by the terms from `start` to before `end`; empty where there is no such picture (`asked` says
    which).
    """

    files: tuple[str, ...]
    start: int
    end: int
    asked: str


def targets(clause: Clause, scene: Scene) -> tuple[Target, ...]:
    """All pictures a clause names, from left to right. Songs are none."""
    found: list[Target] = []
    position = 0
    while position < len(clause.terms):
        target = _target_at(clause, position, scene) if position not in clause.claimed else None
        if target is None:
            position += 1
            continue
        found.append(target)
        position = target.end
    return tuple(found)


def _target_at(clause: Clause, at: int, scene: Scene) -> Target | None:
    term = clause.terms[at]
    if term.has("file"):
        return None if is_song_name(str(term.value)) else Target((str(term.value),), at, at + 1, term.text)
    if term.has("ordinal") and not term.has("number"):
        return _ordinal_target(clause, at, scene)
    if term.has("photo", "numbered"):
        return _numbered_target(clause, at, scene)
    if term.has("number"):
        return _counter_target(clause, at, scene)
    return None


def _ordinal_target(clause: Clause, at: int, scene: Scene) -> Target | None:
    """`second photo`, `first three photos`, `second and fourth photo`, 第二张, `the last one`, `the last`."""
    terms = clause.terms
    ordinals, end = [int(str(terms[at].value))], at + 1
    if scene.language == "ja" and end + 1 < len(terms) and terms[end].text == "の" and terms[end + 1].has("number"):
        return _group_target(clause, at, scene, count_at=end + 1)
    if (
        end < len(terms)
        and terms[end].has("number")
        and not terms[end].has("one")
        and float(terms[end].number).is_integer()
    ):
        return _group_target(clause, at, scene)
    end, more = _more_ordinals(terms, end)
    ordinals += more
    while (
        end < len(terms) and terms[end].has("stop", "unknown") and end + 1 < len(terms) and terms[end + 1].has(*_NOUNS)
    ):
        if terms[end].has("unknown") and scene.language not in ("ja", "ko", "ru"):
            break
        end += 1
    if end < len(terms) and terms[end].has(*_NOUNS):
        end += 1
        while end < len(terms) and terms[end].has("photo", "ordinal_counter"):
            end += 1
    elif not _may_stand_alone(terms, at, end):
        return None
    return Target(_pictures(ordinals, scene), at, end, _text(terms, at, end))


def _may_stand_alone(terms: tuple[Term, ...], at: int, end: int) -> bool:
    """`drop the last`, `skip the second and the fourth`, `3 seconds each except the last 6 seconds`; otherwise never
    `the second day` or `last 3 seconds`.
    """
    if terms[at].has("photo") or terms[at].text[-1:] in _COUNTERS:
        return True
    following = terms[end] if end < len(terms) else None
    if following and following.has("duration"):
        return all(any(term.has(category) for term in terms[:at]) for category in ("each", "except"))
    return (
        following is None
        or following.has("and", "mark", "hold", "place_word")
        or (following.has("stop") and all(t.has("stop", "duration", "number", "mark", "and") for t in terms[end:]))
    )


def _more_ordinals(terms: tuple[Term, ...], end: int) -> tuple[int, list[int]]:
    more: list[int] = []
    at = end
    while at < len(terms):
        step = at
        while (
            step < len(terms)
            and terms[step].has("and", "stop", "mark", "ordinal_counter")
            and not terms[step].has("ordinal")
        ):
            step += 1
        if step == at or step >= len(terms) or not terms[step].has("ordinal") or terms[step].has("number"):
            break
        if not any(terms[i].has("and", "mark") for i in range(at, step)):
            break
        if not _noun_follows(terms, step + 1):
            break
        more.append(int(str(terms[step].value)))
        at = step + 1
    return at, more


def _noun_follows(terms: tuple[Term, ...], at: int) -> bool:
    while at < len(terms) and terms[at].has("and", "stop", "mark", "ordinal"):
        at += 1
    return at < len(terms) and terms[at].has(*_NOUNS) and not any(t.has("duration") for t in terms[at : at + 1])


def _group_target(clause: Clause, at: int, scene: Scene, count_at: int | None = None) -> Target | None:
    """`first three photos`, 前三张, 最初の3枚."""
    terms = clause.terms
    count_at = at + 1 if count_at is None else count_at
    count, end = int(terms[count_at].number), count_at + 1
    while end < len(terms) and terms[end].has("stop"):
        end += 1
    if end < len(terms) and not terms[end].has(*_NOUNS):
        return None
    if end >= len(terms) and count_at + 1 != len(terms):
        return None
    end = min(end + 1, len(terms))
    first = int(str(terms[at].value)) == 1
    ordinals = list(range(1, count + 1)) if first else list(range(-count, 0))
    return Target(_pictures(ordinals, scene), at, end, _text(terms, at, end))


def _numbered_target(clause: Clause, at: int, scene: Scene) -> Target | None:
    """`photo 3`, `photos 2, 4 and 6`, `photos 2-5`, `photo no. 4`."""
    terms = clause.terms
    numbers: list[int] = [int(str(terms[at].value))] if terms[at].has("numbered") else []
    position, is_range = at + 1, False
    while position < len(terms):
        term = terms[position]
        if term.has("number", "numbered") and _is_index(term) and not (not numbers and _is_article(terms, position)):
            value = int(term.number) if term.has("number") else int(str(term.value))
            numbers += list(range(numbers[-1] + 1, value + 1)) if is_range and numbers else [value]
            is_range = False
        elif numbers and term.has("and", "mark") and _index_follows(terms, position + 1):
            is_range = term.value in ("–", "—", "~")
        elif numbers and term.has("range") and _index_follows(terms, position + 1):
            is_range = True
        elif term.has("number_sign") and not numbers:
            pass
        else:
            break
        position += 1
        if (
            position < len(terms)
            and numbers
            and terms[position].has("number")
            and terms[position - 1].has("number")
            and _is_hyphenated(terms, position)
        ):
            is_range = True
    if not numbers:
        return None
    return Target(_pictures(numbers, scene), at, position, _text(terms, at, position))


def _is_hyphenated(terms: tuple[Term, ...], position: int) -> bool:
    return terms[position].start - terms[position - 1].end == 1


def _is_index(term: Term) -> bool:
    value = term.value
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer() and 0 < value < 1000)


def _is_article(terms: tuple[Term, ...], at: int) -> bool:
    """A number word that is a small word too (`aus den Bildern ein Video`, `the photos one after the other`), and no
    number of a list.
    """
    following = terms[at + 1] if at + 1 < len(terms) else None
    return terms[at].has("stop") and following is not None and not following.has("and", "mark")


def _index_follows(terms: tuple[Term, ...], at: int) -> bool:
    return at < len(terms) and terms[at].has("number", "numbered") and _is_index(terms[at])


def _counter_target(clause: Clause, at: int, scene: Scene) -> Target | None:
    """3枚目, 3번째, 3. Foto: a number made an ordinal by what follows it."""
    terms = clause.terms
    after = terms[at + 1] if at + 1 < len(terms) else None
    if after is None:
        return None
    if after.has("ordinal") and at + 2 < len(terms) and terms[at + 2].has(*_NOUNS):  # les trois premières photos
        count, first = int(terms[at].number), int(str(after.value)) == 1
        ordinals = list(range(1, count + 1)) if first else list(range(-count, 0))
        return Target(_pictures(ordinals, scene), at, at + 3, _text(terms, at, at + 3))
    if not after.has("ordinal_after"):
        return None
    end = at + 2
    while end < len(terms) and terms[end].has("stop", *_NOUNS):
        end += 1
        if terms[end - 1].has("photo"):
            break
    return Target(_pictures([int(terms[at].number)], scene), at, end, _text(terms, at, end))


def _pictures(ordinals: list[int], scene: Scene) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for n in ordinals if (name := scene.picture(n)) is not None))


def _text(terms: tuple[Term, ...], start: int, end: int) -> str:
    return " ".join(term.text for term in terms[start:end])
