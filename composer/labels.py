"""What an audio file says of itself, made fit for the library: names, year, words and facts out of its tags.

Tags come from anywhere and may be anything: of any length, with line breaks, or not what their name says. What cannot
be used is left out; a song always has a title.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common.files import show_path
from bandstand.common.jobs import Value
from bandstand.common.text import one_line

UNKNOWN_ARTIST: Final = "unknown"
LONGEST_NAME: Final = 120
"""Characters of a title, an artist, an album or a genre."""
READ: Final = 400
"""Characters of a tag that are looked at; some have megabytes."""
UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for bytes that are no text."""
YEARS: Final = ("originaldate", "originalyear", "tdor", "tory", "date", "year", "tdrc", "tyer", "creation_time")
"""Tags that say when it was made, the best first."""
YEAR: Final = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")
WORDS: Final = ("keywords", "mood", "tmoo", "grouping", "tit1")
"""Tags whose words become the song's."""
MOST_TAGS: Final = 16
LONGEST_TAG: Final = 30
TEMPOS: Final = ("bpm", "tbpm", "tmpo", "tempo")
SLOWEST, FASTEST = 30.0, 300.0
KEYS: Final = ("initialkey", "initial_key", "tkey", "key")
KEY: Final = re.compile(r"([A-Ga-g])([#b]?)\s*(m|min|minor|maj|major)?", re.IGNORECASE)


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What a song's file says of it."""

    title: str
    artist: str
    album: str = ""
    genre: str = ""
    year: int | None = None
    tags: tuple[str, ...] = ()
    facts: dict[str, Value] = {}


def choose_labels(tags: Mapping[str, str], path: Path) -> Labels:
    """Choose from the tags, whose names are in small letters; without a title among them the file's name is it."""
    return Labels(
        title=_get_name(tags, "title") or one_line(show_path(path.stem), LONGEST_NAME),
        artist=_get_name(tags, "artist") or _get_name(tags, "album_artist") or UNKNOWN_ARTIST,
        album=_get_name(tags, "album"),
        genre=_get_name(tags, "genre"),
        year=_find_year(tags),
        tags=_find_words(tags),
        facts=_find_facts(tags),
    )


def _get_name(tags: Mapping[str, str], name: str) -> str:
    """Empty where nothing can be read of it, as of one in a charset that the tag does not say."""
    text = one_line(tags.get(name, "")[:READ], LONGEST_NAME)
    return "" if UNREADABLE in text and not any(map(str.isalnum, text)) else text


def _find_year(tags: Mapping[str, str]) -> int | None:
    for name in YEARS:
        found = YEAR.search(tags.get(name, "")[:READ])
        if found:
            return int(found[1])
    return None


def _find_words(tags: Mapping[str, str]) -> tuple[str, ...]:
    """In small letters and in order; several stand between commas, semicolons or slashes."""
    texts = [text for name in WORDS for text in re.split(r"[,;/\0\n]", tags.get(name, "")[:READ])]
    words = {"-".join(one_line(text, LONGEST_TAG + 1).casefold().split()) for text in texts}
    return tuple(sorted(word for word in words if word and len(word) <= LONGEST_TAG)[:MOST_TAGS])


def _find_facts(tags: Mapping[str, str]) -> dict[str, Value]:
    """Tempo and key, where the file says them in a way that people do."""
    facts: dict[str, Value] = {}
    for name in TEMPOS:
        tempo = re.fullmatch(r"[0-9]{2,3}(\.[0-9]{1,6})?", tags.get(name, "").strip())
        if tempo and SLOWEST <= float(tempo[0]) <= FASTEST:
            facts["tempo"] = round(float(tempo[0]), 2)
            break
    for name in KEYS:
        key = KEY.fullmatch(tags.get(name, "").strip())
        if key:
            is_minor = (key[3] or "").lower() in ("min", "minor") or key[3] == "m"
            facts["key"] = f"{key[1].upper()}{key[2]}{'m' if is_minor else ''}"
            break
    return facts
