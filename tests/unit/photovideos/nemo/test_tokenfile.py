from __future__ import annotations

import os
import threading
import uuid
from pathlib import Path

import pytest

from photovideos.errors import Stopping
from photovideos.nemo.tokenfile import Account, Held, TokenFile

HELD = Held(secret="nmv_usr_1", user_id="anon_1", issued_at=1.0, expires_at=2.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "account.json"


def test_what_is_written_is_read_again(path: Path) -> None:
    kept = Account(current=HELD, older=(HELD.having_been_refused(),), not_before=5.0)
    TokenFile(path).write("https://api", kept)
    assert TokenFile(path).read("https://api") == kept
    assert TokenFile(path).read("https://other") == Account()


def test_a_client_id_is_made_once_and_outlives_every_write(path: Path) -> None:
    made = TokenFile(path).client_id()
    assert uuid.UUID(made).version == 4
    TokenFile(path).write("https://api", Account(current=HELD))
    assert TokenFile(path).client_id() == made


def test_the_file_is_private_whatever_the_umask_and_the_file_before(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0o666)
    before = os.umask(0)
    try:
        TokenFile(path).client_id()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_unknown_version_keeps_what_it_holds_beside(path: Path) -> None:
    path.write_text('{"version": 9, "later": [1], "accounts": {"x": {"current": null}}}')
    TokenFile(path).write("https://api", Account(current=HELD))
    text = path.read_text()
    assert '"later"' in text
    assert '"x"' in text


def test_a_link_in_the_place_of_the_part_file_is_not_written_through(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    os.symlink(victim, f"{path}.part")
    TokenFile(path).client_id()
    assert victim.read_text() == "mine"


def test_only_one_writes_at_a_time_and_the_wait_hears_the_stop(path: Path) -> None:
    stop = threading.Event()
    with TokenFile(path).locked(stop):
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(Stopping), TokenFile(path).locked(stop):
            pass
    with TokenFile(path).locked(threading.Event()):
        pass


def test_a_token_is_not_in_a_repr() -> None:
    assert "nmv_usr_1" not in repr(Account(current=HELD, older=(HELD,)))


def test_values_of_a_wrong_kind_are_no_tokens(path: Path) -> None:
    path.write_text(
        '{"accounts": {"a": {"current": {"secret": 5}, "older": [{"secret": ""}, {"secret": "x"}], "not_before": "y"}}}'
    )
    read = TokenFile(path).read("a")
    assert read.current is None
    assert read.not_before == 0.0
    assert [held.secret for held in read.older] == ["x"]
