"""Playlists and clocks: what the programme is told to play, beside whatever the rotation has; with their requests and
results, of which `requests` and `results` have the unions.
"""

import enum
from typing import Annotated, Final

import msgspec

from bandstand.common.api.bases import Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.values import Slot, SongBrief
from bandstand.common.types import LONGEST_FADE

Fade = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_FADE)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]


class PlaylistRule(enum.StrEnum):
    """When a playlist has its turn."""

    STANDARD = "standard"
    """With the other standard playlists and the station's own songs, by its weight."""
    HOURLY = "hourly"
    """Once an hour, at minute `every`."""
    SONGS = "songs"
    """After every so many songs."""
    MINUTES = "minutes"
    """Every so many minutes."""


RULE_LIMITS: Final = {
    PlaylistRule.STANDARD: (0, 0),
    PlaylistRule.HOURLY: (0, 59),
    PlaylistRule.SONGS: (1, 1000),
    PlaylistRule.MINUTES: (1, 1440),
}
"""The numbers that each rule takes for `Playlist.every`."""
RULE_NUMBERS: Final = {
    PlaylistRule.STANDARD: "no number",
    PlaylistRule.HOURLY: "a minute of the hour",
    PlaylistRule.SONGS: "a number of songs",
    PlaylistRule.MINUTES: "minutes",
}
"""What these numbers are, for people."""


class Playlist(msgspec.Struct, frozen=True, kw_only=True):
    """Songs that the programme is told to play: a saved search, or a list."""

    name: str
    query: str = ""
    """The search, as `search` takes it; empty: it is a list of songs."""
    weight: float = 1.0
    """How often it comes beside other standard playlists; the station's own songs weigh 1. 0: only where a clock or a
    show asks for it."""
    rule: PlaylistRule = PlaylistRule.STANDARD
    every: int = 0
    """A minute of the hour, a number of songs, or minutes, as the rule has it."""
    crossfade: float | None = None
    """Seconds in which its songs rise over what goes; None: as the station is configured."""
    created: float = 0.0


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel of slots, which the programme goes round: an entry for each."""

    name: str
    slots: tuple[Slot, ...]
    created: float = 0.0


# Requests


class PlaylistChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different about a playlist. None: it stays as it is."""

    weight: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    rule: PlaylistRule | None = None
    every: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    """Goes with the rule: a minute of the hour, a number of songs, or minutes."""
    crossfade: Fade | None = None


NO_CHANGES = PlaylistChanges()


class MakePlaylist(RequestBase, frozen=True, tag="make_playlist"):
    """Make a playlist: a saved search, or, without a query, a list that is empty at first."""

    name: str
    query: str = ""
    """As `search_songs` takes it."""
    changes: PlaylistChanges = NO_CHANGES


class ChangePlaylist(RequestBase, frozen=True, tag="change_playlist"):
    """Change when a playlist comes, and how."""

    name: str
    changes: PlaylistChanges


class AddToPlaylist(RequestBase, frozen=True, tag="add_to_playlist"):
    """Append a song to a playlist that is a list."""

    name: str
    song: str


class RemoveFromPlaylist(RequestBase, frozen=True, tag="remove_from_playlist"):
    """Take a song out of a playlist that is a list; the song itself stays."""

    name: str
    song: str


class DeletePlaylist(RequestBase, frozen=True, tag="delete_playlist"):
    """Forget a playlist; its songs stay."""

    name: str


class ListPlaylists(RequestBase, frozen=True, tag="list_playlists"):
    """All playlists."""


class GetPlaylist(RequestBase, frozen=True, tag="get_playlist"):
    """One playlist, with its songs."""

    name: str
    limit: Limit = 15


class SetClock(RequestBase, frozen=True, tag="set_clock"):
    """Make a clock, or give it other slots."""

    name: str
    slots: tuple[str, ...]
    """Each as `common.api.values.Slot` is written."""


class DeleteClock(RequestBase, frozen=True, tag="delete_clock"):
    """Forget a clock."""

    name: str


class ListClocks(RequestBase, frozen=True, tag="list_clocks"):
    """All clocks, and the one that the programme goes by."""

    name: str = ""
    """One of them, which the result then names as well; empty: all alike."""


class UseClock(RequestBase, frozen=True, tag="use_clock"):
    """Have the programme go by this clock where no show says otherwise."""

    name: str
    """Empty: by the one that the configuration names, or by none."""


# Results


class PlaylistBrief(msgspec.Struct, frozen=True):
    playlist: Playlist
    count: int | None
    """Songs in it; None for a search, which is only made when it is its turn."""


class Playlists(ResultBase, frozen=True, tag="playlists"):
    playlists: tuple[PlaylistBrief, ...]


class PlaylistDetails(ResultBase, frozen=True, tag="playlist_details"):
    """A playlist as it is now."""

    playlist: Playlist
    count: int
    """Songs in it; of a search, at most a hundred or so are counted."""
    songs: tuple[SongBrief, ...]
    """The first of them."""
    waiting: int = 0
    """Songs in it that are still to be made, and are not counted."""


class PlaylistDeleted(ResultBase, frozen=True, tag="playlist_deleted"):
    name: str


class Clocks(ResultBase, frozen=True, tag="clocks"):
    clocks: tuple[Clock, ...]
    current: str
    """The clock that the programme goes by where no show says otherwise; empty: none."""
    changed: str = ""
    """The one that was made, changed or asked for."""


class ClockDeleted(ResultBase, frozen=True, tag="clock_deleted"):
    name: str


# Refusals


class NoSuchPlaylist(RefusalBase, frozen=True, tag="no_such_playlist"):
    name: str
    known: tuple[str, ...]


class PlaylistExists(RefusalBase, frozen=True, tag="playlist_exists"):
    name: str


class BadListName(RefusalBase, frozen=True, tag="bad_list_name"):
    """No playlist or clock can be called so: other signs than letters, digits and dashes, too long, or a word that is a
    command here."""

    kind = Kind.USAGE
    name: str
    meant: str = ""
    """A name like it that could be taken."""


class PlaylistIsSearch(RefusalBase, frozen=True, tag="playlist_is_search"):
    """Songs cannot be put into it or taken out."""

    name: str
    query: str


class NotInPlaylist(RefusalBase, frozen=True, tag="not_in_playlist"):
    name: str
    song: SongBrief


class BadRule(RefusalBase, frozen=True, tag="bad_rule"):
    """A playlist's rule needs another number: `low` to `high`."""

    kind = Kind.USAGE
    rule: PlaylistRule
    low: int
    high: int


class TooManyLists(RefusalBase, frozen=True, tag="too_many_lists"):
    """`what`: `playlists`, `clocks`, `slots` (of a clock) or `songs` (of a playlist)."""

    what: str
    limit: int


class NoSuchClock(RefusalBase, frozen=True, tag="no_such_clock"):
    name: str
    known: tuple[str, ...]


class ClockCycle(RefusalBase, frozen=True, tag="clock_cycle"):
    """The clocks would lead back to the first: each has the next one in a slot."""

    clocks: tuple[str, ...]


class BadSlot(RefusalBase, frozen=True, tag="bad_slot"):
    kind = Kind.USAGE
    text: str
    problem: str
