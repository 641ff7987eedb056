"""Whether a database of PostgreSQL can be a station's: what `bandstand check` says of it before anything starts.

Connects as the station will, asks what the server is and has, and changes nothing.
"""

import importlib.util
from collections.abc import Iterator

from bandstand.common.database_address import hide_in, hide_password

OLDEST = 15
SECONDS = 5
WITHOUT_DRIVER = "Python's package psycopg is missing: pip install 'bandstand[postgresql]'"
TRGM = "SELECT COUNT(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
RIGHT = "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)"


def find_faults(address: str) -> Iterator[str]:
    """A sentence for each reason why the station cannot use it, without the password."""
    if importlib.util.find_spec("psycopg") is None:
        yield WITHOUT_DRIVER
        return
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        known = conninfo_to_dict(address)
    except psycopg.ProgrammingError:  # whose text has the address in it
        yield "that is no address that PostgreSQL knows"
        return
    seconds = {} if "connect_timeout" in known else {"connect_timeout": SECONDS}
    try:
        with psycopg.connect(address, autocommit=True, **seconds) as connection:  # type: ignore[arg-type]
            yield from _ask(connection)
    except psycopg.Error as error:
        reason = hide_in(" ".join(str(error).split()), address)
        yield f"{hide_password(address)} cannot be used: {reason}"


def _ask(connection: object) -> Iterator[str]:
    def ask(query: str) -> object:
        return connection.execute(query).fetchone()[0]  # type: ignore[attr-defined]

    version = int(str(ask("SHOW server_version_num"))) // 10000
    if version < OLDEST:
        yield f"PostgreSQL {OLDEST} or newer is needed; there is {version}"
    if ask("SHOW server_encoding") != "UTF8":
        yield "the database is not in UTF-8; make it anew with createdb --encoding UTF8 -T template0"
    if not ask(TRGM):
        yield "the server lacks the extension pg_trgm: install postgresql-contrib there"
    if not ask(RIGHT):
        yield "the station's user may make no tables there; make it the owner of the database"
