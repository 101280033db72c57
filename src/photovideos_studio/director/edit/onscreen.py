"""Titles, captions and chapters of a draft: when each is seen, and how dates are written. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from photovideos_studio.director.edit.arrange import taken_at
from photovideos_studio.director.wishes.wish import Title, Wishes
from photovideos_studio.draft import Chapter, PictureSegment, TextRole, TextSegment
from photovideos_studio.facts import Material

_TITLE_MS = 4000
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def date_text(moment: datetime, language: str) -> str:
    """A day as people write it: 14 June 2024, 14. Juni 2024, 2024年6月14日."""
    if language in ("zh", "ja"):
        return f"{moment.year}年{moment.month}月{moment.day}日"
    if language == "ko":
        return f"{moment.year}년 {moment.month}월 {moment.day}일"
    month = _MONTHS.get(language, _MONTHS["en"]).split()[moment.month - 1]
    if language in ("es", "pt"):
        return f"{moment.day} de {month} de {moment.year}"
    return f"{moment.day}{'.' if language == 'de' else ''} {month} {moment.year}"


def texts(
    wishes: Wishes, pictures: Sequence[PictureSegment], materials: Mapping[str, Material], length_ms: int, language: str
) -> tuple[TextSegment, ...]:
    """All texts of a film: titles at the start one after the other, the last one at the end, captions with their
    photos.
    """
    if not pictures:
        return ()
    titles = _titles(wishes, length_ms)
    captions = []
    spoken = _caption_texts(wishes, pictures, materials, language)
    for i, picture in enumerate(pictures):
        if text := spoken.get(picture.name):
            start = picture.start_ms + picture.transition.length_ms
            end = pictures[i + 1].start_ms if i + 1 < len(pictures) else length_ms
            captions.append(
                TextSegment(
                    id=f"caption-{picture.upload_id}",
                    text=text,
                    start_ms=start,
                    length_ms=max(1, end - start),
                    role=TextRole.CAPTION,
                )
            )
    return (*titles, *captions)


def _titles(wishes: Wishes, length_ms: int) -> list[TextSegment]:
    first = [one for one in wishes.titles if one.at != "end" and one.text.strip()]
    last = [one for one in wishes.titles if one.at == "end" and one.text.strip()]
    wanted = [_wanted_ms(one) for one in (*first, *last)]
    room = length_ms if len(wanted) > 1 else max(1, length_ms)
    if sum(wanted) > room:
        wanted = [max(1, round(ms * room / sum(wanted))) for ms in wanted]
    segments, position = [], 0
    for number, (title, ms) in enumerate(zip(first, wanted, strict=False)):
        identity = "title" if number == 0 else f"title-{number + 1}"
        segments.append(TextSegment(id=identity, text=title.text, start_ms=position, length_ms=ms, role=TextRole.TITLE))
        position += ms
    position = length_ms - sum(wanted[len(first) :])
    for number, (title, ms) in enumerate(zip(last, wanted[len(first) :], strict=True)):
        identity = "end" if number == 0 else f"end-{number + 1}"
        segments.append(TextSegment(id=identity, text=title.text, start_ms=position, length_ms=ms, role=TextRole.END))
        position += ms
    return segments


def _wanted_ms(title: Title) -> int:
    """As asked, else four seconds and what a long text takes to be read."""
    if title.duration_s is not None:
        return max(1, round(title.duration_s * 1000))
    return _TITLE_MS + 50 * max(0, len(title.text) - 40)


def _caption_texts(
    wishes: Wishes, pictures: Sequence[PictureSegment], materials: Mapping[str, Material], language: str
) -> dict[str, str]:
    if wishes.captions:
        return {caption.file: caption.text for caption in wishes.captions}
    if wishes.caption_source == "filename":
        return {picture.name: picture.name.rpartition(".")[0] or picture.name for picture in pictures}
    if wishes.caption_source == "date":
        moments = {picture.name: taken_at(materials[picture.name]) for picture in pictures}
        return {name: date_text(moment, language) for name, moment in moments.items() if moment}
    return {}


def film_title(wishes: Wishes) -> str | None:
    return next((one.text for one in wishes.titles if one.at != "end" and one.text.strip()), None)


def chapters(
    pictures: Sequence[PictureSegment], materials: Mapping[str, Material], language: str
) -> tuple[Chapter, ...]:
    """One for each day, where the photos in their order tell of several."""
    found: list[Chapter] = []
    day = None
    for picture in pictures:
        moment = taken_at(materials[picture.name])
        if moment is not None and moment.date() != day:
            day = moment.date()
            start = picture.start_ms if found else 0
            found.append(Chapter(start_ms=start, title=date_text(moment, language)))
    return tuple(found) if len(found) > 1 else ()
