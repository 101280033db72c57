"""PURE: what a settled folder calls for, given what the ledger knows of it (the tables of design §2.1).

Reads no disk and no clock. `Road`s of refined films are made here, because what is kept of the old run is the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from photovideos import prompt as prompts
from photovideos.jobs.records import Job
from photovideos.jobs.road import NO_FINGERPRINT, Road
from photovideos.jobs.states import NEEDS_HELP, UNDER_WAY, JobState
from photovideos.model import Block, Control, Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A folder that rests. `prompt`: its text, else the default prompt, else None.

    `controls`: those that did not count yet. `is_already_made`: a summary matches its inputs and its film is there.
    `has_stray_status`: a status file of ours says that work had begun, and the ledger knows nothing of it.
    `is_prompt_cut`: the file goes on behind what is used of it.
    """

    fingerprint: Fingerprint
    prompt: str | None
    controls: frozenset[Control] = frozenset()
    is_already_made: bool = False
    has_stray_status: bool = False
    is_prompt_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """A job from the beginning, with today's photos and this prompt."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """The job goes on where `road` stands; `prompt` is what it answers."""

    prompt: str
    road: Road


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """The film is there already: nothing is made, and the ledger knows the folder from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForHelp:
    """Work had begun here once, and nobody knows how far: not a second charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """CANCEL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowNewPhotos:
    """Photos came or went after the film was made; that alone starts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Nothing to do; a control file without effect here is removed all the same."""


Action = TakeIn | GoOn | Adopt | AskForHelp | Stop | ShowNewPhotos | Leave


def decide(view: View, job: Job | None, road: Road) -> Action:
    """The one action that a folder calls for now. `road` is the job's (empty without one)."""
    if job is None or job.state is JobState.GONE:
        return _unknown(view)
    if Control.CANCEL in view.controls:
        return Leave() if job.state in (JobState.DONE, JobState.CANCELLED) else Stop()
    if Control.RETRY in view.controls and job.state is not JobState.WORKING:
        return _again(view, job, road)
    if job.state in (JobState.QUEUED, JobState.SETTLING, JobState.RETRYING):
        return _not_begun(view, job, road)
    if job.state is JobState.WORKING or view.prompt is None:
        return Leave()
    change = prompts.change(job.prompt, view.prompt)
    if isinstance(change, prompts.Same):
        return Leave() if view.fingerprint == job.fingerprint else _with_other_photos(view, job, road)
    if job.state is not JobState.DONE:
        return TakeIn(prompt=view.prompt)
    return _refined(view.prompt, change, road)


def decide_without_record(view: View, job: Job) -> Action:
    """As `decide`, of a job whose road cannot be read: what may have been paid is not sent again unasked."""
    if job.state in (JobState.DONE, JobState.WORKING) or Control.CANCEL in view.controls:
        return decide(view, job, Road())
    prompt = view.prompt if view.prompt is not None else job.prompt
    if Control.RETRY in view.controls:
        return TakeIn(prompt=prompt)
    if job.state in UNDER_WAY:
        return AskForHelp()
    return TakeIn(prompt=prompt) if _differs(job.prompt, prompt) else Leave()


def _unknown(view: View) -> Action:
    """A folder without a job."""
    if Control.CANCEL in view.controls:
        return Stop()
    if view.prompt is None:
        return Leave()
    if Control.RETRY in view.controls:
        return TakeIn(prompt=view.prompt)
    if view.is_already_made:
        return Adopt()
    if view.has_stray_status:
        return AskForHelp()
    return TakeIn(prompt=view.prompt)


def _with_other_photos(view: View, job: Job, road: Road) -> Action:
    """Photos alone start nothing, but what failed for good failed only for as long as they stay as they are."""
    if job.state is JobState.DONE:
        return ShowNewPhotos()
    if job.state is not JobState.FAILED or road.has_spoken:
        return Leave()
    return GoOn(prompt=job.prompt, road=_on_from_here(view, job, road)) if road.said else TakeIn(prompt=job.prompt)


