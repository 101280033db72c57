"""A block's steps in their order: messages, and the requests that skip the message (contract §10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from photovideos.jobs.road import InputState
from photovideos.model import AskCredits, AskStatus, Block, Export, Message, Step, Upload
from photovideos.pipeline import account, exporting, inputs, messages
from photovideos.pipeline.walk import Walk


def carry_out(walk: Walk, block: Block) -> None:
    """Walks the block's steps from where the job stands."""
    if walk.road.step == 0 and block.files is not None and walk.road.instruction is None:
        walk.save(said=())
    while walk.road.edits or walk.road.step < len(block.steps):
        if walk.road.edits:
            messages.speak(walk, block, walk.road.edits[0], edits=walk.road.edits[1:], step=walk.road.step)
        else:
            _take(walk, block)


def _take(walk: Walk, block: Block) -> None:
    step = block.steps[walk.road.step]
    after = walk.road.step + 1
    was_made_before = walk.road.block < walk.road.first_export
    if isinstance(step, Message):
        messages.speak(walk, block, step.text, step=after)
    elif was_made_before:
        walk.save(step=after)
    elif isinstance(step, Export):
        _export(walk, block, step, after)
    elif isinstance(step, AskCredits | AskStatus):
        _answer(walk, step)
        walk.save(step=after)
    else:
        _take_along(walk, block, step, after)


def export_at_the_end(walk: Walk, block: Block) -> None:
    """A block that changed something and was not exported since is exported at its end."""
    if walk.road.block < walk.road.first_export:
        return
    if walk.road.is_changed or walk.road.export is not None or walk.road.shapes_done:
        _answer_all(walk, _steps_behind(walk, block, len(block.steps)))
        exporting.export(walk, block, None)


def _export(walk: Walk, block: Block, step: Export, after: int) -> None:
    """A line that asks for a film is always answered; the end of a block asks only if a message changed something."""
    is_under_way = walk.road.draft is not None or walk.road.export is not None or bool(walk.road.shapes_done)
    has_message = any(isinstance(one, Message) for one in block.steps)
    if step.line or walk.road.is_changed or is_under_way or not has_message:
        _answer_all(walk, _steps_behind(walk, block, after))
        exporting.export(walk, block, step, then=after)
    else:
        walk.save(step=after)


def _steps_behind(walk: Walk, block: Block, after: int) -> Iterator[Step]:
    """What is behind an export up to the next message or film: the answers are in its summary, the last one there may
    be.

    An export changes neither timeline nor credits, so they have the same answer before it.
    """
    later = walk.road.blocks[walk.road.block + 1 :]
    for step in chain(block.steps[after:], *(one.steps for one in later)):
        if isinstance(step, Message | Export) or (isinstance(step, Upload) and _speaks(walk, step)):
            return
        yield step


def _speaks(walk: Walk, step: Upload) -> bool:
    """Whether an `upload` line leads to a message, and so to another film."""
    if step.urls:
        return walk.tools.config.upload.allow_urls
    return bool(inputs.news(walk))


def _answer_all(walk: Walk, asked: Iterable[Step]) -> None:
    for step in asked:
        if isinstance(step, AskCredits | AskStatus):
            _answer(walk, step)
        elif isinstance(step, Upload) and step.urls:
            _refuse_addresses(walk)


def _answer(walk: Walk, question: AskCredits | AskStatus) -> None:
    if isinstance(question, AskCredits):
        text = f"Credits: {_number(account.ask_balance(walk).available)} available."
    else:
        text = messages.timeline(walk)
    messages.answer(walk, text)


def _refuse_addresses(walk: Walk) -> None:
    refusal = "Addresses in the prompt are not fetched: set upload.allow_urls to let NemoVideo fetch them."
    if refusal not in walk.road.notes:
        walk.save(notes=(*walk.road.notes, refusal))


def _take_along(walk: Walk, block: Block, step: Upload, after: int) -> None:
    """An `upload` line: what is new in the folder was sent already; the timeline is told. Addresses if allowed."""
    if step.urls and not walk.tools.config.upload.allow_urls:
        _refuse_addresses(walk)
        walk.save(step=after)
        return
    if step.urls and walk.road.instruction is not None:  # they were handed over, and a crash left the message open
        messages.speak(walk, block, "", step=after)
        return
    if step.urls:
        client = walk.backend.client
        names = walk.call(lambda token: client.upload_urls(token, walk.session_id, step.urls, stop=walk.halt))
        if walk.road.said:
            messages.speak(walk, block, f"New files: {', '.join(names)}. Add them to the video.", step=after)
            return
    elif walk.road.said and inputs.news(walk):
        messages.speak(walk, block, "", step=after)
        return
    if any(one.makes_film for one in walk.road.blocks):
        walk.save(step=after)
        return
    count = sum(entry.state is InputState.UPLOADED for entry in walk.road.inputs)
    text = f"Uploaded: {count} {'file' if count == 1 else 'files'} of this folder."
    walk.save(step=after, answers=(*walk.road.answers, text))


def _number(value: float) -> str:
    return f"{value:g}"
