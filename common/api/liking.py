"""What listeners say of songs: favourites, ratings, bookmarks, and votes.

The requests and results of these; `requests` and `results` have the unions.
"""

from typing import Annotated

import msgspec

from bandstand.common.api.bases import RequestBase, ResultBase
from bandstand.common.api.values import SongBrief
from bandstand.common.types import CueId

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Frame = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


# Requests


class AddFavourite(RequestBase, frozen=True, tag="add_favourite"):
    """Keep a song among your favourites, which are told to you when they begin."""

    song: str = ""
    """A code or words of the title; empty: the song on the air."""
    is_last: bool = False
    """The song that was on the air before this one."""


class RemoveFavourite(RequestBase, frozen=True, tag="remove_favourite"):
    """Take a song out of your favourites."""

    song: str = ""
    is_last: bool = False


class ListFavourites(RequestBase, frozen=True, tag="list_favourites"):
    """Somebody's favourites, the latest first."""

    name: str = ""
    """An account, or a nick; empty: yours."""
    limit: Limit = 100


class SetNotices(RequestBase, frozen=True, tag="set_notices"):
    """Whether you are told when one of your favourites begins, in channels where you are."""

    is_on: bool | None = None
    """Left out: say how it is."""


class RequestRandom(RequestBase, frozen=True, tag="request_random"):
    """Request a song that chance picks, of those that may be requested."""

    query: str = ""
    """As in `search_songs`; empty: any song."""
    is_favourite: bool = False
    """Only among your favourites."""


class RequestFirst(RequestBase, frozen=True, tag="request_first"):
    """Request the first song of a search that may be requested."""

    query: str


class GetLastRequest(RequestBase, frozen=True, tag="get_last_request"):
    """What somebody requested last."""

    name: str = ""
    """An account, or a nick that has favourites; empty: you."""


class VoteSkip(RequestBase, frozen=True, tag="vote_skip"):
    """Vote for skipping the song on the air."""

    cue: CueId | None = None
    """The cue that is meant, so that a vote that comes late does not hit the next one; left out: what is on the
    air."""


class Vote(RequestBase, frozen=True, tag="vote"):
    """Say which song of the latest comparison is better."""

    choice: str
    """`x` or `y`."""


class Reveal(RequestBase, frozen=True, tag="reveal"):
    """Say which song of the latest comparison is which, and close the votes."""


class AddBookmark(RequestBase, frozen=True, tag="add_bookmark"):
    """Note the place that is heard right now, or the one that is named."""

    note: str = ""
    song: str = ""
    """The code of a song that was on the air lately; with the right dj, of any. Empty: what is heard, as far as the
    station can tell."""
    frame: Frame = 0
    """With `song`: which frame of it, 48,000 to the second."""


class Rate(RequestBase, frozen=True, tag="rate"):
    """How you like what you hear, from -1 to 1."""

    value: Annotated[float, msgspec.Meta(ge=-1, le=1)]
    song: str = ""
    """The code of the song that is in this listener's ear, if that is known exactly; it was on the air lately. Empty:
    what is heard, as far as the station can tell."""
    frame: Frame = 0
    """With `song`: which frame of it, 48,000 to the second."""


# Results


class FavouriteAdded(ResultBase, frozen=True, tag="favourite_added"):
    song: SongBrief
    is_new: bool
    """False: it was a favourite of theirs already."""
    favourites: int
    """How many people have it among theirs now."""
    is_first: bool = False
    """It is their only one so far, and they are told when it begins."""


class FavouriteRemoved(ResultBase, frozen=True, tag="favourite_removed"):
    song: SongBrief
    was_there: bool
    """False: it was no favourite of theirs."""
    favourites: int


class Favourites(ResultBase, frozen=True, tag="favourites"):
    name: str
    """Whose they are; empty: those of whoever asks."""
    songs: tuple[SongBrief, ...]
    total: int
    """How many there are; `songs` are the latest of them."""


class Notices(ResultBase, frozen=True, tag="notices"):
    """Whether somebody is told when one of their favourites begins."""

    is_on: bool


class SkipVoted(ResultBase, frozen=True, tag="skip_voted"):
    song: SongBrief
    is_new: bool
    """False: this person had voted for it already."""
    votes: int
    needed: int
    is_skipped: bool
    following: SongBrief | None = None
    """What is next, where it is skipped."""


class LastRequest(ResultBase, frozen=True, tag="last_request"):
    name: str
    """Whose it is; empty: of whoever asks."""
    song: SongBrief | None = None
    """None: nothing was requested."""
    requested: float = 0.0
    allowed_at: float | None = None
    """From when whoever asks may request another song, Unix seconds; None: now, or it is somebody else's."""
    wait: float = 0.0
