"""Snapshots of real folders."""

from __future__ import annotations

import hashlib
import os
import runpy
import shutil
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import FolderMoved
from photovideos.intake import kinds, scan, walk
from photovideos.model import Claim, Control, LeftOut, MediaKind, Snapshot

MakeDrop = Callable[..., Any]
MP4 = b"\x00\x00\x00\x10ftypisom\0\0\0\0" + b"film" * 100


def names(snapshot: Snapshot) -> list[str]:
    return [entry.path for entry in snapshot.media]


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {item.file: item.reason for item in snapshot.left_out}


def let_a_tick_pass(path: Path, inbox: Path) -> None:
    """File systems stamp with the kernel's tick: two changes within one cannot be told apart."""
    before, probe = path.stat().st_ctime_ns, inbox / "probe"
    ends_at = time.monotonic() + 5
    while time.monotonic() < ends_at:
        probe.write_bytes(b"x")
        if probe.stat().st_ctime_ns > before:
            break
    probe.unlink()


def summary(name: str, film: bytes) -> bytes:
    digest = hashlib.sha256(film).hexdigest()
    return f"Track list\r\n\r\nInputs: abc123\r\nMade by photovideos: {name}, {len(film)}, {digest}\r\n".encode()


def test_a_drop_is_seen_with_its_photos_in_natural_order(drop: MakeDrop) -> None:
    folder = drop()
    for name in ("IMG_10.jpg", "img_1.JPEG", "IMG_2.jpg", "day 2/b.png", "noextension"):
        folder.put(name)
    folder.put("prompt.txt", b"a film")
    folder.put("notes.docx", b"PK\x03\x04")
    snapshot = folder.look()
    assert names(snapshot) == ["day 2/b.png", "img_1.JPEG", "IMG_2.jpg", "IMG_10.jpg", "noextension"]
    assert snapshot.prompt is not None
    assert snapshot.prompt.path == "prompt.txt"
    assert [entry.path for entry in snapshot.others] == ["notes.docx"]
    assert snapshot.left_out == ()
    assert all(entry.kind is MediaKind.PHOTO for entry in snapshot.media)


