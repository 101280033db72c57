"""The store on a disk that is full, at every kind of write: said with figures, and over as soon as there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.full_disks import small_disk

pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 90) as made:
        yield made.at


def fill(folder: Path) -> Path:
    """Takes the last byte."""
    filler = folder / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1_000_000, 4096):
            try:
                while True:
                    os.write(descriptor, bytes(size))
            except OSError:
                continue
    finally:
        os.close(descriptor)
    return filler


def test_a_full_disk_is_said_at_every_write_and_forgotten_when_there_is_room(rigs: Any, disk: Path) -> None:
    rig = rigs(store_folder=disk / "store")
    session = rig.ready_session("a.jpg")
    draft = rig.state(session)["draft"]
    large = rig.upload(session, ("large.jpg", b"x" * 60_000_000))
    assert large.status_code == 507
    assert "60 MB are needed" in large.json()["message"]
    filler = fill(disk)
    message = {"parts": [{"text": "again"}]}
    body = {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": message}
    refused = [
        rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "another"}),
        rig.ask("POST", "/api/tasks/me/with-session/nemo_agent", json={}),
        rig.upload(session, ("b.jpg", b"x" * 100_000)),
        rig.upload_url(session, rig.photo("c.jpg").as_uri()),
        rig.ask("POST", "/run_sse", json=body),
        rig.render(session, draft, "render_2"),
    ]
    assert [answer.status_code for answer in refused] == [507] * 6
    assert all("store" in answer.json()["message"] for answer in refused)
    assert rig.state(session)["draft"] == draft, "what was there is whole"
    filler.unlink()
    assert rig.upload_url(session, rig.photo("c.jpg").as_uri()).json()["code"] == 0
    rig.say(session, "again")
    assert rig.render(session, rig.state(session)["draft"], "render_2").json()["code"] == 0
    assert rig.ended("render_2")["status"] == "completed"
    assert not list((disk / "store").rglob("*.part"))
    rig.close()


def test_a_film_waits_for_room_and_is_made_when_there_is_some(rigs: Any, disk: Path) -> None:
    rig = rigs(store_folder=disk / "store")
    session = rig.ready_session("a.jpg")
    rig.farm.gate.clear()
    draft = rig.state(session)["draft"]
    rig.render(session, draft, "render_1")
    rig.eventually(lambda: rig.farm.films)
    rig.render(session, draft, "render_2")
    filler = fill(disk)
    rig.farm.trouble = rig.trouble("the film could not be written")
    rig.farm.gate.set()
    rig.eventually(lambda: rig.farm.troubled)
    assert [rig.poll(render_id)["status"] for render_id in ("render_1", "render_2")] == ["processing", "pending"]
    rig.eventually(lambda: "waits_for" in rig.poll("render_1"))
    assert "MB are needed, 0 MB are free" in rig.poll("render_1")["waits_for"]
    rig.farm.trouble = None
    filler.unlink()
    for render_id in ("render_1", "render_2"):
        assert rig.ended(render_id)["status"] == "completed"
        assert "waits_for" not in rig.poll(render_id)
    rig.close()
