"""An export: render, download, inspect, publish, for each shape the draft asks for; the summary beside each film."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from photovideos import media
from photovideos.delivery import names, publish, status
from photovideos.errors import InstructionFailed, PhotoVideosError, ServiceTrouble, Stopping, TokenExpired
from photovideos.jobs.road import Export as ExportUnderWay
from photovideos.jobs.road import Film
from photovideos.jobs.states import Stage
from photovideos.model import Block, Claim, Export, FilmFacts, RawJson, RenderedFilm, RenderRecord, Token
from photovideos.nemo import draft as drafts
from photovideos.nemo import render as rendering
from photovideos.nemo.attempt import Order
from photovideos.nemo.download import Download
from photovideos.pipeline import inputs, messages, telling
from photovideos.pipeline.walk import Walk

INSPECT_DEADLINE_SECONDS = 1800.0
MAX_FILM_BYTES = 64 * 1024**3


def export(walk: Walk, block: Block, request: Export | None, *, then: int | None = None) -> None:
    """One export of the timeline as it stands; a film for each output of the draft.

    `then`: the step that follows, recorded together with the end of this one: a crash between them would export twice.
    """
    if walk.road.draft is None:
        walk.save(draft=_export_ready(walk, block))
    draft = walk.road.draft
    assert draft is not None
    told = drafts.told(draft)
    shapes = told.outputs if told else ()
    for shape in shapes if len(shapes) > 1 else ("",):
        if shape not in walk.road.shapes_done:
            _film(walk, block, request, shape or None)
            walk.save(shapes_done=(*walk.road.shapes_done, shape), export=None)
    walk.save(
        draft=None,
        shapes_done=(),
        export=None,
        is_changed=False,
        exports_in_block=walk.road.exports_in_block + 1,
        step=walk.road.step if then is None else then,
    )


def conclude(walk: Walk) -> None:
    """The end of the road: answers without a film get their summary, also those behind the last one; the status file
    goes."""
    if not walk.road.made and not (walk.road.answers and any(block.asks for block in walk.road.blocks)):
        raise InstructionFailed(
            "The prompt made no film: nothing on the timeline changed.",
            advice="Say what the film should be, and save prompt.txt.",
        )
    if not walk.road.made or telling.has_more_to_tell(walk):
        telling.write_answers(walk)
    status.clear(walk.folder_fd)
    walk.log.info("job.done", films=len(walk.road.made), messages=walk.road.paid, left_out=len(walk.road.left_out))


def _export_ready(walk: Walk, block: Block) -> RawJson:
    draft = messages.current_draft(walk)
    is_asked_for = walk.road.instruction is not None  # a message that a crash left open is this one
    if is_asked_for or draft is None or not drafts.is_export_ready(draft):
        messages.speak_default(walk, block)
        draft = messages.current_draft(walk)
    if draft is None or not drafts.is_export_ready(draft):
        raise InstructionFailed(
            "There is nothing on the timeline that could be exported.",
            advice="Say what the film should be, and save prompt.txt.",
        )
    return draft


def _film(walk: Walk, block: Block, request: Export | None, shape: str | None) -> None:
    """From a draft to a film in the folder; each part is on record before the next begins."""
    under_way = walk.road.export or ExportUnderWay(label=shape)
    if under_way.rendered is None:
        made = _rendered(walk, under_way)
        under_way = replace(walk.road.export or under_way, rendered=made)
        walk.save(export=under_way)
    film, facts = under_way.film, under_way.facts
    if film is None or facts is None or not film.published:
        film, facts = _delivered(walk, block, under_way, shape)
    telling.write_summary(walk, film, facts, request)


def _delivered(walk: Walk, block: Block, under_way: ExportUnderWay, shape: str | None) -> tuple[Film, FilmFacts]:
    """Fetched, looked at, and put into the folder."""
    rendered = under_way.rendered
    assert rendered is not None
    walk.enter(Stage.RENDERING, "The film is rendered and is being fetched.")
    file = _fetched(walk, under_way, rendered)
    facts = media.inspect(
        file,
        stop=walk.halt,
        deadline_seconds=INSPECT_DEADLINE_SECONDS,
        expected_seconds=rendered.duration_seconds,
        expected_bytes=rendered.size_bytes,
    )
    film = _published(walk, block, replace(under_way, facts=facts), file, shape)
    file.unlink(missing_ok=True)
    return film, facts


def _rendered(walk: Walk, under_way: ExportUnderWay) -> RenderedFilm:
    """contract §8: the id is on disk before the request; the token of the POST carries the render."""
    walk.enter(Stage.RENDERING, "The film is being rendered.")
    draft = walk.road.draft
    assert draft is not None
    settings = walk.tools.config.backend

    def _save(record: RenderRecord) -> None:
        walk.save(export=replace(under_way, record=record))

    def _progressed(fraction: float | None, *lines: str) -> None:
        walk.progressed(fraction or 0.0, *lines)

    order = Order(
        client=walk.backend.client,
        session_id=walk.session_id,
        draft=draft,
        label=under_way.label,
        save=_save,
        poll_seconds=settings.poll_seconds,
        timeout_seconds=settings.render_timeout_seconds,
        on_progress=_progressed,
        stop=walk.halt,
    )
    try:
        return rendering.render(order, walk.backend.tokens, under_way.record)
    except Stopping:
        _give_up_render(walk)
        raise


def _give_up_render(walk: Walk) -> None:
    """A cancelled job's render would keep the studio from the next film. When the daemon stops, it goes on instead."""
    job = walk.tools.ledger.get(walk.job.id)
    record = walk.road.export.record if walk.road.export else None
    if not walk.backend.is_local or record is None or job is None or not job.cancel_asked:
        return
    with suppress(PhotoVideosError):
        walk.backend.client.cancel_render(_token_of_render(walk, record), record.id)


