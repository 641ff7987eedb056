"""Searching the library: what a person types as a query, and the order of what was found. Values in, values out.

A query is words that a song must have in its title, artist, album, genre, tags, band, style or year, the last of them
perhaps only begun; a lone `AND` says nothing more. `"a phrase"` keeps words together, `-word` excludes, and filters
narrow it down: `title:`, `artist:`, `album:`, `genre:`, `tag:calm`, `style:bossa`, `key:Dm`, `tempo:120-130`,
`year:1990-1999` or `year:1990s`, `faves:ann`, `unplayed`.

Best is a song whose title is just these words, then one whose title begins with them, then one with all of them in its
title, then the others; among equals the newest comes first. This is reckoned here and not by a database's own measure
(bm25), which would have to look at every song with a frequent word, and would be another in another database.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.common.api.refusals import BadQuery, Refused
from bandstand.common.api.values import SongBrief
from bandstand.common.text import one_line

LONGEST: Final = 200
"""Characters of a query that are read."""
MOST_WORDS: Final = 16
TEXT_FILTERS: Final = ("title", "artist", "album", "genre", "tag")
FILTERS: Final = (*TEXT_FILTERS, "style", "key", "tempo", "year", "faves")
UNPLAYED: Final = "unplayed"
PART: Final = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?|(\S+))')
"""A sign, a filter's name, and a phrase or a word."""
TEMPO: Final = re.compile(r"([0-9]{2,3})(?:-([0-9]{2,3}))?")
YEAR: Final = re.compile(r"([0-9]{3})0s|([0-9]{4})(?:-([0-9]{4}))?")
KEY: Final = re.compile(r"([a-gA-G])([#b]?) ?(minor|major|min|maj|m)?")


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a song must have. Words and phrases are casefolded."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Pairs of one of `TEXT_FILTERS` and the words that must stand there together."""
    style: str = ""
    key: str = ""
    """As `normalise_key` writes it."""
    tempo: tuple[float, float] | None = None
    """The slowest and the fastest, beats a minute."""
    year: tuple[int, int] | None = None
    """The first and the last."""
    faves: str = ""
    """Whose favourite it is: an account, a nick, or a person as `bot.station.persons.get_person` writes them."""
    is_unplayed: bool = False
    """It was never heard here."""


def parse_query(text: str) -> Query:
    """Read a query. Raises Refused(BadQuery)."""
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    fields: list[tuple[str, str]] = []
    known: dict[str, object] = {}
    for sign, name, phrase, word in PART.findall(text[:LONGEST])[:MOST_WORDS]:
        name, value = name.lower(), " ".join(split_words(phrase or word))
        if name and name not in FILTERS:
            raise Refused(BadQuery("filter", one_line(name, 20), FILTERS))
        if not name and word.endswith(":") and word[:-1].lower() in FILTERS:
            raise Refused(BadQuery("value", word[:-1].lower(), FILTERS))
        if not value or word == "AND":
            continue
        if word in ("OR", "NOT"):
            raise Refused(BadQuery("joined", word, FILTERS))
        if sign:
            excluded.append(value)
        elif name in TEXT_FILTERS:
            fields.append((name, value))
        elif name:
            known[name] = _read_value(name, phrase or word)
        elif word.casefold() == UNPLAYED:
            known["is_unplayed"] = True
        elif phrase or " " in value:
            phrases.append(value)
        else:
            words.append(value)
    query = Query(words=tuple(words), phrases=tuple(phrases), excluded=tuple(excluded), fields=tuple(fields), **known)  # type: ignore[arg-type]
    if query in (Query(), Query(excluded=query.excluded)):
        raise Refused(BadQuery("excluded" if excluded else "empty", "", FILTERS))
    return query


def _read_value(name: str, text: str) -> object:
    """The value of a filter that is no text. Raises Refused(BadQuery)."""
    match name:
        case "tempo":
            given = TEMPO.fullmatch(text)
            if given is None:
                raise Refused(BadQuery("tempo", one_line(text, 20), FILTERS))
            slowest, fastest = float(given[1]), float(given[2] or given[1])
            return min(slowest, fastest), max(slowest, fastest)
        case "year":
            return _read_years(text)
        case "key":
            if KEY.fullmatch(text) is None:
                raise Refused(BadQuery("key", one_line(text, 20), FILTERS))
            return normalise_key(text)
    return text.casefold()


def _read_years(text: str) -> tuple[int, int]:
    given = YEAR.fullmatch(text.lower())
    if given is None:
        raise Refused(BadQuery("year", one_line(text, 20), FILTERS))
    if given[1]:
        return int(given[1]) * 10, int(given[1]) * 10 + 9
    years = int(given[2]), int(given[3] or given[2])
    return min(years), max(years)


def say_bad_query(why: BadQuery) -> str:
    """What is wrong with a query, for people."""
    match why.what:
        case "filter":
            return f"there is no filter {why.value}:; there are {', '.join(f'{name}:' for name in why.filters)}"
        case "value":
            return f"{why.value}: needs its value right behind it, without a space"
        case "tempo":
            return "tempo: takes beats a minute, or two figures such as tempo:120-130"
        case "year":
            return "year: takes a year, two of them such as year:1990-1999, or a decade such as year:1990s"
        case "joined":
            return f"{why.value} joins nothing: a song must have all the words, and -word is one that it must not have"
        case "excluded":
            return "that only says what a song must not have; add what it must have, such as style:bossa -live"
        case "key":
            return f"{why.value} is no key; write one such as key:Dm or key:Bb"
    return "search WORDS (words of the title, artist or style, or filters such as style:bossa)"


def normalise_key(text: str) -> str:
    """`Dm` for `d minor`, `Bb` for `bb`; of a song that changes its key (`Em, later F#m`) the first one; '' of none."""
    given = KEY.match(text.strip())
    if given is None:
        return ""
    note, accidental, mode = given.groups()
    return f"{note.upper()}{accidental}{'m' if mode in ('m', 'min', 'minor') else ''}"


def split_words(text: str) -> list[str]:
    """The words of a text, casefolded: letters, digits and what joins them; everything else parts them."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def rank_songs(songs: Sequence[SongBrief], query: Query) -> list[SongBrief]:
    """The best first; `songs` are in their order among equals."""
    wanted = [word for text in (*query.words, *query.phrases) for word in split_words(text)]
    return sorted(songs, key=lambda song: _measure_distance(split_words(song.title), wanted))


def _measure_distance(title: list[str], wanted: list[str]) -> int:
    if title == wanted:
        return 0
    if title[: len(wanted)] == wanted:
        return 1
    return 2 if set(wanted) <= set(title) else 3
