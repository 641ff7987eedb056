"""The library's index for searching, on SQLite's FTS5.

A song with a title has a *document*: a row for what filters ask for, and its words in a table of FTS5. Words are folded
before they go in and before they are asked for (`common.song_search.split_words`), so that case means the same here and
there, in every script. All words that any song has are kept once, with their trigrams, so that a typing error leads to
the nearest word. A word stays when its last song goes.

Frequent words have to be cheap, too: at most `LIMIT` of the newest songs that fit are taken, beside those whose title
is exactly what was asked for, and the ranking of these is `common.song_search.rank_songs`. A frequent word with filters
would have every song with the word looked at; so a document's words have *facets* among them, such as `=sbossa` for its
style and `=t12` for a tempo of 120 to 129, which FTS5 intersects with the others. No word has a `=`, so nobody can type
one. The filters themselves decide.

The nearest word after a typing error is one that a single slip leads to (a letter left out, doubled, exchanged or
swapped with the next), which are looked up by the hundred; only where there is none, one that shares many trigrams.
"""

import difflib
import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
from peewee import fn
from playhouse.sqlite_ext import FTS5Model, SearchField

from bandstand.bot.station.bars import FASTEST
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, LISTED, Executor, prepare
from bandstand.bot.storage.favourites import FAVOURITE, find_fans
from bandstand.common.api.values import Song
from bandstand.common.generators import UNLISTED
from bandstand.common.song_search import Query, normalise_key, split_words

LIMIT: Final = 100
NEAR: Final = 0.7
"""How alike a word has to be to stand for another, as `difflib` measures it."""
NEIGHBOURS: Final = 50
LONGEST: Final = 24
"""Letters of a word of which every single slip is tried."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
"""Those that a slip may have put in the place of others, beside the word's own."""
WIDEST: Final = 30
"""Facets of a range that are looked for one by one; a wider one narrows little down."""
SHORTEST: Final = 3
"""Letters of a word that may be mistyped: it has at least one trigram."""
DOCUMENT: Final = tables.Document
WORD: Final = tables.Word
CUE: Final = tables.Cue
LIST_KNOWN: Final = prepare(WORD.select(WORD.text).where(WORD.text.in_(LISTED)))
LIST_TITLED: Final = prepare(
    DOCUMENT.select(DOCUMENT.id).where(DOCUMENT.title == GAP).order_by(DOCUMENT.id.desc()).limit(LIMIT)
)
COLUMNS: Final = {"tag": "tags"}
"""Of the filters whose column of `DocumentWords` has another name."""
FACETS: Final = "facets"
TENS: Final = 10
"""Beats a minute, or years, that have a facet in common."""


class DocumentWords(FTS5Model):  # type: ignore[misc]
    """The words of documents; `rowid` is the document's id."""

    title = SearchField()
    artist = SearchField()
    album = SearchField()
    genre = SearchField()
    tags = SearchField()
    more = SearchField()
    facets = SearchField()

    class Meta:
        table_name = "document_words"


class WordTrigrams(FTS5Model):  # type: ignore[misc]
    """The trigrams of every word."""

    text = SearchField()

    class Meta:
        table_name = "word_trigrams"


GET_WORD: Final = prepare(WORD.select(WORD.text).where(WORD.text == GAP))
GET_NUMBER: Final = prepare(DOCUMENT.select(DOCUMENT.id).where(DOCUMENT.song == GAP))
DELETE_WORDS: Final = prepare(DocumentWords.delete().where(DocumentWords.rowid == GAP))
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


