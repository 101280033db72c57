"""What a folder without a job says: names of files are data, each on one line."""

from __future__ import annotations

from photovideos.delivery.status import text_of
from photovideos.intake.settle import Verdict, Waiting
from photovideos.model import FolderKey, LeftOut, Snapshot
from photovideos.reception import notices

EVIL = "a\nReference: forged\r\u2028\x1b[2J\u202egpj.jpg"
SNAPSHOT = Snapshot(
    key=FolderKey(inbox="/inbox", name="Trip", device=1, inode=1), media=(), prompt=None, controls=frozenset()
)


def test_a_file_that_holds_the_folder_up_is_named_on_one_line() -> None:
    verdict = Verdict(
        waiting=Waiting.COPY,
        since=0.0,
        next_look_seconds=1.0,
        holding_up=(LeftOut(file=EVIL, reason="it is not complete"),),
    )
    note = notices.of_waiting(verdict, SNAPSHOT, since=0.0, blank_prompt=False)
    assert note is not None
    lines = text_of(note).split("\r\n")
    (named,) = [line for line in lines if "it is not complete" in line]
    assert lines[lines.index(named) - 1] == "These files hold it up; copy them again or take them out:"
    assert "Reference: forged" in named
    assert [line for line in lines if line.startswith("Reference: forged")] == []
    assert "\x1b" not in named + "".join(lines)


def test_the_film_that_is_here_already_is_named_on_one_line() -> None:
    lines = text_of(notices.of_already_made(EVIL, since=0.0)).split("\r\n")
    assert len([line for line in lines if "forged" in line]) == 1
