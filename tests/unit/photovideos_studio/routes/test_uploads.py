"""Uploads: copies and references, and everything that is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest


def signed_in(rig: Any) -> str:
    rig.sign_in()
    return str(rig.open_session())


def names(rig: Any, session: str) -> list[str]:
    return [info["filename"] for info in rig.state(session)["video_infos"]]


def test_a_copy_is_told_with_its_type_and_size(rig: Any) -> None:
    session = signed_in(rig)
    answer = rig.upload(session, ("a.jpg", b"pixels")).json()
    assert answer["code"] == 0
    assert answer["data"]["session_state_applied"] is True
    told = answer["data"]["files"][0]
    assert (told["filename"], told["file_type"], told["width"], told["height"]) == ("a.jpg", "image", 400, 300)
    assert rig.http.get(told["cdn_url"], headers=rig.headers).content == b"pixels"
    assert rig.http.get(told["cdn_url"]).status_code == 401


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=1-2"}, {"Range": "bytes=9-8,x"}, {"Range": "bytes=900-"}])
def test_an_upload_given_back_leaves_nothing_open_whatever_part_of_it_was_asked_for(
    rig: Any, asked: dict[str, str]
) -> None:
    session = signed_in(rig)
    told = rig.upload(session, ("a.jpg", b"pixels")).json()["data"]["files"][0]
    stored = f"{rig.store.folder.resolve()}/sessions/"
    rig.http.get(told["cdn_url"], headers=rig.headers | asked)
    rig.eventually(lambda: not any(_path_of(one).startswith(stored) for one in os.listdir("/proc/self/fd")))


def _path_of(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except FileNotFoundError:
        return ""


def test_a_song_tells_its_length(rig: Any) -> None:
    session = signed_in(rig)
    told = rig.upload(session, ("song.mp3", b"waves")).json()["data"]["files"][0]
    assert (told["file_type"], told["duration"]) == ("audio", 12.5)


def test_the_field_may_repeat_and_keeps_its_order(rig: Any) -> None:
    session = signed_in(rig)
    answer = rig.upload(session, ("b.jpg", b"2"), ("a.jpg", b"1"), ("c.jpg", b"3")).json()
    assert [told["filename"] for told in answer["data"]["files"]] == ["b.jpg", "a.jpg", "c.jpg"]
    assert names(rig, session) == ["b.jpg", "a.jpg", "c.jpg"]


def test_twins_get_a_number(rig: Any) -> None:
    session = signed_in(rig)
    for _ in range(3):
        rig.upload(session, ("a.jpg", b"x"))
    assert names(rig, session) == ["a.jpg", "a (2).jpg", "a (3).jpg"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ("日本 😀.jpg", "日本 😀.jpg"),
        ("a\u202egpj.exe.jpg", "agpj.exe.jpg"),
    ],
)
def test_a_name_is_a_base_name_and_never_a_path(rig: Any, sent: str, kept: str) -> None:
    session = signed_in(rig)
    assert rig.upload(session, (sent, b"x")).json()["data"]["files"][0]["filename"] == kept
    outside = {path.name for path in rig.folder.iterdir()}
    assert outside == {"photos", "s", "store"}


def test_an_unsupported_type_is_4001_and_named(rig: Any) -> None:
    session = signed_in(rig)
    answer = rig.upload(session, ("a.heic", b"x"))
    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    assert "a.heic" in answer.json()["message"]
    assert "jpg" in answer.json()["message"]
    assert names(rig, session) == []


def test_a_file_that_cannot_be_opened_is_4001_with_the_reason(rig: Any) -> None:
    session = signed_in(rig)
    answer = rig.upload(session, ("a.jpg", b"broken")).json()
    assert answer["code"] == 4001
    assert answer["message"] == "Unsupported file: a.jpg: is not a picture"


def test_a_request_with_one_bad_file_adds_none(rig: Any) -> None:
    session = signed_in(rig)
    assert rig.upload(session, ("a.jpg", b"1"), ("b.jpg", b"broken")).json()["code"] == 4001
    assert names(rig, session) == []
    assert list((rig.folder / "store" / "incoming").iterdir()) == []


def test_a_file_above_200_megabytes_is_4002_and_named(rig: Any, tmp_path: Path) -> None:
    session = signed_in(rig)
    path = tmp_path / "long.mp4"
    path.touch()
    os.truncate(path, 200 * 1024 * 1024 + 1)
    with path.open("rb") as file:
        answer = rig.ask("POST", f"/api/upload-video/nemo_agent/me/{session}", files={"files": ("long.mp4", file)})
    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert "long.mp4" in answer.json()["message"]
    assert names(rig, session) == []
    assert list((rig.folder / "store" / "incoming").iterdir()) == []


def test_a_reference_above_200_megabytes_is_4002(rig: Any) -> None:
    session = signed_in(rig)
    path = rig.photo("long.mp4")
    os.truncate(path, 200 * 1024 * 1024 + 1)
    assert rig.upload_url(session, path.as_uri()).json()["code"] == 4002


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nhalf', "boundary=x"),
        (b"garbage", "boundary=x"),
        (b"--x--\r\n", "boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nv\r\n--x--\r\n', "boundary=x"),
        (b"x", "nothing=x"),
        (b"--x\r\n" + b"A" * 70_000 + b": b\r\n\r\n", "boundary=x"),
    ],
)
def test_a_multipart_body_that_makes_no_sense_is_422(rig: Any, content: bytes, kind: str) -> None:
    session = signed_in(rig)
    answer = rig.ask(
        "POST",
        f"/api/upload-video/nemo_agent/me/{session}",
        content=content,
        headers={"Content-Type": f"multipart/form-data; {kind}"},
    )
    assert answer.status_code == 422
    assert list((rig.folder / "store" / "incoming").iterdir()) == []


# --- file: addresses ---------------------------------------------------------------------------------------------


def test_a_file_address_is_taken_where_it_lies(rig: Any) -> None:
    session = signed_in(rig)
    path = rig.photo("sub/IMG 1 ü.jpg")
    told = rig.upload_url(session, path.as_uri()).json()["data"]["files"][0]
    assert told["filename"] == "IMG 1 ü.jpg"
    assert rig.http.get(told["cdn_url"], headers=rig.headers).content == path.read_bytes()
    copies = list((rig.folder / "store" / "sessions").rglob("*.jpg"))
    assert copies == []


def test_the_fragment_gives_the_name_on_the_wire(rig: Any) -> None:
    session = signed_in(rig)
    url = rig.photo("a.jpg").as_uri() + "#name=" + quote("Größe/../b c#1.jpg", safe="")
    assert rig.upload_url(session, url).json()["data"]["files"][0]["filename"] == "b c#1.jpg"


def test_a_name_that_is_no_utf8_is_opened_and_told_without_the_bad_bytes(rig: Any) -> None:
    session = signed_in(rig)
    raw = os.fsencode(rig.photos) + b"/caf\xe9.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"pixels")
    answer = rig.upload_url(session, "file://" + quote(raw)).json()
    assert answer["data"]["files"][0]["filename"] == "caf.jpg"
    assert names(rig, session) == ["caf.jpg"]


def test_a_file_outside_the_roots_is_refused(rig: Any, tmp_path: Path) -> None:
    session = signed_in(rig)
    outside = tmp_path / "a.jpg"
    outside.write_bytes(b"x")
    for url in (outside.as_uri(), "file:///etc/passwd", f"{rig.photos.as_uri()}/../s", rig.photos.as_uri()):
        answer = rig.upload_url(session, url)
        assert answer.json()["code"] == 4001, url
    rig.roots.add(tmp_path)
    assert rig.upload_url(session, outside.as_uri()).json()["code"] == 0


def test_links_are_not_followed_neither_at_the_end_nor_in_the_middle(rig: Any, tmp_path: Path) -> None:
    session = signed_in(rig)
    (tmp_path / "a.jpg").write_bytes(b"x")
    (rig.photos / "link.jpg").symlink_to(tmp_path / "a.jpg")
    (rig.photos / "folder").symlink_to(tmp_path)
    (rig.photos / "inside.jpg").symlink_to(rig.photo("true.jpg"))
    for name in ("link.jpg", "folder/a.jpg", "inside.jpg"):
        answer = rig.upload_url(session, f"{rig.photos.as_uri()}/{name}").json()
        assert answer["code"] == 4001, name
        assert os.path.basename(name) in answer["message"]


def test_a_root_may_itself_be_reached_through_a_link(rig: Any, tmp_path: Path) -> None:
    session = signed_in(rig)
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jpg").write_bytes(b"x")
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    rig.roots.add(tmp_path / "alias")
    for folder in ("alias", "real"):
        assert rig.upload_url(session, (tmp_path / folder / "a.jpg").as_uri()).json()["code"] == 0


def test_what_is_no_regular_file_is_refused_at_once(rig: Any) -> None:
    session = signed_in(rig)
    os.mkfifo(rig.photos / "pipe.jpg")
    (rig.photos / "dir.jpg").mkdir()
    for name in ("pipe.jpg", "dir.jpg", "absent.jpg"):
        assert rig.upload_url(session, f"{rig.photos.as_uri()}/{name}").json()["code"] == 4001


def test_nothing_is_fetched_from_the_network(rig: Any) -> None:
    session = signed_in(rig)
    for url in ("https://example.org/a.jpg", "http://127.0.0.1/a.jpg", "ftp://x/a.jpg", "data:,x", "a.jpg"):
        answer = rig.upload_url(session, url).json()
        assert answer["code"] == 4001
    assert rig.upload_url(session, "file://elsewhere/a.jpg").json()["code"] == 4001


def test_on_tcp_a_file_address_is_refused(rigs: Any) -> None:
    rig = rigs(on_tcp=True)
    session = signed_in(rig)
    answer = rig.upload_url(session, rig.photo("a.jpg").as_uri())
    assert answer.status_code == 403
    assert "socket" in answer.json()["message"]


def test_a_photo_seen_before_is_not_looked_at_again(rig: Any) -> None:
    path = rig.photo("a.jpg")
    for _ in range(2):
        session = signed_in(rig) if not rig.headers else rig.open_session()
        assert rig.upload_url(session, path.as_uri()).json()["code"] == 0
    assert rig.farm.looks == ["a.jpg"]


@pytest.mark.parametrize("body", [{}, {"urls": []}, {"urls": "x"}, {"urls": [1]}, {"urls": ["file:///x"] * 1001}])
def test_addresses_that_make_no_sense_are_422(rig: Any, body: object) -> None:
    session = signed_in(rig)
    assert rig.ask("POST", f"/api/upload-video/nemo_agent/me/{session}", json=body).status_code == 422


def test_a_full_store_says_so_with_figures(rigs: Any) -> None:
    rig = rigs(store_options={"limit_bytes": 1_000_000})
    session = signed_in(rig)
    answer = rig.upload(session, ("a.jpg", b"x" * 2_000_000))
    assert answer.status_code == 507
    assert "2 MB are needed" in answer.json()["message"]
