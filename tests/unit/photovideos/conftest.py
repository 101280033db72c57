"""A small cloud on loopback, for every room that speaks with one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.fake_cloud import FakeCloud, serving


@pytest.fixture
def cloud() -> Iterator[FakeCloud]:
    with serving() as fake:
        yield fake
