"""The address of a database of PostgreSQL, as `station.database` names it: which texts are one, and how it is shown.

It may have a password in it, which is never shown: every sentence and every line of a log goes through `hide_password`.
"""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from bandstand.common.errors import UnusableFile
from bandstand.common.files import resolve_path

SCHEME: Final = "postgresql://"
HIDDEN: Final = "***"
CREDENTIALS: Final = re.compile(r"^(\w+://)([^/?#@:]*):([^/?#]*)@")
PARAMETER: Final = re.compile(r"\b((?:ssl)?password=)[^&\s]*")


def is_postgres(address: str) -> bool:
    return address.startswith(SCHEME)


def resolve_database(database: str, base: Path) -> str:
    """An address as it is, a file as an absolute path; empty remains empty. Raises UnusableFile."""
    if not database or is_postgres(database):
        return database
    if "://" in database:
        raise UnusableFile(f"expected a file, or an address that begins with {SCHEME}")
    return str(resolve_path(database, base))


def hide_password(text: str) -> str:
    """An address, or a sentence that has one at its beginning, without its password."""
    return PARAMETER.sub(rf"\g<1>{HIDDEN}", CREDENTIALS.sub(rf"\g<1>\g<2>:{HIDDEN}@", text))


def hide_in(sentence: str, address: str) -> str:
    """A sentence of somebody else's about this address, without the password that is in the address."""
    found = CREDENTIALS.match(address)
    passwords = [found[3]] if found else []
    passwords += [match[0].partition("=")[2] for match in PARAMETER.finditer(address)]
    for password in filter(None, passwords):
        for written in (password, unquote(password)):
            sentence = sentence.replace(written, HIDDEN)
    return hide_password(sentence)
