"""Requests of songs; and persons who are known by an address are named by that alone, or by its /64. A frozen copy.

`libera/@203.0.113.9` becomes `@203.0.113.9`. Of two ratings of a section that are then one person's, one stays.
"""

import ipaddress
from typing import Any

STATEMENTS = (
    "CREATE TABLE song_request (id INTEGER NOT NULL PRIMARY KEY, song_id TEXT NOT NULL REFERENCES song (code)"
    " ON DELETE CASCADE, cue_id INTEGER REFERENCES cue (id) ON DELETE SET NULL, person TEXT NOT NULL,"
    " name TEXT NOT NULL, created REAL NOT NULL, count INTEGER NOT NULL)",
    "CREATE INDEX song_request_song_id_index ON song_request (song_id)",
    "CREATE INDEX song_request_person_index ON song_request (person)",
    "CREATE INDEX song_request_cue_id_index ON song_request (cue_id)",
    "ALTER TABLE cue ADD COLUMN is_request INTEGER NOT NULL DEFAULT 0",
)
PERSONS = ("job", "cue", "watch", "vote", "rating")
"""Tables with persons."""


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
    for table in PERSONS:
        rows = db.execute_sql(f"SELECT DISTINCT person FROM {table} WHERE person LIKE '%/@%'").fetchall()
        for (person,) in rows:
            renamed = rename_person(person)
            if renamed != person:
                db.execute_sql(f"UPDATE OR REPLACE {table} SET person = ? WHERE person = ?", (renamed, person))


def rename_person(person: str) -> str:
    try:
        address = ipaddress.ip_address(person.partition("/@")[2].partition("%")[0])
    except ValueError:
        return person
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return f"@{ipaddress.ip_network((address, 64), strict=False)}"
        address = address.ipv4_mapped
    return f"@{address}"
