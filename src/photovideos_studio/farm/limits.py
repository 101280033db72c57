"""What a process of the farm may use, and how low it ranks: the first to go when the machine is short of anything."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from typing import Final

from photovideos_studio.farm import walls

_NICENESS: Final = 10
_GIGABYTE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """`cpu_seconds` None: as much as the film takes (silence, not time, ends a film's workers)."""

    memory_bytes: int
    file_bytes: int
    cpu_seconds: int | None


LOOK: Final = Limits(memory_bytes=3 * _GIGABYTE, file_bytes=64 << 20, cpu_seconds=180)
FILM: Final = Limits(memory_bytes=6 * _GIGABYTE, file_bytes=64 * _GIGABYTE, cpu_seconds=None)


def confine(limits: Limits) -> None:
    """To be called in a fresh child, before it touches anything a user gave."""
    walls.die_with_parent()
    os.nice(_NICENESS)
    walls.be_first_to_go()
    os.umask(0o077)
    walls.limit(resource.RLIMIT_AS, limits.memory_bytes)
    walls.limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    walls.limit(resource.RLIMIT_NOFILE, 128)
    walls.limit(resource.RLIMIT_CORE, 0)
    if limits.cpu_seconds is not None:
        walls.limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    walls.shut_doors()
