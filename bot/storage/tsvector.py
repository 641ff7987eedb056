"""The words of the library's documents and of all songs, on PostgreSQL: a tsvector for each document, and pg_trgm.

The vectors are written here and not by PostgreSQL's own parser, so that a word is the same in both databases
(`common.song_search.split_words`), with marks above letters left out as FTS5 does. A word is there twice: plainly, for
searches everywhere, and behind its column's name (`==title=blue`), for those in one column. Columns are some positions
apart, so that no phrase goes from one into the next.

A frequent word has PostgreSQL go through the newest documents until there are enough; a rare one, through the index.
It chooses by its statistics, and must see the words for that (`plan_cache_mode` in `bot.storage.postgres`).
"""

import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from peewee import SQL, AutoField, Model, TextField

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, prepare
from bandstand.bot.storage.search_terms import Terms, find_terms
from bandstand.common.song_search import Query

DOCUMENT: Final = tables.Document
FACETS: Final = "facets"
COLUMNS: Final = {"tag": "tags"}
"""Of the filters whose column has another name."""
LONGEST: Final = 200
"""Letters of a word that are kept; a lexeme may have 2,046 bytes."""
APART: Final = 10
"""Positions between columns."""
LAST: Final = 16_000
"""Position after which all words are taken to be at one place, as tsvector does itself."""
STATEMENTS: Final = (
    "CREATE TABLE document_words (id BIGINT PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,"
    " words TSVECTOR NOT NULL)",
    "CREATE INDEX document_words_index ON document_words USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX word_trigrams_index ON word USING gin (text gin_trgm_ops) WITH (fastupdate = off)",
)


class DocumentWords(Model):
    id = AutoField()
    words = TextField()

    class Meta:
        table_name = "document_words"


PUT_WORDS: Final = prepare(DocumentWords.insert({DocumentWords.id: GAP, DocumentWords.words: GAP}))
DELETE_WORDS: Final = prepare(DocumentWords.delete().where(DocumentWords.id == GAP))


class TsvectorWords:
    """See `bot.storage.search.Words`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def put(self, number: int, words: dict[str, str]) -> None:
        self._executor.change(PUT_WORDS.fill(number, make_vector(words)))

    def remove(self, number: int) -> None:
        self._executor.change(DELETE_WORDS.fill(number))

    def learn(self, word: str) -> None:
        """Its trigrams are in an index of the table of words."""

    def list_neighbours(self, word: str, limit: int) -> list[str]:
        near = SQL("text %% %s ORDER BY similarity(text, %s) DESC, text", (word, word))
        query = tables.Word.select(tables.Word.text).where(near)
        return [text for (text,) in self._executor.select(query.limit(limit))]

    def select(self, query: Query) -> Any:
        sought = make_tsquery(find_terms(query))
        if not sought:
            return DOCUMENT.select(DOCUMENT.song).order_by(DOCUMENT.id.desc())
        documents = DocumentWords.select(DOCUMENT.song).join(DOCUMENT, on=(DOCUMENT.id == DocumentWords.id))
        return documents.where(SQL("words @@ %s::tsquery", (sought,))).order_by(DocumentWords.id.desc())


def make_vector(words: dict[str, str]) -> str:
    """A document's words as the text of a tsvector. `words`: by the names of the columns, parted by spaces."""
    return " ".join(f"{lexeme}:{min(place, LAST)}" for lexeme, place in _list_lexemes(words))


def _list_lexemes(words: dict[str, str]) -> Iterator[tuple[str, int]]:
    place = 1
    for column, text in words.items():
        for word in text.split():
            yield _quote(word), place
            if column != FACETS:
                yield _quote(word, column), place
            place += 1
        place += APART


def make_tsquery(terms: Terms) -> str:
    """In the language of tsquery; '' where no word is asked for and none is excluded."""
    parts = [f"{_quote(word)}:*" for word in terms.words]
    parts += [_make_phrase(phrase) for phrase in terms.phrases]
    parts += [_make_phrase(text, COLUMNS.get(name, name)) for name, text in terms.fields]
    parts += [f"({' | '.join(map(_quote, facets))})" for facets in terms.facets]
    parts += [f"!{_make_phrase(text)}" for text in terms.excluded]
    return " & ".join(parts)


def _make_phrase(text: str, column: str = "") -> str:
    return f"({' <-> '.join(_quote(word, column) for word in text.split())})"


def _quote(word: str, column: str = "") -> str:
    """A lexeme, quoted. Its letters are those of FTS5, which leaves out what is above them."""
    parts = unicodedata.normalize("NFD", word[:LONGEST])
    plain = unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part))) or word
    doubled = plain.replace("\\", "\\\\").replace("'", "''")
    return f"'=={column}={doubled}'" if column else f"'{doubled}'"
