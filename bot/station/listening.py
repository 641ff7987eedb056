"""What listeners say of what they hear: ratings of the section in their ears, and bookmarks.

Both mean the moment that was heard. A player that knows where in a mount's stream it is knows the moment to the frame
(`get_heard`), and names the song and the frame; for all others it is `bars.EAR_DELAYS` behind what the streamer plays.
"""

from dataclasses import dataclass
from typing import Final

from bandstand.bot.station import library
from bandstand.bot.station.bars import EAR_DELAYS, PLAYER, find_bars, find_place, find_section
from bandstand.bot.station.on_air import find_on_air
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import RatedSection, Transaction
from bandstand.common.api.events import SongRated
from bandstand.common.api.heard import GetHeard, Heard, HeardStream
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import BadRequest, NotHeardLately, NothingHeard, Refused
from bandstand.common.api.requests import AddBookmark, Rate
from bandstand.common.api.results import Bookmarked, Rated
from bandstand.common.api.values import Bookmark, Song, SongPlace
from bandstand.common.generators import UNLISTED
from bandstand.common.text import one_line
from bandstand.common.types import RATE

NOTE_LIMIT: Final = 200
LATELY: Final = 120.0
"""Seconds after its end in which a song may still be in somebody's ear: players lag by up to a minute, and a vote takes
a moment."""
LOOKED_AT: Final = 20
"""Cues that can have ended within that time."""
TOLERANCE: Final = 1.0
"""Seconds that a place may be behind the song's end."""


@dataclass(frozen=True)
class InEar:
    """What is in a listener's ear."""

    song: Song
    at: SongPlace


def find_place_heard(request: Rate | AddBookmark, by: Requester, tx: Transaction) -> InEar:
    """The place that a request names, whose player knows what is heard; else what the station can tell. Raises
    Refused."""
    if not request.song:
        return find_heard(tx)
    if _was_heard_lately(tx, request.song):
        song = tx.songs.get(request.song)  # also one that is not kept
    else:
        song = library.find_song(tx, request.song)
        if not isinstance(request, AddBookmark) or by.right < Right.DJ:
            raise Refused(NotHeardLately(song.brief, int(LATELY)))
    seconds = request.frame / RATE
    if song.seconds and seconds > song.seconds + TOLERANCE:
        raise Refused(BadRequest("the song is shorter than that"))
    return _locate(song, seconds)


def _was_heard_lately(tx: Transaction, code: str) -> bool:
    cue = find_on_air(tx)
    if cue is not None and cue.song.code == code:
        return True
    played = tx.queue.list_played(LOOKED_AT, is_whole=True)
    return any(one.song.code == code and tx.now - (one.ended or tx.now) <= LATELY for one in played)


def find_heard(tx: Transaction, way: str = PLAYER) -> InEar:
    """What was on the air the ear's delay ago. Raises Refused(NothingHeard)."""
    cue, air, delay = find_on_air(tx), tx.outside.on_air, EAR_DELAYS[way]
    if cue is None or air is None or air.cue != cue.id:
        raise Refused(NothingHeard())
    if air.seconds >= delay:
        return _locate(tx.songs.get(cue.song.code), air.seconds - delay)
    before = tx.queue.get_last_ended()
    if before is not None and before.frames:
        return _locate(tx.songs.get(before.song.code), max(0.0, before.frames / RATE + air.seconds - delay))
    raise Refused(NothingHeard())


def _locate(song: Song, seconds: float) -> InEar:
    return InEar(song, find_place(song.sections, find_bars(song.facts, song.parameters), seconds))


def rate(request: Rate, by: Requester, tx: Transaction) -> Rated:
    heard = find_place_heard(request, by, tx)
    song = heard.song
    if song.generator in UNLISTED:
        raise Refused(BadRequest("what you hear is no song, and is not rated"))
    section = find_section(song.sections, heard.at.bar)
    tx.ratings.put(RatedSection(song.code, section, request.value), get_person(by), tx.now)
    mean = tx.ratings.get_mean(song.code)
    name = song.sections[section].name if song.sections else ""
    tx.publish(SongRated(song=song.brief, section=name, rating=mean))
    return Rated(song=song.brief, section=name, value=request.value, rating=mean)


def get_heard(request: GetHeard, by: Requester, tx: Transaction) -> Heard:
    """Without a serial, the newest stream of the mount, if the streamer is there to go on with it."""
    outside = tx.outside
    if request.serial is not None:
        found = [stream for stream in outside.heard if stream.serial == request.serial]
    else:
        mount = request.mount or find_heard_mount(outside.heard)
        found = [stream for stream in outside.heard if outside.is_connected and stream.mount == mount]
    if not found:
        return Heard(serial=request.serial, now=tx.now)
    newest = found[-1]
    return Heard(mount=newest.mount, format=newest.format, serial=newest.serial, spans=newest.spans, now=tx.now)


def find_heard_mount(streams: tuple[HeardStream, ...]) -> str:
    """The first Opus mount, whose places a player can know to the sample; else the first of all. Empty: none."""
    exact = [stream.mount for stream in streams if stream.format == "opus"]
    return next(iter([*exact, *(stream.mount for stream in streams)]), "")


def add_bookmark(request: AddBookmark, by: Requester, tx: Transaction) -> Bookmarked:
    heard = find_place_heard(request, by, tx)
    note = one_line(request.note, NOTE_LIMIT)
    tx.bookmarks.add(Bookmark(song=heard.song.code, at=heard.at, note=note, name=by.name, created=tx.now))
    return Bookmarked(song=heard.song.brief, at=heard.at)
