"""Playlists: songs that a dj has the programme play, and when each of them has its turn.

A playlist is a saved search, made anew whenever it is drawn from, or a list of songs. Radio knows four rules for when
one comes. *Once an hour* at a minute, *after every N songs* and *every N minutes* are turns: they come before anything
else that the programme would play, in this order, and of several that are due the one that has waited longest comes.
*Standard* playlists share the rest with the station's own songs, by weight.

`find_due` is pure; requests follow below. Minutes count in UTC, so that no change of the clocks moves them.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

import msgspec

from bandstand.bot.station import library
from bandstand.bot.station.radio_repositories import LastTurn
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import ProgrammeChanged
from bandstand.common.api.people import Requester
from bandstand.common.api.playlists import RULE_LIMITS, Playlist, PlaylistRule
from bandstand.common.api.refusals import (
    BadListName,
    BadRule,
    NoSuchPlaylist,
    NotInPlaylist,
    PlaylistExists,
    PlaylistIsSearch,
    Refused,
    TooManyLists,
)
from bandstand.common.api.requests import (
    AddToPlaylist,
    ChangePlaylist,
    DeletePlaylist,
    GetPlaylist,
    ListPlaylists,
    MakePlaylist,
    PlaylistChanges,
    RemoveFromPlaylist,
)
from bandstand.common.api.results import PlaylistBrief, PlaylistDeleted, PlaylistDetails, Playlists
from bandstand.common.bands import slug
from bandstand.common.song_search import parse_query
from bandstand.common.text import one_line
from bandstand.common.types import SongCode

HOUR: Final = 3600.0
TURNS: Final = (PlaylistRule.HOURLY, PlaylistRule.SONGS, PlaylistRule.MINUTES)
"""Rules that give a playlist a turn, in their order."""
LATEST: Final = 15 * 60.0
"""Seconds by which a turn once an hour may be late; later than that it is missed."""
EARLY: Final = 30.0
"""Seconds before its minute in which an entry may begin that counts as the hour's."""
MOST: Final = 200
MOST_SONGS: Final = 10_000
LONGEST_NAME: Final = 40
MINE: Final = re.compile(r'\bfaves:"?me"?(?=\s|$)', re.IGNORECASE)
"""Whoever makes a playlist means themselves by this; what comes to play it is nobody."""
ACTIONS: Final = ("new", "set", "add", "remove", "delete", "use", "list")
"""Words that are no name, because a command has them in its place."""


def find_due(playlists: Sequence[Playlist], turns: Mapping[str, LastTurn], at: float) -> list[Playlist]:
    """The playlists whose turn it is for an entry that begins `at`, the first first; `turns` as they will be then."""
    return [
        one
        for rule in TURNS
        for one in sorted(playlists, key=lambda one: turns[one.name].started if one.name in turns else one.created)
        if one.rule is rule and is_due(one, turns.get(one.name), at)
    ]


def is_due(playlist: Playlist, last: LastTurn | None, at: float) -> bool:
    """Whether it is this playlist's turn. One that was never heard has waited since it was made."""
    match playlist.rule:
        case PlaylistRule.HOURLY:
            turn = find_hourly_turn(playlist, at + EARLY)
            since = last.started if last else playlist.created - EARLY
            return at - turn < LATEST and since < turn - EARLY
        case PlaylistRule.SONGS:
            return last is None or last.songs >= playlist.every
        case PlaylistRule.MINUTES:
            return at - (last.started if last else playlist.created) >= playlist.every * 60.0
    return False


def count_in_utc(playlists: Sequence[Playlist], hour_start: int) -> list[Playlist]:
    """The playlists with the minutes of their turns in UTC, where the station's hours begin at minute `hour_start`."""
    return [
        msgspec.structs.replace(one, every=(one.every + hour_start) % 60) if one.rule is PlaylistRule.HOURLY else one
        for one in playlists
    ]


def find_hourly_turn(playlist: Playlist, at: float) -> float:
    """The last moment up to `at` at which it is minute `every` of an hour in UTC."""
    minute = playlist.every * 60.0
    return (at - minute) // HOUR * HOUR + minute


def find_next_turn(playlists: Sequence[Playlist], at: float) -> float | None:
    """When a playlist has its turn once an hour for the next time after `at`."""
    hourly = [one for one in playlists if one.rule is PlaylistRule.HOURLY]
    return min((find_hourly_turn(one, at) + HOUR for one in hourly), default=None)


def draw_standard(playlists: Sequence[Playlist], chance: Random) -> list[str]:
    """The standard playlists in the order in which they are to be tried, and '' for the station's own songs, which
    weigh 1: a weighted shuffle, as in `bot.station.rotation`."""
    weights = {one.name: one.weight for one in playlists if one.rule is PlaylistRule.STANDARD and one.weight > 0}
    keys = {name: chance.random() ** (1.0 / weight) for name, weight in {"": 1.0, **weights}.items()}
    return sorted(keys, key=lambda name: -keys[name])


# Requests


