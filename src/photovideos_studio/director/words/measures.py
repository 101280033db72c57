"""Numbers with what they measure: 30 s, 1 min 30, anderthalb Minuten, 一分半, 60 fps, 40 %, the third, 16 by 9."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from photovideos_studio.director.words.numerals import cjk_numeral
from photovideos_studio.director.words.terms import Term
from photovideos_studio.director.words.tokens import is_cjk

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "ms": 0.001}
_DASHES = frozenset("–—~")
_WHOLE_FROM_SECONDS = 10.0  # the middle of a longer span is told in whole seconds
_Reading = tuple[Term, int]  # a term and how many terms it takes the place of


def measured(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The terms with durations (concept `duration`, value in seconds), `fps`, `percent`, ordinals and numbers
    joined.
    """
    return _rewritten(
        _rewritten(_rewritten(terms, (_numeral, _ordinal)), (_span, _duration, _special_number)), (_unknown_word,)
    )


def _rewritten(
    terms: Sequence[Term], readers: Sequence[Callable[[Sequence[Term], int], _Reading | None]]
) -> tuple[Term, ...]:
    found: list[Term] = []
    position = 0
    while position < len(terms):
        reading = next((r for r in (reader(terms, position) for reader in readers) if r), None)
        term, used = reading or (terms[position], 1)
        found.append(term)
        position += used
    return tuple(found)


def _joined(parts: Sequence[Term], concept: str, value: object) -> Term:
    text = "".join(("" if i == 0 or parts[i - 1].end == p.start else " ") + p.text for i, p in enumerate(parts))
    return Term(
        concepts=frozenset({concept}),
        text=text,
        start=parts[0].start,
        end=parts[-1].end,
        value=value,
        is_glued=parts[0].is_glued,
    )


def _unknown_word(terms: Sequence[Term], at: int) -> _Reading | None:
    """Neighbouring characters that nobody knows are one unknown word."""
    end = at
    while end < len(terms) and terms[end].concepts == {"unknown"} and is_cjk(terms[end].text[:1]):
        if end > at and not terms[end].is_glued:
            break
        end += 1
    return (_joined(terms[at:end], "unknown", None), end - at) if end - at > 1 else None


# --- numbers and ordinals ------------------------------------------------------------------------------------


def _numeral(terms: Sequence[Term], at: int) -> _Reading | None:
    """A run of Chinese, Japanese or Korean numerals, or a number word, as `number`."""
    term = terms[at]
    if term.has("num") and not term.has("unit"):
        return replace(term, concepts=term.concepts | {"number"}), 1
    if not is_cjk(term.text[:1]) or not term.has("unknown", "num", "stop") or len(term.text) > 1:
        return None
    run = ""
    for following in terms[at : at + 8]:
        if len(following.text) != 1 or not is_cjk(following.text) or not following.has("unknown", "num", "stop"):
            break
        run += following.text
    read = cjk_numeral(run)
    return (_joined(terms[at : at + read[1]], "number", read[0]), read[1]) if read else None


def _ordinal(terms: Sequence[Term], at: int) -> _Reading | None:
    """2nd, 第三, №4; and `ordinal.n` words as `ordinal` with the value n."""
    term = terms[at]
    after = terms[at + 1] if at + 1 < len(terms) else None
    if term.has("number") and after and after.has("ordinal_suffix") and after.is_glued:
        return _joined(terms[at : at + 2], "ordinal", int(term.number)), 2
    if term.has("ordinal_prefix") and at + 1 < len(terms):
        read = _numeral(terms, at + 1)
        if after and after.has("number"):
            return _joined(terms[at : at + 2], "ordinal", int(after.number)), 2
        if read:
            return _joined(terms[at : at + 1 + read[1]], "ordinal", int(read[0].number)), 1 + read[1]
    value = term.named("ordinal")
    if value is not None and term.value is None:
        return replace(term, concepts=term.concepts | {"ordinal"}, value=int(value)), 1
    return None


# --- durations ------------------------------------------------------------------------------------------------


def _span(terms: Sequence[Term], at: int) -> _Reading | None:
    """`30–45 s`, `30 to 45 seconds`, `between 30 and 45 s`, 30到45秒: a `duration` of the middle, with its `span`."""
    first = _duration(terms, at)
    step = first[1] if first else 1
    if at + step >= len(terms) or not (first or terms[at].has("number")) or not _joins(terms, at, terms[at + step]):
        return None
    last, following = _piece(terms, at + step + 1), _duration(terms, at + step + 1)
    if last is None or following is None:
        return None
    term, used = following
    high = term.number
    low = first[0].number if first else terms[at].number * _SECONDS[last[2]]
    if not 0 < low < high:
        return None
    middle = (low + high) / 2
    middle = float(int(middle + 0.5)) if middle >= _WHOLE_FROM_SECONDS else round(middle, 2)
    used += step + 1
    return replace(_joined(terms[at : at + used], "duration", middle), span=(low, high)), used


