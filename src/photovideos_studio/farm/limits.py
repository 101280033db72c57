"""What a process of the farm may use, and how low it ranks: the first to go when the machine is short of anything."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
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
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.nice(_NICENESS)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
    os.umask(0o077)
    _set(resource.RLIMIT_AS, limits.memory_bytes)
    _set(resource.RLIMIT_FSIZE, limits.file_bytes)
    _set(resource.RLIMIT_NOFILE, 128)
    _set(resource.RLIMIT_CORE, 0)
    if limits.cpu_seconds is not None:
        _set(resource.RLIMIT_CPU, limits.cpu_seconds)


def _set(kind: int, wanted: int) -> None:
    """Never above what the studio itself was given."""
    _, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))
