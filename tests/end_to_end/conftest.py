from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House
from support.strangers import Start, StudioAlone
from support.watched import Town, town_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A house of its own, not running yet, with a quick cloud."""
    with town_at(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One running daemon for all tests that only drop folders of their own names."""
    with town_at(tmp_path_factory.mktemp("street")) as made:
        made.settings["jobs"] = {"parallel": 3}
        made.run()
        yield made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a studio alone, with these arguments."""
    made: list[StudioAlone] = []

    def begin(*arguments: str) -> StudioAlone:
        made.append(StudioAlone(tmp_path / f"studio{len(made)}", *arguments))
        return made[-1]

    yield begin
    for studio in made:
        studio.close()


@pytest.fixture(scope="module")
def on_tcp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioAlone]:
    """A studio alone for all tests of a module, on TCP."""
    studio = StudioAlone(tmp_path_factory.mktemp("tcp"), "--listen", "127.0.0.1:0")
    yield studio
    studio.close()
