"""Characters that no typeface here can write are named in the receipt of the titles that lack them (R16)."""

from __future__ import annotations

from photovideos_studio.draft import Draft
from photovideos_studio.fonts import missing_characters

_WORDS = {
    False: ("not possible", "Characters that no typeface here can write are left out: {missing}"),
    True: ("无法做到", "这里的字体无法显示这些字符，已略去：{missing}"),
}


def with_missing_characters(draft: Draft, language: str) -> Draft:
    """The draft, with a line in its receipt for each text that cannot be written whole. `language`: the reply's."""
    outcome, reason = _WORDS[language == "zh"]
    lines = []
    for text in dict.fromkeys(segment.text for segment in draft.texts):
        missing = missing_characters(text)
        if missing:
            lines.append(
                {
                    "clause": text,
                    "field": "titles",
                    "understood": "",
                    "outcome": outcome,
                    "reason": reason.format(missing=" ".join(missing)),
                }
            )
    if not lines:
        return draft
    return draft.with_photovideos(receipt=[*draft.photovideos.get("receipt", []), *lines])
