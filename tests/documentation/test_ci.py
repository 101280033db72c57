"""CI runs what the README tells people to run."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def test_ci_runs_the_test_command_of_the_readme_word_for_word() -> None:
    assert TEST_COMMAND in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"  {TEST_COMMAND}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
