"""New means new: what was there before is left alone until it is asked for (design §2.1)."""

from __future__ import annotations

import pytest

from photovideos.config import BackendConfig
from photovideos.intake import scan
from photovideos.reception.first_sight import FirstSight
from support.front_desk import Office

CLOUD = {"backend": BackendConfig(kind="nemo")}


def look(office: Office, first: FirstSight, *, is_first: bool = True) -> None:
    with office.opened() as inbox_fd:
        first.look(inbox_fd, scan.list_folders(inbox_fd), is_first=is_first)


def leaves_alone(office: Office, first: FirstSight, name: str) -> bool:
    with office.opened() as inbox_fd:
        (folder,) = (one for one in scan.list_folders(inbox_fd).folders if one.name == name)
        return first.leaves_alone(inbox_fd, folder)


def test_folders_without_a_prompt_are_a_library_and_later_ones_are_not(office: Office) -> None:
    office.fill("Library", text=None)
    office.fill("Asked for")
    first = office.first_sight()
    look(office, first)
    office.fill("Later", text=None)
    look(office, first, is_first=False)
    assert [name for name in ("Library", "Asked for", "Later") if leaves_alone(office, first, name)] == ["Library"]
    assert set(first.left_alone()) == {"Library"}


@pytest.mark.parametrize("name", ["prompt.txt", "PROMPT.TXT", "Ready", "ready.txt"])
def test_a_folder_of_the_library_is_taken_once_it_gets_a_prompt_or_ready(office: Office, name: str) -> None:
    folder = office.fill("Library", text=None)
    first = office.first_sight()
    look(office, first)
    assert leaves_alone(office, first, "Library")
    (folder / name).write_text("", encoding="utf-8")
    assert not leaves_alone(office, first, "Library")
    (folder / name).unlink()
    assert not leaves_alone(office, first, "Library"), "for good"


def test_the_library_is_known_after_a_restart_and_a_folder_dropped_under_its_name_is_new(office: Office) -> None:
    folder = office.fill("Library", text=None)
    look(office, office.first_sight())
    again = office.first_sight()
    look(office, again, is_first=False)
    assert leaves_alone(office, again, "Library")
    folder.rename(office.inbox.parent / "elsewhere")
    office.fill("Library", text=None)
    assert not leaves_alone(office, again, "Library")


def test_a_folder_of_the_library_that_a_command_asks_for_is_left_alone_no_more(office: Office) -> None:
    office.fill("Library", text=None)
    first = office.first_sight()
    look(office, first)
    assert leaves_alone(office, first, "Library")
    office.ledger.take_after_all(str(office.inbox), "Library")  # `once FOLDER` and `retry FOLDER`
    assert not leaves_alone(office, first, "Library")


def test_existing_take_takes_them(office: Office) -> None:
    office.fill("Library", text=None)
    first = office.first_sight(inbox={"existing": "take"})
    look(office, first)
    assert not leaves_alone(office, first, "Library")


@pytest.mark.parametrize(("folders", "gated"), [(10, 0), (11, 11)])
def test_with_the_cloud_more_than_ten_ready_folders_wait_for_ready_in_the_inbox(
    office: Office, folders: int, gated: int
) -> None:
    for number in range(folders):
        office.fill(f"Trip {number}")
    first = office.first_sight(**CLOUD)
    look(office, first)
    assert first.gated() == gated
    again = office.first_sight(**CLOUD)
    look(office, again, is_first=False)
    assert again.gated() == gated, "also after a restart"
    (office.inbox / "READY").touch()
    look(office, again, is_first=False)
    assert again.gated() == 0
    assert not (office.inbox / "READY").exists() or not gated
    assert office.first_sight(**CLOUD).gated() == 0


def test_on_this_machine_nobody_has_to_be_asked(office: Office) -> None:
    for number in range(30):
        office.fill(f"Trip {number}")
    first = office.first_sight()
    look(office, first)
    assert first.gated() == 0
