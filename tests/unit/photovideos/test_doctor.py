"""What doctor says of the token; the rest of it is seen from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from photovideos import config, doctor


def said_of_token(kind: str, environ: dict[str, str]) -> list[str]:
    settings = config.parse(f"backend: {{kind: {kind}}}")
    return [finding.says for finding in doctor._token(settings, environ)]


def credential(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "nemo_token").write_text("nmv_mine\n")
    return {"CREDENTIALS_DIRECTORY": str(tmp_path)}


@pytest.mark.parametrize("is_credential", [False, True])
def test_a_token_that_the_studio_does_not_use_is_said_to_be_unused(tmp_path: Path, is_credential: bool) -> None:
    environ = credential(tmp_path) if is_credential else {"NEMO_TOKEN": "nmv_mine"}
    assert said_of_token("studio", environ) == ["NEMO_TOKEN is set and not used: films are made on this machine"]
    assert said_of_token("nemo", environ) == ["your own NEMO_TOKEN is used"]


@pytest.mark.parametrize("environ", [{}, {"NEMO_TOKEN": "  "}])
def test_without_a_token_there_is_nothing_to_be_said_of_it_with_the_studio(environ: dict[str, str]) -> None:
    assert said_of_token("studio", environ) == []
    assert said_of_token("nemo", environ) == ["none of your own: the free one is used"]
