from photovideos_studio.draft import Canvas, Draft, TextRole, TextSegment
from photovideos_studio.routes.lettering import with_missing_characters


def draft_of(*texts: str) -> Draft:
    return Draft(
        canvas=Canvas(width=1920, height=1080),
        fps=30,
        length_ms=3000,
        pictures=(),
        texts=tuple(
            TextSegment(id=f"t{number}", text=text, start_ms=0, length_ms=1000, role=TextRole.TITLE)
            for number, text in enumerate(texts)
        ),
        photovideos={"receipt": [{"clause": "a"}]},
    )


def test_r16_a_text_that_can_be_written_needs_no_word() -> None:
    draft = draft_of("Été à Nice", "我们的十年", "Отпуск", "日本語", "안녕")
    assert with_missing_characters(draft, "en") is draft


def test_r16_characters_nobody_can_write_are_named_once_after_the_other_receipts() -> None:
    unwritable = "\U00013000"  # an Egyptian hieroglyph
    receipt = with_missing_characters(draft_of(f"Hi {unwritable}", f"Hi {unwritable}"), "en").photovideos["receipt"]
    assert receipt[0] == {"clause": "a"}
    assert len(receipt) == 2
    assert receipt[1]["outcome"] == "not possible"
    assert unwritable in receipt[1]["reason"]


def test_r16_a_chinese_prompt_is_answered_in_chinese() -> None:
    receipt = with_missing_characters(draft_of("标题\U00013000"), "zh").photovideos["receipt"]
    assert "无法" in receipt[1]["outcome"]