class Search:
    """The index of one transaction; see `bot.station.repositories.Search`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def put(self, song: Song) -> None:
        """Have the song found by what it is now; one without a title, or that is gone, is not found."""
        self.remove(song.code)
        document = make_document(song)
        if document is None:
            return
        number = self._executor.insert_row(DOCUMENT, document.filters)
        self._executor.insert_row(DocumentWords, {"rowid": number, **document.words})
        self._learn(document.list_words())

    def _learn(self, words: Iterable[str]) -> None:
        for word in words:
            if self._executor.select_first(GET_WORD.fill(word)) is None:
                self._executor.insert_row(WORD, {"text": word})
                self._executor.insert_row(WordTrigrams, {"text": word})

    def remove(self, code: str) -> None:
        row = self._executor.select_first(GET_NUMBER.fill(code))
        if row is not None:
            self._executor.change(DELETE_WORDS.fill(row[0]))
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
            near = near or difflib.get_close_matches(word, self._list_neighbours(word), 1, NEAR)
            if near:
                corrected[word] = near[0]
        return corrected

    def _is_known(self, word: str) -> bool:
        known = WORD.select(WORD.text).where(WORD.text >= word, WORD.text < word + "\U0010ffff").limit(1)
        return self._executor.select_first(known) is not None

    def _list_one_slip_away(self, word: str) -> list[str]:
        slips = json.dumps(list_slips(word[:LONGEST]))
        return [text for (text,) in self._executor.select(LIST_KNOWN.fill(slips))]

    def _list_neighbours(self, word: str) -> list[str]:
        """Words that share the most trigrams with this one."""
        trigrams = [word[at : at + 3] for at in range(len(word) - 2)]
        match = " OR ".join(_quote(trigram) for trigram in dict.fromkeys(trigrams))
        query = WordTrigrams.select(WordTrigrams.text).where(WordTrigrams.match(match))
        return [text for (text,) in self._executor.select(query.order_by(WordTrigrams.rank()).limit(NEIGHBOURS))]

    def _select(self, query: Query, limit: int | None, *further: Any) -> list[str]:
        match = make_match(query)
        where = [*further, *_make_filters(query)]
        if query.faves:
            likes = FAVOURITE.person.in_(find_fans(self._executor, query.faves))
            where.append(DOCUMENT.song.in_(FAVOURITE.select(FAVOURITE.song).where(likes)))
        if match:
            documents = DocumentWords.select(DOCUMENT.song).join(DOCUMENT, on=(DOCUMENT.id == DocumentWords.rowid))
            selected = documents.where(DocumentWords.match(match), *where).order_by(DocumentWords.rowid.desc())
        else:
            selected = DOCUMENT.select(DOCUMENT.song).where(*where).order_by(DOCUMENT.id.desc())
        return [code for (code,) in self._executor.select(selected.limit(limit))]


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
    if query.excluded and not (query.words or query.phrases or query.fields):
        excluded = DocumentWords.select(DocumentWords.rowid).where(
            DocumentWords.match(" OR ".join(_quote(text) for text in query.excluded))
        )
        filters.append(DOCUMENT.id.not_in(excluded))
    return filters


def make_match(query: Query) -> str:
    """The query in the language of FTS5, with every text of a person's quoted; '' where it asks for no words."""
    parts = [f"{_quote(word)} *" for word in query.words]
    parts += [_quote(phrase) for phrase in query.phrases]
    parts += [f"{COLUMNS.get(name, name)} : {_quote(text)}" for name, text in query.fields]
    if parts:  # fewer rows to look at; the filters themselves decide
        parts += [" OR ".join(map(_quote, facets)) for facets in _list_facets(query)]
    match = " AND ".join(f"({part})" for part in parts)
    if match and query.excluded:
        match = f"({match}) NOT ({' OR '.join(_quote(text) for text in query.excluded)})"
    return match


def make_facets(style: str, key: str, tempo: float | None, year: int | None) -> str:
    """A document's facets, each as a word of FTS5."""
    facets = [_make_style_facet(style), _make_key_facet(key)]
    facets += [] if tempo is None else [f"=t{int(tempo) // TENS}"]
    facets += [] if year is None else [f"=y{year // TENS}"]
    return " ".join(facets)


def _list_facets(query: Query) -> list[list[str]]:
    """For each filter the facets of which a song must have one."""
    facets = []
    if query.style:
        facets.append([_make_style_facet(query.style)])
    if query.key:
        facets.append([_make_key_facet(query.key)])
    for name, between in (("t", query.tempo), ("y", query.year)):
        if between is not None:
            first, last = int(between[0]) // TENS, int(between[1]) // TENS
            facets += [[f"={name}{number}" for number in range(first, last + 1)]] if last - first < WIDEST else []
    return facets


def _make_style_facet(style: str) -> str:
    return f"=s{''.join(split_words(style))}"


def _make_key_facet(key: str) -> str:
    return f"=k{key.lower().replace('#', 's')}"


def list_slips(word: str) -> list[str]:
    """The words that become this one by a single slip: a letter too few or too many, another one, or two swapped."""
    letters = sorted(set(LETTERS) | set(word))
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {before + after[1:] for before, after in halves if after}
    slips |= {before + after[1] + after[0] + after[2:] for before, after in halves if len(after) > 1}
    slips |= {before + letter + after[1:] for before, after in halves if after for letter in letters}
    slips |= {before + letter + after for before, after in halves for letter in letters}
    return sorted(slips - {word})


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
