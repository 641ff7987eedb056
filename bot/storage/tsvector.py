"""The words of the library's documents and of all songs, on PostgreSQL: a tsvector for each document, and pg_trgm.

The vectors are written here and not by PostgreSQL's own parser, so that a word is the same in both databases
(`common.song_search.split_words`), with marks above letters left out as FTS5 does. A word is there twice: plainly, for
searches everywhere, and behind its column's name (`==title=blue`), for those in one column. Columns are some positions
apart, so that no phrase goes from one into the next.

How words are looked for is decided here where it can be: PostgreSQL takes a word that is only begun, or one that no
document has, for one in 200, and then reads far too much. The newest documents are looked through first, which is quick
and finds enough of what is frequent (100,000 take 30 ms, the index 5 to 15 for two frequent words together); what is
rarer, and words with several filters, come from the index. Only searches that ask for something which is not among the
words are PostgreSQL's to plan.
"""

import unicodedata
from collections.abc import Iterator, Sequence
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
FEW, MANY = 2_000, 20_000
"""Newest documents that are looked through before the index is asked: many, if the few promise enough."""
SEVERAL: Final = 2
"""With so many filters or more, too few of the newest fit, and the index is asked at once."""
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

    def list_songs(self, query: Query, where: Sequence[Any], limit: int | None, *, is_narrow: bool) -> list[str]:
        terms = find_terms(query)
        sought = make_tsquery(terms)
        if not sought:
            return self._list(DOCUMENT.select(DOCUMENT.song).order_by(DOCUMENT.id.desc()), where, limit)
        fits = SQL("words @@ %s::tsquery", (sought,))
        if is_narrow or limit is None:
            return self._list(_join(DocumentWords, DocumentWords.id), (fits, *where), limit)
        found = [] if len(terms.facets) >= SEVERAL else self._list_newest(FEW, (fits, *where), limit)
        if limit > len(found) >= FEW * limit // MANY:
            found = self._list_newest(MANY, (fits, *where), limit)
        if len(found) == limit:
            return found
        indexed = DocumentWords.select(DocumentWords.id).where(fits).cte("indexed", materialized=True)
        return self._list(_join(indexed, indexed.c.id).with_cte(indexed), where, limit)

    def _list_newest(self, documents: int, where: Sequence[Any], limit: int) -> list[str]:
        newest = DocumentWords.select().order_by(DocumentWords.id.desc()).limit(documents).alias("newest")
        return self._list(_join(newest, newest.c.id), where, limit)

    def _list(self, query: Any, where: Sequence[Any], limit: int | None) -> list[str]:
        selected = query.where(*where) if where else query
        return [song for (song,) in self._executor.select(selected.limit(limit))]


def _join(numbered: Any, number: Any) -> Any:
    """The songs of documents that have these numbers, the newest first."""
    return DOCUMENT.select(DOCUMENT.song).join(numbered, on=(number == DOCUMENT.id)).order_by(number.desc())


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