def _fetched(walk: Walk, under_way: ExportUnderWay, rendered: RenderedFilm) -> Path:
    """The film in the work folder. Where it cannot be fetched, the next try asks anew where it lies."""
    try:
        return Download(
            film=rendered,
            client=walk.backend.client,
            token=_token_of_render(walk, under_way.record),
            api_url=walk.backend.api_url,
            max_bytes=MAX_FILM_BYTES,
            stop=walk.halt,
            on_progress=lambda fraction: walk.progressed(fraction, "The film is being fetched."),
        ).into(walk.work_dir / f"{rendered.id}.mp4")
    except ServiceTrouble:
        walk.save(export=replace(under_way, rendered=None))  # addresses are signed for a while only
        raise
    except TokenExpired as refused:  # the token carried the render: a new id, a new token (contract §8)
        walk.save(export=replace(under_way, rendered=None, record=None))
        raise ServiceTrouble("The finished film could not be fetched.", detail=refused.detail) from refused


def _token_of_render(walk: Walk, record: RenderRecord | None) -> Token:
    """The token of the POST carries the render: its fallback download needs that one (contract §8)."""
    known = walk.backend.tokens.by_fingerprint(record.token_fingerprint) if record else None
    return known or walk.token()


def _published(walk: Walk, block: Block, under_way: ExportUnderWay, file: Path, shape: str | None) -> Film:
    """The film under its name in the folder. Name and digest are in the ledger before the rename (design §4)."""
    inputs.note_late_files(walk)
    facts = under_way.facts
    assert facts is not None
    stem = under_way.film.stem if under_way.film else _stem(walk, block, shape)
    film = under_way.film or Film(stem=stem, name="", size=facts.size_bytes, sha256=facts.sha256)

    def _about_to_rename(name: str) -> None:
        walk.save(export=replace(under_way, film=replace(film, name=name)))

    name = publish.publish_film(
        walk.folder_fd,
        file,
        stem,
        sha256=facts.sha256,
        intended=film.name or None,
        before_rename=_about_to_rename,
        stop=walk.halt,
    )
    film = replace(film, name=name, published=True)
    walk.save(export=replace(under_way, film=film), made=(*walk.road.made, film))
    walk.tools.ledger.add_film(walk.job.id, Claim(file=name, size=film.size, sha256=film.sha256))
    walk.log.info("film.published", name=name, seconds=round(facts.duration_seconds, 2), bytes=facts.size_bytes)
    return film


def _stem(walk: Walk, block: Block, shape: str | None) -> str:
    """design §2.1, Names."""
    with_films = [one for one in walk.road.blocks[walk.road.first_export :] if one.makes_film]
    has_several = len(with_films) > 1
    exports = sum(isinstance(step, Export) for step in block.steps)
    return names.film_stem(
        walk.job.key.name,
        label=block.label if block.label else str(walk.road.block + 1) if has_several else None,
        export=walk.road.exports_in_block + 1 if exports > 1 else None,
        shape=shape,
    )
