"""What is read of a folder before it is decided about, and what is not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from photovideos.delivery import status
from photovideos.delivery.status import StatusNote
from photovideos.intake import scan
from photovideos.intake.settle import Verdict, Waiting
from photovideos.model import LeftOut, Snapshot
from photovideos.reception.decide import View
from photovideos.reception.seen import Seen
from photovideos.reception.sight import Sight, tells_of_a_job
from support.front_desk import Office

SETTLED = Verdict(waiting=Waiting.NOTHING, since=0.0, next_look_seconds=1.0)


@contextmanager
def opened(office: Office, name: str) -> Iterator[tuple[int, Seen, Snapshot]]:
    folder_fd = scan.open_folder(str(office.inbox), name)
    try:
        seen = Seen(key=scan.key_of(str(office.inbox), name, folder_fd))
        snapshot = scan.take_snapshot(folder_fd, seen.key, memory=seen.memory)
        seen.read_prompt(folder_fd, snapshot)
        yield folder_fd, seen, snapshot
    finally:
        os.close(folder_fd)


def view(office: Office, name: str, verdict: Verdict = SETTLED, default_prompt: str | None = None) -> View:
    sight = Sight(ledger=office.ledger, default_prompt=default_prompt, stop=office.around.stop, beat=lambda: None)
    with opened(office, name) as (folder_fd, seen, snapshot):
        return sight.view(seen, folder_fd, snapshot, verdict, frozenset())


def test_files_that_are_left_out_are_not_in_the_fingerprint(office: Office) -> None:
    office.fill("Trip", photos=2)
    without = Verdict(
        waiting=Waiting.NOTHING, since=0.0, next_look_seconds=1.0, left_out=(LeftOut(file="2.jpg", reason="cut"),)
    )
    assert view(office, "Trip").fingerprint != view(office, "Trip", without).fingerprint


def test_a_folder_that_does_not_rest_is_not_read(office: Office) -> None:
    office.fill("Trip")
    moving = Verdict(waiting=Waiting.COPY, since=0.0, next_look_seconds=1.0)
    assert view(office, "Trip", moving).fingerprint == ""
    office.settle("Trip")
    assert view(office, "Trip", moving).fingerprint == office.job("Trip").fingerprint


def test_files_are_read_again_only_if_they_changed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, read = office.fill("Trip"), scan.fingerprint
    count = 0

    def counted(*arguments: object, **more: object) -> object:
        nonlocal count
        count += 1
        return read(*arguments, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(scan, "fingerprint", counted)
    sight = Sight(ledger=office.ledger, default_prompt=None, stop=office.around.stop, beat=lambda: None)
    with opened(office, "Trip") as (folder_fd, seen, snapshot):
        first = sight.view(seen, folder_fd, snapshot, SETTLED, frozenset())
        assert sight.view(seen, folder_fd, snapshot, SETTLED, frozenset()) == first
        assert count == 1
        (folder / "1.jpg").write_bytes((folder / "1.jpg").read_bytes() + b"more")
        other = scan.take_snapshot(folder_fd, seen.key, memory=seen.memory)
        assert sight.view(seen, folder_fd, other, SETTLED, frozenset()).fingerprint != first.fingerprint
        assert count == 2


def test_a_film_of_these_photos_is_already_made_only_if_it_is_there(office: Office) -> None:
    folder = office.fill("Trip")
    fingerprint, film = view(office, "Trip").fingerprint, b"\0\0\0\x18ftypmp42" + b"film" * 20
    claim = f"Made by photovideos: Trip.mp4, {len(film)}, {hashlib.sha256(film).hexdigest()}"
    (folder / "Trip - timeline.txt").write_text(f"Inputs: {fingerprint}\n{claim}\n", encoding="utf-8")
    assert not view(office, "Trip").is_already_made
    (folder / "under another name.mp4").write_bytes(film)
    assert view(office, "Trip").is_already_made
    (folder / "2.jpg").write_bytes((folder / "1.jpg").read_bytes())
    assert not view(office, "Trip").is_already_made, "other photos"


def test_the_default_prompt_is_used_where_the_verdict_says_so(office: Office) -> None:
    office.fill("Trip", text=None)
    rested = Verdict(waiting=Waiting.NOTHING, since=0.0, next_look_seconds=1.0, uses_default_prompt=True)
    assert view(office, "Trip", default_prompt="a film").prompt is None
    assert view(office, "Trip", rested, default_prompt="a film").prompt == "a film"


@pytest.mark.parametrize(
    ("state", "reference", "tells"),
    [
        ("rendering", "0a1b2c3d", True),
        ("NEEDS HELP", "0a1b2c3d", True),
        ("trying again at 14-05", "0a1b2c3d", True),
        ("NEEDS HELP", "w-0a1b2c", False),
        ("queued", "0a1b2c3d", False),
        ("waiting for prompt.txt", "w-0a1b2c", False),
    ],
)
def test_a_status_file_of_work_that_had_begun_is_told_from_one_that_waits(
    office: Office, state: str, reference: str, tells: bool
) -> None:
    office.fill("Trip")
    with opened(office, "Trip") as (folder_fd, _, _):
        assert not tells_of_a_job(folder_fd)
        status.show(folder_fd, StatusNote(state=state, lines=("so",), reference=reference), now=0.0)
        assert tells_of_a_job(folder_fd) is tells