def test_the_awkward_names_are_all_taken(samples: Path, drop: MakeDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = drop()
    monkeypatch.setattr(sys, "argv", ["make_names.py", str(folder.path)])
    made = runpy.run_path(str(samples / "bad" / "make_names.py"))["NAMES"]
    snapshot = folder.look()
    hidden = b"..double..dots.jpg"
    assert {os.fsencode(name) for name in names(snapshot)} == set(made) - {hidden}
    order = names(snapshot)
    assert order.index("img_1.JPEG") < order.index("IMG_2.jpg") < order.index("IMG_10.jpg")


def test_twins_in_nfc_and_nfd_are_two_photos(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("été.jpg")
    folder.put(unicodedata.normalize("NFD", "été.jpg"))
    assert len(folder.look().media) == 2


def test_photos_lie_up_to_four_folders_deep(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("1/2/3/4/in.jpg")
    folder.put("1/2/3/4/5/out.jpg")
    snapshot = folder.look()
    assert names(snapshot) == ["1/2/3/4/in.jpg"]
    assert reasons(snapshot) == {"1/2/3/4/5": walk.TOO_DEEP}


def test_links_pipes_and_sockets_are_named_and_never_opened(drop: MakeDrop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"\xff\xd8\xff secret")
    folder = drop()
    folder.put("good.jpg")
    (folder.path / "to a file.jpg").symlink_to(outside / "secret.jpg")
    (folder.path / "to a folder").symlink_to(outside)
    (folder.path / "dangling.jpg").symlink_to("nowhere")
    (folder.path / "loop").symlink_to(".")
    (folder.path / ".hidden link").symlink_to(outside)
    os.mkfifo(folder.path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder.path)  # a socket's path is short
        try:
            listening.bind("sock.jpg")
        finally:
            os.chdir(here)
        snapshot = folder.look()
    assert names(snapshot) == ["good.jpg"]
    assert reasons(snapshot) == {
        "to a file.jpg": walk.LINK,
        "to a folder": walk.LINK,
        "dangling.jpg": walk.LINK,
        "loop": walk.LINK,
        "pipe.jpg": walk.NO_FILE,
        "sock.jpg": walk.NO_FILE,
    }


@pytest.mark.parametrize("name", ["prompt.txt", "READY", "a - timeline.txt"])
def test_prompt_control_and_summary_are_never_read_through_links(drop: MakeDrop, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").write_bytes(summary("x.mp4", b"x"))
    folder = drop()
    (folder.path / name).symlink_to(tmp_path / "elsewhere")
    snapshot = folder.look()
    assert snapshot.prompt is None
    assert not snapshot.controls
    assert not snapshot.summaries


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make another's files")
def test_hard_links_are_taken_if_they_belong_to_the_folders_owner(drop: MakeDrop, tmp_path: Path, jpeg: bytes) -> None:
    folder = drop()
    mine, foreign = tmp_path / "mine.jpg", tmp_path / "foreign.jpg"
    for path in (mine, foreign):
        path.write_bytes(jpeg)
        os.link(path, folder.path / path.name)
    os.chown(foreign, 12345, 12345)
    snapshot = folder.look()
    assert names(snapshot) == ["mine.jpg"]
    assert reasons(snapshot) == {"foreign.jpg": walk.FOREIGN_HARD_LINK}


def test_litter_is_invisible_wherever_it_lies(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg")
    for name in ("@eaDir/a.jpg/SYNOFILE_THUMB_M.jpg", "sub/.DS_Store", "sub/._b.jpg", "Thumbs.db", "__MACOSX/a.jpg"):
        folder.put(name)
    folder.put("_photovideos - rendering.txt", b"working")
    snapshot = folder.look()
    assert names(snapshot) == ["a.jpg"]
    assert snapshot.others == ()
    assert snapshot.left_out == ()


def test_unfinished_copies_are_seen_as_such(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg.part")
    folder.put("sub/.b.jpg.Xa3f9Q")
    folder.put("being built.tmp/c.jpg")
    snapshot = folder.look()
    assert [entry.path for entry in snapshot.temporaries] == ["a.jpg.part", "being built.tmp", "sub/.b.jpg.Xa3f9Q"]
    assert snapshot.media == ()


def test_control_files_count_at_the_top_alone_and_only_if_they_are_small(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("ready.TXT", b"")
    folder.put("Hold", b"x" * 64)
    folder.put("cancel", b"x" * 65)
    folder.put("sub/RETRY", b"")
    snapshot = folder.look()
    assert snapshot.controls == {Control.READY, Control.HOLD}
    assert [entry.path for entry in snapshot.control_files] == ["Hold", "ready.TXT"]
    assert {entry.path for entry in snapshot.others} == {"cancel", "sub/RETRY"}


def test_of_several_prompts_the_plainest_name_is_used_and_the_other_is_named(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("PROMPT.TXT", b"one")
    folder.put("prompt.txt.txt", b"two")
    snapshot = folder.look()
    assert snapshot.prompt is not None
    assert snapshot.prompt.path == "PROMPT.TXT"
    assert reasons(snapshot) == {"prompt.txt.txt": scan.SECOND_PROMPT}


def test_a_prompt_that_is_no_text_file_is_pointed_out(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("Prompt.rtf", b"{\\rtf1 a film}")
    snapshot = folder.look()
    assert snapshot.prompt is None
    assert reasons(snapshot) == {"Prompt.rtf": scan.NO_TEXT_FILE}


def test_a_folder_with_a_prompt_of_its_own_is_not_drawn_into_the_outer_film(drop: MakeDrop) -> None:
    folder = drop("Trips")
    folder.put("outer.jpg")
    folder.put("prompt.txt", b"outer")
    folder.put("Italy/inner.jpg")
    folder.put("Italy/deeper/inner.jpg")
    folder.put("Italy/Prompt.txt", b"inner")
    folder.put("Italy too/outer.jpg")
    snapshot = folder.look()
    assert names(snapshot) == ["Italy too/outer.jpg", "outer.jpg"]
    assert snapshot.nested_prompts == ("Italy/Prompt.txt",)
    assert reasons(snapshot) == {"Italy/Prompt.txt": scan.OWN_PROMPT}
    assert {entry.path for entry in snapshot.others} >= {"Italy/inner.jpg", "Italy/deeper/inner.jpg"}


def test_our_film_is_no_input_under_any_name_because_its_summary_says_so(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg")
    folder.put("renamed by hand.mp4", MP4)
    folder.put("copied.txt", summary("Italy 2024.mp4", MP4))
    folder.put("a clip of the user.mp4", MP4.replace(b"film", b"clip"))
    snapshot = folder.look()
    assert names(snapshot) == ["a.jpg", "a clip of the user.mp4"]
    assert {entry.path for entry in snapshot.own} == {"renamed by hand.mp4", "copied.txt"}
    assert snapshot.summaries[0].inputs == "abc123"
    assert snapshot.summaries[0].films[0].size == len(MP4)


def test_our_film_is_no_input_because_the_ledger_says_so(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("film.mp4", MP4)
    claim = Claim(file="Italy 2024.mp4", size=len(MP4), sha256=hashlib.sha256(MP4).hexdigest())
    snapshot = scan.take_snapshot(folder.fd, folder.key, claims=[claim])
    assert names(snapshot) == []
    assert [entry.path for entry in snapshot.own] == ["film.mp4"]


def test_a_claim_with_the_right_size_and_another_digest_takes_nothing_away(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("clip.mp4", MP4)
    folder.put("x - timeline.txt", summary("x.mp4", MP4[::-1]))
    assert names(folder.look()) == ["clip.mp4"]


def test_a_users_text_is_no_summary(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("trip - timeline.txt", b"Monday: Rome\nTuesday: Florence\n")
    snapshot = folder.look()
    assert snapshot.summaries == ()
    assert [entry.path for entry in snapshot.others] == ["trip - timeline.txt"]


def test_what_only_looks_like_a_photo_is_left_out_with_the_reason(samples: Path, drop: MakeDrop) -> None:
    folder = drop()
    for name in ("text-renamed.jpg", "html-renamed.jpg", "svg.svg", "jpeg-named.png", "png-named.jpg", "UPPER.JPG"):
        shutil.copyfile(samples / "bad" / name, folder.path / name)
    snapshot = folder.look()
    assert names(snapshot) == ["jpeg-named.png", "png-named.jpg", "UPPER.JPG"]
    assert snapshot.left_out == (
        LeftOut(file="html-renamed.jpg", reason=kinds.NOT_A_PHOTO),
        LeftOut(file="svg.svg", reason=kinds.DRAWING),
        LeftOut(file="text-renamed.jpg", reason=kinds.NOT_A_PHOTO),
    )


def test_a_file_still_empty_or_blank_counts_as_what_its_name_says(drop: MakeDrop) -> None:
    folder = drop()
    folder.put("a.jpg", b"")
    folder.put("b.jpg", bytes(5000))
    assert names(folder.look()) == ["a.jpg", "b.jpg"]


def test_a_quiet_folder_is_looked_at_without_opening_a_file(drop: MakeDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = drop()
    folder.put("a.jpg")
    folder.put("film.mp4", MP4)
    folder.put("x - timeline.txt", summary("x.mp4", MP4))
    first = folder.look()

    def refused(*_: object) -> int:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(scan, "open_file", refused)
    assert folder.look() == first


def test_the_memory_forgets_what_is_gone(drop: MakeDrop) -> None:
    folder = drop()
    path = folder.put("a.jpg")
    folder.look()
    path.unlink()
    folder.look()
    assert not folder.memory.sniffed


def test_a_look_at_a_huge_folder_ends(drop: MakeDrop) -> None:
    folder = drop()
    for number in range(60):
        folder.put(f"{number}.jpg")
    snapshot = scan.take_snapshot(folder.fd, folder.key, max_entries=50)
    assert snapshot.too_big is not None
    assert "50" in snapshot.too_big
    assert len(snapshot.media) <= 50


def test_a_look_that_takes_too_long_ends(drop: MakeDrop) -> None:
    folder = drop()
    for number in range(600):
        folder.put(f"{number}.jpg", b"")
    ticks = iter(range(1000))
    snapshot = scan.take_snapshot(folder.fd, folder.key, clock=lambda: next(ticks) * 11.0, max_seconds=20)
    assert snapshot.too_big is not None
    assert "too long" in snapshot.too_big


def test_a_tree_a_thousand_deep_is_named_once(drop: MakeDrop) -> None:
    folder = drop()
    deep_fd = os.dup(folder.fd)
    for _ in range(1000):
        os.mkdir("d", dir_fd=deep_fd)
        deeper_fd = os.open("d", os.O_RDONLY | os.O_DIRECTORY, dir_fd=deep_fd)
        os.close(deep_fd)
        deep_fd = deeper_fd
    os.close(deep_fd)
    try:
        assert reasons(folder.look()) == {"d/d/d/d/d": walk.TOO_DEEP}
    finally:  # pytest's own clean-up would recurse too deep
        subprocess.run(["rm", "-rf", str(folder.path / "d")], check=True)


def test_many_bad_files_do_not_make_an_endless_list(drop: MakeDrop) -> None:
    folder = drop()
    for number in range(walk.MAX_NAMED + 20):
        (folder.path / f"{number}.jpg").symlink_to("nowhere")
    snapshot = folder.look()
    assert len(snapshot.left_out) == walk.MAX_NAMED + 1
    assert any(item.file == "20 more" for item in snapshot.left_out)


def test_a_removed_folder_has_moved(drop: MakeDrop) -> None:
    folder = drop()
    folder.path.rmdir()
    with pytest.raises(FolderMoved):
        folder.look()


def test_a_folder_is_followed_through_a_rename_and_the_rename_leaves_its_trace(drop: MakeDrop, inbox: Path) -> None:
    folder = drop("before.tmp")
    folder.put("a.jpg")
    folder.put("prompt.txt", b"x")
    assert not folder.look().is_renamed_whole
    let_a_tick_pass(folder.path / "a.jpg", inbox)
    folder.path.rename(inbox / "after")
    snapshot = folder.look()
    assert snapshot.is_renamed_whole
    assert names(snapshot) == ["a.jpg"]
    (inbox / "after" / "late.jpg").write_bytes(b"")
    assert not folder.look().is_renamed_whole


def test_a_folder_that_is_being_filled_shows_no_trace_of_a_rename(drop: MakeDrop) -> None:
    folder = drop()
    assert not folder.look().is_renamed_whole
    folder.put("sub/a.jpg")
    assert not folder.look().is_renamed_whole
