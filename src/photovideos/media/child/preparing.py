"""One file of the folder made ready: the request says which and for whom, the answer what came of it.

An answer is one of {"extension", "taken", "written"}, {"problem": a sentence}, {"moved": true} (it is not the file
the scan saw), {"offline": errno}, {"no_space": errno}.
"""

from __future__ import annotations

import errno
import os
from typing import Any, BinaryIO

from photovideos import disk
from photovideos.media.child import photos, rewrap
from photovideos.media.child.demuxers import NotMedia
from photovideos.media.child.opening import NotTheFile, create, open_original

_OFFLINE = (errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EREMOTEIO, errno.ENODEV, errno.EHOSTDOWN)
_TAGS_STAY = "What it carries beside picture and sound (place, camera, date) cannot be taken out, so it was not sent."


class Preparer:
    """`settings`: folder_fd, into_fd (None: nothing is written), longest_edge_pixels, strip_metadata."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._folder_fd: int = settings["folder_fd"]
        self._into_fd: int | None = settings["into_fd"]
        self._edge: int = settings["longest_edge_pixels"]
        self._strip: bool = settings["strip_metadata"]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with open_original(self._folder_fd, request["path"], inode=request["inode"], size=request["size"]) as file:
                return self._prepared(file, request)
        except NotTheFile:
            return {"moved": True}
        except PermissionError:
            return {"problem": "It may not be read: its permissions do not allow it."}
        except OSError as error:
            return _what_failed(error)

    def _prepared(self, file: BinaryIO, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if self._into_fd is None:
                return self._looked_at(file, request["kind"])
            return self._copied(file, request["kind"], request["target"])
        except photos.Unusable as error:
            return {"problem": str(error)}
        except rewrap.NotStripped:
            return {"problem": _TAGS_STAY}
        except NotMedia:
            return {"problem": "It is damaged, or not what its name says."}
        except MemoryError:
            return {"problem": "It needs more memory to open than a file may have."}

    def _looked_at(self, file: BinaryIO, kind: str) -> dict[str, Any]:
        if kind == "photo" or _is_gif(file):
            header = photos.look(file)
            return {"extension": header.extension, "taken": header.taken, "written": False}
        taken = rewrap.look(file, wants_picture=kind == "clip")
        return {"extension": None, "taken": taken, "written": False}

    def _copied(self, file: BinaryIO, kind: str, target: str) -> dict[str, Any]:
        assert self._into_fd is not None
        if not self._strip and self._may_go_as_it_is(file, kind):
            return self._looked_at(file, kind)
        written = False
        with create(self._into_fd, target) as into:
            try:
                extension, taken = self._write(file, into, kind)
                written = True
            finally:
                if not written:
                    os.unlink(target, dir_fd=self._into_fd)
        return {"extension": extension, "taken": taken, "written": True}

    def _write(self, file: BinaryIO, into: BinaryIO, kind: str) -> tuple[str, str | None]:
        if kind == "photo" or _is_gif(file):
            header = photos.copy(file, into, longest_edge_pixels=self._edge, strip_metadata=self._strip)
            return header.extension, header.taken
        return rewrap.copy(file, into, wants_picture=kind == "clip")

    def _may_go_as_it_is(self, file: BinaryIO, kind: str) -> bool:
        return kind != "photo" or photos.is_as_the_cloud_takes_it(file, longest_edge_pixels=self._edge)


def _is_gif(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    return head == b"GIF8"


def _what_failed(error: OSError) -> dict[str, Any]:
    if error.errno in _OFFLINE:
        return {"offline": error.errno}
    if error.errno in disk.FULL:
        return {"no_space": error.errno}
    if error.errno == errno.EFBIG:
        return {"problem": "What has to be made of it would be too large to send."}
    return {"problem": "It cannot be read."}
