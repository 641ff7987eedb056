"""Songs that are composed as somebody's words ask: what was understood of the words, and what is ordered by them.

The unions in `requests`, `results` and `refusals` name the structs of here.
"""

from typing import Any

import msgspec

from bandstand.common.api.bases import Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.values import SongBrief
from bandstand.common.types import SongCode


class Wish(RequestBase, frozen=True, tag="wish"):
    """Have a song composed as these words describe it, and played in its turn."""

    words: str
    """Style, band, key, tempo, mood, length and instruments in any order: see docs/wishes.md."""


class ReadWish(RequestBase, frozen=True, tag="read_wish"):
    """What a wish would be understood as, and from when it would be granted. Nothing is composed."""

    words: str


class WishAlike(RequestBase, frozen=True, tag="wish_alike"):
    """Have another song composed like this one, under the rules of wishes: by the same band, as it was asked for."""

    song: str
    """A code, or words of the title."""


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
    is_cut: bool = False
    """There were too many words, and the last were not read."""


class Ordered(ResultBase, frozen=True, tag="ordered"):
    """A job was written down that makes a song."""

    job: int
    song: SongCode
    cuts_in: bool
    understood: Understood | None = None
    """Where words were given, beyond the name of a band or a generator."""


class Cancelled(ResultBase, frozen=True, tag="cancelled"):
    job: int
    song: SongCode
    title: str = ""
    """Empty where the song has none yet."""
    name: str = ""
    """Of whoever ordered it."""
    is_wish: bool = False
    """Somebody wished for it; the wish does not count."""


class Wished(ResultBase, frozen=True, tag="wished"):
    """The song is being composed, and waits for its turn."""

    job: int
    song: SongCode
    understood: Understood
    position: int
    """Its place in the queue from 1; 0: it is on the air already."""
    heard_in: float | None
    """Seconds until it is heard; None where nobody knows, as in `QueuedSong`."""


class WishRead(ResultBase, frozen=True, tag="wish_read"):
    """What the words of a wish say."""

    understood: Understood
    """As the wish will be taken, also where chance decides, until this person has wished or the bands change."""
    allowed_at: float | None = None
    """From when this person may wish, Unix seconds; None: now, or nobody knows (see `refused`)."""
    wait: float = 0.0
    refused: str = ""
    """The name of the refusal that a wish would get now; empty: none."""


class NotComposed(RefusalBase, frozen=True, tag="not_composed"):
    """No band of the station's composed the song, so there can be no other like it."""

    song: SongBrief


class NotUnderstood(RefusalBase, frozen=True, tag="not_understood"):
    """None of the words for a song says anything that the station understands."""

    words: tuple[str, ...]


class BandsMissing(RefusalBase, frozen=True, tag="bands_missing"):
    """The station has no band that could play."""


class WishTooSoon(RefusalBase, frozen=True, tag="wish_too_soon"):
    """This person has wished `burst` times in short order; from `allowed_at` on, in `wait` seconds, they may again."""

    kind = Kind.BUSY
    burst: int
    allowed_at: float
    wait: float


class WishUnheard(RefusalBase, frozen=True, tag="wish_unheard"):
    """A wish of this person waits for its turn, and until it begins there is no other; fields as in `WishTooSoon`."""

    kind = Kind.BUSY
    song: SongBrief
    position: int
    heard_in: float | None
    """Seconds until it is heard; None where nobody knows."""
    allowed_at: float
    wait: float


class TooManyWishes(RefusalBase, frozen=True, tag="too_many_wishes"):
    """So many wishes of all persons wait; `allowed_at` is when the first of them begins, None where nobody knows."""

    kind = Kind.BUSY
    waiting: int
    allowed_at: float | None
    wait: float | None
