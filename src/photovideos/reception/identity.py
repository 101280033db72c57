"""PURE: is this the folder that the job was taken in from, or another one in its place?

Name and inode do not tell: a folder is deleted and dropped again under its name, a new one gets the inode of one that
is gone, and some file systems number everything anew at each mount. What does tell is the content: a folder that was
only renamed or numbered anew still holds something that was there when the job last rested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from photovideos.intake.ignore import OWN_NOTE_PREFIX
from photovideos.jobs.records import Job
from photovideos.jobs.road import Input
from photovideos.jobs.states import UNDER_WAY
from photovideos.model import FileEntry, Snapshot


def is_same_folder(job: Job, snapshot: Snapshot, inputs: Callable[[], Iterable[Input]]) -> bool:
    """Whether the job goes on with this folder. `inputs`: what the job was made of, read only if need be.

    Change times are compared with each other alone, as their own file system gave them; never with our clock. Under
    the same name and inode a job that is under way goes on whatever lies there (its gates look after the photos), and
    so does one whose photos only got other rights, which moves their change times.
    """
    is_same_place = job.key == snapshot.key
    if snapshot.glance == job.glance or (is_same_place and job.state in UNDER_WAY):
        return True
    if job.newest_ctime_ns is None:  # it was just taken in
        return is_same_place
    ours = {(film.file, film.size) for film in job.films}
    if any((entry.path, entry.size) in ours for entry in snapshot.own):
        return True
    oldest = _oldest_ctime_ns(snapshot)
    if oldest is None:  # nothing is left that could be told apart, or made a film of
        return is_same_place
    if oldest <= job.newest_ctime_ns:
        return True
    lies_there = {(entry.path, entry.size, entry.mtime_ns) for entry in snapshot.media}
    return is_same_place and any((one.path, one.size, one.mtime_ns) in lies_there for one in inputs())


def newest_ctime_ns(snapshot: Snapshot) -> int:
    """Of all files that were seen, by the clock of their own file system."""
    return max((entry.ctime_ns for entry in _files(snapshot)), default=0)


def _oldest_ctime_ns(snapshot: Snapshot) -> int | None:
    return min((entry.ctime_ns for entry in _files(snapshot)), default=None)


def _files(snapshot: Snapshot) -> tuple[FileEntry, ...]:
    prompt = () if snapshot.prompt is None else (snapshot.prompt,)
    mine = tuple(entry for entry in snapshot.own if not entry.path.startswith(OWN_NOTE_PREFIX))
    return (*snapshot.media, *snapshot.others, *prompt, *mine)
