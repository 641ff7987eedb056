"""Songs are found by album, genre, year and tags, and documents have facets, so that frequent words with filters are
found soon. A frozen copy of how `bot.storage.search` writes them.
"""

import json
from typing import Any

WORDS = (
    "CREATE VIRTUAL TABLE document_words USING fts5 (title, artist, album, genre, tags, more, facets,"
    " tokenize=\"unicode61 tokenchars '='\")"
)


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE document ADD COLUMN year INTEGER")
    db.execute_sql("CREATE INDEX document_year_index ON document (year)")
    db.execute_sql("DROP TABLE document_words")
    db.execute_sql(WORDS)
    rows = db.execute_sql(
        "SELECT d.id, s.title, s.artist, s.album, s.genre, s.tags, s.generator, s.facts, s.year, d.style, d.key,"
        " d.tempo FROM document AS d JOIN song AS s ON s.code = d.song_id"
    ).fetchall()
    for number, title, artist, album, genre, tags, generator, facts, year, style, key, tempo in rows:
        more = f"{json.loads(facts).get('style', '')} {generator} {year or ''}"
        texts = (title, artist, album, genre, " ".join(json.loads(tags)), more)
        words = [" ".join(split_words(text)) for text in texts]
        facets = make_facets(style, key, tempo, year)
        sql = "INSERT INTO document_words (rowid, title, artist, album, genre, tags, more, facets)"
        db.execute_sql(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *words, facets))
        if year is not None:
            db.execute_sql("UPDATE document SET year = ? WHERE id = ?", (year, number))


def split_words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def make_facets(style: str, key: str, tempo: float | None, year: int | None) -> str:
    facets = [f"=s{''.join(split_words(style))}", f"=k{key.lower().replace('#', 's')}"]
    facets += [] if tempo is None else [f"=t{int(tempo) // 10}"]
    facets += [] if year is None else [f"=y{year // 10}"]
    return " ".join(facets)
