"""One case of the matrix, played to its end, and everything that is then not as an undisturbed run leaves it."""

import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from support.crashes.scene import NAME, NotReachedError, Scene
from support.crashes.stages import Stage
from support.film import frames_digest

MOST_AIMS = 10  # at a stage that nothing holds
PATIENCE_SECONDS = 240.0  # a job that had to wait for its next try took 30–40 s more; a busy machine takes its time


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a case. No problems: all is well."""

    problems: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_ok(self) -> bool:
        return not self.problems


@dataclass(kw_only=True)
class Reference:
    """The frames of the undisturbed film, by kind of backend; made when first asked for."""

    root: Path
    _known: dict[str, str] = field(default_factory=dict)

    def frames(self, kind: str) -> str:
        if kind not in self._known:
            scene = Scene(self.root / f"undisturbed-{kind}", kind)
            try:
                scene.begin()
                scene.wait(lambda: scene.job()[0] == "done", "the undisturbed film", PATIENCE_SECONDS)
                problems = problems_of(scene, expected_frames=None)
                assert not problems, problems
                self._known[kind] = frames_digest(scene.folder / f"{NAME}.mp4")
            finally:
                scene.close()
        return self._known[kind]


def play(root: Path, stage: Stage, victim: str, kind: str, reference: Reference) -> Verdict:
    """One case of the matrix."""
    expected = reference.frames(kind)
    begun = time.monotonic()
    for attempt in range(MOST_AIMS if stage.is_quick else 1):
        scene = Scene(root / f"{kind}-{attempt}", kind, faults=stage.faults, strace=stage.strace)
        try:
            if not _is_held(scene, stage, victim):
                continue
            problems = _outcome(scene, expected)
            return Verdict(problems=tuple(problems), seconds=time.monotonic() - begun)
        except NotReachedError as error:
            return Verdict(problems=(f"not reached: {error}",), seconds=time.monotonic() - begun)
        finally:
            scene.close()
            if not os.environ.get("KEEP_CRASHES"):
                shutil.rmtree(scene.state / "studio", ignore_errors=True)
    return Verdict(problems=("not reached: it went by too quickly each time",), seconds=time.monotonic() - begun)


def _is_held(scene: Scene, stage: Stage, victim: str) -> bool:
    """Runs to the stage and kills there. False: it was missed."""
    scene.begin()
    deadline = time.monotonic() + 120.0
    while not stage.reached(scene):
        if stage.is_quick and scene.job()[0] == "done":
            return False
        if time.monotonic() > deadline:
            raise NotReachedError(f"{stage.name}; {sorted(os.listdir(scene.folder))}; {scene.job()}")
    if not stage.is_quick:
        scene.kill(victim)
        return True
    processes = scene.running()
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    is_there = stage.reached(scene)
    if is_there:
        scene.kill(victim)
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return is_there


def _outcome(scene: Scene, expected_frames: str) -> list[str]:
    """Waits until the job is at rest, then looks at everything."""

    def _is_at_rest() -> bool:
        return scene.job()[0] in ("done", "failed", "parked") and scene.status_of(scene.folder) in (None, "NEEDS HELP")

    try:
        scene.wait(_is_at_rest, "the film", PATIENCE_SECONDS)
    except NotReachedError:
        return [f"no end: {scene.job()[0]}, {sorted(os.listdir(scene.folder))}"]
    with suppress(NotReachedError):
        scene.wait(lambda: not scene.strays() and not any((scene.state / "work").glob("*")), "the rest to end", 10)
    return problems_of(scene, expected_frames=expected_frames)


def problems_of(scene: Scene, *, expected_frames: str | None) -> list[str]:
    """Everything that is not as one undisturbed run leaves it."""
    state, _road = scene.job()
    if state != "done":
        return [f"the job is {state}: {(scene.told('job.ended') or [{}])[-1].get('reason')}"]
    return [
        *_problems_in_folder(scene),
        *_problems_at_backend(scene),
        *_problems_with_film(scene, expected_frames),
        *_problems_left_behind(scene),
    ]


def _problems_in_folder(scene: Scene) -> list[str]:
    wanted = sorted([*scene.originals, f"{NAME}.mp4", f"{NAME} - timeline.txt"])
    there = sorted(os.listdir(scene.folder))
    found = [] if there == wanted else [f"in the folder lie {there}"]
    if any((scene.folder / name).read_bytes() != content for name, content in scene.originals.items()):
        found.append("an original was changed")
    return found


def _problems_at_backend(scene: Scene) -> list[str]:
    found = []
    if scene.uploads() != sorted(name for name in scene.originals if name.endswith(".jpg")):
        found.append(f"uploads: {scene.uploads()}")
    if scene.messages() != 1:
        found.append(f"{scene.messages()} messages were carried out")
    if [render["status"] for render in scene.renders()] != ["completed"]:
        found.append(f"renders: {[render['status'] for render in scene.renders()]}")
    return found


def _problems_left_behind(scene: Scene) -> list[str]:
    found = []
    if len(scene.told("folder.taken")) != 1:
        found.append(f"taken in {len(scene.told('folder.taken'))} times")
    if left := [str(path.relative_to(scene.state)) for path in (scene.state / "work").glob("*")]:
        found.append(f"left in the work folder: {left}")
    unfinished = [*scene.store.rglob("*.part"), *scene.store.glob("incoming/*"), *scene.store.glob("renders/*/part-*")]
    if left := [path.name for path in unfinished]:
        found.append(f"left in the store: {left}")
    if strays := scene.strays():
        found.append(f"stray processes: {strays}")
    if crashes := scene.told("job.crashed") + scene.told("inbox.crashed"):
        found.append(f"the log has {crashes[0].get('exception', crashes[0])!s:.300}")
    return found


def _problems_with_film(scene: Scene, expected_frames: str | None) -> list[str]:
    film, summary = scene.folder / f"{NAME}.mp4", scene.folder / f"{NAME} - timeline.txt"
    if not film.exists() or not summary.exists():
        return ["no film or no summary"]
    found = []
    if expected_frames is not None and frames_digest(film) != expected_frames:
        found.append("other frames than undisturbed")
    if f"Made by photovideos: {film.name}, {film.stat().st_size}, " not in summary.read_text(encoding="utf-8"):
        found.append("the summary is of another film")
    return found
