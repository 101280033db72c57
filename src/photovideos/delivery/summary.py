"""PURE: the timeline summary beside a film (design §2.2), and the claims at its end by which films are known again.

It says what is on the timeline, what the backend answered, what was asked for and what was measured, what was left out,
what it cost, how to change it and where the photos went. It writes no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from photovideos.delivery.ours import Kind
from photovideos.delivery.tips import tips
from photovideos.logs import clean
from photovideos.model import BackendKind, FilmFacts, Fingerprint, LeftOut

MAX_REPLY_CHARACTERS = 20_000
_MAX_LINE_CHARACTERS = 2_000
_MAX_LISTED = 200
_LENGTH_SLACK_SECONDS = 0.5
_DONE = frozenset({"done", "已完成"})
_REFINING = (
    "To change this film, write what should be different at the end of prompt.txt and save it: a new film appears",
    "beside this one. Replace the whole text to go on from here with new words alone; correct a word in it to begin",
    "anew. An empty file named RETRY makes the film again from today's photos.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the prompt asked for, as far as it can be measured. `resolution`: as named (`1080p`); `aspect`: `9:16`."""

    seconds: float | None = None
    most_seconds: float | None = None
    resolution: str | None = None
    aspect: str | None = None
    fps: float | None = None
    has_music: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one clause of the prompt, in the prompt's language (design §3)."""

    clause: str
    understood: str = ""
    outcome: str = ""
    reason: str = ""
    measured: str = ""  # in the finished file


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the photos went. `host`: of the cloud's address. `sent`: how many files. `stripped`: without metadata."""

    backend: BackendKind
    host: str = ""
    sent: int = 0
    stripped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFacts:
    """Everything a summary says.

    `timeline_lines`: the track list in the form of contract §11. `film_name`, `film`: None where the
    prompt asked for answers alone. `answers`: to credits and status lines. `late`: files that came while the film was
    made. `notes`: what was done without being asked. `prompt`: the words this film answers. `pictures`: photos and
    clips sent.
    """

    fingerprint: Fingerprint
    destination: Destination
    film_name: str | None = None
    film: FilmFacts | None = None
    timeline_lines: tuple[str, ...] = ()
    prompt: str = ""
    pictures: int = 0
    asked: Asked = Asked()
    replies: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    late: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    credits_before: float | None = None
    credits_after: float | None = None


def text_of(facts: SummaryFacts) -> str:
    """The summary; lines end in LF, the last ones are the claims."""
    paragraphs = [
        list(_cleaned(facts.timeline_lines)),
        list(_headed("Answers:", _cleaned(facts.answers))),
        list(_headed("What the backend says:", _reply(facts.replies))),
        list(_headed("What became of your wishes:", _receipts(facts.receipts))),
        list(_headed("Measured in the film:", _measured(facts))),
        list(_headed("Left out:", _left_out(facts.left_out))),
        list(_headed("Not in this film, because it came while it was being made:", _cleaned(facts.late))),
        list(_headed("Also:", _cleaned(facts.notes))),
        list(_credits(facts)),
        list(_headed("A hint:", _tips(facts))),
        list(_REFINING),
        [destination_sentence(facts.destination)],
        list(_claims(facts)),
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines) + "\n"


