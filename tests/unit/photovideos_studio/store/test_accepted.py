from pathlib import Path

from photovideos_studio.store.accepted import AcceptedMessages

SESSION = "1234567890123456789"


def accepted_in(tmp_path: Path) -> AcceptedMessages:
    (tmp_path / SESSION).mkdir()
    return AcceptedMessages(tmp_path)


def test_what_was_taken_is_left_until_it_ends_in_the_order_in_which_it_came(tmp_path: Path) -> None:
    accepted = accepted_in(tmp_path)
    first = accepted.take(SESSION, "anon_1", "one\u2028 \U0001f600", at=1000.0)
    second = accepted.take(SESSION, "anon_1", "two", at=1001.0)
    assert AcceptedMessages(tmp_path).left() == [first, second]
    accepted.end(first)
    accepted.end(first)
    assert accepted.left() == [second]


def test_it_is_done_once_the_draft_is_another_than_when_its_turn_came(tmp_path: Path) -> None:
    accepted = accepted_in(tmp_path)
    message = accepted.take(SESSION, "anon_1", "one", at=1000.0)
    (tmp_path / SESSION / "draft.json").write_text("{}", encoding="utf-8")
    assert not accepted.is_done(message), "its turn has not come: the draft is somebody else's"
    begun = accepted.begin(message)
    assert not accepted.is_done(begun)
    (tmp_path / SESSION / "draft.json").write_text('{"t":[]}', encoding="utf-8")
    assert accepted.is_done(accepted.left()[0])


def test_a_damaged_record_is_no_message(tmp_path: Path) -> None:
    accepted = accepted_in(tmp_path)
    (tmp_path / SESSION / "accepted").mkdir()
    (tmp_path / SESSION / "accepted" / "1.json").write_text('{"key": "1"}', encoding="utf-8")
    (tmp_path / SESSION / "accepted" / "2.json").write_text("{", encoding="utf-8")
    assert accepted.left() == []
