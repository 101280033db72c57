"""Which folders a command may name."""

from pathlib import Path

import pytest

from photovideos import config
from photovideos.daemon.wishes import check_folder_of
from photovideos.errors import UsageError


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    (tmp_path / "above" / "inbox" / "Italy").mkdir(parents=True)
    return config.parse(f"inboxes: [{{path: {tmp_path / 'above' / 'inbox'}}}]")


def test_a_folder_in_an_inbox_or_anywhere_else_may_be_named(settings: config.Config, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert check_folder_of(settings, elsewhere) == elsewhere
    inside = settings.inboxes[0].path / "Italy"
    assert check_folder_of(settings, inside / ".." / "Italy") == inside


def test_root_homes_inboxes_and_what_lies_above_them_are_refused(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for place in (Path("/"), Path("/home"), home, settings.inboxes[0].path, tmp_path / "above", tmp_path):
        with pytest.raises(UsageError):
            check_folder_of(settings, place)


def test_what_is_no_folder_is_refused(settings: config.Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(settings.inboxes[0].path / "Italy")
    for place in ("file", "link", "none"):
        with pytest.raises(UsageError, match="is not a folder"):
            check_folder_of(settings, tmp_path / place)
