"""Strict transport security: a server's word that it is to be reached by TLS only, kept until it expires.

The policy's text is parsed purely; `Policies` keeps them in a file of the station's directory.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

LONGEST = 400 * 24 * 3600
"""Seconds; a server cannot bind the bot for longer than a good year at a time."""


@dataclass(frozen=True)
class Policy:
    port: int | None
    seconds: int | None


def policy(value: str) -> Policy | None:
    """What `port=6697,duration=2592000` says; None where it says nothing that can be used."""
    given = dict(word.partition("=")[::2] for word in value.split(","))
    port, seconds = _number(given.get("port", "")), _number(given.get("duration", ""))
    if port is not None and not 1 <= port <= 65535:
        port = None
    if port is None and seconds is None:
        return None
    return Policy(port, None if seconds is None else min(seconds, LONGEST))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


class Kept(msgspec.Struct, frozen=True):
    port: int
    until: float
    """Unix seconds."""


class Policies:
    """By host name, in one small JSON file that is replaced whole. A file that cannot be read holds none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Kept])
        except (OSError, msgspec.DecodeError):
            self._kept = {}

    def port(self, host: str, now: float) -> int | None:
        """The port on which this host is to be reached by TLS, if it has said so and that has not expired."""
        kept = self._kept.get(host.lower())
        return kept.port if kept is not None and kept.until > now else None

    def remember(self, host: str, port: int, seconds: int, now: float) -> None:
        """Raises OSError where the file cannot be written; the policy holds for this process all the same."""
        if seconds:
            self._kept[host.lower()] = Kept(port, now + seconds)
        else:
            self._kept.pop(host.lower(), None)
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(self._kept))
        fresh.replace(self._path)
