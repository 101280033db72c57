"""The tables of prompts hold: ours wholly, the shared one where it lies beside the checkout."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

_OWN = Path(__file__).with_name("prompts.jsonl")
_SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "prompts.jsonl"


def _bad(table: ModuleType, path: Path) -> dict[str, object]:
    found = {row.id: table.differences(row, table.wishes_of(row)) for row in table.rows(path)}
    return {name: differences for name, differences in found.items() if differences}


def test_all_shared_prompts_are_understood(table: ModuleType) -> None:
    if not _SHARED.exists():
        pytest.skip("the shared prompts are not beside this checkout")
    assert _bad(table, _SHARED) == {}


def test_all_prompts_of_our_own_table_are_understood(table: ModuleType) -> None:
    assert _bad(table, _OWN) == {}


def test_our_table_is_large_and_a_third_of_it_are_traps(table: ModuleType) -> None:
    rows = list(table.rows(_OWN))
    assert len(rows) >= 200
    assert sum(row.is_trap for row in rows) * 3 >= len(rows)
    assert len({row.lang for row in rows}) >= 10
    assert len({row.id for row in rows}) == len(rows)
