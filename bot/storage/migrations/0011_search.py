"""The library's words, for searching: documents, their words (FTS5), and the trigrams of all words for typing errors.

A frozen copy of how `bot.storage.search` writes them.
"""

import json
from typing import Any

TABLES = (
    "CREATE TABLE document (id INTEGER NOT NULL PRIMARY KEY, song_id TEXT NOT NULL UNIQUE REFERENCES song (code)"
    " ON DELETE CASCADE, title TEXT NOT NULL, style TEXT NOT NULL, key TEXT NOT NULL, tempo REAL)",
    "CREATE INDEX document_title_index ON document (title)",
    "CREATE INDEX document_style_index ON document (style)",
    "CREATE VIRTUAL TABLE document_words USING fts5 (title, artist, album, more, tokenize='unicode61')",
    "CREATE TABLE word (text TEXT NOT NULL PRIMARY KEY)",
    "CREATE VIRTUAL TABLE word_trigrams USING fts5 (text, tokenize='trigram')",
)


def up(_migrator: Any, db: Any) -> None:
    for table in TABLES:
        db.execute_sql(table)
    rows = db.execute_sql(
        "SELECT code, title, artist, generator, facts FROM song"
        " WHERE title != '' AND state NOT IN ('failed', 'discarded') ORDER BY created"
    ).fetchall()
    vocabulary: set[str] = set()
    for code, title, artist, generator, text in rows:
        facts = json.loads(text)
        style, album = str(facts.get("style", "")), str(facts.get("album", ""))
        more = f"{style} {facts.get('genre', '')} {generator}"
        words = [" ".join(split_words(part)) for part in (title, artist, album, more)]
        tempo = facts.get("tempo")
        values = (code, words[0], style.casefold(), find_key(str(facts.get("key", ""))), tempo)
        sql = "INSERT INTO document (song_id, title, style, key, tempo) VALUES (?, ?, ?, ?, ?)"
        number = db.execute_sql(sql, values).lastrowid
        sql = "INSERT INTO document_words (rowid, title, artist, album, more) VALUES (?, ?, ?, ?, ?)"
        db.execute_sql(sql, (number, *words))
        vocabulary.update(word for part in words for word in part.split())
    for word in sorted(vocabulary):
        db.execute_sql("INSERT INTO word (text) VALUES (?)", (word,))
        db.execute_sql("INSERT INTO word_trigrams (text) VALUES (?)", (word,))


def split_words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def find_key(text: str) -> str:
    """`Em` of `Em, later F#m`."""
    return text.partition(",")[0].strip()
