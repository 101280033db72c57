"""What the tests of this room are made from."""

from __future__ import annotations

import pytest

from support.sounds import Sounds


@pytest.fixture
def sounds() -> Sounds:
    return Sounds()
