from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from photovideos.errors import (
    NoSpace,
    RateLimited,
    RequestRefused,
    ServiceTrouble,
    Stopping,
    TokenLimited,
    TokenRefused,
)
from photovideos.nemo.client import NemoClient
from photovideos.nemo.token import TokenBook, fingerprint_of
from photovideos.nemo.tokenfile import TokenFile
from support.fake_cloud import Asked, FakeCloud, Handler, Now, answers

DAY = 86400.0
HOUR = 3600.0
Book = Callable[..., TokenBook]


LIMITED = answers({"code": 429}, 429)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "account.json"


@pytest.fixture
def make_book(client: NemoClient, path: Path, stop: threading.Event, now: Now) -> Book:
    def make(own: str | None = None, *, wait: float = 0.01, origin: str = "https://api") -> TokenBook:
        return TokenBook(path, client, origin, own, stop=stop, now=now, rate_limit_wait_seconds=wait)

    return make


@pytest.fixture
def book(make_book: Book) -> TokenBook:
    return make_book()


def client_ids(cloud: FakeCloud) -> set[str]:
    return {asked.headers["x-client-id"] for asked in cloud.calls("anonymous-token")}


def test_a_token_is_asked_for_once_and_kept_for_its_days(
    cloud: FakeCloud, book: TokenBook, make_book: Book, now: Now
) -> None:
    token = book.token()
    assert (token.secret, token.user_id, token.is_own) == ("nmv_usr_1", "anon_7", False)
    assert token.expires_at == now() + 7 * DAY
    now.at += 6.9 * DAY
    assert make_book().token() == token
    assert len(cloud.asked) == 1


