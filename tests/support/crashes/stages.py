"""The stages of a job at which everything can be held still, and how one sees from outside that it stands there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from support.crashes.scene import NAME, PHOTOS, Scene

HOLD_SECONDS = 5.0  # how long strace makes a call last
MOST_OF_A_TEXT_BYTES = 10_000


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where everything is held, by what, and how one sees that it stands there."""

    name: str
    reached: Callable[[Scene], bool]
    faults: tuple[dict[str, Any], ...] = ()
    strace: tuple[str, ...] = ()
    is_quick: bool = False  # nothing holds it: it is aimed at, and aimed at again when missed

    @property
    def is_met_by_the_studio(self) -> bool:
        """Whether the studio has a part in it; beyond, its death changes nothing any more."""
        return not self.strace and self.name not in ("settling", "film looked at", "part being written", "after DONE")

    @property
    def key(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")


def _hang(on: str, when: str = "before", call: Any = 1) -> tuple[dict[str, Any], ...]:
    return ({"on": on, "call": call, "do": "hang", "when": when},)


def _lasting(syscall: str, path: str, when: str) -> tuple[str, ...]:
    """strace makes this one call last: on entering it, or when it has had its effect."""
    microseconds = round(HOLD_SECONDS * 1_000_000)
    return ("-e", f"trace={syscall}", "-P", path, "-e", f"inject={syscall}:delay_{when}={microseconds}")


def _instruction(scene: Scene) -> dict[str, Any]:
    return scene.road.get("instruction") or {}


def _export(scene: Scene) -> dict[str, Any]:
    return scene.road.get("export") or {}


def _is_rendering(scene: Scene) -> bool:
    return [render["status"] for render in scene.renders()] == ["processing"]


def _is_part_of_film_there(scene: Scene) -> bool:
    """A status file is written through a part, too; it is never so long."""
    with suppress(FileNotFoundError):
        return any((scene.folder / name).stat().st_size > MOST_OF_A_TEXT_BYTES for name in scene.parts())
    return False


def _is_half_fetched(scene: Scene) -> bool:
    return any(path.stat().st_size for path in scene.state.glob("work/*/*.part"))


STAGES = (
    Stage(
        name="settling",
        reached=lambda scene: scene.status_of(scene.folder) == "waiting for copy to finish",
        is_quick=True,
    ),
    Stage(name="token asked", faults=_hang("token"), reached=lambda scene: scene.faulted("token")),
    Stage(
        name="token given, unheard",
        faults=_hang("token", "after"),
        reached=lambda scene: scene.faulted("token") and (scene.store / "tokens.json").exists(),
    ),
    Stage(name="credits asked", faults=_hang("credits"), reached=lambda scene: scene.faulted("credits")),
    Stage(name="session asked", faults=_hang("session"), reached=lambda scene: scene.faulted("session")),
    Stage(name="session opened, unheard", faults=_hang("session", "after"), reached=lambda scene: scene.sessions() > 0),
    Stage(name="upload 1 sent", faults=_hang("upload"), reached=lambda scene: scene.faulted("upload")),
    Stage(name="upload 1 taken, unheard", faults=_hang("upload", "after"), reached=lambda scene: bool(scene.uploads())),
    Stage(name="upload 2 sent", faults=_hang("upload", call=2), reached=lambda scene: scene.faulted("upload")),
    Stage(
        name="upload 2 taken, unheard",
        faults=_hang("upload", "after", call=2),
        reached=lambda scene: len(scene.uploads()) == PHOTOS,
    ),
    Stage(name="state asked", faults=_hang("state"), reached=lambda scene: scene.faulted("state")),
    Stage(
        name="message intended",
        faults=_hang("instruct"),
        reached=lambda scene: scene.faulted("instruct") and _instruction(scene).get("phase") == "intended",
    ),
    Stage(
        name="message accepted",
        reached=lambda scene: (
            any(scene.store.glob("sessions/*/accepted/*.json")) and not any(scene.store.glob("sessions/*/draft.json"))
        ),
        is_quick=True,
    ),
    Stage(
        name="message carried out, unheard",
        faults=_hang("instruct", "after"),
        reached=lambda scene: scene.messages() == 1 and _instruction(scene).get("phase") == "intended",
    ),
    Stage(
        name="message half-way",
        faults=({"on": "instruct", "do": "stream", "pause_seconds": 60},),
        reached=lambda scene: scene.messages() == 1 and _instruction(scene).get("phase") == "accepted",
    ),
    Stage(
        name="message answered",
        faults=_hang("state", call=2),
        reached=lambda scene: scene.faulted("state") and _instruction(scene).get("phase") == "accepted",
    ),
    Stage(
        name="draft asked",
        faults=_hang("state", call=3),
        reached=lambda scene: scene.faulted("state") and scene.road.get("paid") == 1,
    ),
    Stage(
        name="render id saved",
        faults=_hang("render"),
        reached=lambda scene: scene.faulted("render") and bool(_export(scene).get("record")),
    ),
    Stage(
        name="render taken, unheard",
        faults=_hang("render", "after"),
        reached=lambda scene: bool(scene.renders()),  # the answer hangs, so it cannot be heard
    ),
    Stage(name="poll asked", faults=_hang("poll"), reached=lambda scene: scene.faulted("poll")),
    Stage(name="rendering", reached=_is_rendering, is_quick=True),
    Stage(
        name="rendered, unheard",
        faults=_hang("poll"),
        reached=lambda scene: [render["status"] for render in scene.renders()] == ["completed"],
    ),
    Stage(name="film asked for", faults=_hang("download"), reached=lambda scene: scene.faulted("download")),
    Stage(
        name="film half fetched",
        faults=({"on": "download", "do": "cut", "after_bytes": 9000},),
        reached=lambda scene: bool(scene.told("download.cut")) and _is_half_fetched(scene),
    ),
    Stage(name="film looked at", reached=Scene.is_inspecting, is_quick=True),
    Stage(name="part being written", reached=_is_part_of_film_there, is_quick=True),
    Stage(
        name="before the rename",
        strace=_lasting("renameat2", f"{NAME}.mp4", "enter"),
        reached=lambda scene: bool(scene.parts() and (_export(scene).get("film") or {}).get("name")),
    ),
    Stage(
        name="after the rename",
        strace=_lasting("renameat2", f"{NAME}.mp4", "exit"),
        reached=lambda scene: bool(scene.films()) and not _export(scene)["film"]["published"],
    ),
    Stage(
        name="before the summary",
        faults=_hang("credits", call=2),
        reached=lambda scene: scene.faulted("credits") and bool(scene.road.get("made")),
    ),
    Stage(
        name="after the summary",
        strace=_lasting("renameat2", f"{NAME} - timeline.txt", "exit"),
        reached=lambda scene: (scene.folder / f"{NAME} - timeline.txt").exists() and bool(_export(scene)),
    ),
    Stage(
        name="before DONE",
        strace=_lasting("unlinkat", "_photovideos - rendering.txt", "exit"),
        reached=lambda scene: (
            (scene.folder / f"{NAME} - timeline.txt").exists() and scene.status_of(scene.folder) is None
        ),
    ),
    Stage(name="after DONE", reached=lambda scene: scene.job()[0] == "done", is_quick=True),
)
