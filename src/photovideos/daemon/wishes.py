"""What commands ask of a running daemon (`retry`, `cancel`, `once FOLDER`), and folders that are taken as they lie."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from photovideos.config import Config
from photovideos.daemon.house import House
from photovideos.errors import PhotoVideosError, UsageError
from photovideos.intake import mounts, scan
from photovideos.intake.pace import pace_of
from photovideos.jobs.ledger import Job
from photovideos.model import Control, FolderKey
from photovideos.reception.desk import Desk, Surroundings
from photovideos.reception.seen import Seen

MOST_LOOKS_AGAIN = 2  # a folder that still moves is looked at twice more (design §2.3)


def carry_out(house: House) -> None:
    """Does what commands wrote into the ledger since the last look."""
    for request in house.ledger.asked():
        try:
            if request.verb == "once":
                take_folder(house, Path(request.path))
                answer = "taken"
            else:
                answer = _control(house, Path(request.path), Control(request.verb.upper()))
        except PhotoVideosError as error:
            answer = f"refused: {error} {error.advice}".rstrip()
        house.ledger.answer(request.id, answer)


def take_folder(house: House, folder: Path, *, asked: frozenset[Control] = frozenset({Control.READY})) -> FolderKey:
    """As if READY lay in it: what is incomplete is left out and named. Raises UsageError for what is no such folder."""
    folder = check_folder_of(house.config, folder)
    reception = house.reception_of(str(folder.parent))
    if reception is not None and asked == {Control.READY}:
        house.ledger.take_after_all(reception.path, folder.name)
    desk, folder_fd, seen = _at_the_desk(house, folder)
    try:
        seen.asked |= asked
        desk.visit(seen, folder_fd, is_complete=True)
    finally:
        os.close(folder_fd)
    return seen.key


def settle_again(house: House, job: Job) -> None:
    """A folder changed under its job. Its inbox watches it anew; one that lies elsewhere is looked at twice more."""
    reception = house.reception_of(job.key.inbox)
    if reception is not None:
        reception.settle_again(job.key.name)
        return
    house.moved[job.id] = house.moved.get(job.id, 0) + 1
    if house.moved[job.id] <= MOST_LOOKS_AGAIN:
        take_folder(house, Path(job.key.inbox) / job.key.name)


def check_folder_of(config: Config, folder: Path) -> Path:
    """The absolute path of a folder given by name. Raises UsageError: `/`, a home directory, an inbox and anything
    above an inbox are refused (design §2.3), and so is what is no folder."""
    folder = Path(os.path.abspath(folder))
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError(f"{folder} is not a folder.")
    inboxes = [inbox.path for inbox in config.inboxes]
    is_home = folder in {Path.home(), Path("/root"), Path("/home")} or folder.parent == Path("/home")
    is_above = any(folder == inbox or folder in inbox.parents for inbox in inboxes)
    if folder == Path(folder.anchor) or is_home or is_above:
        raise UsageError(f"{folder} is not a folder for one film.", advice="Name the folder with the photos itself.")
    return folder


def _control(house: House, folder: Path, control: Control) -> str:
    """`retry` or `cancel`, as if the control file lay in the folder."""
    folder = check_folder_of(house.config, folder)
    reception = house.reception_of(str(folder.parent))
    if reception is not None:
        house.ledger.take_after_all(reception.path, folder.name)
        reception.ask(folder.name, control)
    else:
        take_folder(house, folder, asked=frozenset({control}))
    return "done"


def _at_the_desk(house: House, folder: Path) -> tuple[Desk, int, Seen]:
    folder_fd = scan.open_folder(str(folder.parent), folder.name)
    mount = mounts.mount_of(folder_fd)
    pace = pace_of(settle_seconds=None, is_network=mount.is_network, is_polled=True)
    pace = replace(pace, quick_seconds=0.0)  # whoever names a folder vouches for it
    around = Surroundings(
        ledger=house.ledger,
        backend=house.backend,
        default_prompt=house.config.default_prompt,
        default_prompt_after_seconds=0.0,
        clock=house.clock,
        monotonic=house.monotonic,
        wake=house.workers.wake,
        interrupt=house.workers.interrupt,
    )
    return Desk(around, pace), folder_fd, Seen(key=scan.key_of(str(folder.parent), folder.name, folder_fd))
