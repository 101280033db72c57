"""The photos, clips and songs of a job on their way to the backend, in the order of the film: prepared, sent, and what
became of each put on record at once. Which they are is decided in `inputs`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from photovideos import media
from photovideos.intake import scan
from photovideos.jobs.road import Input, InputState
from photovideos.jobs.states import Stage
from photovideos.model import LeftOut, MediaKind, Prepared
from photovideos.nemo import upload as uploading
from photovideos.nemo.upload import Outgoing, file_address
from photovideos.pipeline import inputs
from photovideos.pipeline.walk import Walk

PREPARE_DEADLINE_SECONDS = 1800.0


def upload(walk: Walk) -> None:
    """Prepares what is new and sends it, one file a request, in the order of the film."""
    if all(entry.state is not InputState.NEW for entry in walk.road.inputs):
        return
    inputs.rest_gate(walk)
    walk.enter(Stage.UPLOADING, f"Preparing {len(walk.road.inputs)} files.")
    prepared = _prepare(walk)
    walk.enter(Stage.UPLOADING, f"Sending {len(prepared)} files.")
    is_resumed = walk.road.has_begun_upload
    walk.save(has_begun_upload=True)

    def _sent(file: Outgoing, name: str) -> None:
        walk.save(inputs=_with(walk, file.path, state=InputState.UPLOADED, name=name))
        done = sum(entry.state is not InputState.NEW for entry in walk.road.inputs)
        walk.progressed(done / len(walk.road.inputs), f"{done} of {len(walk.road.inputs)} files are sent.")

    def _refused(file: Outgoing, reason: str) -> None:
        walk.save(
            inputs=_with(walk, file.path, state=InputState.REFUSED),
            left_out=(*walk.road.left_out, LeftOut(file=file.path, reason=reason)),
        )

    outgoing = [_outgoing(walk, item) for item in prepared]
    walk.call(
        lambda token: uploading.upload(
            walk.backend.client,
            token,
            walk.session_id,
            [file for file in outgoing if _state(walk, file.path) is InputState.NEW],
            is_resumed=is_resumed,
            others=walk.road.gone,
            on_sent=_sent,
            on_refused=_refused,
            stop=walk.halt,
        )
    )
    walk.save(has_begun_upload=False)
    if not any(
        entry.state is InputState.UPLOADED and entry.kind in (MediaKind.PHOTO, MediaKind.CLIP)
        for entry in walk.road.inputs
    ):
        raise inputs.nothing_usable(walk)


def _outgoing(walk: Walk, item: Prepared) -> Outgoing:
    """To the studio goes the address of the original; to the cloud the copy made for it, or the original itself."""
    size, digest = next((entry.size, entry.digest) for entry in walk.road.inputs if entry.path == item.path)
    if walk.backend.is_local:
        # With its digest: whoever may write into the folder could put another file under this path meanwhile.
        address = file_address(str(_path_of(walk.folder_fd) / item.path), item.name, digest)
        return Outgoing(path=item.path, name=item.name, size=size, address=address)
    if item.local is not None:
        copy = walk.work_dir / item.local
        return Outgoing(
            path=item.path,
            name=item.name,
            size=copy.stat().st_size,
            open_file=lambda: os.open(copy, os.O_RDONLY | os.O_CLOEXEC),
        )
    return Outgoing(
        path=item.path, name=item.name, size=size, open_file=lambda: scan.open_file(walk.folder_fd, item.path)
    )


def _prepare(walk: Walk) -> tuple[Prepared, ...]:
    settings = walk.tools.config.upload
    entries = [entry for entry in inputs.look(walk).media if _state(walk, entry.path) is InputState.NEW]
    prepared = media.prepare(
        walk.folder_fd,
        entries,
        {entry.path: entry.name for entry in walk.road.inputs if entry.name},
        into=None if walk.backend.is_local else walk.work_dir,
        longest_edge_pixels=settings.longest_edge_pixels,
        strip_metadata=settings.strip_metadata,
        parallel=settings.parallel,
        stop=walk.halt,
        deadline_seconds=PREPARE_DEADLINE_SECONDS,
    )
    problems = tuple(LeftOut(file=item.path, reason=item.problem) for item in prepared if item.problem)
    by_path = {entry.path: entry for entry in walk.road.inputs}
    fresh = [
        replace(by_path[item.path], state=InputState.REFUSED)  # without a name: it would be kept from another file
        if item.problem
        else replace(by_path[item.path], name=item.name)
        for item in prepared
    ]
    known = [entry for entry in walk.road.inputs if entry.path not in {item.path for item in prepared}]
    walk.save(inputs=(*known, *fresh), left_out=(*walk.road.left_out, *problems))
    return tuple(item for item in prepared if not item.problem)


def _with(walk: Walk, path: str, **changes: Any) -> tuple[Input, ...]:
    """All inputs, and the one at `path` with what became of it."""
    return tuple(replace(entry, **changes) if entry.path == path else entry for entry in walk.road.inputs)


def _state(walk: Walk, path: str) -> InputState | None:
    return next((entry.state for entry in walk.road.inputs if entry.path == path), None)


def _path_of(folder_fd: int) -> Path:
    """Where the folder lies now: it may have been renamed since it was opened."""
    return Path(os.readlink(f"/proc/self/fd/{folder_fd}"))
