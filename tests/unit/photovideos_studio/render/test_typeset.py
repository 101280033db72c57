from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.draft import Canvas, TextRole
from photovideos_studio.render.typeset import safe_area, typeset

WIDE, TALL = Canvas(width=1920, height=1080), Canvas(width=1080, height=1920)


def _measure(line: str, *, size: int, weight: int) -> float:
    return len(line) * size * 0.55


def test_a_short_title_stands_in_one_line_at_full_size() -> None:
    setting = typeset("Italy 2024", TextRole.TITLE, WIDE, _measure)
    assert setting.lines == ("Italy 2024",)
    assert setting.size == round(0.092 * 1080)


def test_lines_are_balanced_and_break_between_words() -> None:
    setting = typeset("One summer in the mountains of the north", TextRole.TITLE, TALL, _measure)
    assert len(setting.lines) > 1
    lengths = [len(line) for line in setting.lines]
    assert max(lengths) - min(lengths) < max(lengths) * 0.5
    assert " ".join(setting.lines) == "One summer in the mountains of the north"


def test_chinese_breaks_anywhere_but_never_before_a_comma() -> None:
    setting = typeset("秋天的回忆，冬天的雪，春天的花" * 3, TextRole.TITLE, WIDE, _measure)
    assert len(setting.lines) > 1
    assert not any(line.startswith("，") for line in setting.lines)


@given(st.text(min_size=1, max_size=300), st.sampled_from(list(TextRole)), st.sampled_from([WIDE, TALL]))
def test_whatever_the_text_it_stays_inside_the_safe_area(text: str, role: TextRole, canvas: Canvas) -> None:
    area = safe_area(canvas)
    setting = typeset(text, role, canvas, _measure)
    assert setting.top >= area.top
    assert setting.top + setting.line_height * len(setting.lines) <= area.bottom + 1
    assert all(_measure(line, size=setting.size, weight=0) <= area.width for line in setting.lines)
