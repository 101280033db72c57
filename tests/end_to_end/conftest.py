from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()
