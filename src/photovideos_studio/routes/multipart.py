"""A multipart body received straight into the store, file by file, with the limit kept while it comes in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from photovideos_studio.routes.answers import file_too_large, not_understood
from photovideos_studio.store.names import plain_name
from photovideos_studio.store.sessions import Content

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_FILES = 1000
MAX_HEADER_BYTES = 16_384
ROOM_STEP_BYTES = 16 * 1024 * 1024  # more than any chunk of a body


class FileReceiver:
    """Collects the parts named `files`; other fields are passed over. `discard` removes what was not taken over.

    `room_bytes`: for so much there is room; `make_room` is asked for more, where a body does not say how long it is.
    """

    def __init__(
        self,
        boundary: bytes,
        new_part: Callable[[], Path],
        *,
        room_bytes: int,
        make_room: Callable[[int], None],
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self.contents: list[Content] = []
        self.too_large: str | None = None
        self._new_part = new_part
        self._max_file_bytes = max_file_bytes
        self._room_bytes = room_bytes
        self._make_room = make_room
        self._headers: dict[str, bytes] = {}
        self._field = bytearray()
        self._value = bytearray()
        self._name: str | None = None
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise not_understood(f"The upload is no proper multipart body ({error}).") from error

    def finish(self) -> None:
        try:
            self._parser.finalize()
        except MultipartParseError as error:
            raise not_understood("The upload ended in the middle.") from error
        if self._file is not None:
            raise not_understood("The upload ended in the middle.")
        if self.too_large is not None:
            raise file_too_large(self.too_large)
        if not self.contents:
            raise not_understood("files: no file came with the upload.")

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
        paths = [content.part for content in self.contents] + [self._path]
        for path in paths:
            if path is not None:
                path.unlink(missing_ok=True)

    # --- the parser's calls ----------------------------------------------------------------------------------------

    def _part_begin(self) -> None:
        self._headers = {}
        self._name = None
        self._size = 0

    def _header_field(self, chunk: bytes, start: int, end: int) -> None:
        self._field += chunk[start:end]
        self._check_header()

    def _header_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._field) + len(self._value) > MAX_HEADER_BYTES:
            raise not_understood("A header inside the upload is too long.")

    def _header_end(self) -> None:
        self._headers[bytes(self._field).decode("latin-1").lower()] = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        if options.get(b"name") != b"files" or b"filename" not in options:
            return
        if len(self.contents) >= MAX_FILES:
            raise not_understood(f"files: more than {MAX_FILES} in one request.")
        self._name = plain_name(options[b"filename"].decode("utf-8", "replace"))
        self._path = self._new_part()
        self._file = open(self._path, "xb")  # noqa: SIM115 -- closed by _part_end or discard, as the body comes in
        self._sha256 = hashlib.sha256()

    def _part_data(self, chunk: bytes, start: int, end: int) -> None:
        if self._file is None or self._name is None:
            return
        self._size += end - start
        if self._size > self._max_file_bytes:
            self.too_large = self.too_large or self._name
            return  # the rest is read and dropped, so that the client gets to hear why
        self._room_bytes -= end - start
        if self._room_bytes < 0:
            self._make_room(ROOM_STEP_BYTES)
            self._room_bytes += ROOM_STEP_BYTES
        piece = chunk[start:end]
        self._sha256.update(piece)
        self._file.write(piece)

    def _part_end(self) -> None:
        if self._file is None or self._name is None or self._path is None:
            return
        self._file.close()
        self.contents.append(
            Content(name=self._name, size=self._size, sha256=self._sha256.hexdigest(), part=self._path)
        )
        self._file, self._path, self._name = None, None, None


def boundary_of(request: Request) -> bytes | None:
    """None when the body is no multipart form."""
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != b"multipart/form-data":
        return None
    boundary: Any = options.get(b"boundary")
    if not boundary:
        raise not_understood("The upload names no boundary.")
    return bytes(boundary)
