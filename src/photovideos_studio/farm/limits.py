"""What a process of the farm may use, and how low it ranks: the first to go when the machine is short of anything."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_NICENESS: Final = 10
_GIGABYTE: Final = 1 << 30
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
    _shut_doors(libc)


def _set(kind: int, wanted: int) -> None:
    """Never above what the studio itself was given."""
    _, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))


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
