"""The library's index for searching, in either database.

A song with a title has a *document*: a row for what filters ask for, and its words, in a table of FTS5 or as a tsvector
(`Words`). Words are folded before they go in and before they are asked for (`common.song_search.split_words`), so that
case means the same here and there, in every script. All words that any song has are kept once, with their trigrams, so
that a typing error leads to the nearest word. A word stays when its last song goes.

At most `LIMIT` of the newest songs that fit are taken, beside those whose title is exactly what was asked for, and the
ranking of these is `common.song_search.rank_songs`. What makes frequent words cheap is in `bot.storage.search_terms`.

The nearest word after a typing error is one that a single slip leads to (a letter left out, doubled, exchanged or
swapped with the next), which are looked up by the hundred; only where there is none, one that shares many trigrams.
"""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from peewee import fn

from bandstand.bot.station.bars import FASTEST
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, LISTED, Executor, prepare
from bandstand.bot.storage.favourites import FAVOURITE, find_fans
from bandstand.bot.storage.fts5 import Fts5Words
from bandstand.bot.storage.search_terms import make_facets
from bandstand.bot.storage.tsvector import TsvectorWords
from bandstand.common.api.values import Song
from bandstand.common.generators import UNLISTED
from bandstand.common.song_search import Query, normalise_key, split_words

LIMIT: Final = 100
NEAR: Final = 0.7
"""How alike a word has to be to stand for another, as `difflib` measures it."""
NEIGHBOURS: Final = 50
LONGEST: Final = 24
"""Letters of a word of which every single slip is tried."""
LONGEST_KEPT: Final = 200
"""Letters of a word that is kept for typing errors."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
"""Those that a slip may have put in the place of others, beside the word's own."""
SHORTEST: Final = 3
"""Letters of a word that may be mistyped: it has at least one trigram."""
DOCUMENT: Final = tables.Document
WORD: Final = tables.Word
CUE: Final = tables.Cue
LIST_KNOWN: Final = prepare(WORD.select(WORD.text).where(WORD.text.in_(LISTED)))
LIST_TITLED: Final = prepare(
    DOCUMENT.select(DOCUMENT.id).where(DOCUMENT.title == GAP).order_by(DOCUMENT.id.desc()).limit(LIMIT)
)
FACETS: Final = "facets"
GET_WORD: Final = prepare(WORD.select(WORD.text).where(WORD.text == GAP))
GET_NUMBER: Final = prepare(DOCUMENT.select(DOCUMENT.id).where(DOCUMENT.song == GAP))
DELETE_DOCUMENT: Final = prepare(DOCUMENT.delete().where(DOCUMENT.id == GAP))


class Document(NamedTuple):
    """What the index has of one song, by the names of the columns."""

    filters: dict[str, Any]
    words: dict[str, str]

    def list_words(self) -> set[str]:
        """All words that a person may look for."""
        return {word for column, text in self.words.items() if column != FACETS for word in text.split()}


def make_document(song: Song) -> Document | None:
    """None of a song that is not found: it has no title, is gone, or is heard between songs only."""
    if not song.title or song.state.is_lost or song.generator in UNLISTED:
        return None
    style, tempo = str(song.facts.get("style", "")), _get_tempo(song)
    key = normalise_key(str(song.facts.get("key", "")))
    texts = {
        "title": song.title, "artist": song.artist, "album": song.album, "genre": song.genre,
        "tags": " ".join(song.tags), "more": f"{style} {song.generator} {song.year or ''}",
    }  # fmt: skip
    words = {column: " ".join(split_words(text)) for column, text in texts.items()}
    filters = {
        "song": song.code, "title": words["title"], "style": style.casefold(), "key": key, "tempo": tempo,
        "year": song.year,
    }  # fmt: skip
    return Document(filters, {**words, FACETS: make_facets(style, key, tempo, song.year)})


def _get_tempo(song: Song) -> float | None:
    """Beats a minute; None where the song does not say it, or what its program says is no tempo."""
    tempo = song.facts.get("tempo")
    if isinstance(tempo, bool) or not isinstance(tempo, int | float) or not 0 < tempo <= FASTEST:
        return None
    return tempo


class Words(Protocol):
    """The words of documents, as one database has them."""

    def put(self, number: int, words: dict[str, str]) -> None:
        """Those of a new document, by the names of the columns."""

    def remove(self, number: int) -> None: ...

    def learn(self, word: str) -> None:
        """Have it found by its trigrams; it is new."""

    def list_neighbours(self, word: str, limit: int) -> list[str]:
        """Words that share the most trigrams with this one."""

    def list_songs(self, query: Query, where: Sequence[Any], limit: int | None, *, is_narrow: bool) -> list[str]:
        """Codes of songs whose documents have the words and fit `where` as well, the newest first. `is_narrow`: few of
        those that have the words may fit that."""


