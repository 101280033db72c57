"""Plays the crash matrix and prints it: `PYTHONPATH=tests python tests/benchmarks/crash_matrix.py [studio] [nemo]`.

Rows: where everything was held. Columns: who was killed with SIGKILL, and under which kind of backend: the daemon's own
studio, or one on loopback TCP in the part of the cloud, which outlives the daemon. ok: exactly one film with the frames
of an undisturbed run, its summary, one session's worth of uploads, one message, one render, and nothing left behind.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import monotonic

from support.crashes import KINDS, STAGES, VICTIMS, Reference, play


def main(kinds: list[str]) -> int:
    columns = [(kind, victim) for kind in kinds for victim in VICTIMS]
    print(f"{'':34}" + "".join(f"{kind + ' ' + victim:16}" for kind, victim in columns))
    wrong: list[str] = []
    begun, played = monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="crash-matrix-") as place:
        reference = Reference(root=Path(place))
        for number, stage in enumerate(STAGES):
            cells = []
            for kind, victim in columns:
                verdict = play(Path(place) / f"{number}-{victim}", stage, victim, kind, reference)
                played += 1
                cells.append(f"ok {verdict.seconds:4.1f} s" if verdict.is_ok else f"WRONG {len(wrong) + 1}")
                wrong += [] if verdict.is_ok else [f"{stage.name}, {kind}, {victim}: {'; '.join(verdict.problems)}"]
            print(f"{stage.name:34}" + "".join(f"{cell:16}" for cell in cells), flush=True)
    print(f"{played - len(wrong)} of {played} ok, {round((monotonic() - begun) / 60)} minutes")
    for number, line in enumerate(wrong, 1):
        print(f"{number}  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(KINDS)))
