"""What the radio needs of a database: searching, favourites, requests, the rotation, playlists, clocks and shows.

The other repositories, and the transaction that leads to all of them, are in `bot.station.repositories`.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bandstand.bot.station.live import Connection, Guest
from bandstand.bot.station.requesting import SongRequest
from bandstand.bot.station.rotation import Candidate
from bandstand.common.api.live import DjMessage
from bandstand.common.api.playlists import Clock, Playlist
from bandstand.common.api.recordings import Recording
from bandstand.common.api.shows import Occurrence, RunState, Show
from bandstand.common.api.values import (
    Song,
    SongBrief,
)
from bandstand.common.song_search import Query
from bandstand.common.types import SongCode


class Favourites(Protocol):
    """What people like best. A person is written as `bot.station.persons.get_person` has it."""

    def put_fan(self, person: str, name: str, is_told: bool | None = None) -> None:
        """Write down what they are called now, and whether they want to be told when a favourite of theirs begins."""
        ...

    def is_told(self, person: str) -> bool: ...

    def find_fans(self, name: str) -> list[str]:
        """The people of this name: those with that account, or else with that nick."""
        ...

    def list_fans(self, song: str) -> list[str]:
        """The people who like this song and want to be told, the first one first."""
        ...

    def add(self, person: str, song: str, now: float) -> bool:
        """Whether it is new to them. The person has to be put there before."""
        ...

    def remove(self, person: str, song: str) -> bool:
        """Whether it was there."""
        ...

    def move(self, before: str, person: str) -> None:
        """Give somebody's favourites to the person whom they are known to be now, who has been put there."""
        ...

    def count(self, song: str) -> int:
        """How many people like this song."""
        ...

    def count_of(self, people: Sequence[str]) -> int:
        """How many songs these people like; those that were given up are left out."""
        ...

    def list_of(self, people: Sequence[str], limit: int) -> list[str]:
        """The codes of these songs, the latest favourite first."""
        ...

    def put_skip_vote(self, cue: int, person: str, now: float) -> bool:
        """Whether this person had not voted yet. Votes for other cues are forgotten."""
        ...

    def list_skip_votes(self, cue: int) -> list[str]:
        """Who wants this cue to be skipped, the first one first."""
        ...


class Search(Protocol):
    """The library's index. `Songs` keeps it up to date."""

    def put(self, song: Song) -> None:
        """Have the song found by what it is now."""
        ...

    def remove(self, code: str) -> None: ...

    def find(self, query: Query) -> list[str]:
        """Codes of songs that fit: those whose title is exactly the words first, then the newest; a hundred of
        each at most."""
        ...

    def list_all(self, query: Query) -> list[str]:
        """Codes of every song that fits, the newest first."""
        ...

    def find_titled(self, words: Sequence[str], limit: int) -> list[str]:
        """Codes of songs that have all these words in their title, in the same order."""
        ...

    def correct(self, words: Sequence[str]) -> dict[str, str]:
        """For each word that no song has, the nearest one that some song has."""
        ...


class Requests(Protocol):
    """Requests of songs. One that left the queue unheard does not count, and is left out."""

    def add(self, request: SongRequest) -> None: ...

    def get_last_of_song(self, song: str) -> SongRequest | None: ...

    def get_last_of_person(self, person: str) -> SongRequest | None: ...

    def get_last_of_name(self, name: str) -> SongRequest | None:
        """The last of somebody who was called so then, whatever the case; None of nobody, who is ''."""
        ...

    def get_last(self) -> SongRequest | None:
        """The last of all."""
        ...


class Rotation(Protocol):
    """What the programme may choose from: see `bot.station.programme`."""

    def list_stock(self) -> list[Candidate]:
        """Songs that the station composed ahead and nobody has heard, the oldest first."""
        ...

    def draw_candidates(self, limit: int) -> list[Candidate]:
        """At most `limit` songs that may come again, or were imported; chance decides which, in a larger library."""
        ...

    def list_candidates(self, codes: Sequence[str]) -> list[Candidate]:
        """Those of these songs that are stored and can be played."""
        ...

    def measure_own(self) -> float:
        """The length of all songs together that the station composed by itself and keeps, seconds."""
        ...

    def list_discardable(self, limit: int) -> list[SongBrief]:
        """Songs of the station's own that may make room: heard, not liked, nobody's favourite, not marked, compared or
        queued. The worst rated first, then the oldest."""
        ...


