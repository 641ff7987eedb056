"""IRCv3 Strict Transport Security (`sts`): a server's demand to be reached by TLS only, kept until it expires.

On a plain connection the policy names a port: the client must leave, having sent nothing of value, and come back there
with TLS. On a TLS connection it names a duration for which plain connections are forbidden. A policy from a server
whose certificate was neither verified nor pinned is not kept: anybody on the way could have made it up.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from bandstand.common.files import write_whole

MAX_SECONDS = 400 * 24 * 3600
"""A server can bind the bot for little more than a year at a time."""


@dataclass(frozen=True)
class Policy:
    port: int | None
    seconds: int | None


def parse_policy(value: str) -> Policy | None:
    """Parse the capability's value, such as `port=6697,duration=2592000`; None if it has nothing that can be used."""
    given = dict(word.partition("=")[::2] for word in value.split(","))
    port, seconds = _parse_number(given.get("port", "")), _parse_number(given.get("duration", ""))
    if port is not None and not 1 <= port <= 65535:
        port = None
    if port is None and seconds is None:
        return None
    return Policy(port, None if seconds is None else min(seconds, MAX_SECONDS))


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


class StoredPolicy(msgspec.Struct, frozen=True):
    port: int
    until: float
    """Unix time."""


class PolicyStore:
    """Policies by host name, in one JSON file that is replaced whole. An unreadable file counts as empty.

    `now` is Unix time, since policies outlive the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._policies = msgspec.json.decode(path.read_bytes(), type=dict[str, StoredPolicy])
        except (OSError, msgspec.DecodeError):
            self._policies = {}

    def find_port(self, host: str, now: float) -> int | None:
        """The port on which this host must be reached by TLS; None if it may be reached without."""
        policy = self._policies.get(host.lower())
        return policy.port if policy is not None and policy.until > now else None

    def store(self, host: str, port: int, seconds: int, now: float) -> None:
        """Keep a policy for so many seconds; 0 removes it.

        Raises OSError if the file cannot be written; the policy holds for this process all the same.
        """
        if seconds:
            self._policies[host.lower()] = StoredPolicy(port, now + seconds)
        else:
            self._policies.pop(host.lower(), None)
        write_whole(self._path, msgspec.json.encode(self._policies))