class Search:
    """The index of one transaction; see `bot.station.repositories.Search`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.words: Words = TsvectorWords(executor) if executor.is_postgres else Fts5Words(executor)

    def put(self, song: Song) -> None:
        """Have the song found by what it is now; one without a title, or that is gone, is not found."""
        self.remove(song.code)
        document = make_document(song)
        if document is None:
            return
        number = self._executor.insert_row(DOCUMENT, document.filters)
        self.words.put(number, document.words)
        self._learn(document.list_words())

    def _learn(self, words: Iterable[str]) -> None:
        for word in words:
            if len(word) <= LONGEST_KEPT and self._executor.select_first(GET_WORD.fill(word)) is None:
                self._executor.insert_row(WORD, {"text": word})
                self.words.learn(word)

    def remove(self, code: str) -> None:
        row = self._executor.select_first(GET_NUMBER.fill(code))
        if row is not None:
            self.words.remove(row[0])
            self._executor.change(DELETE_DOCUMENT.fill(row[0]))

    def find(self, query: Query) -> list[str]:
        """Codes of songs that fit, those first whose title is exactly the words, then the newest; at most `LIMIT` and
        these."""
        exact = " ".join((*query.words, *query.phrases))
        rest = msgspec.structs.replace(query, words=(), phrases=())  # a title that is the words has them
        titled = self._list_titled(exact) if exact else []
        found = self._select(rest, LIMIT, DOCUMENT.id.in_(titled)) if titled else []
        return list(dict.fromkeys((*found, *self._select(query, LIMIT))))

    def list_all(self, query: Query) -> list[str]:
        """Codes of every song that fits, the newest first."""
        return self._select(query, None)

    def _list_titled(self, title: str) -> list[int]:
        """The newest documents of just this title: asked for first and alone, as a filter's index has far more rows."""
        return [number for (number,) in self._executor.select(LIST_TITLED.fill(title))]

    def find_titled(self, words: Iterable[str], limit: int) -> list[str]:
        """Codes of songs that have all these words in their title, the newest first; those first whose title has no
        other word."""
        wanted = [word for text in words for word in split_words(text)]
        if not wanted:
            return []
        query = Query(fields=tuple(("title", word) for word in wanted))
        exact = self._select(Query(), limit, DOCUMENT.title == " ".join(wanted))
        return list(dict.fromkeys((*exact, *self._select(query, limit))))

    def correct(self, words: Iterable[str]) -> dict[str, str]:
        """For each word that no song has, and that no word begins with, the nearest one that some song has."""
        corrected = {}
        for word in words:
            if len(word) < SHORTEST or self._is_known(word):
                continue
            near = difflib.get_close_matches(word, self._list_one_slip_away(word), 1, NEAR)
            near = near or difflib.get_close_matches(word, self.words.list_neighbours(word, NEIGHBOURS), 1, NEAR)
            if near:
                corrected[word] = near[0]
        return corrected

    def _is_known(self, word: str) -> bool:
        known = WORD.select(WORD.text).where(WORD.text >= word, WORD.text < word + "\U0010ffff").limit(1)
        return self._executor.select_first(known) is not None

    def _list_one_slip_away(self, word: str) -> list[str]:
        slips = json.dumps(list_slips(word[:LONGEST]))
        return [text for (text,) in self._executor.select(LIST_KNOWN.fill(slips))]

    def _select(self, query: Query, limit: int | None, *further: Any) -> list[str]:
        where = [*further, *_make_filters(query)]
        is_narrow = bool(further or query.faves or query.is_unplayed)
        if query.faves:
            likes = FAVOURITE.person.in_(find_fans(self._executor, query.faves))
            where.append(DOCUMENT.song.in_(FAVOURITE.select(FAVOURITE.song).where(likes)))
        return self.words.list_songs(query, where, limit, is_narrow=is_narrow)


def _make_filters(query: Query) -> list[Any]:
    filters: list[Any] = []
    if query.style:
        filters.append(DOCUMENT.style == query.style)
    if query.key:
        filters.append(DOCUMENT.key == query.key)
    if query.tempo is not None:
        filters.append(DOCUMENT.tempo.between(*query.tempo))
    if query.year is not None:
        filters.append(DOCUMENT.year.between(*query.year))
    if query.is_unplayed:
        heard = CUE.select(CUE.id).where(CUE.song == DOCUMENT.song, CUE.started.is_null(False))
        filters.append(~fn.EXISTS(heard))
    return filters


def list_slips(word: str) -> list[str]:
    """The words that become this one by a single slip: a letter too few or too many, another one, or two swapped."""
    letters = sorted(set(LETTERS) | set(word))
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {before + after[1:] for before, after in halves if after}
    slips |= {before + after[1] + after[0] + after[2:] for before, after in halves if len(after) > 1}
    slips |= {before + letter + after[1:] for before, after in halves if after for letter in letters}
    slips |= {before + letter + after for before, after in halves for letter in letters}
    return sorted(slips - {word})