class LastTurn(NamedTuple):
    """When a playlist was heard last, and how many songs have begun since."""

    started: float
    songs: int


class Playlists(Protocol):
    def list_all(self) -> list[Playlist]:
        """By name."""
        ...

    def get(self, name: str) -> Playlist | None: ...

    def put(self, playlist: Playlist) -> None:
        """In place of the one of this name, with its songs."""
        ...

    def remove(self, name: str) -> None: ...

    def count_songs(self) -> dict[str, int]:
        """How many songs each list has, of those that are kept."""
        ...

    def list_codes(self, name: str) -> list[SongCode]:
        """Its songs in the list's order, as far as they are kept."""
        ...

    def add_song(self, name: str, code: str) -> None:
        """As its last; one that it has already moves there."""
        ...

    def remove_song(self, name: str, code: str) -> bool:
        """Whether it was in it."""
        ...

    def get_last_turns(self) -> dict[str, LastTurn]:
        """Of the playlists that were heard, by name."""
        ...


class Clocks(Protocol):
    def list_all(self) -> list[Clock]:
        """By name."""
        ...

    def put(self, clock: Clock) -> None:
        """In place of the one of this name."""
        ...

    def remove(self, name: str) -> None: ...


class Shows(Protocol):
    """Shows that commands have added, and what became of the comings of all shows, those of the configuration too."""

    def list_all(self) -> list[Show]:
        """The oldest first."""
        ...

    def add(self, show: Show) -> Show:
        """Write it down, whatever its `id`; returns it with the one that it has now. No id is ever used again."""
        ...

    def remove(self, show: int) -> None: ...

    def put_record(self, show: str, occurrence: Occurrence, state: RunState) -> None: ...

    def list_records(self, since: float) -> dict[tuple[str, str], RunState]:
        """Of what was to start since then, by the show's key and the occurrence's day."""
        ...


class KeptRecording(NamedTuple):
    """What has to be known of every recording; the rest is read where it is shown."""

    code: str
    began: float
    bytes: int
    is_removed: bool = False
    """Its files are to go, or have just gone."""
    is_told: bool = False
    """Operators were told that it is due."""


class Recordings(Protocol):
    """Recordings that are whole. Unless it says otherwise, those that are to be removed are left out."""

    def list_kept(self) -> list[KeptRecording]:
        """The oldest first, also those that are to be removed."""
        ...

    def list_newest(self, limit: int, offset: int = 0, *, is_public: bool) -> list[Recording]:
        """Without the `offset` newest. With `is_public`, only those that are."""
        ...

    def measure(self, *, is_public: bool) -> tuple[int, int]:
        """How many there are, and how many bytes they have."""
        ...

    def get(self, code: str) -> Recording:
        """Also one that is to be removed. Raises KeyError."""
        ...

    def find(self, code: str) -> Recording | None: ...

    def put(self, recording: Recording) -> None:
        """A new one, or what has changed of one."""
        ...

    def set_removed(self, code: str) -> None: ...

    def set_told(self, code: str) -> None: ...

    def remove(self, code: str) -> None:
        """Forget it."""
        ...


class Live(Protocol):
    """DJs who are connected, guests who may be, those who were kicked, and what listeners write to a DJ."""

    def list_connections(self) -> list[Connection]: ...

    def find_connection(self, name: str) -> Connection | None: ...

    def put_connection(self, connection: Connection) -> None:
        """In place of the one of this name."""
        ...

    def remove_connection(self, name: str) -> None: ...

    def find_guest(self, name: str) -> Guest | None: ...

    def put_guest(self, guest: Guest) -> None:
        """In place of the one of this name."""
        ...

    def remove_guest(self, name: str) -> None: ...

    def count_guests(self) -> int: ...

    def get_kicked(self, name: str) -> float | None:
        """Until when they may not come again."""
        ...

    def put_kicked(self, name: str, until: float | None) -> None:
        """None: they may come."""
        ...

    def prune(self, now: float) -> None:
        """Forget guests and kicks whose time is over."""
        ...

    def add_message(self, message: DjMessage) -> None: ...

    def list_messages(self, since: float, most: int, dj: str | None = None) -> list[DjMessage]:
        """What was written to this DJ, or to any, since then; the newest first."""
        ...

    def prune_messages(self, before: float) -> None:
        """Forget what was written before."""
        ...