def _headed(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield title
        yield from (f"  {line}" if line else "" for line in listed[:_MAX_LISTED])
        if len(listed) > _MAX_LISTED:
            yield f"  and {len(listed) - _MAX_LISTED} more"


def _cleaned(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from (clean(part, _MAX_LINE_CHARACTERS) for part in line.splitlines())


def _reply(replies: tuple[str, ...]) -> Iterator[str]:
    whole = "\n\n".join(reply.strip() for reply in replies if reply.strip())
    cut = whole if len(whole) <= MAX_REPLY_CHARACTERS else whole[: MAX_REPLY_CHARACTERS - 1] + "…"
    return _cleaned([cut]) if cut else iter(())


def _receipts(receipts: tuple[Receipt, ...]) -> Iterator[str]:
    """`“30 seconds”: length 30 s – done (30.0 s)`; a clause is said once."""
    for clause, several in groupby(receipts, key=lambda one: one.clause):
        said = "; ".join(part for part in map(_outcome, several) if part)
        head = f"“{clean(clause, 300)}”" if clause else ""
        line = ": ".join(part for part in (head, said) if part)
        if line:
            yield line


def _outcome(one: Receipt) -> str:
    word = clean(one.outcome, 60) + (f" ({one.measured})" if one.measured and one.outcome in _DONE else "")
    fate = ": ".join(part for part in (word, clean(one.reason, 500)) if part)
    return " – ".join(part for part in (clean(one.understood, 300), fate) if part)


def _measured(facts: SummaryFacts) -> Iterator[str]:
    film, asked = facts.film, facts.asked
    if film is None:
        return
    yield _length(film.duration_seconds, asked)
    yield _picture(film, asked)
    yield _sound(film, asked)
    yield f"File: {film.size_bytes / 1e6:.1f} MB, {film.video_codec}" + (
        f" + {film.audio_codec}" if film.audio_codec else ""
    )


def _length(seconds: float, asked: Asked) -> str:
    line = f"Length: {seconds:.1f} s"
    if asked.seconds is not None:
        off = seconds - asked.seconds
        line += f" (asked for: {_plain(asked.seconds)} s"
        line += (
            ""
            if abs(off) <= _LENGTH_SLACK_SECONDS
            else f"; it is {abs(off):.1f} s {'longer' if off > 0 else 'shorter'}"
        )
        return line + ")"
    if asked.most_seconds is not None:
        over = seconds - asked.most_seconds
        line += f" (asked for: at most {_plain(asked.most_seconds)} s"
        return line + (f"; it is {over:.1f} s longer)" if over > _LENGTH_SLACK_SECONDS else ")")
    return line


def _picture(film: FilmFacts, asked: Asked) -> str:
    line = f"Picture: {film.width} × {film.height}, {_plain(round(film.fps, 2))} frames a second"
    wishes = [wish for wish in (asked.aspect, asked.resolution) if wish]
    wishes += [f"{_plain(asked.fps)} frames a second"] if asked.fps else []
    return line + (f" (asked for: {clean(', '.join(wishes), 100)})" if wishes else "")


def _sound(film: FilmFacts, asked: Asked) -> str:
    if film.audio_codec is None:
        line = "Sound: none"
    elif film.loudness_lufs is None:
        line = "Sound: silent"
    else:
        peak = "" if film.true_peak_dbtp is None else f", true peak {film.true_peak_dbtp:.1f} dBTP"
        line = f"Sound: {film.loudness_lufs:.1f} LUFS{peak}"
    if asked.has_music is None:
        return line
    return line + (" (asked for: music)" if asked.has_music else " (asked for: no music)")


def _plain(number: float) -> str:
    return f"{number:g}"


def _left_out(left_out: tuple[LeftOut, ...]) -> Iterator[str]:
    for one in left_out:
        yield f"{clean(one.file, 300)}: {clean(one.reason, 500)}"


def _credits(facts: SummaryFacts) -> Iterator[str]:
    before, after = facts.credits_before, facts.credits_after
    if before is None and after is None:
        return
    told = [
        f"{_plain(before)} before" if before is not None else "",
        f"{_plain(after)} after" if after is not None else "",
    ]
    yield f"Credits: {', '.join(part for part in told if part)}."


def _tips(facts: SummaryFacts) -> tuple[str, ...]:
    return tips(
        prompt=facts.prompt,
        pictures=facts.pictures,
        seconds=facts.film.duration_seconds if facts.film else None,
        left_out=facts.left_out,
        backend=facts.destination.backend,
    )


def destination_sentence(destination: Destination) -> str:
    """Where the photos went, so that nobody has to guess."""
    if destination.backend is BackendKind.STUDIO:
        return "Made on this machine; no photo left it."
    count = f"{destination.sent} {'photo was' if destination.sent == 1 else 'photos were'}"
    data = "without place and camera data" if destination.stripped else "with the data they carry (place, camera, date)"
    host = clean(destination.host, 200)
    return f"{count} sent to NemoVideo ({host}), {data}. photovideos cannot delete them there."


def _claims(facts: SummaryFacts) -> Iterator[str]:
    yield Kind.SUMMARY.value
    yield f"Inputs: {facts.fingerprint}"
    if facts.film is not None and facts.film_name is not None:
        name = clean(facts.film_name, 300)
        yield f"Made by photovideos: {name}, {facts.film.size_bytes}, {facts.film.sha256}"
