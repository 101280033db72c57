"""Where the user's own token comes from."""

from pathlib import Path

from photovideos.daemon.credential import own_token


def test_the_environment_comes_first_then_the_credential(tmp_path: Path) -> None:
    (tmp_path / "nemo_token").write_text(" from-systemd\n", encoding="utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert own_token(environ) == "from-systemd"
    assert own_token(environ | {"NEMO_TOKEN": " from-environment "}) == "from-environment"
    assert own_token(environ | {"NEMO_TOKEN": "  "}) == "from-systemd"


def test_none_is_none(tmp_path: Path) -> None:
    assert own_token({}) is None
    assert own_token({"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None
    (tmp_path / "nemo_token").write_text("\n", encoding="utf-8")
    assert own_token({"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None
