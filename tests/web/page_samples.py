"""A station with songs, bands and shows, for tests of the pages; and one whose every text is meant to do harm."""

from typing import Any

import msgspec

from bandstand.common.api import requests, results
from bandstand.common.api.programme import Choice, Slot, SlotKind, Source
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    Recording,
    RecordingDetails,
    RecordingList,
)
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.shows import Airing, Show, ShowRule
from bandstand.common.api.values import (
    BandForm,
    Bookmark,
    MountStatus,
    PlayedSong,
    ProcessStatus,
    RatingMean,
    Section,
    Song,
    SongPlace,
    SongState,
    StationStatus,
)
from bandstand.common.lineups import make_house_band
from bandstand.common.recordings import SheetFile, SheetTitle
from bandstand.common.types import CueId, SongCode
from tests.web.fake_link import LANTERN, Answers

NOW = 1_800_000_200.0
BAND = make_house_band("bossa")
FORM = BandForm(id=2, slug="trio-maresol", band=BAND, generation=2, parent=1, created=NOW)
OLD_FORM = msgspec.structs.replace(FORM, id=1, generation=1, parent=None)
SONG = Song(
    code=LANTERN.code,
    title="Blue Lantern",
    artist=BAND.name,
    state=SongState.READY,
    generator="band",
    seed=7,
    facts={"style": "bossa", "key": "Dm", "tempo": 120.0, "beats": 4},
    sections=(
        Section("intro", 1, 0.3),
        Section("verse", 5, 0.5),
        Section("chorus", 21, 0.9),
        Section("verse", 37, 0.6),
    ),
    seconds=105.2,
    created=NOW,
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u202c",
    "javascript:alert(1)",
    "</title></textarea></style>",
    "W" * 10_000,
    "\ud83d\udc7b".encode("utf-16", "surrogatepass").decode("utf-16") * 3000,
    "",
)


def make_recording(title: str = "Blue Lantern", **fields: Any) -> Recording:
    """An hour with two songs and a jingle between them."""
    titles = (
        SheetTitle(title, title, "7kq3", 0.0, NOW),
        SheetTitle("a jingle", "", "2222", 100.5, NOW + 100.5, is_between=True),
        SheetTitle(title, "", "", 105.25, NOW + 105.25),
    )
    name = "2027-01-15-0803-8wq2z"
    files = (SheetFile("flac", f"{name}.flac", 3_000), SheetFile("opus", f"{name}.opus", 500))
    known: dict[str, Any] = {"code": "8wq2z", "folder": name, "name": title, "show": "4", "began": NOW}
    known |= {"seconds": 3605.4, "titles": titles, "files": files, "is_public": True}
    return Recording(**known | fields)


def make_answers(title: str = "Blue Lantern") -> Answers:
    """`title` stands wherever somebody outside chose a text."""
    song = msgspec.structs.replace(
        SONG,
        title=title,
        artist=BAND.name if title == "Blue Lantern" else title,
        album=title,
        genre=title,
        tags=(title,),
    )
    brief = song.brief
    show = Show(id=1, name=title, rule=ShowRule(start=0, end=60), zone="UTC", slot=Slot(SlotKind.PLAYLIST, title))
    mount = MountStatus("/stream.opus", True, 60.0, "http://127.0.0.1:8000/stream.opus", "", 3)
    status = StationStatus(is_connected=True, processes=(ProcessStatus("bot", title, 1, 60.0),), mounts=(mount,))
    recording = make_recording(title)
    queued = results.QueuedSong(CueId(2), brief, title, NOW, 90.0, Choice(source=Source.ROTATION, show=title))
    family = tuple(results.FamilyForm(form, 3, RatingMean(0.4, 5)) for form in (FORM, OLD_FORM))
    answers: dict[Any, Any] = {
        requests.GetNowPlaying: results.NowPlaying(
            state="playing", song=brief, cue=CueId(1), seconds=20.0, turn="X", name=title, started=NOW
        ),
        requests.GetQueue: results.Queue(
            on_air=msgspec.structs.replace(queued, cue=CueId(1)),
            songs=(queued, results.QueuedSong(CueId(3), brief, title, NOW, None, None, True)),
        ),
        requests.GetSong: results.SongDetails(
            song=song, rating=RatingMean(0.7, 3), to_air=0.14, favourites=2,
            bookmarks=(Bookmark(song=song.code, at=SongPlace(61.0, 12, title), note=title, name=title, created=NOW),),
        ),
        requests.GetSongFiles: results.SongFiles(
            song=brief, folder="/nowhere", audio="/nowhere/song.flac", is_own=True,
            files=("song.flac", "score.json", "song.mid", "roll.svg", "stems/1-bass.flac"),
        ),
        requests.ListBands: results.Bands(bands=(results.BandBrief(FORM, 3),)),
        requests.GetBand: results.BandDetails(form=FORM),
        requests.GetFamily: results.Family(band=BAND.name, forms=family),
        requests.ListSongs: results.Songs(songs=(brief,) * 60, total=200),
        requests.SearchSongs: results.SongsFound(songs=(brief,), found=1, corrected={title: title}),
        requests.ListHistory: results.History(
            plays=(PlayedSong(SongCode("aaaa"), title, title, NOW, 5.0, ""),
                   PlayedSong(SongCode("bbbb"), title, title, NOW - 300, 200.0, "finished")),
        ),
        requests.GetStatus: results.Status(station=status, is_healthy=True),
        ListRecordings: RecordingList(recordings=(recording,) * 40, total=40, is_on=False),
        GetRecording: RecordingDetails(recording=recording),
        GetSchedule: Schedule(zone="UTC", now=show, airings=(Airing(show, NOW, NOW + 3600.0),), shows=(show,)),
    }  # fmt: skip
    return answers
