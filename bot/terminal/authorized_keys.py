"""The keys that may log in by ssh: a file as OpenSSH's authorized_keys, whose comments name the people.

`ssh-ed25519 AAAA... ann@laptop` lets ann in. The file is read at each login, so a key that is taken out no longer lets
anyone in. Only the lines of the person who logs in are decoded, so that a long file does not hold up the reactor.
"""

from collections.abc import Iterator
from pathlib import Path

from twisted.conch.ssh.keys import Key
from twisted.logger import Logger

from bandstand.bot.station.identity import PERSON

log = Logger()

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
FILE_BYTES = 1 << 20
"""Bytes that are read of the file."""


class AuthorizedKeys:
    """Twisted's `IAuthorizedKeysDB`, the part of it that is used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def getAuthorizedKeys(self, username: bytes) -> Iterator[Key]:
        """The keys of the person of that name."""
        name = username.decode("utf-8", "replace").lower()
        if not PERSON.fullmatch(name):
            return
        for number, line in enumerate(self._read().splitlines(), 1):
            words = line.split(maxsplit=2)
            if not words or words[0].startswith("#"):
                continue
            if words[0] not in KINDS or len(words) < 3:
                log.warn("ssh: line {number} of the keys is not KIND KEY NAME, and lets nobody in", number=number)
            elif words[2].strip().partition("@")[0].lower() == name:
                yield from _decode_key(words, number)

    def _read(self) -> str:
        try:
            with self._path.open("rb") as stream:
                return stream.read(FILE_BYTES).decode("utf-8-sig", "replace")
        except OSError as error:
            log.warn("ssh: {path} cannot be read: {why}", path=str(self._path), why=error.strerror)
            return ""


def _decode_key(words: list[str], number: int) -> Iterator[Key]:
    """The key of a line, if it holds one."""
    try:
        yield Key.fromString(f"{words[0]} {words[1]}".encode())
    except Exception:  # each kind's parser raises errors of its own for a broken key
        log.warn("ssh: line {number} of the keys holds no key", number=number)
