"""Which pictures, and in which order: drop, keep, only, first, last, swap, a list of files, by date, reversed."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.targets import Target, targets
from photovideos_studio.director.words.clauses import Clause


def read_selection(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    found = targets(clause, scene)
    acts = _acts(clause, scene, found, negated) if found else []
    return [*acts, *_read_order(clause, scene, negated)]


def _acts(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    for reader in (_read_list, _read_swap, _read_move, _read_only, _read_keep, _read_drop):
        if findings := reader(clause, scene, found, negated):
            return findings
    return []


def _claim(clause: Clause, found: tuple[Target, ...] | list[Target]) -> tuple[str, ...]:
    for target in found:
        clause.claim(*range(target.start, target.end))
    return tuple(dict.fromkeys(name for target in found for name in target.files))


def _read_list(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    """`order: a.jpg, b.jpg, then the rest`, `start with x.jpg`, and what follows in the same sentence."""
    if clause.has("drop", "quote", "hold_long", "caption", "says") or any(t.start in negated for t in found):
        return []
    named = [target for target in found if target.files]
    orders = clause.free("order")
    is_bare = all(t.has("file", "and", "stop", "mark", "number", "photo", "rest", "ordinal") for t in clause.terms)
    goes_on = scene.topic == "sequence" and is_bare
    if named and ((orders and not clause.has("each")) or goes_on):
        clause.claim(*orders)
        scene.topic = "sequence"
        return [Finding(field="in_order", value=_claim(clause, named), words=clause.text)]
    if clause.has("start") and clause.has("end") and len(named) > 1 and not clause.has("title", "text", "duration"):
        return _both_ends(clause, named)
    if named and clause.has("start") and not clause.has("title", "text", "duration", "music"):
        clause.claim(*clause.free("start"))
        scene.topic = "sequence"
        return [Finding(field="to_front", value=_claim(clause, named), words=clause.text)]
    if named and clause.has("end") and not clause.has("title", "text", "duration", "music", "move", "last_adv"):
        clause.claim(*clause.free("end"))
        return [Finding(field="to_back", value=_claim(clause, named), words=clause.text)]
    return []


def _both_ends(clause: Clause, named: list[Target]) -> list[Finding]:
    """`start with x and end with y`: each goes with the word before it."""
    findings = []
    for target in named:
        words = [i for i in range(target.start) if clause.terms[i].has("start", "end")]
        is_end = bool(words) and clause.terms[words[-1]].has("end")
        field = "to_back" if is_end else "to_front"
        findings.append(Finding(field=field, value=_claim(clause, [target]), words=clause.text))
    clause.claim(*clause.free("start", "end"))
    return findings


def _read_swap(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    files = [name for target in found for name in target.files]
    if clause.free("swap") and len(files) == 2:
        clause.claim(*clause.free("swap"))
        return [Finding(field="swap", value=_claim(clause, found), words=clause.text)]
    return []


def _read_move(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    if clause.has("quote") or any(t.start in negated for t in found):
        return []
    ways = clause.free("before", "after")
    lies_between = len(found) >= 2 and ways and found[0].end <= ways[0] < found[1].start
    if lies_between and found[0].files and found[1].files:
        field = "put_before" if clause.terms[ways[0]].has("before") else "put_after"
        clause.claim(*ways)
        return [Finding(field=field, value=_claim(clause, found[:2]), words=clause.text)]
    return _read_edge(clause, scene, found)


def _read_edge(clause: Clause, scene: Scene, found: tuple[Target, ...]) -> list[Finding]:
    """`put sunset.jpg last`, `first beach.jpg`, 把第三张放最前面: the adverb is no target of its own."""
    if not clause.has("drop", "hold_long", "duration", "quote"):
        for edge in clause.free("first_adv"):
            behind = [t for t in found if t.start == edge + 1 and clause.terms[edge + 1].has("file")]
            if behind:
                clause.claim(edge)
                scene.topic = "sequence"
                return [Finding(field="to_front", value=_claim(clause, behind), words=clause.text)]
    findings = []
    for category, field in (("first_adv", "to_front"), ("last_adv", "to_back")):
        inside = {i for target in found if target.files for i in range(target.start, target.end)}
        edges = [
            i for i in clause.free(category) if i not in inside or clause.terms[i].text.casefold() in ("first", "last")
        ]
        for edge in edges:
            before = [t for t in found if t.end <= edge and t.files]
            is_adverb = edge + 1 >= len(clause.terms) or not clause.terms[edge + 1].has(
                "photo", "one", "number", "duration"
            )
            if before and is_adverb and not clause.has("drop", "hold_long", "duration"):
                clause.claim(edge)
                findings.append(Finding(field=field, value=_claim(clause, [before[-1]]), words=clause.text))
                break
    return findings


def _read_only(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    only = clause.free("only")
    named = [target for target in found if target.files and target.start not in negated]
    if (
        not only
        or not named
        or clause.has("quote", "duration")
        or (named[0].start < only[0] - 2 and not clause.has("make"))
    ):
        return []
    clause.claim(*only)
    return [Finding(field="only", value=_claim(clause, named), words=clause.text)]


def _read_keep(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    keeps = clause.free("keep")
    if not keeps or clause.has("duration", "number", "quote"):
        return []
    clause.claim(*keeps)
    return [Finding(field="keep", value=_claim(clause, found), words=clause.text)]


def _read_drop(clause: Clause, scene: Scene, found: tuple[Target, ...], negated: frozenset[int]) -> list[Finding]:
    """Every target behind a word for dropping, or negated; in a clause of its own also `not IMG_3.jpg`."""
    drops = clause.free("drop")
    postfix = scene.language in ("ja", "ko", "zh")
    goes_on = scene.topic == "drop" and all(t.has("file", "and", "stop", "mark", "number", "or") for t in clause.terms)
    chosen = [t for t in found if goes_on or t.start in negated or any(d < t.start or postfix for d in drops)]
    if not chosen or clause.has("quote"):
        return []
    clause.claim(*drops)
    scene.topic = "drop"
    files = _claim(clause, chosen)
    if clause.has("except") and scene.last_number_field == "per_photo_s":
        scene.excepted = files
    return [Finding(field="drop_photos", value=files, words=clause.text)]


def _read_order(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    orders = [i for i in clause.free("order") if clause.terms[i].named("order")]
    if orders:
        place = orders[-1]
        if place in negated:
            clause.claim(place)
            return []
        named = str(clause.terms[place].named("order"))
        is_date = clause.has("date") or any(clause.terms[i].named("order") == "date" for i in orders)
        clause.claim(*orders, *clause.free("order"), *clause.free("date"))
        if named == "reverse":
            if is_date:
                return [Finding(field="order", value="date_desc", words=clause.text)]
            return [Finding(field="reverse", value=True, words=clause.text)]
        return [Finding(field="order", value=named, words=clause.text)]
    return _read_ages(clause) or _read_sort_by(clause)


def _read_ages(clause: Clause) -> list[Finding]:
    """`from the newest photo to the oldest one`, `begin with the oldest`: what is named first is shown first."""
    ages = clause.free("age")
    if not ages or not clause.is_sparse or not (len(ages) > 1 or clause.has("first_adv", "start")):
        return []
    clause.claim(*ages)
    is_newest_first = clause.terms[ages[0]].named("age") == "newest"
    return [Finding(field="order", value="date_desc" if is_newest_first else "date", words=clause.text)]


def _read_sort_by(clause: Clause) -> list[Finding]:
    """`sort … by date`, `order: filename`, 排序：日期."""
    sorts = clause.free("order")
    if not sorts:
        return []
    for category, value in (("filename", "filename"), ("date", "date"), ("name", "filename")):
        if places := clause.free(category):
            clause.claim(*sorts, *places)
            return [Finding(field="order", value=value, words=clause.text)]
    return []
