"""The table of the contract holds every statement of it, and every test that it names is there (issue 3).

Whether a test really holds its statement is for a person to read; that none is missing is checked here. Where the
contract lies beside the checkout (`../shared/contract.md`), its Markdown is taken apart: every bullet, row of a table,
block of code, paragraph and sentence with MUST has to have a row of ours that quotes from it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from contract.rows import ROWS, Row

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT.parent / "shared" / "contract.md"
SECTIONS = range(1, 13)
# Sentences, and cells of tables, that only explain: nothing could be done against them.
BINDS_NOBODY = {
    (1, "Authorization:"),
    (1, "Bearer <token>"),
    (6, "Everything else about it is unpublished:"),
    (6, "Segment keys are unpublished."),
    (7, "It means:"),
    (7, "still working."),
    (8, "Free of credits."),
    (9, "1002"),
    (9, "session not found"),
    (9, "2001"),
    (9, "no credits"),
    (12, "a 30-second clip takes the cloud 30–60 s;"),
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A piece of the contract that needs a row. `text`: on one line."""

    section: int
    text: str


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the test functions of a file, those of classes as `Class::name`."""
    found: set[str] = set()
    file = ROOT / path
    if file.is_file():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            inner = node.body if isinstance(node, ast.ClassDef) else [node]
            prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
            found |= {f"{prefix}{one.name}" for one in inner if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"§{row.section} {row.says[:40]}")
def test_a_row_names_tests_that_exist_and_each_once(row: Row) -> None:
    assert row.section in SECTIONS
    assert row.tests, "nothing holds it"
    assert len(set(row.tests)) == len(row.tests), "the same test twice"
    missing = [test for test in row.tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
    assert not missing, "no such test"


def test_no_statement_stands_twice() -> None:
    keys = [(row.section, _on_one_line(row.says)) for row in ROWS]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


# --- against the contract itself -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contract() -> str:
    if not CONTRACT.is_file():
        pytest.skip("the contract is not beside this checkout")
    return CONTRACT.read_text(encoding="utf-8")


def test_every_quotation_is_in_its_section(contract: str) -> None:
    sections = {section: _on_one_line("\n".join(lines)) for section, lines in _sections(contract)}
    lost = [row for row in ROWS if _on_one_line(row.says) not in sections[row.section]]
    assert [(row.section, row.says) for row in lost] == []


def test_every_statement_has_a_row(contract: str) -> None:
    statements = list(statements_of(contract))
    assert len(statements) >= 80, "the Markdown was not understood"
    assert [(one.section, one.text) for one in statements if not _rows_of(one)] == []


def test_every_sentence_with_must_has_a_row_of_its_own(contract: str) -> None:
    sentences = [sentence for one in statements_of(contract) for sentence in musts_of(one)]
    assert len(sentences) >= 4, "the Markdown was not understood"
    assert [(one.section, one.text) for one in sentences if not _rows_of(one)] == []


def test_every_sentence_has_a_row_or_binds_nobody(contract: str) -> None:
    said = {sentence for one in statements_of(contract) for sentence in unquoted_of(one)}
    assert said - BINDS_NOBODY == set()
    assert BINDS_NOBODY - said == set(), "not in the contract, or quoted by a row"


def unquoted_of(statement: Statement) -> Iterator[tuple[int, str]]:
    """Sentences and cells from which no row quotes a word."""
    quoted = [False] * len(statement.text)
    for row in _rows_of(statement):
        says = _on_one_line(row.says)
        begin = max(statement.text.find(says), 0)
        quoted[begin : begin + len(says)] = [True] * min(len(says), len(statement.text))
    for part in re.finditer(r".+?(?:[.;:](?=\s|$)|\s\|\s|$)", statement.text):
        sentence = part.group().strip("|` ")
        if len(sentence) > 1 and not any(quoted[part.start() : part.end()]):
            yield statement.section, sentence


def _rows_of(statement: Statement) -> list[Row]:
    """Rows that quote from it: their words stand in it, or all of it in their words."""
    found = []
    for row in ROWS:
        says = _on_one_line(row.says)
        if row.section == statement.section and (says in statement.text or statement.text in says):
            found.append(row)
    return found


def musts_of(statement: Statement) -> Iterator[Statement]:
    """Its sentences, and cells of tables, that hold a MUST."""
    for sentence in re.split(r"(?<=[.;])\s+|\s\|\s", statement.text):
        if "MUST" in sentence:
            yield Statement(section=statement.section, text=sentence.strip("| "))


def statements_of(markdown: str) -> Iterator[Statement]:
    """Bullets of all depths, data rows of tables, blocks of code, and paragraphs."""
    for section, lines in _sections(markdown):
        for piece in _pieces(lines):
            text = _on_one_line("\n".join(piece))
            if text:
                yield Statement(section=section, text=text)


def _sections(markdown: str) -> Iterator[tuple[int, list[str]]]:
    for part in re.split(r"(?m)^## (?=\d)", markdown)[1:]:
        number, *lines = part.splitlines()
        yield int(number.split()[0]), lines


def _pieces(lines: list[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    is_code, is_table = False, False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            yield piece
            piece, is_code = [], not is_code
        elif is_code:
            piece.append(line)
        elif line.startswith("|"):
            is_head = number + 1 < len(lines) and re.fullmatch(r"[|\s:-]+", lines[number + 1]) and not is_table
            is_table = True
            yield piece
            piece = []
            if not is_head and not re.fullmatch(r"[|\s:-]+", line):
                yield [line]
        elif not line.strip() or re.match(r"\s*[*-] ", line):
            is_table = False
            yield piece
            piece = [line] if line.strip() else []
        else:
            is_table = False
            piece.append(line)
    yield piece


def _on_one_line(text: str) -> str:
    return re.sub(r"^[*-] ", "", " ".join(text.split()))


# --- the checks themselves see what is missing -----------------------------------------------------------------------

SAMPLE = """# T
## 1 One
Words that bind. They MUST hold.

| head | what |
| --- | --- |
| `a` | the first MUST. And more |
| `b` | the second |

* A bullet
  on two lines
  * *Nested*: deeper
```json
{"a":
 1}
```
## 2 Two
The end.
"""


def test_markdown_is_taken_apart_into_its_statements() -> None:
    assert [(one.section, one.text) for one in statements_of(SAMPLE)] == [
        (1, "Words that bind. They MUST hold."),
        (1, "| `a` | the first MUST. And more |"),
        (1, "| `b` | the second |"),
        (1, "A bullet on two lines"),
        (1, "*Nested*: deeper"),
        (1, '{"a": 1}'),
        (2, "The end."),
    ]
    assert [must.text for one in statements_of(SAMPLE) for must in musts_of(one)] == [
        "They MUST hold.",
        "the first MUST.",
    ]
