"""The walls around a process that decodes what strangers made; it sets them itself, before a decoder is loaded.

In the child and not between fork and exec: the daemon has threads, and code run there can find a lock taken for ever.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from collections.abc import Mapping

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_NICE_STEP = 5
# Berkeley packet filter, as seccomp reads it (linux/bpf_common.h, linux/seccomp.h).
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LOAD, _IS_EQUAL, _IS_AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000
_OTHER_NUMBERS = 0x40000000  # the x32 calls: the same doors under other numbers
# By machine: its audit architecture, and its numbers of socket, execve, execveat, ptrace, process_vm_readv,
# process_vm_writev and io_uring_setup (which could do all of that behind a filter's back).
_DOORS = {
    "x86_64": (0xC000003E, (41, 59, 322, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 117, 270, 271, 425)),
}


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
    _shut_doors(ctypes.CDLL(None, use_errno=True))


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


def _shut_doors(libc: ctypes.CDLL) -> None:
    """No network, no other program, no look into other processes: a decoder that a file has turned stays alone.

    By seccomp, where the kernel has it and knows this kind of machine; the limits hold without it.
    """
    if (kind := _DOORS.get(os.uname().machine)) is None:
        return
    architecture, calls = kind
    deny = len(calls) + 2  # how far ahead the refusal is, seen from the first comparison of a call
    program = [
        (_LOAD, 0, 0, 4),  # struct seccomp_data: the call's number at 0, the architecture at 4
        (_IS_EQUAL, 0, deny + 1, architecture),
        (_LOAD, 0, 0, 0),
        (_IS_AT_LEAST, deny - 1, 0, _OTHER_NUMBERS),
        *((_IS_EQUAL, deny - 2 - place, 0, call) for place, call in enumerate(calls)),
        (_ANSWER, 0, 0, _ALLOWED),
        (_ANSWER, 0, 0, _REFUSED | errno.EPERM),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, whole, 0, 0)
