"""No secret in what a run leaves behind or says: after each test its directories, its output, and the addresses that
its servers were asked for are searched; a hit fails the test and names file and offset (issue 3, contract §1, §2).

What is a secret: whatever has a token's shape (`nmv_…`), whatever stands in the product's own account file, what came
in an Authorization header to a server of the tests, `NEMO_TOKEN` of a daemon or of this process, and what a test
gives to `keep_secret`. Where one may stand: in `ALLOWED`, and there alone. Registered in tests/conftest.py.

Owned by the test's own thread but for `_heard`, `_asked` and `_kept`, which servers' threads add to: a list's append
and a set's add are whole.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# The product's own account file, whose mode has to be 0600, and what a test gives the product to read.
ACCOUNT = ("account.json", "account.json.part")
INPUTS = ("nemo_token", "token")  # the systemd credential; the studio's --token-file
ALLOWED = (*ACCOUNT, *INPUTS)

_SHAPE = re.compile(rb"nmv_[A-Za-z0-9_\-]+")
_PREFIXES = (b"nmv_", b"nmv_usr", b"nmv_usr_")  # spoken of, and none themselves
_STORED = re.compile(rb'"secret": ?"([^"]+)"')
_LEAST_CHARACTERS = 8  # a shorter one would be found in any text
_WHOLE_BYTES = 8 << 20  # of longer files the two ends are read
_END_BYTES = 1 << 20
_NO_TEXT = tuple(
    f".{ending}"
    for pictures_films_and_sound in (
        "jpg jpeg png gif webp heic tif tiff bmp",
        "mp4 mov avi webm mkv",
        "mp3 wav m4a aac",
    )
    for ending in pictures_films_and_sound.split()
)

_kept: set[bytes] = set()  # secrets without the shape
_heard: list[tuple[str, bytes]] = []  # what processes wrote into pipes: (who, bytes)
_asked: list[tuple[str, bytes]] = []  # what servers were asked for: (method or server, path)
_made: list[tuple[Path, str]] = []  # directories made for tests, and the scope of what made them
_scopes: list[str] = []  # of the fixtures that are being set up, one for another


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A secret where none may be."""

    where: str
    offset: int
    secret: bytes

    def __str__(self) -> str:
        return (
            f"{self.where}, byte {self.offset}: {self.secret[:4].decode(errors='replace')}… ({len(self.secret)} long)"
        )


# --- told by tests and their servers ---------------------------------------------------------------------------------


def keep_secret(secret: str) -> str:
    """From now on `secret` may stand nowhere. Those of a token's shape need not be told."""
    _kept.add(secret.encode())
    return secret


def heard(who: str, said: bytes | str) -> None:
    """What a process said into a pipe that no file keeps."""
    _heard.append((who, said.encode(errors="surrogateescape") if isinstance(said, str) else said))


def asked(path: str, authorization: str | None = None) -> None:
    """What a server of the tests was asked for, and with which credentials."""
    _asked.append(("the address of a request", path.encode(errors="surrogateescape")))
    if authorization and len(secret := authorization.rpartition(" ")[2]) >= _LEAST_CHARACTERS:
        keep_secret(secret)


# --- searching -------------------------------------------------------------------------------------------------------


def found(where: str, content: bytes, secrets: frozenset[bytes]) -> Iterator[Hit]:
    """Secrets in this content; those of the shape, and these."""
    if b"nmv_" in content:
        for match in _SHAPE.finditer(content):
            if match.group() not in _PREFIXES:
                yield Hit(where=where, offset=match.start(), secret=match.group())
    for secret in secrets:
        offset = content.find(secret)
        if offset >= 0:
            yield Hit(where=where, offset=offset, secret=secret)


def files_of(directory: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Regular files that may hold text, wherever they lie below; links are not followed."""
    waiting = [os.fspath(directory)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # gone, or closed to us: nobody else reads it either
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False) and not entry.name.lower().endswith(_NO_TEXT):
                with suppress(OSError):  # a daemon that others still need takes files away meanwhile
                    yield entry.path, entry.stat(follow_symlinks=False)


def searched(directories: list[Path], secrets: frozenset[bytes]) -> list[Hit]:
    """Hits in all files of these directories but those that are allowed to hold secrets."""
    files = [one for directory in directories for one in files_of(directory)]
    stored = [_read(path, info.st_size) for path, info in files if os.path.basename(path) in ACCOUNT]
    own = {secret for content in stored for secret in _STORED.findall(content) if len(secret) >= _LEAST_CHARACTERS}
    every = frozenset(secret for secret in secrets | own if not _SHAPE.fullmatch(secret))
    return [
        hit
        for path, info in files
        if info.st_size and not _is_allowed(path, info)
        for hit in found(path, _read(path, info.st_size), every)
    ]


def _is_allowed(path: str, info: os.stat_result) -> bool:
    name = os.path.basename(path)
    return name in INPUTS or (name in ACCOUNT and stat.S_IMODE(info.st_mode) == 0o600)


def _read(path: str, size: int) -> bytes:
    try:
        with open(path, "rb") as file:
            if size <= _WHOLE_BYTES:
                return file.read()
            begin = file.read(_END_BYTES)
            file.seek(-_END_BYTES, os.SEEK_END)
            return begin + file.read()
    except OSError:
        return b""


# --- run by pytest ---------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Every directory that is made for tests is known, and how long it is used: by a test, a module, the session."""
    _scopes.append(fixturedef.scope)
    try:
        value = yield
    finally:
        _scopes.pop()
    if fixturedef.argname == "tmp_path_factory":
        make = value.mktemp

        def mktemp(basename: str, numbered: bool = True) -> Path:
            made: Path = make(basename, numbered)
            _made.append((made, _scopes[-1] if _scopes else "function"))
            return made

        value.mktemp = mktemp
    return value


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """When everything of the test is closed, outermost: what is captured while it closes counts too."""
    if own := os.environ.get("NEMO_TOKEN"):
        keep_secret(own)
    yield
    over = {"function"}
    if nextitem is None or nextitem.path != item.path:
        over |= {"class", "module"}
    if nextitem is None:
        over |= {"package", "session"}
    captured = [(f"captured {name}", text.encode(errors="replace")) for _, name, text in item._report_sections]
    hits = _hits([made for made, scope in _made if scope in over], [*_heard, *_asked, *captured])
    _made[:] = [(made, scope) for made, scope in _made if scope not in over]
    _heard.clear()
    _asked.clear()
    if nextitem is None:
        _kept.clear()
    if hits:
        pytest.fail("a secret where none may be:\n  " + "\n  ".join(dict.fromkeys(hits)), pytrace=False)


def _hits(directories: list[Path], said: list[tuple[str, bytes]]) -> list[str]:
    kept = frozenset(_kept)
    hits = searched(directories, kept) if directories else []
    return [str(hit) for hit in (*hits, *(hit for who, words in said for hit in found(who, words, kept)))]
