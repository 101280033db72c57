"""Walls that a process which decodes what strangers made sets around itself, before a decoder is loaded.

This file stands twice, word for word, in `photovideos.media.child` and in `photovideos_studio.farm`: the two packages
meet on the wire alone and import nothing of each other. `tests/contract/test_walls.py` holds the two equal.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
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


def die_with_parent() -> None:
    """From now on: a parent that has gone by now is not noticed."""
    _libc().prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def limit(resource_kind: int, wanted: int) -> None:
    """Never above what this process was given."""
    _, hard = resource.getrlimit(resource_kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource_kind, (value, value))


def be_first_to_go() -> None:
    """When memory runs out, the kernel takes this process and none that it serves."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("1000")  # no /proc, or not allowed to: the limits still hold


def shut_doors() -> None:
    """No network, no other program, no look into other processes: a decoder that a file has turned stays alone.

    No new rights by anything it might start, and by seccomp, where the kernel has it and knows this kind of machine;
    the limits hold without it.
    """
    _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
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
    _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, whole, 0, 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
