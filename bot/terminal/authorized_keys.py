"""The keys that may log in by ssh: a file as OpenSSH's authorized_keys, whose comments name the people.

`ssh-ed25519 AAAA... ann@laptop` lets ann in. Read at each login, so that a key that is taken out is out.
"""

from collections.abc import Iterator
from pathlib import Path

from twisted.conch.ssh.keys import Key
from twisted.logger import Logger

from bot.people.identity import PERSON

log = Logger()

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
FILE_BYTES = 1 << 20


class KeyFile:
    """Twisted's `IAuthorizedKeysDB`, in what of it is used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def getAuthorizedKeys(self, username: bytes) -> Iterator[Key]:
        """The keys of the person of that name."""
        try:
            text = self._path.read_bytes()[:FILE_BYTES].decode("utf-8", "replace")
        except OSError as error:
            log.warn("ssh: {path} cannot be read: {why}", path=str(self._path), why=error.strerror)
            return
        name = username.decode("utf-8", "replace").lower()
        for number, line in enumerate(text.splitlines(), 1):
            found = _parsed(line, number)
            if found is not None and found[0] == name:
                yield found[1]


def _parsed(line: str, number: int) -> tuple[str, Key] | None:
    """Person and key of one line. One that restricts its key is not obeyed in half: it lets nobody in."""
    words = line.split(maxsplit=2)
    if not words or words[0].startswith("#"):
        return None
    if words[0] not in KINDS or len(words) < 3:
        log.warn("ssh: line {number} of the keys is no KIND KEY NAME, and lets nobody in", number=number)
        return None
    name = words[2].strip().partition("@")[0].lower()
    try:
        key = Key.fromString(f"{words[0]} {words[1]}".encode())
    except Exception:  # half a key raises what its parsers happen to raise
        log.warn("ssh: line {number} of the keys holds no key", number=number)
        return None
    return (name, key) if PERSON.fullmatch(name) else None
