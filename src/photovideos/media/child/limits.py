"""What a process that decodes what strangers made may use, and what ends it; it sets the `walls` around itself.

In the child and not between fork and exec: the daemon has threads, and code run there can find a lock taken for ever.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Mapping

from photovideos.media.child import walls

_NICE_STEP = 5


def apply(limits: Mapping[str, int], *, parent: int) -> None:
    """`limits`: memory_bytes, cpu_seconds, file_bytes, descriptors. `parent`: dies it, this process dies."""
    walls.die_with_parent()
    if os.getppid() != parent:  # it went before the line above could tell
        os._exit(1)
    walls.limit(resource.RLIMIT_CORE, 0)
    walls.limit(resource.RLIMIT_AS, limits["memory_bytes"])
    walls.limit(resource.RLIMIT_CPU, limits["cpu_seconds"])
    walls.limit(resource.RLIMIT_FSIZE, limits["file_bytes"])
    walls.limit(resource.RLIMIT_NOFILE, limits["descriptors"])
    # A file that grows past the limit is an error to be told (EFBIG), not a death without a word.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.umask(0o077)
    os.nice(_NICE_STEP)
    walls.be_first_to_go()
    walls.shut_doors()
