from __future__ import annotations

import pytest
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


NEVER_FIRST = "，。！？：；、）」』】》…—·％ー,.!?:;)%"


@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        (
            "2024年10月3日，我们在京都看红叶（第25届iPhone摄影展）——约翰·史密斯",
            ["2024年", "10月", "3日", "第25届", "iPhone"],
        ),
        ("総額１２３４５６円の旅、１００％本気のスキー合宿２０２４", ["１２３４５６円", "１００％", "２０２４"]),
        ("人民币￥12,345.60的“夏天”与「冬天」……再见！", ["￥12,345.60", "“夏", "天”", "「冬", "天」"]),
        (
            "Bonjour tout le monde ! Où allons-nous ? À 10\u00a0000\u00a0km d’ici",
            ["monde !", "10\u00a0000\u00a0km", "d’ici"],
        ),
    ],
    ids=["chinese", "japanese", "signs", "french"],
)
@pytest.mark.parametrize("ems", range(14, 28))
def test_no_line_breaks_inside_a_number_or_a_word_nor_begins_with_a_closing_sign(
    text: str, wholes: list[str], ems: int
) -> None:
    canvas = Canvas(width=100 * ems, height=4000)  # every word fits into a line
    setting = typeset(text, TextRole.TITLE, canvas, lambda line, *, size, weight: float(len(line) * 100))
    assert len(setting.lines) > 1
    assert not any(line[0] in NEVER_FIRST for line in setting.lines)
    assert not any(line[-1] in "（「“￥第" for line in setting.lines)
    for whole in wholes:
        assert any(whole in line for line in setting.lines), (whole, setting.lines)


def test_what_cannot_be_shown_whole_says_so_by_its_end() -> None:
    setting = typeset("word " * 2000, TextRole.TITLE, WIDE, _measure)
    assert setting.lines[-1].endswith("word…")


@given(st.text(min_size=1, max_size=300), st.sampled_from(list(TextRole)), st.sampled_from([WIDE, TALL]))
def test_whatever_the_text_it_stays_inside_the_safe_area(text: str, role: TextRole, canvas: Canvas) -> None:
    area = safe_area(canvas)
    setting = typeset(text, role, canvas, _measure)
    assert setting.top >= area.top
    assert setting.top + setting.line_height * len(setting.lines) <= area.bottom + 1
    assert all(_measure(line, size=setting.size, weight=0) <= area.width for line in setting.lines)
