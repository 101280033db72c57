from __future__ import annotations

import pytest

from photovideos.delivery.ours import MAX_TEXT_BYTES, Kind, is_ours, reference_of

STATUS = f"\ufeffphotovideos: queued\r\n\r\n{Kind.STATUS}\r\nReference: abc123\r\n"
SUMMARY = f"Timeline\n\n{Kind.SUMMARY}\nInputs: v1\nMade by photovideos: a, b.mp4, 12, {'f' * 64}\n"
INBOX = f"1. …\r\n\r\n{Kind.INBOX}\r\n"


@pytest.mark.parametrize(("kind", "text"), [(Kind.STATUS, STATUS), (Kind.SUMMARY, SUMMARY), (Kind.INBOX, INBOX)])
def test_each_kind_knows_its_own_and_no_other(kind: Kind, text: str) -> None:
    assert [other for other in Kind if is_ours(other, text.encode())] == [kind]


@pytest.mark.parametrize("text", [STATUS, SUMMARY, INBOX])
def test_a_line_added_at_the_end_makes_it_somebody_else_s(text: str) -> None:
    for kind in Kind:
        assert not is_ours(kind, (text + "my notes\n").encode())


@pytest.mark.parametrize("data", [None, b"", b"Reference: abc123", b"\xff\xfe\0", b"x" * (MAX_TEXT_BYTES + 1)])
def test_anything_else_is_not_ours(data: bytes | None) -> None:
    assert not any(is_ours(kind, data) for kind in Kind)


def test_the_reference_is_read_from_a_status_file_alone() -> None:
    assert reference_of(STATUS.encode()) == "abc123"
    assert reference_of(b"Reference: abc123") is None
