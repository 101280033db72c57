"""PURE: which names are litter, which are unfinished copies, which are our own (watching.md).

Names only: what a file holds, and whether a file of ours really is ours, is told elsewhere. Any case, any depth.
"""

from __future__ import annotations

import fnmatch
import re

MARKER_NAME = ".photovideos-inbox"
OWN_HIDDEN_PREFIX = ".photovideos"  # part files and the marker
OWN_NOTE_PREFIX = "_photovideos - "  # status files and the inbox file

_IGNORED_FOLDERS = frozenset(
    {
        "@eadir",
        "@tmp",
        "#recycle",
        "#snapshot",
        "@recycle",
        ".@__thumb",
        "$recycle.bin",
        "lost+found",
        ".zfs",
        ".snapshot",
        ".stfolder",
        ".stversions",
        ".trashes",
        ".spotlight-v100",
        ".fseventsd",
        ".appledouble",
        "__macosx",
        ".sync",
    }
)
_IGNORED_FILES = (
    "._*",
    "thumbs.db",
    "ehthumbs*.db",
    "desktop.ini",
    "synofile_thumb_*",
    "~$*",
    "*.lnk",
    "*.sync-conflict-*",
    ".*",  # with .nfs*, .fuse_hidden* and .smbdelete*
)
_TEMPORARY = (
    ".syncthing.*.tmp",
    "~syncthing~*.tmp",
    "*.part",
    "*.partial",
    "*.filepart",
    "*.crdownload",
    "*.download",
    "*.!sync",
    "*.tmp",
    "*.temp",
    ".goutputstream-*",
)
_NOT_TAKEN = (".tmp", ".part")


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns), re.DOTALL)


_IGNORED_FILE = _any_of(_IGNORED_FILES)
_TEMPORARY_FILE = _any_of(_TEMPORARY)
_LITTER_FIRST = _any_of((".nfs*", ".fuse_hidden*", ".smbdelete*"))
# Hundreds of thousands of names are looked at: one search tells the ordinary ones, which are nearly all.
_SUSPECT = re.compile(
    r"^[._~@#$]|^(?:thumbs\.db|ehthumbs|desktop\.ini|synofile_thumb_|lost\+found|__macosx)"
    r"|\.sync-conflict-|\.(?:lnk|part|partial|filepart|crdownload|download|!sync|tmp|temp)$",
    re.IGNORECASE,
)
_RSYNC = re.compile(r"\.(?P<name>.+)\.(?P<random>[A-Za-z0-9]{6})", re.DOTALL)


def is_ordinary(name: str) -> bool:
    """The name of neither litter nor an unfinished copy nor a note of ours, told by one search."""
    return not _SUSPECT.search(name)


def is_own_name(name: str) -> bool:
    """Does it look like one of our notes or part files? They are never input and never hold up a folder."""
    if name[:1] not in (".", "_"):
        return False
    folded = name.casefold()
    if folded.startswith(OWN_HIDDEN_PREFIX):
        return True
    return folded.startswith(OWN_NOTE_PREFIX) and folded.endswith(".txt")


def is_temporary(name: str) -> bool:
    """Is it the name of an unfinished copy, so that its folder is not complete yet?"""
    if is_ordinary(name):
        return False
    folded = name.casefold()
    if is_own_name(name) or _LITTER_FIRST.fullmatch(folded):
        return False
    return _TEMPORARY_FILE.fullmatch(folded) is not None or _is_rsync_temporary(name)


def _is_rsync_temporary(name: str) -> bool:
    """`.name.XXXXXX`. `.editor.config` has that shape too: a plain word counts only behind a name with an extension."""
    match = _RSYNC.fullmatch(name)
    if match is None:
        return False
    random = match["random"]
    is_plain_word = random.isalpha() and (random.islower() or random.isupper())
    return not is_plain_word or "." in match["name"]


def is_ignored_file(name: str) -> bool:
    """Litter of systems and tools, and everything hidden. An unfinished copy is not litter: ask `is_temporary` too."""
    if is_ordinary(name) or is_temporary(name):
        return False
    return is_own_name(name) or name.casefold() in _IGNORED_FOLDERS or bool(_IGNORED_FILE.fullmatch(name.casefold()))


def is_ignored_folder(name: str) -> bool:
    """A folder that is never looked into: litter of systems and tools, and everything hidden."""
    folded = name.casefold()
    return folded in _IGNORED_FOLDERS or folded.startswith(".")


def is_not_taken_yet(name: str) -> bool:
    """A folder whose maker will rename it when it is complete (design §2.1)."""
    return name.casefold().endswith(_NOT_TAKEN)
