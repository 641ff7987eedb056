"""Which nicks to try, and when to try for the right one again. Pure."""

from collections.abc import Iterator
from itertools import islice

MOST = 12
"""Nicks that are tried on one connection."""
REGAIN_SECONDS = 60.0


def candidates(nick: str, others: tuple[str, ...] = (), limit: int = 30) -> list[str]:
    """The nick that is wanted, those that the configuration names next, and then ever odder ones."""
    return list(islice(_candidates(nick, others, limit), MOST))


def _candidates(nick: str, others: tuple[str, ...], limit: int) -> Iterator[str]:
    yield nick
    yield from others
    yield f"{nick}_"
    # Some networks cut a nick without a word; what makes these differ stands within nine characters.
    stem = nick[: min(limit, 7)]
    yield from (f"{stem}{number}" for number in range(2, MOST + 2))
