"""Names: litter, unfinished copies, our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake import ignore

LITTER_FOLDERS = [
    "@eaDir", "@tmp", "#recycle", "#snapshot", "@Recycle", ".@__thumb", "$RECYCLE.BIN", "lost+found", ".zfs",
    ".snapshot", ".stfolder", ".stversions", ".Trashes", ".Trash-1000", ".Spotlight-V100", ".fseventsd",
    ".AppleDouble", "__MACOSX", ".sync",
]  # fmt: skip
LITTER_FILES = [
    ".DS_Store", "._ladybird.jpg", "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
    "SYNOFILE_THUMB_M_1.jpg", "~$letter.docx", "photo.lnk", "IMG_1.sync-conflict-20240101-120000-ABCDEFG.jpg",
    ".nfs000000000123abcd00000001", ".fuse_hidden0000000100000002", ".smbdeleteAAA1234", ".editor.config", ".a",
]  # fmt: skip
TEMPORARY = [
    ".IMG_1.jpg.Xa3f9Q", ".IMG_1.jpg.abcdef", ".folder.aB3dE6", ".syncthing.IMG_1.jpg.tmp", "~syncthing~IMG_1.jpg.tmp",
    "IMG_1.jpg.part", "IMG_1.jpg.partial", "IMG_1.jpg.filepart", "IMG_1.jpg.crdownload", "IMG_1.jpg.download",
    "IMG_1.jpg.!sync", "x.tmp", "x.temp", ".goutputstream-ABC123",
]  # fmt: skip
ORDINARY = [
    "IMG_1.jpg",
    "prompt.txt",
    "a part.jpg",
    "tmp",
    "download",
    "part.jpg",
    "..double..dots.jpg.jpeg"[2:],
    "READY",
]


@pytest.mark.parametrize("name", LITTER_FOLDERS)
def test_litter_folders_are_never_looked_into_in_any_case(name: str) -> None:
    for spelled in (name, name.upper(), name.lower(), name.swapcase()):
        assert ignore.is_ignored_folder(spelled)


@pytest.mark.parametrize("name", LITTER_FILES)
def test_litter_files_are_ignored_in_any_case(name: str) -> None:
    for spelled in (name, name.upper(), name.lower()):
        assert ignore.is_ignored_file(spelled), spelled
        assert not ignore.is_temporary(spelled), spelled


@pytest.mark.parametrize("name", TEMPORARY)
def test_names_of_unfinished_copies_are_no_litter(name: str) -> None:
    assert ignore.is_temporary(name)
    assert not ignore.is_ignored_file(name)
    assert ignore.is_temporary(name.upper())


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_neither(name: str) -> None:
    assert not ignore.is_temporary(name)
    assert not ignore.is_ignored_file(name)
    assert not ignore.is_ignored_folder(name)


@pytest.mark.parametrize(
    "name",
    ["_photovideos - rendering.txt", "_photovideos - inbox.txt", ".photovideos-inbox", ".photovideos-1a2b.part"],
)
def test_our_own_names_neither_count_nor_hold_up(name: str) -> None:
    assert ignore.is_own_name(name)
    assert not ignore.is_temporary(name)
    assert ignore.is_ignored_file(name)


def test_a_file_that_only_resembles_our_notes_is_the_users_own() -> None:
    assert not ignore.is_own_name("_photovideos - of my own.jpg")
    assert not ignore.is_own_name("photovideos.txt")


def test_folders_that_are_still_being_built_are_not_taken() -> None:
    assert ignore.is_not_taken_yet("Album.tmp")
    assert ignore.is_not_taken_yet("Album.PART")
    assert not ignore.is_not_taken_yet("Album")


@given(st.text(min_size=1))
def test_no_name_is_both_litter_and_an_unfinished_copy(name: str) -> None:
    assert not (ignore.is_ignored_file(name) and ignore.is_temporary(name))


@given(st.text(min_size=1), st.sampled_from([".part", ".crdownload", ".tmp", ".!sync"]))
def test_whatever_ends_like_a_download_is_unfinished_unless_it_is_ours(stem: str, suffix: str) -> None:
    name = stem + suffix
    folded = name.casefold()
    if ignore.is_own_name(name) or folded.startswith((".nfs", ".fuse_hidden", ".smbdelete")):
        return
    assert ignore.is_temporary(name)