def fold_name(text: str) -> str:
    """The name of a playlist or a clock: small letters, digits and dashes. Raises Refused(BadListName)."""
    name = slug(text)
    if not name or len(name) > LONGEST_NAME or name in ACTIONS:
        raise Refused(BadListName(one_line(text, LONGEST_NAME)))
    if name != "-".join(text.casefold().split()):
        raise Refused(BadListName(one_line(text, LONGEST_NAME), name))
    return name


def find_playlist(tx: Transaction, text: str) -> Playlist:
    """Raises Refused(NoSuchPlaylist)."""
    found = tx.playlists.get(slug(text))
    if found is None:
        raise Refused(NoSuchPlaylist(one_line(text, LONGEST_NAME), tuple(one.name for one in tx.playlists.list_all())))
    return found


def list_codes(tx: Transaction, playlist: Playlist) -> list[SongCode]:
    """All its songs; those of a search have the newest first. Raises Refused(BadQuery)."""
    if playlist.query:
        return [SongCode(code) for code in tx.search.list_all(parse_query(playlist.query))]
    return tx.playlists.list_codes(playlist.name)


def make_playlist(request: MakePlaylist, by: Requester, tx: Transaction) -> PlaylistDetails:
    name = fold_name(request.name)
    if tx.playlists.get(name) is not None:
        raise Refused(PlaylistExists(name))
    if len(tx.playlists.list_all()) >= MOST:
        raise Refused(TooManyLists("playlists", MOST))
    made = Playlist(name=name, query=_settle_query(request.query, by, tx), created=tx.now)
    return _put(tx, _change(made, request.changes))


def _settle_query(text: str, by: Requester, tx: Transaction) -> str:
    """The search as it is kept: `faves:me` with the name of whoever makes the playlist. Raises Refused with BadQuery or
    NoSuchFan."""
    if text.strip():
        text = MINE.sub(lambda _: f'faves:"{by.name}"', text)
        library.settle_fan(parse_query(text), by, tx)
    return " ".join(text.split())


def change_playlist(request: ChangePlaylist, by: Requester, tx: Transaction) -> PlaylistDetails:
    return _put(tx, _change(find_playlist(tx, request.name), request.changes))


def _change(playlist: Playlist, changes: PlaylistChanges) -> Playlist:
    """Raises Refused(BadRule)."""
    given = {
        name: getattr(changes, name)
        for name in ("weight", "rule", "every", "crossfade")
        if getattr(changes, name) is not None
    }
    if given.get("rule") is PlaylistRule.STANDARD:
        given["every"] = 0
    changed = msgspec.structs.replace(playlist, **given)
    low, high = RULE_LIMITS[changed.rule]
    if not low <= changed.every <= high:
        raise Refused(BadRule(changed.rule, low, high))
    return changed


def _put(tx: Transaction, playlist: Playlist) -> PlaylistDetails:
    tx.playlists.put(playlist)
    tx.publish(ProgrammeChanged())
    return _describe(tx, playlist)


def _describe(tx: Transaction, playlist: Playlist, limit: int = 15) -> PlaylistDetails:
    codes = list_codes(tx, playlist)
    count = len(codes) if playlist.query else tx.playlists.count_songs().get(playlist.name, 0)
    songs = tuple(tx.songs.list_briefs(codes[:limit]))
    return PlaylistDetails(playlist=playlist, count=count, songs=songs, waiting=len(codes) - count)


def add_to_playlist(request: AddToPlaylist, by: Requester, tx: Transaction) -> PlaylistDetails:
    playlist = _find_list(tx, request.name)
    song = library.find_song(tx, request.song)
    if tx.playlists.count_songs().get(playlist.name, 0) >= MOST_SONGS:
        raise Refused(TooManyLists("songs", MOST_SONGS))
    tx.playlists.add_song(playlist.name, song.code)
    return _put(tx, playlist)


def remove_from_playlist(request: RemoveFromPlaylist, by: Requester, tx: Transaction) -> PlaylistDetails:
    playlist = _find_list(tx, request.name)
    song = library.find_song(tx, request.song)
    if not tx.playlists.remove_song(playlist.name, song.code):
        raise Refused(NotInPlaylist(playlist.name, song.brief))
    return _put(tx, playlist)


def _find_list(tx: Transaction, name: str) -> Playlist:
    """Raises Refused with NoSuchPlaylist or PlaylistIsSearch."""
    playlist = find_playlist(tx, name)
    if playlist.query:
        raise Refused(PlaylistIsSearch(playlist.name, playlist.query))
    return playlist


def delete_playlist(request: DeletePlaylist, by: Requester, tx: Transaction) -> PlaylistDeleted:
    playlist = find_playlist(tx, request.name)
    tx.playlists.remove(playlist.name)
    tx.publish(ProgrammeChanged())
    return PlaylistDeleted(name=playlist.name)


def list_playlists(request: ListPlaylists, by: Requester, tx: Transaction) -> Playlists:
    counts = tx.playlists.count_songs()
    briefs = [PlaylistBrief(one, None if one.query else counts.get(one.name, 0)) for one in tx.playlists.list_all()]
    return Playlists(playlists=tuple(briefs))


def get_playlist(request: GetPlaylist, by: Requester, tx: Transaction) -> PlaylistDetails:
    return _describe(tx, find_playlist(tx, request.name), request.limit)
