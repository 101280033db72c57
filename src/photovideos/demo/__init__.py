"""The demonstration: eight pictures in an inbox of its own, with a config and a state directory of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from photovideos.errors import UsageError

FOLDER = "A week in the hills"
PROMPT = (
    "Turn these photos into a 24-second video with gentle crossfades and calm background music.\n"
    'Title: "A week in the hills"\n'
)
SETTLE_SECONDS = 1.0
_INCOMPLETE = ".part"  # a folder that ends so is not taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the demonstration happens."""

    config: Path
    folder: Path


def prepare(directory: Path) -> Place:
    """Draws the pictures and drops them into the inbox. A folder of an earlier demonstration is left as it is."""
    from photovideos.demo import landscapes  # numpy and Pillow stay out of a daemon that draws nothing

    root = Path(os.path.abspath(directory))
    inbox = root / "inbox"
    try:
        inbox.mkdir(parents=True, exist_ok=True)
        folder = _free(inbox)
        being_copied = inbox / f"{folder.name}{_INCOMPLETE}"
        being_copied.mkdir()
        for name, picture in landscapes.draw_all():
            (being_copied / name).write_bytes(picture)
        (being_copied / "prompt.txt").write_text(PROMPT, encoding="utf-8")
        being_copied.rename(folder)
        config = root / "config.yaml"
        config.write_text(_config(root, inbox), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{root} cannot be written to ({error.strerror}).", advice="Name another directory."
        ) from error
    return Place(config=config, folder=folder)


def results(place: Place) -> tuple[Path | None, Path | None]:
    """The film and its summary, once they are there."""
    film = next(iter(sorted(place.folder.glob("*.mp4"))), None)
    return film, film.with_name(f"{film.stem} - timeline.txt") if film else None


def _free(inbox: Path) -> Path:
    """A folder that is not there yet, not even as one that an earlier demonstration was broken off in."""
    number = 1
    while any((inbox / f"{_numbered(number)}{ending}").exists() for ending in ("", _INCOMPLETE)):
        number += 1
    return inbox / _numbered(number)


def _numbered(number: int) -> str:
    return FOLDER if number == 1 else f"{FOLDER} {number}"


def _config(root: Path, inbox: Path) -> str:
    return yaml.safe_dump(
        {
            "inboxes": [{"path": str(inbox), "settle_seconds": SETTLE_SECONDS, "existing": "take"}],
            "backend": {"kind": "studio", "poll_seconds": 0.5},
            "state_dir": str(root / "state"),
        },
        sort_keys=False,
        allow_unicode=True,
    )
