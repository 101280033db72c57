from __future__ import annotations

import errno
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from photovideos.backend.studio import Studio
from photovideos.config import Config
from photovideos.errors import ServiceTrouble


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    environ = {"RUNTIME_DIRECTORY": str(tmp_path), "PATH": os.environ["PATH"]}
    return Studio(Config(), state_dir=tmp_path, environ=environ, stop=threading.Event(), monotonic=lambda: 0.0)


def test_a_machine_that_starts_no_more_processes_is_asked_again_later(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(ServiceTrouble, match="does not start") as caught:
        studio.hold([])
    assert "temporarily unavailable" in caught.value.detail
    studio.end()
