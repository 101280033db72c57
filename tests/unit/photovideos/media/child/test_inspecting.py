from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photovideos.media.child import film as measuring
from photovideos.media.child import inspecting


def answered(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        return inspecting.answer({"film_fd": file.fileno(), "expected_seconds": 1.0, "expected_bytes": None})


def test_a_whole_film_has_facts(film: Callable[..., Path], tmp_path: Path) -> None:
    assert answered(film(tmp_path / "a.mp4"))["facts"]["fps"] == 25.0


def test_a_broken_one_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no film")
    assert answered(tmp_path / "a.mp4")["broken"].endswith(".")


@pytest.mark.parametrize(
    ("error", "key"), [(MemoryError(), "broken"), (OSError(errno.EIO, "Input/output error"), "offline")]
)
def test_what_the_system_says_is_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, key: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"film")

    def _fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(measuring, "measure", _fail)
    assert key in answered(tmp_path / "a.mp4")
