"""The words of the library's documents and of all songs, on SQLite's FTS5.

FTS5 goes through the songs that have a word in the order of their numbers, so the newest hundred of a frequent word
cost as little as all of a rare one.
"""

from collections.abc import Sequence
from typing import Any, Final

from playhouse.sqlite_ext import FTS5Model, SearchField

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, prepare
from bandstand.bot.storage.search_terms import Terms, find_terms
from bandstand.common.song_search import Query

DOCUMENT: Final = tables.Document
COLUMNS: Final = {"tag": "tags"}
"""Of the filters whose column of `DocumentWords` has another name."""


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


DELETE_WORDS: Final = prepare(DocumentWords.delete().where(DocumentWords.rowid == GAP))


class Fts5Words:
    """See `bot.storage.search.Words`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def put(self, number: int, words: dict[str, str]) -> None:
        self._executor.insert_row(DocumentWords, {"rowid": number, **words})

    def remove(self, number: int) -> None:
        self._executor.change(DELETE_WORDS.fill(number))

    def learn(self, word: str) -> None:
        self._executor.insert_row(WordTrigrams, {"text": word})

    def list_neighbours(self, word: str, limit: int) -> list[str]:
        trigrams = [word[at : at + 3] for at in range(len(word) - 2)]
        match = " OR ".join(_quote(trigram) for trigram in dict.fromkeys(trigrams))
        query = WordTrigrams.select(WordTrigrams.text).where(WordTrigrams.match(match))
        return [text for (text,) in self._executor.select(query.order_by(WordTrigrams.rank()).limit(limit))]

    def list_songs(self, query: Query, where: Sequence[Any], limit: int | None, *, is_narrow: bool) -> list[str]:
        selected = _select(find_terms(query))
        selected = selected.where(*where) if where else selected
        return [song for (song,) in self._executor.select(selected.limit(limit))]


def _select(terms: Terms) -> Any:
    match = make_match(terms)
    if match:
        documents = DocumentWords.select(DOCUMENT.song).join(DOCUMENT, on=(DOCUMENT.id == DocumentWords.rowid))
        return documents.where(DocumentWords.match(match)).order_by(DocumentWords.rowid.desc())
    selected = DOCUMENT.select(DOCUMENT.song).order_by(DOCUMENT.id.desc())
    if terms.excluded:
        match = DocumentWords.match(" OR ".join(_quote(text) for text in terms.excluded))
        excluded = DocumentWords.select(DocumentWords.rowid).where(match)
        selected = selected.where(DOCUMENT.id.not_in(excluded))
    return selected


def make_match(terms: Terms) -> str:
    """In the language of FTS5, with every text of a person's quoted; '' where no word is asked for."""
    parts = [f"{_quote(word)} *" for word in terms.words]
    parts += [_quote(phrase) for phrase in terms.phrases]
    parts += [f"{COLUMNS.get(name, name)} : {_quote(text)}" for name, text in terms.fields]
    parts += [" OR ".join(map(_quote, facets)) for facets in terms.facets]
    match = " AND ".join(f"({part})" for part in parts)
    if match and terms.excluded:
        match = f"({match}) NOT ({' OR '.join(_quote(text) for text in terms.excluded)})"
    return match


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
