"""Plays the crash matrix and prints it: `PYTHONPATH=tests python -m benchmarks.crash_matrix` (`--help`: parts of it).

Rows: where everything was held. Columns: who was killed with SIGKILL, and under which kind of backend: the daemon's own
studio, or one on loopback TCP in the part of the cloud, which outlives the daemon. ok: exactly one film with the frames
of an undisturbed run, its summary, one session's worth of uploads, one message, one render, and nothing left behind.
The cases mostly wait, so a few of them are played side by side.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from support.crashes import KINDS, STAGES, VICTIMS, Reference, Stage, Verdict, play

AT_ONCE = 4
Cell = tuple[str, str, str]


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prints the crash matrix, or a part of it.")
    parser.add_argument("--kind", action="append", choices=KINDS, help="of the backend; may be repeated")
    parser.add_argument("--victim", action="append", choices=VICTIMS, help="who is killed; may be repeated")
    parser.add_argument("--stage", action="append", metavar="WORDS", help="rows whose name holds these words")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help=f"cases side by side; {AT_ONCE}")
    return parser.parse_args(arguments)


def played_to_its_end(root: Path, stage: Stage, victim: str, kind: str, reference: Reference) -> Verdict:
    """A case that breaks down is a wrong one, and no end of the others."""
    try:
        return play(root, stage, victim, kind, reference)
    except Exception as error:  # noqa: BLE001  # the top frame of a case
        return Verdict(problems=(f"the case broke down: {error!r}",))


def main(options: argparse.Namespace) -> int:
    columns = [(kind, victim) for kind in options.kind or KINDS for victim in options.victim or VICTIMS]
    wanted = options.stage or [""]
    stages = [stage for stage in STAGES if any(words in stage.name for words in wanted)]
    print(f"{'':34}" + "".join(f"{kind + ' ' + victim:16}" for kind, victim in columns))
    wrong: list[str] = []
    begun = monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="crash-matrix-") as place,
        ThreadPoolExecutor(options.at_once) as players,
    ):
        reference = Reference(root=Path(place))
        for kind in dict(columns):
            reference.frames(kind)
        played: dict[Cell, Future[Verdict]] = {}
        for stage in stages:
            for kind, victim in columns:
                root = Path(place) / f"{len(played)}"
                case = (root, stage, victim, kind, reference)
                played[stage.name, kind, victim] = players.submit(played_to_its_end, *case)
        for stage in stages:
            cells, known = [], len(wrong)
            for kind, victim in columns:
                verdict = played[stage.name, kind, victim].result()
                cells.append(f"ok {verdict.seconds:4.1f} s" if verdict.is_ok else f"WRONG {len(wrong) + 1}")
                wrong += [] if verdict.is_ok else [f"{stage.name}, {kind}, {victim}: {'; '.join(verdict.problems)}"]
            print(f"{stage.name:34}" + "".join(f"{cell:16}" for cell in cells), flush=True)
            for number, line in enumerate(wrong[known:], known + 1):
                print(f"  {number}  {line}", flush=True)
    minutes = (monotonic() - begun) / 60
    print(f"{len(played) - len(wrong)} of {len(played)} ok, in {minutes:.1f} minutes, {options.at_once} at once")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(read_arguments()))
