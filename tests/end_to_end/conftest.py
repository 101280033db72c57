from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House
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
