"""Full disks, write by write: `PYTHONPATH=tests python -m benchmarks.full_disks` (`--help`: parts of it).

Of each place all writes of one film: from the first on there is no room, then from the second on, and so forth, until a
film is made before its write comes. After each there is room again, and then there must be one film, one message, one
upload of each photo and nothing left behind, all under one daemon that neither dies nor spins.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from support.full_disks import Brink
from support.full_disks.daemon_sweep import DaemonSweep
from support.full_disks.store_sweep import StoreSweep
from support.full_disks.sweep import Sweep
from support.watched import town_at

PLACES = ("state", "inbox", "store")
MOST_LINES_A_CASE = 60  # of the log: a run has about 25, and a case waits and tries again


def sweep(place: str, every: int, first: int) -> list[str]:
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix="full-disks-") as root, playing(place, Path(root)) as (played, state):
        ended = played.play(first=first, every=every)
        wrong = [f"{place}, from write {write} on: {problem}" for write, problem in ended]
        lines = played.log().count("\n") / max(1, played.cases)
        with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger:
            is_sound = ledger.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    if lines > MOST_LINES_A_CASE:
        wrong.append(f"{place}: {lines:.0f} lines of log a case")
    if not is_sound:
        wrong.append(f"{place}: the ledger is damaged")
    print(
        f"{place:8}{played.cases:5} writes without room, {len(wrong)} ended wrong, {lines:.0f} of at most "
        f"{MOST_LINES_A_CASE} log lines a case, ledger {'sound' if is_sound else 'DAMAGED'}, "
        f"{(monotonic() - begun) / 60:.1f} minutes",
        flush=True,
    )
    return wrong


@contextmanager
def playing(place: str, root: Path) -> Iterator[tuple[Sweep, Path]]:
    """A sweep of that place, and the state directory of its daemon."""
    if place == "store":
        with closing(StoreSweep(root)) as studio:
            yield studio, studio.scene.state
    else:
        with town_at(root, settle_seconds=0.2) as town:
            yield DaemonSweep(town, Brink(town.root / "brink", town.root / place)), town.state


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Lets each write find no room.")
    parser.add_argument("--place", action="append", choices=PLACES, help="may be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every n-th write")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the first of them")
    options = parser.parse_args(arguments)
    wrong = [line for place in options.place or PLACES for line in sweep(place, options.every, options.first)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
