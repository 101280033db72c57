"""The walls around a process that decodes what strangers made; it sets them itself, before a decoder is loaded.

In the child and not between fork and exec: the daemon has threads, and code run there can find a lock taken for ever.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Mapping

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_NICE_STEP = 5


def apply(limits: Mapping[str, int], *, parent: int) -> None:
    """`limits`: memory_bytes, cpu_seconds, file_bytes, descriptors. `parent`: dies it, this process dies."""
    _die_with(parent)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"])
    _limit(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _limit(resource.RLIMIT_NOFILE, limits["descriptors"])
    # A file that grows past the limit is an error to be told (EFBIG), not a death without a word.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.umask(0o077)
    os.nice(_NICE_STEP)
    _be_first_to_go()


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bounded, bounded))


def _die_with(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:  # it went before the line above could tell
        os._exit(1)


def _be_first_to_go() -> None:
    """When memory runs out, the kernel takes this process and not the daemon."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        pass  # no /proc, or not allowed to: the limits above still hold
