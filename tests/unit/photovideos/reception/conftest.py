from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.front_desk import Office


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def office(**around: Any) -> Office:
        made.append(Office(tmp_path, **around))
        return made[-1]

    yield office
    for one in made:
        one.ledger.close()


@pytest.fixture
def office(offices: Callable[..., Office]) -> Office:
    return offices()
