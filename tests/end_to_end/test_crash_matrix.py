"""A38: kill -9 at each stage of a job and between intent and result of each request, on the daemon, the studio, both.

Afterwards: one session's worth of uploads, one message, one render, one film with the same frames as undisturbed, its
summary, and nothing else. `tests/benchmarks/crash_matrix.py` prints all of it as a table.
"""

import shutil
from pathlib import Path

import pytest

from support.crashes import STAGES, Reference, Stage, play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# Where what the other side knows decides what happens next: there a backend that outlives the daemon is another case.
DECIDED_BY_THE_BACKEND = (
    "session opened, unheard",
    "upload 2 taken, unheard",
    "message intended",
    "message accepted",
    "message carried out, unheard",
    "message half-way",
    "render id saved",
    "render taken, unheard",
    "rendering",
    "film half fetched",
)
CASES = [
    *((stage, victim, "studio") for stage in STAGES for victim in ("daemon", "both")),
    *((stage, "studio", "studio") for stage in STAGES if stage.is_met_by_the_studio),
    *((stage, "daemon", "nemo") for stage in STAGES if stage.name in DECIDED_BY_THE_BACKEND),
]


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return Reference(root=tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.parametrize(
    ("stage", "victim", "kind"), CASES, ids=[f"{kind}-{victim}-{stage.key}" for stage, victim, kind in CASES]
)
def test_a38_a_kill_ends_in_exactly_one_film(
    tmp_path: Path, reference: Reference, stage: Stage, victim: str, kind: str
) -> None:
    if stage.strace and shutil.which("strace") is None:
        pytest.skip("holding a process inside a system call needs strace")
    verdict = play(tmp_path, stage, victim, kind, reference)
    if verdict.problems and all(problem.startswith("not reached") for problem in verdict.problems):
        pytest.skip("the moment went by too quickly on this machine")
    assert verdict.is_ok, verdict.problems
