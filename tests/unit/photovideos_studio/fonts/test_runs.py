from __future__ import annotations

from photovideos_studio.fonts.runs import clusters, is_right_to_left, visual_runs


def _shown(text: str, *, right_to_left: bool = False) -> list[tuple[str, bool]]:
    runs = visual_runs(text, lambda _: "face", right_to_left=right_to_left)
    return [(run.text, run.is_right_to_left) for run in runs]


def test_emoji_families_flags_and_marks_stay_together() -> None:
    assert clusters("👨‍👩‍👧é🇩🇪🇫🇷👍🏽") == ["👨‍👩‍👧", "é", "🇩🇪", "🇫🇷", "👍🏽"]


def test_control_and_direction_marks_are_dropped() -> None:
    assert clusters("a\u202eb\x07c\nd") == ["a", "b", "c", " ", "d"]


def test_the_first_letter_gives_a_line_its_direction() -> None:
    assert is_right_to_left("123 שלום abc")
    assert not is_right_to_left("abc שלום")


def test_left_to_right_text_is_one_run() -> None:
    assert _shown("It's 100 %: fine") == [("It's 100 %: fine", False)]


def test_hebrew_inside_english_is_turned_and_stays_in_its_place() -> None:
    assert _shown("see שלום עולם now") == [("see ", False), ("שלום עולם", True), (" now", False)]


def test_numbers_after_arabic_stand_at_its_left() -> None:
    assert _shown("روما 2024", right_to_left=True) == [("2024", False), ("روما ", True)]


def test_english_inside_arabic_stays_readable() -> None:
    shown = _shown("مرحبا Rome شكرا", right_to_left=True)
    assert [part.strip() for part, _ in shown] == ["شكرا", "Rome", "مرحبا"]
    assert [turned for _, turned in shown] == [True, False, True]


def test_characters_without_a_face_are_left_out() -> None:
    runs = visual_runs("a?b", lambda cluster: None if cluster == "?" else "face", right_to_left=False)
    assert [run.text for run in runs] == ["ab"]
