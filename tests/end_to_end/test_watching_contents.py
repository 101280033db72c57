"""What lies in a folder: links, names, litter, prompts of all kinds (watching.md, the cases A17–A24, A31, A43)."""

from __future__ import annotations

import os
import threading
import unicodedata
from functools import partial
from pathlib import Path

import pytest

from support.house import wait_for
from support.watched import Town, photo


def summary_of(folder: Path) -> str:
    return (folder / f"{folder.name} - timeline.txt").read_text(encoding="utf-8")


def _films(folder: Path) -> list[Path]:
    return list(folder.glob("*.mp4"))


def test_a17_hard_links_are_taken(street: Town) -> None:
    library = street.root / "library"
    library.mkdir(exist_ok=True)
    folder = street.folder("A17")
    for number in (1, 2):
        (library / f"{number}.jpg").write_bytes(photo(number))
        os.link(library / f"{number}.jpg", folder / f"IMG_{number}.jpg")
    street.write_prompt(folder)
    street.made(folder, photos=2)


def test_a18_links_are_never_followed_and_are_named(street: Town) -> None:
    outside = street.root / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.jpg").write_bytes(photo(5))
    (outside / "prompt.txt").write_text("A18 outside: a calm video", encoding="utf-8")
    (street.inbox / "A18 link").symlink_to(outside)
    folder = street.fill("A18", photos=1)
    (folder / "out.jpg").symlink_to(outside / "secret.jpg")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.jpg").symlink_to("nothing.jpg")
    street.made(folder, photos=1)
    for name in ("out.jpg", "loop", "dangling.jpg"):
        assert f"{name}: it is a link" in summary_of(folder)
    inbox_file = street.inbox / "_photovideos - inbox.txt"
    wait_for("the link to be named", lambda: "‘A18 link’ is a link" in inbox_file.read_text("utf-8-sig"), 10)
    assert street.taken("A18 link") == 0
    assert sorted(path.name for path in outside.iterdir()) == ["prompt.txt", "secret.jpg"]


def test_a20_a_prompt_that_comes_late_is_waited_for_visibly(street: Town) -> None:
    folder = street.fill("A20 late", text=None)
    street.says(folder, "waiting for prompt.txt")
    street.write_prompt(folder)
    street.made(folder, photos=2)


def test_a20_an_empty_prompt_says_so_and_counts_once_it_is_saved(street: Town) -> None:
    folder = street.fill("A20 empty", text=None)
    (folder / "prompt.txt").write_bytes(b" \r\n\t\n")
    street.says(folder, "waiting for prompt.txt", "is empty")
    street.write_prompt(folder)
    street.made(folder)


@pytest.mark.parametrize(
    ("name", "file", "encoding"),
    [
        ("A20 UTF-16", "prompt.txt", "utf-16"),
        pytest.param("A20 BOM", "prompt.txt", "utf-8-sig", marks=pytest.mark.slow),
        pytest.param("A20 legacy", "prompt.txt", "cp1252", marks=pytest.mark.slow),
        ("A20 capitals", "PROMPT.TXT", "utf-8"),
        pytest.param("A20 twice", "prompt.txt.txt", "utf-8", marks=pytest.mark.slow),
    ],
)
def test_a20_a_prompt_may_be_saved_in_any_way(street: Town, name: str, file: str, encoding: str) -> None:
    folder = street.fill(name, text=None)
    (folder / file).write_bytes(f"{name}: ein ruhiges Video für Zoë\r\n".encode(encoding))
    sitting = street.made(folder)
    assert sitting.messages == [f"{name}: ein ruhiges Video für Zoë"]


def test_a21_pictures_of_any_ending_are_taken_by_what_they_are(street: Town) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    folder = street.folder("A21")
    (folder / "one.JPG").write_bytes(photo(1))
    (folder / "two.JpEg").write_bytes(photo(2))
    (folder / "three.HEIC").write_bytes(photo(3, "HEIF"))
    (folder / "four").write_bytes(photo(4))
    street.write_prompt(folder)
    street.made(folder, photos=4)


