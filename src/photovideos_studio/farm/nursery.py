"""The process that workers are forked from: everything imported, nothing opened, one thread. A fork costs milliseconds.

Speaks over one socket: a byte for the kind of limits with the descriptor of the worker's end of a socket pair in, the
worker's process id out. Ends, and its workers with it, when the studio's end of the socket closes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from photovideos_studio.farm import limits

KINDS: Final = {b"F": limits.FILM, b"L": limits.LOOK}
_PID: Final = struct.Struct("!i")
_BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from photovideos_studio.farm.nursery import main; main(int(sys.argv[1]))"
)
# What an encoder of 1080p keeps its pictures in stays with the process from piece to piece, in huge pages: what is
# given back and faulted in again is cleared each time. Whole photos, and pictures of 4K, are larger and do go back.
_ENVIRONMENT: Final = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "11000000",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class NurseryGone(Exception):
    """The nursery has ended; a new one is needed."""


class Nursery:
    """The studio's side. May be used from several threads."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-E", "-s", "-c", _BOOT, str(theirs.fileno()), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._socket = ours
        self._lock = threading.Lock()

    def fork(self, kind: bytes) -> tuple[Connection, int]:
        """A new worker: its connection and its process id. Raises NurseryGone."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with self._lock, theirs:
            try:
                socket.send_fds(self._socket, [kind], [theirs.fileno()])
                answer = self._socket.recv(_PID.size)
            except OSError as error:
                ours.close()
                raise NurseryGone from error
        if len(answer) != _PID.size:
            ours.close()
            raise NurseryGone
        return Connection(ours.detach()), int(_PID.unpack(answer)[0])

    def close(self) -> None:
        with self._lock:
            self._socket.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main(descriptor: int) -> None:
    """The nursery's own life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    _import_everything()
    gc.freeze()  # forked workers share these pages as long as nobody writes to them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    while True:
        kind, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not kind:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            _work(kind, descriptors[0])
        os.close(descriptors[0])
        with suppress(BrokenPipeError):
            control.sendall(_PID.pack(pid))


def _work(kind: bytes, descriptor: int) -> None:
    """In the child: never returns."""
    from photovideos_studio.farm import tasks

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    limits.confine(KINDS[kind])
    status = 1
    try:
        tasks.serve(Connection(descriptor))
        status = 0
    finally:
        os._exit(status)


def _import_everything() -> None:
    for library in ("av", "numpy", "pillow_heif", "PIL.ImageCms", "PIL.ImageFont"):
        importlib.import_module(library)
    import cv2
    from PIL import Image

    from photovideos_studio.farm import tasks

    cv2.setNumThreads(1)
    Image.init()
    tasks.import_rooms()
