"""The photos, clips and songs of a job: which they are, whether they still rest, and what a timeline that was made
earlier has to be told about them. How they are sent stands in `sending`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from photovideos import disk, prompt
from photovideos.delivery import publish
from photovideos.errors import FolderMoved, NothingUsable, PromptUnreadable
from photovideos.intake import scan
from photovideos.intake.unfinished import STALE_COPY
from photovideos.jobs.road import NO_FINGERPRINT, Input, InputState
from photovideos.jobs.states import Stage
from photovideos.model import Claim, FileEntry, LeftOut, MediaKind, Snapshot
from photovideos.pipeline.walk import Walk

PREPARE_DEADLINE_SECONDS = 1800.0
LEAST_FILM_BYTES = 20_000_000  # without so much room in the folder nothing is begun
LEAST_OWN_BYTES = 10_000_000  # nor without so much for our own records
FORMATS = "JPG, PNG, HEIC, WebP and GIF are the smoothest; clips may be MP4, MOV, AVI, WebM or MKV."


def gather(walk: Walk) -> None:
    """What the job is about. A run that has its inputs on record already only goes on; a new run looks anew."""
    walk.enter(Stage.CONNECTING, "Looking at the photos.")
    if not walk.road.blocks:
        walk.save(blocks=prompt.read(walk.job.prompt).blocks)
    if walk.road.fingerprint:
        return
    snapshot = look(walk)
    incomplete = scan.incomplete_media(walk.folder_fd, snapshot)
    usable = [entry for entry in snapshot.media if entry.path not in incomplete]
    fingerprint, digests = scan.fingerprint(walk.folder_fd, usable, {}, stop=walk.halt)
    if fingerprint != walk.job.fingerprint and not walk.job.is_complete:
        raise FolderMoved("The photos changed; waiting until the folder rests again.")
    left_out = [
        *snapshot.left_out,
        *(LeftOut(file=path, reason=why) for path, why in incomplete.items()),
        *(LeftOut(file=entry.path, reason=STALE_COPY) for entry in snapshot.temporaries),
    ]
    known = {entry.path: entry for entry in walk.road.inputs}
    inputs = [_input(entry, digests[scan.stat_key(entry)], known.get(entry.path)) for entry in usable]
    added, gone = _came_and_went(walk.road.inputs, inputs) if walk.road.said else ((), ())
    walk.save(
        fingerprint=fingerprint,
        inputs=tuple(inputs),
        left_out=tuple(left_out),
        added=tuple(dict.fromkeys((*walk.road.added, *added))),
        gone=(*walk.road.gone, *gone),
    )
    _check_selections(walk)
    if not any(entry.kind in (MediaKind.PHOTO, MediaKind.CLIP) for entry in inputs):
        raise nothing_usable(walk)


def check_room(walk: Walk) -> None:
    """Before anything is asked of anybody: may a film be put here? Is there room for it and for what leads to it?"""
    export = walk.road.export
    if walk.road.block >= len(walk.road.blocks) or (export is not None and export.film is not None):
        return  # it is there already, or about to be: whoever puts it there looks for himself
    publish.probe_rights(walk.folder_fd)
    film = export.rendered.size_bytes if export is not None and export.rendered is not None else None
    publish.check_space(walk.folder_fd, film or LEAST_FILM_BYTES)
    are_copied = not walk.backend.is_local and walk.tools.config.upload.strip_metadata
    copies = sum(entry.size for entry in walk.road.inputs if are_copied and entry.state is InputState.NEW)
    disk.check(walk.tools.work_dir.parent, copies + LEAST_OWN_BYTES)


def rest_gate(walk: Walk) -> None:
    """Before anything is spent: are the photos and the prompt still those that were taken in? Raises FolderMoved."""
    if walk.road.has_spoken:
        return
    if not walk.road.said and _is_prompt_other(walk):
        raise FolderMoved("prompt.txt was saved again; waiting until the folder rests again.")
    if not _changes(walk):
        return
    if walk.road.said:  # the timeline is kept: what is there is compared with what it was made of
        walk.save(fingerprint=NO_FINGERPRINT, left_out=())
    else:  # what was sent by now would be taken for what is there now: an empty session costs nothing
        walk.save(
            fingerprint=NO_FINGERPRINT,
            inputs=(),
            left_out=(),
            session_id=None,
            sessions_opened=0,
            has_begun_upload=False,
        )
    raise FolderMoved("The photos changed; waiting until the folder rests again.")


def note_late_files(walk: Walk) -> None:
    """Before publishing: the film is made; files that came since are named, and taken along next time."""
    late = _changes(walk)
    if late:
        walk.save(late=late)


def selected_names(walk: Walk, patterns: Sequence[str]) -> tuple[str, ...]:
    """The wire names of the files that a block is about, in the film's order."""
    uploaded = [entry for entry in walk.road.inputs if entry.state is InputState.UPLOADED]
    chosen = set(prompt.select(patterns, [entry.path for entry in uploaded]).paths)
    return tuple(entry.name for entry in uploaded if entry.path in chosen)


