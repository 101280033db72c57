"""The parent's side of the program that decodes media: `prepare` inputs for upload, `inspect` a downloaded film.

Nothing is decoded in this process and no decoder is imported: each call starts short child processes with no
environment, with limits and a deadline (`media.process`), and reads their JSON (`media.answers`).
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from photovideos.errors import FilmBroken, FolderOffline, TryLater
from photovideos.media import answers
from photovideos.media.preparation import prepare
from photovideos.media.process import Child, ChildDied, ChildHung, Limits
from photovideos.model import FilmFacts

__all__ = ["inspect", "prepare"]

_GIB = 1024**3
_CPU_PER_SECOND = 4  # threads of the decoder


def inspect(
    film: Path,
    *,
    stop: threading.Event,
    deadline_seconds: float = 900.0,
    expected_seconds: float | None = None,
    expected_bytes: int | None = None,
) -> FilmFacts:
    """Decodes the whole film and measures it. `expected_*`: what the server said of it.

    FilmBroken when it is not whole, FolderOffline when its disk fails, TryLater when it is gone, Stopping.
    """
    limits = Limits(
        memory_bytes=3 * _GIB, cpu_seconds=max(1, int(deadline_seconds * _CPU_PER_SECOND)), file_bytes=0, descriptors=32
    )
    try:
        fd = os.open(film, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise TryLater("The film that was fetched is not there any more; it has to be fetched again.") from error
    request = {"film_fd": fd, "expected_seconds": expected_seconds, "expected_bytes": expected_bytes}
    try:
        with Child("inspect", {}, limits=limits, pass_fds=[fd], stop=stop) as child:
            child.await_ready()
            answer = child.ask(request, seconds=deadline_seconds)
    except ChildDied as error:
        raise FilmBroken(
            "The film that came back cannot be played: the player broke down on it.",
            detail=f"{error} {error.complaint}",
        ) from error
    except ChildHung as error:
        raise FilmBroken(
            "The film that came back could not be played to its end in time.", detail=str(error)
        ) from error
    finally:
        os.close(fd)
    return _told(answer)


def _told(answer: dict[str, object]) -> FilmFacts:
    if "broken" in answer:
        raise FilmBroken(answers.sentence(answer["broken"], "The film that came back is broken."))
    if "offline" in answer:
        raise FolderOffline("The film could not be read from the disk just now.", detail=f"errno {answer['offline']}")
    return answers.film_facts(answer)
