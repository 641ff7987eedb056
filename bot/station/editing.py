"""What people write of songs: names, year and tags; and songs that are removed from the library.

Djs write of every song. Whoever ordered a song writes of that one, but not its artist, by which the station knows the
band.

A removed song is DISCARDED, so the play log still names it; its files go after the commit. Its original may be imported
again. What is found by a search follows by itself, because the repository of songs keeps the index.
"""

from typing import Final

import msgspec

from bandstand.bot.station.library import find_song, find_song_or_current
from bandstand.bot.station.lifecycle import move_song
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.queueing import take_out
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import QueueChanged, SongDiscarded
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import BadLabel, IsOnAir, NotYourSong, Refused, StillBeingMade
from bandstand.common.api.requests import DeleteSong, EditSong, TagSong
from bandstand.common.api.results import SongDeleted, SongEdited, SongTagged
from bandstand.common.api.values import CueState, Song, SongState
from bandstand.common.text import one_line

LONGEST: Final = 120
"""Characters of a title, an artist, an album or a genre."""
LONGEST_TAG: Final = 30
MOST_TAGS: Final = 16
FIRST_YEAR, LAST_YEAR = 1000, 2999
NO_YEAR: Final = 0


def edit_song(request: EditSong, by: Requester, tx: Transaction) -> SongEdited:
    """Raises Refused with BadLabel or NotYourSong."""
    song = find_song_or_current(tx, request.song)
    _check_right(song, by, tx, is_of_band=request.artist is not None)
    changed: dict[str, object] = {
        name: one_line(text, LONGEST)
        for name in ("title", "artist", "album", "genre")
        if (text := getattr(request, name)) is not None
    }
    if changed.get("title") == "":
        raise Refused(BadLabel("", "no_title"))
    if request.year is not None:
        changed["year"] = _check_year(request.year)
    edited = msgspec.structs.replace(song, **changed)
    tx.songs.save(edited)
    tx.publish(QueueChanged())  # the queue shows titles
    return SongEdited(song=edited.brief, album=edited.album, genre=edited.genre, year=edited.year)


def _check_right(song: Song, by: Requester, tx: Transaction, *, is_of_band: bool = False) -> None:
    """Raises Refused(NotYourSong) where this person may not write that of the song."""
    is_own = tx.jobs.has_ordered(get_person(by), song.code)
    if by.right < Right.DJ and (is_of_band or not is_own):
        raise Refused(NotYourSong(song.brief, is_own))


def _check_year(year: int) -> int | None:
    if year == NO_YEAR:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(BadLabel(str(year)[:20], "year"))
    return year


def tag_song(request: TagSong, by: Requester, tx: Transaction) -> SongTagged:
    """Raises Refused with BadLabel or NotYourSong."""
    song = find_song(tx, request.song)
    _check_right(song, by, tx)
    add, remove = ({_check_tag(text) for text in texts} for texts in (request.add, request.remove))
    tags = tuple(sorted((set(song.tags) | add) - remove))
    if len(tags) > MOST_TAGS:
        raise Refused(BadLabel("", "too_many_tags"))
    tx.songs.save(msgspec.structs.replace(song, tags=tags))
    return SongTagged(song=song.brief, tags=tags)


def _check_tag(text: str) -> str:
    """The tag in small letters, without the `#` that some put before it."""
    tag = one_line(text, LONGEST_TAG + 1).casefold().lstrip("#")
    if not tag or len(tag) > LONGEST_TAG or not any(map(str.isalnum, tag)) or " " in tag or "," in tag:
        raise Refused(BadLabel(one_line(text, LONGEST_TAG), "tag"))
    return tag


def delete_song(request: DeleteSong, by: Requester, tx: Transaction) -> SongDeleted:
    """Raises Refused with IsOnAir or StillBeingMade."""
    song = find_song(tx, request.song)
    if song.state is not SongState.READY:
        raise Refused(StillBeingMade(song.brief, "delete"))
    cues = [cue for cue in tx.queue.list_open() if cue.song.code == song.code]
    if any(cue.state is CueState.AIR for cue in cues):
        raise Refused(IsOnAir(song.brief))
    take_out(tx, cues, by)
    move_song(tx, song, SongState.DISCARDED)
    tx.originals.remove(song.code)
    tx.publish(SongDiscarded(song=song.code))
    return SongDeleted(song=song.brief, queued=len(cues), is_linked=_is_elsewhere(song))


def _is_elsewhere(song: Song) -> bool:
    return "/" in song.audio
