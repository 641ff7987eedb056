"""Songs that are composed as somebody's words ask: what was understood of the words, and what is ordered by them.

The unions in `requests`, `results` and `refusals` name the structs of here.
"""

from typing import Any

import msgspec

from bandstand.common.api.bases import ResultBase
from bandstand.common.types import SongCode


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What the words for a song were understood as (`common.wish_grammar`), and what came of them."""

    band: str
    """The name of the band that plays."""
    style: str
    moods: tuple[str, ...] = ()
    parameters: dict[str, Any] = {}
    """Of the song, as they follow from the words."""
    unknown: tuple[str, ...] = ()
    """Words that were not understood."""
    taken: dict[str, str] = {}
    """What was typed -> what it was taken as."""


class Ordered(ResultBase, frozen=True, tag="ordered"):
    """A job was written down that makes a song."""

    job: int
    song: SongCode
    cuts_in: bool
    understood: Understood | None = None
    """Where words were given, beyond the name of a band or a generator."""
