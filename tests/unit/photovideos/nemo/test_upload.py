from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from photovideos.errors import RateLimited, ServiceTrouble, Stopping, TokenExpired
from photovideos.model import SessionId, Token
from photovideos.nemo.client import NemoClient
from photovideos.nemo.upload import MAX_UPLOAD_BYTES, Outgoing, file_address, upload
from support.fake_cloud import Asked, FakeCloud, Handler, answers

SESSION = SessionId("5529798706024415232")


class Sender:
    """Uploads photos a.jpg, b.jpg, … and remembers what was said on the way."""

    def __init__(self, client: NemoClient, token: Token, stop: threading.Event, folder: Path) -> None:
        self.client, self.token, self.stop, self.folder = client, token, stop, folder
        self.sent: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []

    def file(self, name: str, size: int = 10) -> Outgoing:
        path = self.folder / name
        path.write_bytes(name.encode() * 2)
        return Outgoing(
            path=f"dinner/{name}", name=name, size=size, open_file=lambda: os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        )

    def send(self, *files: Outgoing, **options: Any) -> None:
        upload(
            self.client,
            self.token,
            SESSION,
            files,
            on_sent=lambda file, name: self.sent.append((file.name, name)),
            on_refused=lambda file, reason: self.refused.append((file.path, reason)),
            stop=self.stop,
            **options,
        )


@pytest.fixture
def sender(client: NemoClient, token: Token, stop: threading.Event, tmp_path: Path) -> Sender:
    return Sender(client, token, stop, tmp_path)


def test_files_go_one_by_one_in_their_order(cloud: FakeCloud, sender: Sender) -> None:
    sender.send(sender.file("b.jpg"), sender.file("a.jpg"), sender.file("song.mp3"))
    assert [asked.file_name for asked in cloud.asked] == ["b.jpg", "a.jpg", "song.mp3"]
    assert sender.sent == [("b.jpg", "b.jpg"), ("a.jpg", "a.jpg"), ("song.mp3", "song.mp3")]
    assert sender.refused == []
    assert b"Content-Type: image/jpeg" in cloud.asked[0].body
    assert b"Content-Type: audio/mpeg" in cloud.asked[2].body


def test_the_servers_name_is_told(cloud: FakeCloud, sender: Sender) -> None:
    cloud.plan("upload-video", answers({"code": 0, "data": {"files": [{"filename": "a (2).jpg"}]}}))
    sender.send(sender.file("a.jpg"))
    assert sender.sent == [("a.jpg", "a (2).jpg")]


@pytest.mark.parametrize(("code", "words"), [(4001, "supported are MP4"), (4002, "compress or trim")])
def test_a_refused_file_is_named_and_the_others_go_on(cloud: FakeCloud, sender: Sender, code: int, words: str) -> None:
    cloud.plan("upload-video", answers({"code": code, "message": "no"}, 400))
    sender.send(sender.file("a.jpg"), sender.file("b.jpg"))
    ((file, reason),) = sender.refused
    assert file == "dinner/a.jpg"
    assert words in reason
    assert sender.sent == [("b.jpg", "b.jpg")]


def test_what_is_too_large_is_not_sent_at_all(cloud: FakeCloud, sender: Sender) -> None:
    sender.send(sender.file("a.mp4", MAX_UPLOAD_BYTES + 1), sender.file("b.jpg", MAX_UPLOAD_BYTES))
    assert [asked.file_name for asked in cloud.asked] == ["b.jpg"]
    assert "200 MB" in sender.refused[0][1]


def test_after_a_break_only_what_the_state_lacks_is_sent(cloud: FakeCloud, sender: Sender) -> None:
    cloud.uploaded = ["a.jpg", "Ü.jpg"]
    files = [sender.file(name) for name in ("a.jpg", "b.jpg", "U\u0308.jpg")]
    sender.send(*files, is_resumed=True)
    assert [asked.file_name for asked in cloud.calls("upload")] == ["b.jpg"]
    assert [name for name, _ in sender.sent] == ["a.jpg", "b.jpg", "U\u0308.jpg"]


def test_trouble_is_asked_again_but_not_if_the_file_arrived_after_all(cloud: FakeCloud, sender: Sender) -> None:
    def arrives_unanswered(handler: Handler, asked: Asked) -> None:
        cloud.uploaded.append(asked.file_name)
        handler.hang_up()

    cloud.plan("upload-video", answers(b"", 500), arrives_unanswered)
    sender.send(sender.file("a.jpg"), sender.file("b.jpg"))
    assert [asked.file_name for asked in cloud.calls("upload")] == ["a.jpg", "a.jpg", "b.jpg"]
    assert cloud.uploaded == ["a.jpg", "b.jpg"]


def test_lasting_trouble_is_handed_on(cloud: FakeCloud, sender: Sender) -> None:
    cloud.plan("upload-video", *[answers(b"", 503)] * 4)
    with pytest.raises(ServiceTrouble):
        sender.send(sender.file("a.jpg"))
    assert len(cloud.calls("upload")) == 4


@pytest.mark.parametrize(("code", "kind"), [(1001, TokenExpired), (429, RateLimited)])
def test_what_concerns_all_files_ends_the_upload(
    cloud: FakeCloud, sender: Sender, code: int, kind: type[Exception]
) -> None:
    cloud.plan("upload-video", answers({"code": code}))
    with pytest.raises(kind):
        sender.send(sender.file("a.jpg"), sender.file("b.jpg"))
    assert len(cloud.asked) == 1


def test_a_stop_ends_it_before_the_next_file(cloud: FakeCloud, sender: Sender) -> None:
    def stop_now(handler: Handler, asked: Asked) -> None:
        sender.stop.set()
        handler.answer({"code": 0, "data": {"files": [asked.file_name]}})

    cloud.plan("upload-video", stop_now)
    with pytest.raises(Stopping):
        sender.send(sender.file("a.jpg"), sender.file("b.jpg"))
    assert len(cloud.asked) == 1


def test_the_studio_gets_the_originals_address(cloud: FakeCloud, sender: Sender) -> None:
    cloud.plan("upload-video", answers({"code": 0, "data": {"files": [{"filename": "ü 1.jpg"}]}}))
    address = file_address("/in/Rom & Ü/x.jpg", "ü 1.jpg")
    sender.send(Outgoing(path="x.jpg", name="ü 1.jpg", size=MAX_UPLOAD_BYTES * 2, address=address))
    assert cloud.asked[0].json == {
        "urls": ["file:///in/Rom%20%26%20%C3%9C/x.jpg#name=%C3%BC%201.jpg"],
        "source_type": "url",
    }


def test_an_address_can_carry_names_that_are_no_text() -> None:
    assert file_address("/in/a\udcff#?.jpg", "a.jpg") == "file:///in/a%FF%23%3F.jpg#name=a.jpg"
