"""Sound: music or none, its mood or file, volume, offset, fade-out, cuts on the beat, the film as long as the song."""

from __future__ import annotations

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.words.clauses import Clause
from photovideos_studio.director.words.tokens import is_song_name

# Where several moods are named together (`energetic rock`), the more telling one is the wish.
_MORE_TELLING = [
    "christmas",
    "lofi",
    "piano",
    "jazz",
    "rock",
    "hiphop",
    "electronic",
    "classical",
    "acoustic",
    "chinese",
    "tropical",
    "romantic",
    "cinematic",
    "pop",
    "sad",
    "nostalgic",
    "playful",
    "inspiring",
    "epic",
    "energetic",
    "upbeat",
    "happy",
    "ambient",
    "calm",
]
_WEAK_FROM = frozenset({"von", "da", "с", "со", "от", "dal", "dos"})  # also `of`, `with`: no offset by themselves
_TOO = ("too ", "trop ", "zu ", "demasiado ", "太", "слишком ", "troppo ", "너무", "muito ")
_OTHER_HEADS = ("transition", "motion", "title", "text", "caption", "fit", "pace", "filter", "fade_out", "chapters")


def read_sound(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for reader in (
        _read_silence,
        _read_file,
        _read_music,
        _read_mood,
        _read_start,
        _read_fade_out,
        _read_volume,
        _read_beat,
    ):
        found = reader(clause, scene, negated)
        if any(not finding.is_weak for finding in found):
            scene.topic = "music"
        findings += found
    return findings


def _read_silence(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    findings: list[Finding] = []
    for place in clause.free("silent", "sound"):
        if _is_of_clips(clause, place):  # `mute the clips`, `keep the clips' own sound`
            clause.claim(place)
            is_mute = clause.terms[place].has("silent") != (place in negated)
            findings.append(Finding(field="clip_sound", value=not is_mute, words=clause.text))
    for place in clause.free("silent"):
        clause.claim(place)
        if place not in negated:
            findings += [
                Finding(field="silent", value=True, words=clause.text),
                Finding(field="music", value=False, words=clause.text),
            ]
    for place in clause.free("clip_sound"):
        clause.claim(place)
        findings.append(Finding(field="clip_sound", value=place not in negated, words=clause.text))
    for place in clause.free("sound"):
        if place in negated:
            clause.claim(place)
            findings += [
                Finding(field="silent", value=True, words=clause.text),
                Finding(field="music", value=False, words=clause.text),
            ]
    return findings


def _is_of_clips(clause: Clause, place: int) -> bool:
    """Whether clips are named, and no music nearer."""
    named = [(abs(i - place), term) for i, term in enumerate(clause.terms) if term.has("clips", "music", "song")]
    return bool(named) and min(named, key=lambda one: one[0])[1].has("clips")


def _read_file(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    for place in clause.free("file"):
        name = str(clause.terms[place].value)
        if is_song_name(name):
            clause.claim(place)
            if place in negated or place in scene.replaced:
                return [Finding(field="not_music_file", value=name, words=clause.text)]
            findings = [Finding(field="music_file", value=name, words=clause.text)]
            return findings + _read_song_length(clause, negated)
    findings = _read_song_length(clause, negated)
    songs = [i for i in clause.free("song") if i not in negated]
    if songs and len(scene.songs) == 1 and (clause.has("make", "wish_verb", "pronoun") or findings):
        clause.claim(*songs)
        findings.append(Finding(field="music_file", value=scene.songs[0], words=clause.text, is_weak=True))
    return findings


def _read_song_length(clause: Clause, negated: frozenset[int]) -> list[Finding]:
    places = [i for i in clause.free("song_length") if i not in negated]
    if not places:
        near = clause.free("as_long_as")
        if not near or not any(_speaks_of_music(clause, i) for i in range(near[0], len(clause.terms))):
            near = [i for i in near if any(_speaks_of_music(clause, k) for k in range(i))]
        places = near
    if not places:
        return []
    clause.claim(*places, *clause.free("total"))
    return [Finding(field="duration_from", value="music", words=clause.text)]


def _speaks_of_music(clause: Clause, place: int) -> bool:
    term = clause.terms[place]
    return term.has("music", "song") or (term.has("file") and is_song_name(str(term.value)))


def _read_music(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    places = clause.free("music", "song")
    if not places:
        return []
    place = places[0]
    if any(p in negated for p in places) and not _is_only_too_loud(clause):
        clause.claim(*places)
        return [Finding(field="music", value=False, words=clause.text)]
    if all(clause.terms[p].has("song") and not clause.terms[p].has("music") for p in places) and not clause.has(
        "wish_verb", "make", "with", "mood"
    ):
        return []
    clause.claim(*(i for i in places if not clause.terms[i].has("mood")))
    after = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    is_about_beat = clause.has("beat") and not clause.has("mood")
    if after is not None and after.has("unknown") and clause.has("past"):
        return []
    return [Finding(field="music", value=True, words=clause.text, is_weak=is_about_beat)]


def _is_only_too_loud(clause: Clause) -> bool:
    """`I don't want music that's too loud`: music is wanted."""
    return any(term.has("quiet") and term.text.casefold().startswith(_TOO) for term in clause.terms)


def _read_mood(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    has_music = clause.has("music", "song")
    places = [
        i
        for i in clause.free("mood")
        if i not in negated and i not in scene.replaced and _is_of_music(clause, i, has_music)
    ]
    if not places:
        return []
    is_weak = not has_music and scene.topic != "music" and not any(_is_a_genre(clause, i) for i in places)
    if is_weak and not clause.is_sparse:
        return []
    moods = [str(clause.terms[i].named("mood")) for i in places]
    clause.claim(*places)
    chosen = min(moods, key=lambda mood: _MORE_TELLING.index(mood) if mood in _MORE_TELLING else 99)
    words = " ".join(clause.terms[i].text for i in places)
    findings = [Finding(field="mood", value=chosen, words=words, is_weak=is_weak)]
    if not is_weak and not has_music:
        findings.append(Finding(field="music", value=True, words=words, is_weak=True))
    return findings


def _is_a_genre(clause: Clause, place: int) -> bool:
    return (
        clause.terms[place].named("mood")
        in (
            "piano",
            "acoustic",
            "lofi",
            "jazz",
            "rock",
            "classical",
            "hiphop",
            "electronic",
            "pop",
        )
        and clause.is_sparse
    )


def _is_of_music(clause: Clause, place: int, has_music: bool) -> bool:
    """`soft transitions`, `slow fades`: the adjective goes with the noun that is nearest, before music far away."""
    others = [i for i, term in enumerate(clause.terms) if term.has(*_OTHER_HEADS) and not term.has("mood")]
    if not others:
        return True
    music = [i for i, term in enumerate(clause.terms) if term.has("music", "song")]
    if not has_music:
        return min(abs(i - place) for i in others) > 1 and _is_a_genre(clause, place)
    return min(abs(i - place) for i in music) <= min(abs(i - place) for i in others)


def _read_start(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    """`from 0:45`, `starting at 1:20`, 从45秒开始: only where music is spoken of."""
    if not (clause.has("music", "song", "song_length") or scene.topic == "music" or _names_song(clause)):
        return []
    times = clause.free("time")
    if times and not clause.has("total", "video"):
        clause.claim(times[0])
        return [Finding(field="music_start_s", value=clause.terms[times[0]].value, words=clause.text)]
    if clause.has("video", "total"):
        return []
    for place in clause.free("duration"):
        if _is_offset(clause, place, scene) and not clause.has("each"):
            clause.claim(place)
            term = clause.terms[place]
            return [Finding(field="music_start_s", value=term.span[0] if term.span else term.value, words=clause.text)]
    return []


def _is_offset(clause: Clause, place: int, scene: Scene) -> bool:
    """`from 45 seconds`, `skip the first 10 seconds`, 从30秒处开始, 30秒から."""
    before = place - 1
    while before >= 0 and clause.terms[before].has("stop") and not clause.terms[before].has("from_time", "skip_into"):
        before -= 1
    if before >= 0 and clause.terms[before].has("skip_into"):
        return True
    if before >= 0 and clause.terms[before].has("from_time"):
        return clause.terms[before].text.casefold() not in _WEAK_FROM
    after = clause.terms[place + 1 : place + 3]
    return scene.language in ("ja", "ko") and any(term.has("from_time") for term in after)


def _names_song(clause: Clause) -> bool:
    return any(term.has("file") and is_song_name(str(term.value)) for term in clause.terms)


def _read_fade_out(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    fades = [i for i in clause.free("fade_out") if i not in negated]
    for verb, between in clause.split_verbs("verb_of_fade", "particle_of_out"):
        if any(_speaks_of_music(clause, i) for i in between):
            fades += [verb, between.stop]
    if not fades or (clause.has("fade_in") and clause.has("photo", "transition")):
        return []
    durations = clause.free("duration")
    if not durations and not clause.has("music", "song", "sound", "end", "volume") and scene.topic != "music":
        return []
    clause.claim(*fades)
    if durations:
        nearest = min(durations, key=lambda i: abs(i - fades[0]))
        clause.claim(nearest)
        return [Finding(field="fade_out_s", value=clause.terms[nearest].value, words=clause.text)]
    return [Finding(field="music", value=True, words=clause.text, is_weak=True)]


def _read_volume(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    is_about_sound = (
        clause.has("music", "volume", "song", "sound", "clip_sound") or _names_song(clause) or scene.topic == "music"
    )
    if not is_about_sound:
        return []
    percents = clause.free("percent")
    if percents:
        clause.claim(percents[0], *clause.free("volume"))
        return [Finding(field="volume", value=float(str(clause.terms[percents[0]].value)), words=clause.text)]
    for particle, value in (("particle_of_down", "low"), ("particle_of_up", "high")):
        for verb, between in clause.split_verbs("verb_of_volume", particle):
            if any(clause.terms[i].has("music", "volume", "song", "sound") for i in between):
                clause.claim(verb, *between, between.stop)
                return [Finding(field="volume", value=value, words=clause.text)]
    volumes, numbers = clause.free("volume"), clause.free("number")
    if volumes and numbers and 0 <= clause.terms[numbers[0]].number <= 100:
        clause.claim(*volumes, numbers[0])
        number = clause.terms[numbers[0]].number
        return [Finding(field="volume", value=number if number <= 1 else number / 100, words=clause.text)]
    for category, value, opposite in (("quiet", "low", "low"), ("loud", "high", "low")):
        places = [i for i in clause.free(category) if not _qualifies_other(clause, i)]
        if places and (clause.has("music", "volume", "song", "sound", "mood") or len(clause.terms) <= 4):
            clause.claim(*places, *volumes)
            return [Finding(field="volume", value=opposite if places[0] in negated else value, words=clause.text)]
    return []


def _qualifies_other(clause: Clause, place: int) -> bool:
    """`subtle transitions`, `a low frame`: an adjective of the noun behind it, and that is no sound."""
    following = clause.terms[place + 1] if place + 1 < len(clause.terms) else None
    return following is not None and following.has(*_OTHER_HEADS)


def _read_beat(clause: Clause, scene: Scene, negated: frozenset[int]) -> list[Finding]:
    places = clause.free("beat")
    if not places:
        return []
    clause.claim(*places)
    return [Finding(field="beat_sync", value=places[0] not in negated, words=clause.text)]
