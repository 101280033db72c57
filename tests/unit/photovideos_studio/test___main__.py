"""Arguments that cannot be followed are refused before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from photovideos_studio.__main__ import read_arguments, run
from photovideos_studio.faults import FaultsError
from photovideos_studio.listening import ListenError
from photovideos_studio.store import Store
from photovideos_studio.store.errors import StoreBusy


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("--listen", "0.0.0.0:0"), ListenError, "token-file"),
        (("--listen", "nowhere"), ListenError, "HOST:PORT"),
        (("--listen", "127.0.0.1:0", "--token-file", "/nonexistent"), ListenError, "token file"),
        (("--socket", "/nonexistent/s"), ListenError, "cannot be opened"),
        (("--listen", "127.0.0.1:0", "--faults", "/nonexistent"), FaultsError, "cannot be read"),
        (("--listen", "127.0.0.1:0", "--assistant-url", "http://127.0.0.1:1"), ListenError, "--assistant-model"),
    ],
)
def test_what_it_cannot_do_is_said_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        run(read_arguments(["--store", str(tmp_path / "store"), *arguments]))
    Store(tmp_path / "store").close()  # the store is free again


def test_a_second_studio_on_the_same_store_gives_way(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StoreBusy, match="another studio"):
        run(read_arguments(["--store", str(tmp_path), "--socket", str(tmp_path / "s")]))
    assert not (tmp_path / "s").exists()
    first.close()


@pytest.mark.parametrize(
    "arguments", [[], ["--store", "x"], ["--store", "x", "--socket", "s", "--listen", "127.0.0.1:0"]]
)
def test_a_store_and_one_place_to_listen_are_needed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        read_arguments(arguments)
    assert caught.value.code == 2
    assert "required" in capsys.readouterr().err or len(arguments) > 4
