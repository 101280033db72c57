"""Messages to the backend: each is sent once, and its end is recorded together with the place that follows it."""

from __future__ import annotations

from collections.abc import Sequence

from photovideos import logs
from photovideos.errors import InstructionFailed
from photovideos.jobs.states import Stage
from photovideos.model import Block, InstructionRecord, RawJson, Reply
from photovideos.nemo import draft as drafts
from photovideos.nemo import instruct
from photovideos.pipeline import inputs
from photovideos.pipeline.walk import Walk

REPLY_LIMIT = 20_000
DEFAULT_MESSAGE = "turn these photos into a video with transitions and background music"


def speak_default(walk: Walk, block: Block) -> None:
    """An export of an empty timeline is preceded by this message, and the summary says so (contract §10)."""
    note = f"The timeline was empty, so this was asked for first: “{DEFAULT_MESSAGE}”."
    speak(walk, block, DEFAULT_MESSAGE, step=walk.road.step)
    walk.save(notes=(*walk.road.notes, note))


def say_again(walk: Walk) -> None:
    """In a new session: what was said on this timeline so far, as one message (contract §9, 1002)."""
    if walk.road.must_resay and _begins_afresh(walk):
        walk.save(must_resay=False)
    elif walk.road.must_resay:
        text = "\n".join(walk.road.said)
        _send(walk, text)
        walk.save(must_resay=False, instruction=None, paid=walk.road.paid + 1)


def _begins_afresh(walk: Walk) -> bool:
    """Whether what comes next is a timeline of its own, of which nothing was said yet."""
    road = walk.road
    is_at_a_block = road.block < len(road.blocks) and road.step == 0 and not road.edits and road.instruction is None
    return is_at_a_block and road.blocks[road.block].files is not None


def speak(walk: Walk, block: Block, text: str, *, step: int, edits: tuple[str, ...] | None = None) -> None:
    """Sends one message, once, and records its end together with the place that follows it."""
    is_edit = edits is not None
    opening = () if is_edit else _opening(walk, block)
    full = walk.road.instruction.text if walk.road.instruction else "\n".join(part for part in (*opening, text) if part)
    reply = _send(walk, full)
    if not reply.applied and not _has_timeline(walk):
        raise InstructionFailed(
            f"Nothing was made of the prompt. The answer was: {logs.clean(reply.text, 500) or 'none'}",
            advice="Say more clearly what the film should be, and save prompt.txt. "
            "Concrete wishes work best, such as a length, a title and a kind of music.",
        )
    notes = walk.road.notes
    if not reply.applied:
        notes = (*notes, f"This changed nothing: “{logs.clean(text, 200)}”.")
    walk.save(
        instruction=None,
        step=step,
        edits=edits if is_edit else reply.edits,
        added=() if opening else walk.road.added,
        gone=() if opening else walk.road.gone,
        said=(*walk.road.said, full),
        paid=walk.road.paid + 1,
        is_changed=walk.road.is_changed or reply.applied or reply.wants_export,
        replies=(*walk.road.replies, _words(reply)) if _words(reply) else walk.road.replies,
        notes=notes,
    )
    if reply.wants_summary:  # behind the checkpoint: a reply is heard once, and a timeline can be read again
        answer(walk, timeline(walk))


def answer(walk: Walk, text: str) -> None:
    """For the summary; the same answer is told once."""
    if text not in walk.road.answers:
        walk.save(answers=(*walk.road.answers, text))


def timeline(walk: Walk) -> str:
    """The tracks as they are now, in the form of contract §11."""
    return "\n".join(drafts.timeline_lines(current_draft(walk)))


def _opening(walk: Walk, block: Block) -> tuple[str, ...]:
    """What a message begins with: the files of a fresh timeline, or what is new since the last run."""
    if walk.road.said or block.files is None:
        return inputs.news(walk) if walk.road.said else ()
    return (fresh_timeline(block.files, inputs.selected_names(walk, block.files)),)


def fresh_timeline(patterns: Sequence[str], names: Sequence[str]) -> str:
    """The sentence that begins a block about some files alone; `names` are those the patterns choose, on the wire."""
    if tuple(patterns) == ("*",):
        return "Start a new timeline with all files."
    return f"Start a new timeline with only these files: {', '.join(names)}."


def _send(walk: Walk, text: str) -> Reply:
    """contract §7: the intent is on disk before the request, and what may have been charged is not sent again."""
    if walk.road.instruction is None:
        inputs.rest_gate(walk)
    walk.enter(Stage.MAKING, "The film is being put together.")
    settings = walk.tools.config.backend

    def _save(record: InstructionRecord) -> None:
        walk.save(instruction=record)

    begun = walk.tools.monotonic()

    def _still_working() -> None:
        seconds = walk.tools.monotonic() - begun
        walk.log.info("instruction.working", seconds=round(seconds))
        minutes = max(1, round(seconds / 60))
        walk.tell(f"Still working, for {minutes} {'minute' if minutes == 1 else 'minutes'} now.")

    reply = walk.call(
        lambda token: instruct.carry_out(
            walk.backend.client,
            token,
            walk.session_id,
            text,
            record=walk.road.instruction,
            save=_save,
            waits=settings.recovery_waits_seconds,
            still_working=(settings.still_working_seconds, _still_working),
            stop=walk.halt,
        )
    )
    walk.log.info("instruction.done", applied=reply.applied, changes=len(reply.changes))
    return reply


def _has_timeline(walk: Walk) -> bool:
    draft = current_draft(walk)
    return draft is not None and drafts.is_export_ready(draft)


def current_draft(walk: Walk) -> RawJson | None:
    return walk.call(lambda token: walk.backend.client.state(token, walk.session_id, stop=walk.halt)).draft


def _words(reply: Reply) -> str:
    """The reply in its own words; without any, what the state shows to have changed."""
    text = reply.text.strip() or "; ".join(reply.changes)
    return "\n".join(logs.clean(line, 2000) for line in text.splitlines())[:REPLY_LIMIT]
