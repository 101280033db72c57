"""The summary of a film out of what the road has behind it (design §2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from photovideos.delivery import names, publish, summary
from photovideos.delivery.summary import Asked, Destination, Receipt, SummaryFacts
from photovideos.errors import PhotoVideosError
from photovideos.jobs.road import Film, InputState
from photovideos.model import AskStatus, Export, FilmFacts, MediaKind
from photovideos.nemo import draft as drafts
from photovideos.pipeline import account
from photovideos.pipeline.walk import Walk

_BEYOND_THE_CLOUD = re.compile(r"(?<![\w.])(?:[48]k|uhd|1440p|2160p|4320p)(?!\w)", re.IGNORECASE)
_SHORT_SIDES = {"720p": 720, "1080p": 1080, "2k": 1440, "4k": 2160}


def write_summary(walk: Walk, film: Film, measured: FilmFacts, request: Export | None) -> None:
    """Beside the film, under its stem."""
    told = drafts.told(walk.road.draft)
    wishes = told.wishes if told else {}
    larger = () if told or (request and request.resolution) else _too_large(walk.job.prompt, measured)
    rendered = walk.road.export.rendered if walk.road.export else None
    of_film = rendered.notes if rendered else ()
    notes = (*walk.road.notes, *_export_notes(request, measured), *larger, *of_film)
    lines = drafts.timeline_lines(walk.road.draft)
    facts = SummaryFacts(
        fingerprint=walk.road.fingerprint,
        destination=_destination(walk),
        film_name=film.name,
        film=measured,
        timeline_lines=lines,
        prompt=walk.job.prompt,
        pictures=_pictures(walk),
        asked=_asked(wishes),
        replies=walk.road.replies,
        answers=_answers(walk, lines),
        receipts=tuple(
            Receipt(
                clause=one.clause,
                understood=one.understood,
                outcome=one.outcome,
                reason=one.reason,
                measured=_measured(one.field, measured),
            )
            for one in (told.receipt if told else ())
        ),
        left_out=(*walk.road.left_out, *(told.left_out if told else ())),
        late=walk.road.late,
        notes=notes,
        credits_before=walk.road.credits_before,
        credits_after=_credits_now(walk),
    )
    publish.write_summary(walk.folder_fd, names.stem_of(film.name), summary.text_of(facts))
    walk.save(told=_said(walk))


def has_more_to_tell(walk: Walk) -> bool:
    """Whether something was said since the last summary: an answer, or a message that changed nothing."""
    return walk.road.told != _said(walk)


def write_answers(walk: Walk) -> None:
    """A prompt of nothing but credits, status or upload lines makes no film: the answer is in the summary. So is what
    came behind the last film, in one of its own."""
    replies, answers, notes = walk.road.told
    facts = SummaryFacts(
        fingerprint=walk.road.fingerprint,
        destination=_destination(walk),
        prompt=walk.job.prompt,
        replies=walk.road.replies[replies:],
        answers=walk.road.answers[answers:],
        left_out=walk.road.left_out,
        notes=walk.road.notes[notes:],
        credits_before=walk.road.credits_before,
        credits_after=_credits_now(walk),
    )
    publish.write_summary_alone(walk.folder_fd, names.film_stem(walk.job.key.name), summary.text_of(facts))


def _answers(walk: Walk, timeline_lines: tuple[str, ...]) -> tuple[str, ...]:
    """The tracks stand on top anyway: they are told again only to who asked for them."""
    if any(isinstance(step, AskStatus) for block in walk.road.blocks for step in block.steps):
        return walk.road.answers
    return tuple(text for text in walk.road.answers if text != "\n".join(timeline_lines))


def _said(walk: Walk) -> tuple[int, int, int]:
    return len(walk.road.replies), len(walk.road.answers), len(walk.road.notes)


def _credits_now(walk: Walk) -> float | None:
    """The balance after; a summary is not held up by a balance that cannot be had."""
    try:
        balance = account.ask_balance(walk)
    except PhotoVideosError as error:
        walk.log.warning("credits.unknown", reason=str(error))
        return walk.road.credits_after
    walk.save(credits_after=balance.available)
    return balance.available


def _destination(walk: Walk) -> Destination:
    return Destination(
        backend=walk.backend.kind,
        host=walk.backend.host,
        sent=_pictures(walk),
        stripped=walk.tools.config.upload.strip_metadata,
    )


def _pictures(walk: Walk) -> int:
    return sum(
        entry.state is InputState.UPLOADED and entry.kind in (MediaKind.PHOTO, MediaKind.CLIP)
        for entry in walk.road.inputs
    )


def _asked(wishes: Mapping[str, Any]) -> Asked:
    """The measurable wishes, each read only if it is of its type: they come from outside."""
    music = wishes.get("music")
    has_music = music.get("enabled") if isinstance(music, Mapping) else None
    return Asked(
        seconds=_number(wishes.get("duration_s")),
        most_seconds=_number(wishes.get("duration_max_s")),
        resolution=_text(wishes.get("resolution")),
        aspect=_text(wishes.get("aspect")),
        fps=_number(wishes.get("fps")),
        has_music=has_music if isinstance(has_music, bool) else None,
    )


def _measured(field: str, film: FilmFacts) -> str:
    """What the finished file shows of a wish, as far as it can be measured; figures need no language."""
    if field in ("duration_s", "duration_max_s", "duration_from"):
        return f"{film.duration_seconds:.1f} s"
    if field in ("aspect", "resolution"):  # of several shapes each has a film of its own
        return f"{film.width} × {film.height}"
    if field == "fps":
        return f"{film.fps:g} fps"
    if field.startswith("music") and film.loudness_lufs is not None:
        return f"{film.loudness_lufs:.1f} LUFS"
    return ""


def _export_notes(request: Export | None, measured: FilmFacts) -> tuple[str, ...]:
    """What an export line named and the film is not."""
    if request is None:
        return ()
    notes = []
    short_side = min(measured.width, measured.height)
    wanted = _SHORT_SIDES.get((request.resolution or "").lower())
    if wanted is not None and wanted != short_side:
        notes.append(f"{request.resolution} was asked for; the film is {measured.width} × {measured.height}.")
    if request.container and request.container.lower() != "mp4":
        notes.append(f"A {request.container.upper()} file was asked for; films are always MP4.")
    return tuple(notes)


def _too_large(prompt: str, measured: FilmFacts) -> tuple[str, ...]:
    """A resolution beyond what the cloud makes (contract §8); the studio tells of its wishes itself."""
    wish = _BEYOND_THE_CLOUD.search(prompt)
    if wish is None or min(measured.width, measured.height) > _SHORT_SIDES["1080p"]:
        return ()
    size = f"{measured.width} × {measured.height}"
    return (f"{wish.group()} was asked for; NemoVideo makes films of at most 1080p, so this one is {size}.",)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