def look(walk: Walk) -> Snapshot:
    if os.fstat(walk.folder_fd).st_nlink == 0:
        raise FolderMoved("The folder was deleted.")
    made = tuple(Claim(file=film.name, size=film.size, sha256=film.sha256) for film in walk.road.made)
    return scan.take_snapshot(walk.folder_fd, walk.job.key, claims=(*walk.job.films, *made))


def _changes(walk: Walk) -> tuple[str, ...]:
    """Names of files added, changed or gone since the job took its inputs."""
    left_out = {one.file for one in walk.road.left_out}
    now = {entry.path: (entry.size, entry.mtime_ns) for entry in look(walk).media if entry.path not in left_out}
    then = {entry.path: (entry.size, entry.mtime_ns) for entry in walk.road.inputs if entry.path not in left_out}
    return tuple(sorted(path for path in now.keys() | then.keys() if now.get(path) != then.get(path)))


def _is_prompt_other(walk: Walk) -> bool:
    """One that cannot be read, or is not there any more, changes nothing for the job that it began."""
    try:
        text = scan.read_prompt(walk.folder_fd, look(walk))
    except PromptUnreadable:
        return False
    return bool(text) and not isinstance(prompt.change(walk.job.prompt, text), prompt.Same)


def _input(entry: FileEntry, digest: str, known: Input | None) -> Input:
    assert entry.kind is not None
    fresh = Input(path=entry.path, size=entry.size, mtime_ns=entry.mtime_ns, digest=digest, kind=entry.kind)
    if known is None or known.digest != digest:
        return fresh
    # One that was refused is tried again: it is taken this time, or left out with its reason once more.
    state = InputState.UPLOADED if known.state is InputState.UPLOADED else InputState.NEW
    return replace(fresh, name=known.name, state=state)


def _came_and_went(before: Sequence[Input], now: Sequence[Input]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths of files that the session does not hold as they are now, and wire names of those it holds and are gone."""
    old = {entry.path: entry for entry in before if entry.state is InputState.UPLOADED}
    new = {entry.path: entry for entry in now}
    added = tuple(path for path, entry in new.items() if path not in old or old[path].digest != entry.digest)
    gone = tuple(entry.name for path, entry in old.items() if path not in new or new[path].digest != entry.digest)
    return added, gone


def news(walk: Walk) -> tuple[str, ...]:
    """What a timeline made earlier has to be told about its files (design §2.1, Photos added later)."""
    names = {entry.path: entry.name for entry in walk.road.inputs if entry.state is InputState.UPLOADED}
    added = [names[path] for path in walk.road.added if path in names]
    sentences = []
    if added:
        sentences.append(f"New files: {', '.join(added)}. Add them to the video.")
    if walk.road.gone:
        sentences.append(f"These files are gone: {', '.join(walk.road.gone)}. Remove them from the video.")
    return tuple(sentences)


def _check_selections(walk: Walk) -> None:
    """A block about files that are not there: said before anything is spent. One name of several: in the summary."""
    paths = [entry.path for entry in walk.road.inputs]
    notes = list(walk.road.notes)
    for block in walk.road.blocks:
        if block.files is None:
            continue
        selection = prompt.select(block.files, paths)
        if not selection.paths:
            raise NothingUsable(
                f"The block [{block.label or ''}: {', '.join(block.files)}] names no file of this folder.",
                advice="Correct the names in prompt.txt and save it.",
            )
        notes += [f"No file of this folder is called “{name}”, as a block asks for." for name in selection.unmatched]
    walk.save(notes=tuple(dict.fromkeys(notes)))


def nothing_usable(walk: Walk) -> NothingUsable:
    named = "; ".join(f"{one.file}: {one.reason}" for one in walk.road.left_out[:10])
    return NothingUsable(
        f"None of the photos could be used. {named}".strip(),
        advice=f"Put photos that open on your computer into the folder. {FORMATS}",
    )
