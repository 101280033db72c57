"""Reads a folder's prompt as text, whatever it was saved with. What it asks for is read elsewhere (`prompt`)."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass

from photovideos.errors import FolderMoved, FolderOffline, PromptUnreadable
from photovideos.intake.charset import decode
from photovideos.intake.descriptors import offline, open_file, read_up_to
from photovideos.model import Snapshot

MAX_PROMPT_BYTES = 64 * 1024

_LINE_END = re.compile("\r\n|[\r\n\u0085\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MAGIC = (
    (b"\xff\xd8\xff", "a photo"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an office document or an archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "a formatted (RTF) document"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptText:
    """`text`: lines end in LF, blank text is empty. `is_cut`: the file goes on after the first 64 KiB."""

    text: str
    encoding: str
    is_cut: bool


def read_prompt(folder_fd: int, snapshot: Snapshot) -> str:
    """The text of the folder's prompt; empty if there is none or it is blank.

    At most 64 KiB of it are used. Raises PromptUnreadable (it is no text, or may not be read), FolderMoved and
    FolderOffline.
    """
    return read_prompt_text(folder_fd, snapshot).text


def read_prompt_text(folder_fd: int, snapshot: Snapshot) -> PromptText:
    """As `read_prompt`, with what it was saved in."""
    if snapshot.prompt is None:
        return PromptText(text="", encoding="utf-8", is_cut=False)
    try:
        file_fd = open_file(folder_fd, snapshot.prompt.path)
    except FolderOffline as error:
        if isinstance(error.__cause__, PermissionError):
            raise PromptUnreadable("The service has no right to read prompt.txt.", advice=error.advice) from error
        raise
    try:
        raw = read_up_to(file_fd, MAX_PROMPT_BYTES + 1)
        if os.fstat(file_fd).st_ino != snapshot.prompt.inode:
            raise FolderMoved(f"‘{snapshot.prompt.path}’ was replaced while it was being read.")
    except OSError as error:
        raise offline(f"‘{snapshot.prompt.path}’", error) from error
    finally:
        os.close(file_fd)
    return to_text(raw[:MAX_PROMPT_BYTES], is_cut=len(raw) > MAX_PROMPT_BYTES)


def to_text(raw: bytes, *, is_cut: bool = False) -> PromptText:
    """PURE. Decodes and cleans; raises PromptUnreadable for what is no text."""
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise _unreadable(f"prompt.txt is not a text file but {what}.")
    text, encoding = decode(raw, is_cut=is_cut)
    unprintable = len(_UNPRINTABLE.findall(text)) + text.count("\ufffd")
    if unprintable > max(len(text.strip("\0")) * 0.3, 4):
        raise _unreadable("prompt.txt cannot be read as text.")
    # A NUL stands where a space was in files that passed through fixed-width fields.
    text = _UNPRINTABLE.sub("", _LINE_END.sub("\n", text.replace("\0", " "))).removeprefix("\ufeff")
    return PromptText(text="" if is_blank(text) else text, encoding=encoding, is_cut=is_cut)


def is_blank(text: str) -> bool:
    """Nothing but white space and characters of no width."""
    return all(character.isspace() or unicodedata.category(character) in ("Cf", "Cc") for character in text)


def _unreadable(message: str) -> PromptUnreadable:
    return PromptUnreadable(message, advice="Save it as plain text, best in UTF-8, under the name prompt.txt.")