def test_after_its_days_the_same_client_id_asks_again(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    book.token()
    now.at += 7.1 * DAY
    assert book.token().secret == "nmv_usr_2"
    assert len(client_ids(cloud)) == 1


def test_the_file_is_private_and_holds_what_is_needed(book: TokenBook, path: Path) -> None:
    book.token()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "nmv_usr_1" in path.read_text()


def test_the_client_id_is_on_disk_before_it_is_sent(cloud: FakeCloud, book: TokenBook, path: Path) -> None:
    seen: list[bool] = []

    def look(handler: Handler, asked: Asked) -> None:
        seen.append(asked.headers["x-client-id"] in path.read_text())
        handler.answer({"code": 0, "data": {"token": "nmv_usr_t"}})

    cloud.plan("anonymous-token", look)
    book.token()
    assert seen == [True]


def test_an_own_token_is_used_as_it_is_and_never_stored_or_replaced(
    cloud: FakeCloud, make_book: Book, path: Path, now: Now
) -> None:
    book = make_book("  nmv_mine\n")
    token = book.token()
    assert (token.secret, token.is_own) == ("nmv_mine", True)
    now.at += 30 * DAY
    assert book.token() == token
    assert book.refresh_if_due() is False
    assert book.due_at() is None
    assert book.by_fingerprint(fingerprint_of("nmv_mine")) == token
    with pytest.raises(TokenRefused) as caught:
        book.renew(token)
    assert f"{caught.value} {caught.value.advice}" == (
        "NemoVideo does not accept your NEMO_TOKEN. Put in a valid one and restart, or remove it to use the free token."
    )
    assert cloud.asked == []
    assert not path.exists()


def test_an_own_token_that_cannot_stand_in_a_header_is_refused_unseen(make_book: Book) -> None:
    with pytest.raises(TokenRefused) as caught:
        make_book("nmv_mine\r\nX-Evil: 1").token()
    assert "nmv_mine" not in f"{caught.value} {caught.value.detail} {caught.value.advice}"


def test_after_429_it_waits_asks_once_more_and_then_leaves_it_to_the_schedule(
    cloud: FakeCloud, book: TokenBook, now: Now
) -> None:
    cloud.plan("anonymous-token", LIMITED, LIMITED)
    with pytest.raises(TokenLimited) as caught:
        book.token()
    assert caught.value.retry_after_seconds == HOUR
    assert len(cloud.asked) == 2
    for _ in range(5):  # whoever needs one comes again and again: nobody is asked
        now.at += HOUR / 6
        with pytest.raises(TokenLimited) as caught:
            book.token()
    assert caught.value.retry_after_seconds == HOUR / 6
    assert book.refresh_if_due() is False
    assert len(cloud.asked) == 2
    now.at += HOUR / 6
    assert book.token().secret == "nmv_usr_1"
    assert len(cloud.asked) == 3
    assert len(client_ids(cloud)) == 1


def test_the_schedule_asks_for_those_who_wait(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    cloud.plan("anonymous-token", *[LIMITED] * 4)
    with pytest.raises(TokenLimited):
        book.token()
    now.at += HOUR
    assert book.refresh_if_due() is False
    assert len(cloud.asked) == 4
    now.at += HOUR
    assert book.refresh_if_due() is True
    assert book.token().secret == "nmv_usr_1"
    assert book.refresh_if_due() is False, "nobody waits any more"
    assert len(cloud.asked) == 5


def test_a_second_429_that_says_how_long_is_honoured(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    cloud.plan("anonymous-token", LIMITED, answers({"code": 429}, 429, Retry_After=str(5 * HOUR)))
    with pytest.raises(TokenLimited) as caught:
        book.token()
    assert caught.value.retry_after_seconds == 5 * HOUR
    now.at += 4.9 * HOUR
    with pytest.raises(TokenLimited):
        book.token()
    assert len(cloud.asked) == 2


def test_after_429_the_token_there_is_goes_on_to_its_end_and_no_longer(
    cloud: FakeCloud, book: TokenBook, now: Now
) -> None:
    cloud.plan("anonymous-token", answers({"token": "nmv_usr_t", "expires_at": now() + 7.02 * DAY}), *[LIMITED] * 4)
    book.token()
    now.at += 7.01 * DAY
    assert book.refresh_if_due() is False
    assert book.token().secret == "nmv_usr_t"
    now.at += 0.02 * DAY
    with pytest.raises(TokenLimited):
        book.token()
    assert len(cloud.asked) == 3
    now.at += HOUR
    with pytest.raises(TokenLimited):
        book.token()
    assert len(cloud.asked) == 5
    now.at += HOUR
    assert book.token().secret == "nmv_usr_1"


def test_a_clock_that_was_set_back_does_not_lock_anybody_out(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    cloud.plan("anonymous-token", LIMITED, LIMITED)
    with pytest.raises(TokenLimited):
        book.token()
    now.at -= 30 * DAY
    assert book.token().secret == "nmv_usr_1"


def test_a_second_ask_after_429_may_succeed(cloud: FakeCloud, book: TokenBook) -> None:
    cloud.plan("anonymous-token", LIMITED)
    assert book.token().secret == "nmv_usr_1"
    assert len(cloud.asked) == 2


def test_a_refresh_that_is_limited_keeps_the_token_while_it_lives(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    cloud.plan("anonymous-token", answers({"token": "nmv_usr_t", "expires_at": now() + 20 * DAY}), LIMITED, LIMITED)
    book.token()
    now.at += 7.5 * DAY
    assert book.refresh_if_due() is False
    assert book.token().secret == "nmv_usr_t"
    assert len(cloud.asked) == 3
    now.at += 0.1 * DAY
    assert book.refresh_if_due() is True
    assert book.token().secret == "nmv_usr_1"


def test_a_refresh_that_was_missed_is_made_up_and_none_is_made_without_need(
    cloud: FakeCloud, book: TokenBook, now: Now
) -> None:
    assert book.refresh_if_due() is False
    assert cloud.asked == []
    book.token()
    assert book.due_at() == now() + 7 * DAY
    assert book.refresh_if_due() is False
    now.at += 9 * DAY
    assert book.refresh_if_due() is True
    assert book.token().secret == "nmv_usr_2"
    assert len(cloud.asked) == 2


def test_trouble_during_a_refresh_is_left_to_the_next_time(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    book.token()
    now.at += 8 * DAY
    cloud.plan("anonymous-token", *[answers(b"", 500)] * 4)
    assert book.refresh_if_due() is False
    assert book.refresh_if_due() is True


def test_a_stop_ends_the_wait_after_429(cloud: FakeCloud, make_book: Book, stop: threading.Event) -> None:
    cloud.plan("anonymous-token", LIMITED)
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopping):
        make_book(wait=60.0).token()


def test_after_400_the_kept_client_id_is_sent_once_more(cloud: FakeCloud, book: TokenBook) -> None:
    cloud.plan("anonymous-token", answers({"code": 400, "message": "Missing X-Client-Id"}, 400))
    assert book.token().secret == "nmv_usr_1"
    assert len(cloud.asked) == 2
    assert len(client_ids(cloud)) == 1


def test_400_twice_is_refused(cloud: FakeCloud, book: TokenBook) -> None:
    cloud.plan("anonymous-token", *[answers(b"", 400)] * 2)
    with pytest.raises(RequestRefused):
        book.token()
    assert len(cloud.asked) == 2


def test_after_1001_there_is_a_new_token_and_the_old_one_is_still_known(cloud: FakeCloud, book: TokenBook) -> None:
    old = book.token()
    new = book.renew(old)
    assert new.secret == "nmv_usr_2"
    assert book.token() == new
    assert book.renew(old) == new  # somebody else's renewal counts
    assert len(cloud.asked) == 2
    assert book.by_fingerprint(old.fingerprint) == old
    assert book.by_fingerprint("000000000000") is None


def test_a_refused_token_is_not_handed_out_again_when_no_new_one_comes(
    cloud: FakeCloud, make_book: Book, now: Now
) -> None:
    old = make_book().token()
    cloud.plan("anonymous-token", LIMITED, LIMITED)
    with pytest.raises(RateLimited):
        make_book().renew(old)
    with pytest.raises(TokenLimited):
        make_book().token()
    now.at += HOUR
    assert make_book().token().secret == "nmv_usr_2"


def test_older_tokens_go_when_no_render_refers_to_them(book: TokenBook) -> None:
    first = book.token()
    second = book.renew(first)
    third = book.renew(second)
    book.forget_all_but([second.fingerprint])
    assert book.by_fingerprint(first.fingerprint) is None
    assert book.by_fingerprint(second.fingerprint) == second
    assert book.by_fingerprint(third.fingerprint) == third


def test_each_backend_has_its_own_tokens_and_all_have_one_client_id(cloud: FakeCloud, make_book: Book) -> None:
    assert make_book(origin="https://api").token().secret == "nmv_usr_1"
    assert make_book(origin="studio").token().secret == "nmv_usr_2"
    assert make_book(origin="https://api").token().secret == "nmv_usr_1"
    assert len(client_ids(cloud)) == 1


def test_an_expiry_in_the_past_counts_as_none(cloud: FakeCloud, book: TokenBook, now: Now) -> None:
    cloud.plan("anonymous-token", answers({"token": "nmv_usr_t", "expires_at": "2001-01-01T00:00:00Z"}))
    assert book.token().expires_at == now() + 7 * DAY


@pytest.mark.parametrize(
    "damage", ["", "{", "[1]", '{"accounts": 5}', '{"client_id": "x", "accounts": {"https://api": 5}}']
)
def test_a_damaged_file_is_no_end(cloud: FakeCloud, book: TokenBook, path: Path, damage: str) -> None:
    path.parent.mkdir()
    path.write_text(damage)
    assert book.token().secret == "nmv_usr_1"
    assert book.token().secret == "nmv_usr_1"


def test_a_damaged_file_keeps_the_client_id_that_can_be_read(cloud: FakeCloud, book: TokenBook, path: Path) -> None:
    book.token()
    text = path.read_text()
    path.write_text(text[: text.index("client_id") + 60].replace("}", ""))
    book.token()
    assert len(client_ids(cloud)) == 1


def test_a_crash_in_the_middle_of_writing_leaves_the_old_file(book: TokenBook, path: Path, now: Now) -> None:
    token = book.token()
    Path(f"{path}.part").write_text('{"version": 1, "cli')
    assert book.token() == token
    now.at += 8 * DAY
    assert book.token().secret == "nmv_usr_2"


def test_trouble_is_handed_on(cloud: FakeCloud, book: TokenBook) -> None:
    cloud.plan("anonymous-token", *[answers(b"", 503)] * 4)
    with pytest.raises(ServiceTrouble):
        book.token()


ASK_ELSEWHERE = """
import sys, threading
from pathlib import Path
from photovideos.errors import TokenLimited
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient
from photovideos.nemo.token import TokenBook

stop, now = threading.Event(), lambda: 1_800_000_000.0
attribution = Attribution(source="s", version="1", platform="unknown")
client = NemoClient(sys.argv[1], attribution=attribution, stop=stop, now=now)
book = TokenBook(Path(sys.argv[2]), client, "https://api", None, stop=stop, now=now, rate_limit_wait_seconds=0.3)
try:
    print(book.token().secret)
except TokenLimited as limited:
    print(limited.retry_after_seconds)
"""


def test_two_processes_at_once_do_not_ask_twice(cloud: FakeCloud, path: Path) -> None:
    is_answered = threading.Event()

    def slow(handler: Handler, _asked: Asked) -> None:
        is_answered.wait(0.5)
        handler.answer({"code": 0, "data": {"token": "nmv_usr_the_one"}})

    cloud.plan("anonymous-token", slow)
    assert asked_elsewhere(cloud, path) == ["nmv_usr_the_one", "nmv_usr_the_one"]
    assert len(cloud.asked) == 1
    assert json.loads(path.read_text())["version"] == 1


def test_two_processes_at_once_ask_once_more_together_after_429(cloud: FakeCloud, path: Path) -> None:
    cloud.plan("anonymous-token", *[LIMITED] * 4)
    assert asked_elsewhere(cloud, path) == ["3600.0", "3600.0"]
    assert len(cloud.asked) == 2
    assert len(client_ids(cloud)) == 1


def asked_elsewhere(cloud: FakeCloud, path: Path) -> list[str]:
    """What two processes that ask at the same time are told."""
    command = [sys.executable, "-c", ASK_ELSEWHERE, cloud.url, os.fspath(path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return [child.communicate(timeout=60)[0].split()[-1] for child in children]


def test_a_token_for_which_there_is_no_room_is_kept_and_saved_when_there_is(
    cloud: FakeCloud, book: TokenBook, path: Path, make_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book._file.client_id()

    def full(*_: object) -> None:
        raise NoSpace("no room")

    with monkeypatch.context() as patch:
        patch.setattr(TokenFile, "write", full)
        for _ in range(2):
            with pytest.raises(NoSpace):
                book.token()
    assert book.token().secret == "nmv_usr_1"
    assert make_book().token().secret == "nmv_usr_1"
    assert len(cloud.calls("anonymous-token")) == 1, "one a client and seven days"
