"""Songs, jobs, cues and forms to be written down in tests."""

from typing import Any

from bandstand.bot.station.lifecycle import NEW
from bandstand.common.api.people import Place
from bandstand.common.api.values import BandForm, Cue, CueState, Job, Song, SongState
from bandstand.common.lineups import HOUSE
from bandstand.common.types import SongCode

PLACE = Place("irc", "libera/#radio")
BAND = HOUSE["gravel-theory"]


def make_song(code: str = "7kq3", **fields: Any) -> Song:
    known: dict[str, Any] = {"title": "Blue Lantern", "artist": "The Robots", "generator": "band", "seed": 1}
    known |= {"created": 1.0, "state": SongState.READY}
    return Song(code=SongCode(code), **known | fields)


def make_job(song: str = "7kq3", **fields: Any) -> Job:
    return Job(**{"id": 0, "song": SongCode(song), "name": "ann", "place": PLACE, "created": 2.0} | fields)


def make_cue(song: Song | None = None, **fields: Any) -> Cue:
    brief = (song or make_song()).brief
    known = {"id": NEW, "song": brief, "state": CueState.QUEUED, "name": "ann", "place": PLACE, "created": 3.0}
    return Cue(**known | fields)


def make_form(**fields: Any) -> BandForm:
    return BandForm(**{"id": 0, "slug": "gravel-theory", "band": BAND, "created": 1.0} | fields)
