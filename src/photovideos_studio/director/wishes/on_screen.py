"""Text on the screen: titles at the start and the end, captions under photos, or none at all. Quoted text stays
verbatim.
"""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.targets import targets
from photovideos_studio.director.wishes.wish import Caption, Title
from photovideos_studio.director.words.clauses import Clause


def read_on_screen(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings = _read_captions(clause, scene, negated)
    findings += _read_titles(clause, scene, negated)
    findings += _read_none(clause, scene, negated)
    findings += _read_caption_source(clause, scene, negated)
    return findings or _read_captions_without_words(clause, negated)


# --- captions ---------------------------------------------------------------------------------------------------


def _read_captions(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """A quote that goes with a picture: `photo 1: "Arrival"`, 第三张写“…”, “Fin” on the last photo."""
    quotes = clause.free("quote")
    named = [t for t in targets(clause, scene) if t.files]
    if not quotes or not named:
        return _read_caption_for_all(clause, quotes)
    findings: list[Finding] = []
    for quote in quotes:
        before = [t for t in named if t.end <= quote]
        after = [t for t in named if t.start > quote]
        target = before[-1] if before else after[0]
        if not before and any(clause.terms[i].has("title") for i in range(quote)):
            continue
        clause.claim(quote, *range(target.start, target.end))
        text = str(clause.terms[quote].value)
        findings += [
            Finding(field="caption", value=Caption(file=name, text=text), words=clause.text) for name in target.files
        ]
        scene.topic = "caption"
    return findings


def _read_caption_for_all(clause: Clause, quotes: list[int]) -> list[Finding]:
    if (
        len(quotes) == 1
        and clause.has("caption", "under", "text", "says", "display")
        and clause.has("each")
        and clause.has("photo", "under")
    ):
        clause.claim(*quotes)
        return [Finding(field="caption_for_all", value=str(clause.terms[quotes[0]].value), words=clause.text)]
    if len(quotes) == 1 and any(
        clause.terms[i].text.casefold().endswith(("each photo", "every photo")) for i in clause.free("under")
    ):
        clause.claim(*quotes)
        return [Finding(field="caption_for_all", value=str(clause.terms[quotes[0]].value), words=clause.text)]
    return []


def _read_caption_source(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`show the file name under each photo`, `the date in the corner`; not `sort by date`."""
    if clause.has("order") or any(finding for finding in clause.free("order")):
        return []
    for category, value in (("filename", "filename"), ("date", "date"), ("place", "place")):
        places = clause.free(category)
        shown = clause.has("display", "caption", "under", "text", "says", "title", "wish_verb")
        if not places or not shown or (value == "place" and not clause.has("caption", "under", "display")):
            continue
        if any(i in negated for i in places):
            clause.claim(*places)
            return [Finding(field="no_captions", value=True, words=clause.text)]
        clause.claim(*places, *clause.free("caption"))
        if value == "place":
            return [Finding(field="must_report", value="place captions", words=clause.text)]
        return [Finding(field="caption_source", value=value, words=clause.text)]
    return []


def _read_captions_without_words(clause: Clause, negated: frozenset[int]) -> list[Finding]:
    """`with captions`, and no word of what they should say: nothing is made up, and that is told."""
    wanted = [i for i in clause.free("caption") if i not in negated]
    if not wanted or len(clause.terms) == 1 or clause.has("quote"):  # alone it is a heading of what follows
        return []
    clause.claim(*wanted)
    return [Finding(field="must_report", value="captions without words", words=clause.text)]


# --- titles -----------------------------------------------------------------------------------------------------


def _read_titles(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    quotes = [i for i in clause.free("quote") if i not in negated]
    findings: list[Finding] = []
    for index, place in enumerate(quotes):
        if place in scene.replaced or not _is_title(clause, place, scene):
            continue
        end = quotes[index + 1] if index + 1 < len(quotes) else len(clause.terms)
        start = quotes[index - 1] + 1 if index else 0
        text = str(clause.terms[place].value)
        clause.claim(place, *clause.free("title"))
        at = _position(clause, start, place, end, scene)
        findings.append(Finding(field="title", value=Title(text=text, at=at), words=clause.terms[place].text))
        scene.topic = "title"
    return findings


def _is_title(clause: Clause, place: int, scene: Scene) -> bool:
    """Not `a “fun” video`: a lone quoted word that only qualifies a noun."""
    if clause.has("title", "text", "says", "display", "start", "end", "change", "subtitle_line"):
        return True
    if scene.topic in ("title", "caption"):
        return True
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    return after is None or not after.has("video", "music", "photo", "mood", "unknown", "transition")


def _position(clause: Clause, start: int, place: int, end: int, scene: Scene) -> str:
    """Start or end: the word before the quote counts more than the one behind it; `and` begins another title."""
    for span in (range(place - 1, start - 1, -1), range(place + 1, end)):
        for i in span:
            if clause.terms[i].has("and") and not clause.terms[i].has("end", "stop"):
                break
            if i in clause.claimed and not clause.terms[i].has("title", "change"):
                continue
            if _is_last_word(clause, i):
                clause.claim(i)
                return "end"
            if clause.terms[i].has("start"):
                clause.claim(i)
                return "start"
    return "end" if scene.topic == "end" else "start"


def _is_last_word(clause: Clause, place: int) -> bool:
    term = clause.terms[place]
    return term.has("end") and not (
        place + 1 < len(clause.terms) and clause.terms[place + 1].has("photo", "one", "duration")
    )


def _read_none(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for category, field in (
        ("title", "no_titles"),
        ("text", "no_text"),
        ("caption", "no_captions"),
        ("subtitle_line", "no_titles"),
    ):
        places = [i for i in clause.free(category) if i in negated]
        if places and not clause.has("quote"):
            clause.claim(*places)
            findings.append(Finding(field=field, value=_where(clause), words=clause.text))
    return findings


def _where(clause: Clause) -> str:
    if clause.has("end") and not clause.has("start"):
        return "end"
    return "start" if clause.has("start") and not clause.has("end") else "all"