def _again(view: View, job: Job, road: Road) -> Action:
    """RETRY: on from the last safe step after a failure; from scratch where there is nothing to go on from."""
    prompt = view.prompt if view.prompt is not None else job.prompt
    is_over = job.state in (JobState.DONE, JobState.CANCELLED)
    if is_over or job.parked_by in ("AccountChanged", "Unknown", "RecordUnreadable") or _differs(job.prompt, prompt):
        return TakeIn(prompt=prompt)
    return GoOn(prompt=prompt, road=_last_safe_step(job, _on_from_here(view, job, road)))


def _last_safe_step(job: Job, road: Road) -> Road:
    """What has ended is begun anew, and a lost session may be replaced once more. What is still open stays open: a
    message that may have been charged is looked for, not sent again."""
    road = replace(road, sessions_opened=min(road.sessions_opened, 1))
    if job.state not in NEEDS_HELP:
        return road
    is_delivered = road.export is not None and road.export.film is not None and road.export.film.published
    has_failed = job.state is JobState.FAILED
    return replace(
        road,
        instruction=None if has_failed else road.instruction,
        export=road.export if is_delivered else None,
    )


def _not_begun(view: View, job: Job, road: Road) -> Action:
    """A saved prompt counts at once as long as no message was sent; so do photos."""
    if view.prompt is None:
        return Leave() if job.state is not JobState.SETTLING else GoOn(prompt=job.prompt, road=road)
    is_refining = bool(road.said)
    if not road.has_spoken and _differs(job.prompt, view.prompt):
        return TakeIn(prompt=view.prompt)
    if job.state is JobState.SETTLING:
        return GoOn(prompt=job.prompt, road=_on_from_here(view, job, road))
    if not road.has_spoken and not is_refining and view.fingerprint != job.fingerprint:
        return TakeIn(prompt=job.prompt)
    return Leave()


def _on_from_here(view: View, job: Job, road: Road) -> Road:
    """The same run with the photos of today."""
    return road if view.fingerprint == job.fingerprint else replace(road, fingerprint=NO_FINGERPRINT)


def _refined(prompt: str, change: prompts.Change, road: Road) -> Action:
    """design §2.1, Saving prompt.txt again."""
    if road.session_id is None:
        return TakeIn(prompt=prompt)
    if isinstance(change, prompts.Edited):
        return GoOn(prompt=prompt, road=_made_anew(prompts.read(prompt).blocks, change.kept_blocks))
    assert isinstance(change, prompts.Added | prompts.Replaced)
    blocks = prompts.read(change.text).blocks
    if isinstance(change, prompts.Added) and change.label and blocks and not blocks[0].label:
        blocks = (replace(blocks[0], label=change.label), *blocks[1:])
    return GoOn(prompt=prompt, road=_going_on(road, blocks))


def _going_on(road: Road, blocks: tuple[Block, ...]) -> Road:
    """The next run in the same session: its timeline, its files and its account stay."""
    return Road(
        user_id=road.user_id,
        token_fingerprint=road.token_fingerprint,
        began_with_own=road.began_with_own,
        session_id=road.session_id,
        sessions_opened=1,
        inputs=road.inputs,
        has_begun_upload=road.has_begun_upload,
        added=road.added,
        gone=road.gone,
        said=road.said,
        earlier_paid=road.earlier_paid + road.paid,
        blocks=blocks,
    )


def _made_anew(blocks: tuple[Block, ...], kept: int) -> Road:
    """A clean timeline in a new session. Kept blocks are not exported again; their words are said where the next
    block goes on from them."""
    if kept < len(blocks) and blocks[kept].files is not None:
        return Road(blocks=blocks, block=kept, first_export=kept)
    return Road(blocks=blocks, first_export=kept)


def _differs(old: str, new: str) -> bool:
    return not isinstance(prompts.change(old, new), prompts.Same)