def _joins(terms: Sequence[Term], at: int, joint: Term) -> bool:
    """Whether `joint` makes a span of the number at `at` and the one behind it."""
    before = terms[at - 1] if at else None
    if joint.has("mark"):
        return joint.value in _DASHES
    if joint.has("and"):
        return before is not None and before.has("between")
    # `change it from 30 to 45 seconds` ends at 45; `set photo 1 to 5 seconds` speaks of a photo.
    is_target = before is not None and before.has("photo", "number_sign", "title", "transition", "total", "video")
    return joint.has("range") and not is_target and not any(term.has("change") for term in _sentence_before(terms, at))


def _sentence_before(terms: Sequence[Term], at: int) -> Sequence[Term]:
    start = at
    while start and not terms[start - 1].has("mark"):
        start -= 1
    return terms[start:at]


def _duration(terms: Sequence[Term], at: int) -> _Reading | None:
    """One or several pieces that add up (1 min 30 s, one minute and thirty seconds)."""
    first = _piece(terms, at)
    if first is None:
        return None
    seconds, used, unit = first
    while unit != "s":
        step = used + (1 if at + used < len(terms) and terms[at + used].has("and") else 0)
        more = _piece(terms, at + step)
        if more and _SECONDS.get(more[2], 99) < _SECONDS[unit]:
            seconds, used, unit = seconds + more[0], step + more[1], more[2]
        elif step == used and (bare := _bare_seconds(terms, at + used)) is not None and unit == "min":
            return _joined(terms[at : at + used + 1], "duration", seconds + bare), used + 1
        else:
            break
    return _joined(terms[at : at + used], "duration", seconds), used


def _bare_seconds(terms: Sequence[Term], at: int) -> float | None:
    """The 30 of `1 min 30` and `1分30`, when nothing else claims it."""
    if at >= len(terms) or not terms[at].has("number") or not 1 <= terms[at].number < 60:
        return None
    after = terms[at + 1] if at + 1 < len(terms) else None
    if after and not after.has("mark", "stop", "and", "with"):
        return None
    return terms[at].number if terms[at].number in (15, 20, 30, 40, 45, 50) else None


def _piece(terms: Sequence[Term], at: int) -> tuple[float, int, str] | None:
    """Seconds, terms used, smallest unit."""
    if at >= len(terms):
        return None
    idiom = terms[at].named("dur")
    if idiom is not None:
        is_minute = float(idiom) == _SECONDS["min"]
        more = _more(terms, at + 1) if is_minute else 0.0
        return float(idiom) + more * _SECONDS["min"], 1 + bool(more), "min" if is_minute else "s"
    if not terms[at].has("number"):
        return None
    amount, step = terms[at].number, 1
    if more := _more(terms, at + step):
        amount, step = amount + more, step + 1
    elif amount == int(amount) and at + step < len(terms) and _is_half(terms[at + step]):
        amount, step = amount + terms[at + step].number, step + 1
    unit = _unit(terms, at + step)
    if unit is None:
        return None
    step += 1
    if unit != "s" and (more := _more(terms, at + step)):
        amount, step = amount + more, step + 1
    return amount * _SECONDS[unit], step, unit


def _more(terms: Sequence[Term], at: int) -> float:
    """The half of `two and a half`, the quarter of `un minuto y cuarto`; 0 where nothing is added."""
    return float(terms[at].named("more") or 0) if at < len(terms) else 0.0


def _is_half(term: Term) -> bool:
    return term.has("number") and isinstance(term.value, float) and term.value in (0.5, 0.25, 0.75)


def _unit(terms: Sequence[Term], at: int) -> str | None:
    if at >= len(terms):
        return None
    term = terms[at]
    unit = term.named("unit")
    if unit not in _SECONDS:
        return None
    if term.text.casefold() in ("m", "h", "с", "м") and not term.is_glued:
        return None
    return unit


# --- other numbers ----------------------------------------------------------------------------------------------


def _special_number(terms: Sequence[Term], at: int) -> _Reading | None:
    term = terms[at]
    after = terms[at + 1] if at + 1 < len(terms) else None
    if term.has("percent_prefix") and after and after.has("number"):
        return _joined(terms[at : at + 2], "percent", after.number / 100), 2
    if term.has("number_sign") and after and after.has("number"):
        return _joined(terms[at : at + 2], "numbered", int(after.number)), 2
    if not term.has("number") or after is None:
        return None
    if after.named("unit") == "fps":
        return _joined(terms[at : at + 2], "fps", term.number), 2
    if after.named("unit") == "percent":
        return _joined(terms[at : at + 2], "percent", term.number / 100), 2
    return None
