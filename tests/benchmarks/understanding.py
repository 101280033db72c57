"""How well the director understands: precision and recall of each field over the tables of prompts. Run by hand:

    python tests/benchmarks/understanding.py [TABLE.jsonl …]

Without arguments: our own table, and the shared one where it lies beside the checkout. A field counts as asked for
where a row expects it, as wrongly found where a row says that it must be absent or expects another value.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve()
_UNIT = _HERE.parents[1] / "unit" / "photovideos_studio" / "director"


def _table_module() -> Any:
    spec = importlib.util.spec_from_file_location("director_table", _UNIT / "table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main(paths: list[Path]) -> int:
    table = _table_module()
    asked, right, wrong, missed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    failures = 0
    for row in (row for path in paths for row in table.rows(path)):
        told = table.wishes_of(row)
        bad = table.differences(row, told)
        failures += bool(bad)
        for name in row.expect:
            asked[name] += 1
            right[name] += name not in bad
            missed[name] += name in bad and not told.get(name)
            wrong[name] += name in bad and bool(told.get(name))
        for name in row.absent:
            wrong[name] += name in bad
        if bad:
            print(f"{row.id}: {row.turns} -> {bad}")
    print(f"{'field':<20}{'asked':>6}{'precision':>11}{'recall':>8}")
    for name in sorted(asked):
        found = right[name] + wrong[name]
        print(
            f"{name:<20}{asked[name]:>6}{right[name] / found if found else 1:>11.3f}{right[name] / asked[name]:>8.3f}"
        )
    print(f"{failures} rows with a difference")
    return 1 if failures else 0


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    shared = _HERE.parents[2].parent / "shared" / "prompts.jsonl"
    sys.exit(main(given or [path for path in (_UNIT / "prompts.jsonl", shared) if path.exists()]))