def test_a22_litter_that_changes_all_the_time_does_not_hold_a_folder_up(street: Town) -> None:
    folder = street.fill("A22")
    stop = threading.Event()

    def litter() -> None:
        count = 0
        while not stop.wait(0.1):
            count += 1
            (folder / "@eaDir").mkdir(exist_ok=True)
            for name in (".DS_Store", "Thumbs.db", "._IMG_0001.jpg", "@eaDir/IMG_0001.jpg"):
                (folder / name).write_bytes(b"x" * count)

    thread = threading.Thread(target=litter)
    thread.start()
    try:
        street.made(folder, photos=2)
    finally:
        stop.set()
        thread.join()


def test_a23_a24_litter_alone_and_empty_folders_are_no_jobs(street: Town) -> None:
    litter, empty = street.folder("A23"), street.folder("A24 empty")
    (litter / "Thumbs.db").write_bytes(b"x")
    (litter / ".DS_Store").write_bytes(b"x")
    street.says(litter, "waiting for photos")
    street.says(empty, "waiting for photos")
    street.rest(3)
    assert street.taken("A23") == street.taken("A24 empty") == 0


def test_a24_a_folder_of_folders_is_one_job_with_photos_to_depth_four(street: Town) -> None:
    folder = street.folder("A24 deep")
    path = folder
    for depth in range(6):
        (path / f"IMG_{depth}.jpg").write_bytes(photo(depth + 1))
        path = path / f"level {depth + 1}"
        path.mkdir()
    street.write_prompt(folder)
    sitting = street.made(folder, photos=5)
    assert len(sitting.uploads) == 5
    assert "more than 4 folders deep" in summary_of(folder)


def test_a31_names_of_all_kinds_are_jobs_of_their_own(street: Town) -> None:
    nfc, nfd = unicodedata.normalize("NFC", "A31 Málaga"), unicodedata.normalize("NFD", "A31 Málaga")
    names = [nfc, nfd, "A31 🌅🎬", "A31 two\nlines", "A31 " + "x" * 251, "A31 \udce9t\udce9"]
    folders = []
    for number, name in enumerate(names):
        folder = Path(os.path.join(street.inbox, name))
        folder.mkdir()
        (folder / f"IMG {name.strip()[:60]}.jpg").write_bytes(photo(number))
        (folder / "prompt.txt").write_text(f"A31 number {number}: a calm video", encoding="utf-8")
        folders.append(folder)
    for number, folder in enumerate(folders):
        wait_for(f"a film in {folder!r}\n{street.log()[-2000:]}", partial(_films, folder))
        assert len(street.cloud.the(f"A31 number {number}").uploads) == 1
        (film,) = folder.glob("*.mp4")
        assert len(os.fsencode(film.name)) <= 255
        assert "\n" not in film.name


def test_a31_twins_of_one_name_in_a_folder_are_both_taken(street: Town) -> None:
    folder = street.folder("A31 twins")
    for number, form in enumerate(("NFC", "NFD"), start=1):
        (folder / unicodedata.normalize(form, "Málaga.jpg")).write_bytes(photo(number))  # type: ignore[arg-type]  # a name of a form
    street.write_prompt(folder)
    sitting = street.made(folder, photos=2)
    assert len(set(sitting.uploads)) == 2


def spoil(folder: Path) -> None:
    whole = photo(3, size=(320, 240))
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "zeros.jpg").write_bytes(whole[: len(whole) // 2] + b"\0" * (len(whole) // 2))
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("this is no photo at all", encoding="utf-8")


def test_a43_broken_photos_are_left_out_and_named_where_somebody_vouches_for_the_folder(street: Town) -> None:
    folder = street.fill("A43")
    spoil(folder)
    (folder / "READY").touch()
    street.made(folder, photos=2)
    for name in ("cut.jpg", "zeros.jpg", "empty.jpg", "text.jpg"):
        assert name in summary_of(folder)
    assert not (folder / "READY").exists()


@pytest.mark.slow
def test_a43_broken_photos_hold_a_folder_up_and_are_left_out_and_named_in_the_end(street: Town) -> None:
    folder = street.fill("A43 patience")
    spoil(folder)
    street.says(folder, "waiting for copy to finish")
    street.made(folder, photos=2)
    for name in ("cut.jpg", "zeros.jpg", "empty.jpg", "text.jpg"):
        assert name in summary_of(folder)
