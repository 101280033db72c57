"""Reading what a summary of ours says about itself."""

from __future__ import annotations

from photovideos.intake.claims import may_be_summary, read_summary

DIGEST = "0123456789abcdef" * 4
LINE = f"Made by photovideos: a, b, c.mp4, 12345, {DIGEST}"


def test_names_may_hold_commas() -> None:
    summary = read_summary("x.txt", LINE.encode())
    assert summary is not None
    assert (summary.films[0].file, summary.films[0].size, summary.films[0].sha256) == ("a, b, c.mp4", 12345, DIGEST)


def test_the_last_fingerprint_counts_and_line_ends_do_not() -> None:
    text = f"\ufeffInputs: old\r\nsomething\r\nInputs: new\r\n{LINE}\r\n"
    summary = read_summary("x.txt", text.encode())
    assert summary is not None
    assert summary.inputs == "new"


def test_text_that_speaks_of_us_is_no_summary() -> None:
    assert read_summary("x.txt", b"Made by photovideos, as you can see") is None
    assert read_summary("x.txt", b"quote: " + LINE.encode()) is None
    assert read_summary("x.txt", b"") is None
    assert read_summary("x.txt", bytes(range(256))) is None


def test_only_text_files_of_some_size_are_opened() -> None:
    assert may_be_summary("Italy 2024 - timeline - Copy.TXT", 5000)
    assert not may_be_summary("Italy 2024.mp4", 5000)
    assert not may_be_summary("a.txt", 0)
    assert not may_be_summary("a.txt", 10**9)
