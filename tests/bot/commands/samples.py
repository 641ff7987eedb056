"""One result for each request, as a station with two songs and one user's generator may give it."""

from typing import Any

from bandstand.common import lineups
from bandstand.common.api import live, requests, results, schedule
from bandstand.common.api.between import Jingle
from bandstand.common.api.observing import StockFigure
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import Clock, Playlist
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    PublishRecording,
    Recording,
    RecordingDeleted,
    RecordingDetails,
    RecordingList,
    RecordingPublished,
    RecordingSwitched,
    RemoveRecording,
    SwitchRecording,
)
from bandstand.common.api.shows import Airing, Show, ShowRule
from bandstand.common.api.values import (
    BandForm,
    Bookmark,
    Grade,
    GrantedRight,
    JobBrief,
    JobState,
    Loudness,
    MountStatus,
    PersonPresent,
    PlayedSong,
    ProcessStatus,
    Purpose,
    RatingMean,
    Section,
    Slot,
    SlotKind,
    Song,
    SongBrief,
    SongPlace,
    SongState,
    StationStatus,
    Symptom,
)
from bandstand.common.api.wishing import Understood
from bandstand.common.generators import Parameter
from bandstand.common.jobs import Provenance
from bandstand.common.recordings import SheetFile, SheetTitle
from bandstand.common.types import CueId, SongCode

LANTERN = SongBrief(SongCode("7kq3"), "Blue Lantern", "The Robots", SongState.READY, 90.0, 900.0)
RECORDING = Recording(
    code="8wq2z",
    folder="2026-11-27-2000-8wq2z",
    name="Bossa",
    show="4",
    began=900.0,
    seconds=3605.0,
    titles=(SheetTitle("Blue Lantern", "The Robots", "7kq3", 0.0, 900.0),),
    files=(SheetFile("flac", "2026-11-27-2000-8wq2z.flac", 300_000_000),),
    is_public=True,
)
ROAD = SongBrief(SongCode("x2mv"), "Old Road", "The Robots", SongState.BEGUN, 0.0, 990.0)
UNTITLED = SongBrief(SongCode("m4wd"), "", "", SongState.MAKING, 0.0, 995.0)
SONG = Song(
    code=LANTERN.code,
    title=LANTERN.title,
    artist=LANTERN.artist,
    state=SongState.READY,
    generator="band",
    seed=5,
    parameters={"key": "Dm"},
    facts={"tempo": 120, "energies": "0.1, 0.9", "sections": "not shown"},
    sections=(Section("intro", 1), Section("verse", 5, 0.5)),
    seconds=90.0,
    loudness=-16.2,
    making=2.04,
    created=900.0,
    provenance=Provenance(
        program="abc", version="2", sound="d" * 64, status=0, errors="first\nlast words", notes=["it clips"]
    ),
)
JOB = JobBrief(
    id=12, song=LANTERN.code, title="Blue Lantern", state=JobState.RUNNING, name="ann", purpose=Purpose.HEAR,
    created=940.0, finished=None, reason="",
)  # fmt: skip
ROCK = BandForm(id=3, slug="gravel-theory", band=lineups.HOUSE["gravel-theory"], generation=2, created=400.0)
TECHNO = BandForm(id=4, slug="null-modem", band=lineups.HOUSE["null-modem"], created=400.0)
MELLOW = Playlist(name="mellow")
DAY = Clock(name="day", slots=(Slot(SlotKind.STYLE, "pop"), Slot(SlotKind.ANY)))
LIKED = RatingMean(0.5, 2)
PARAMETERS = {
    "duration": Parameter(type="float", min=1, max=1800, default=120.0, help="seconds of sound"),
    "tempo": Parameter(type="int", min=40, max=200, default=120, help="beats a minute"),
    "key": Parameter(choices=["C", "Dm"]),
}
STATION = StationStatus(
    name="Radio",
    uptime=3700.0,
    is_connected=True,
    loudness=Loudness(-16.04, -1.5),
    processes=(
        ProcessStatus("bot", "running", 17, 3700.0),
        ProcessStatus("streamer", "answers"),
    ),
    mounts=(
        MountStatus("/radio.mp3", True, 65.0, "http://localhost:8000/radio.mp3", listeners=1),
        MountStatus("/radio.ogg", False, 5.0, trouble="the server refused the password"),
    ),
)

BOSSA = Show(id=3, name="bossa", rule=ShowRule((4,), "", 1200, 1320), zone="Europe/Berlin",
             slot=Slot(SlotKind.STYLE, "bossa"))  # fmt: skip
FROM_FILE = Show(name="morning", rule=ShowRule(start=420, end=540), slot=Slot(SlotKind.PLAYLIST, "calm"))
FRIDAY = 1777658400.0
"""2026-05-01 20:00 in Berlin."""

RESULTS: dict[type, Any] = {
    schedule.GetSchedule: schedule.Schedule(
        zone="Europe/Berlin", now=BOSSA, airings=(Airing(BOSSA, FRIDAY, FRIDAY + 7200.0),), shows=(BOSSA, FROM_FILE)
    ),
    schedule.AddShow: schedule.ShowAdded(show=BOSSA, next=Airing(BOSSA, FRIDAY, FRIDAY + 7200.0)),
    schedule.RemoveShow: schedule.ShowRemoved(show=BOSSA),
    SwitchRecording: RecordingSwitched(is_on=True, was_recording=False),
    ListRecordings: RecordingList(recordings=(RECORDING,), total=3, is_on=True, bytes=1_200_000_000, limit=50 * 10**9),
    GetRecording: RecordingDetails(recording=RECORDING),
    RemoveRecording: RecordingDeleted(recording=RECORDING),
    PublishRecording: RecordingPublished(recording=RECORDING),
    requests.Generate: results.Ordered(job=12, song=LANTERN.code, cuts_in=True),
    requests.GenerateAgain: results.Ordered(job=12, song=LANTERN.code, cuts_in=False),
    requests.Wish: results.Wished(
        job=12,
        song=UNTITLED.code,
        understood=Understood(band="Trio Maresol", style="bossa", parameters={"key": "Dm"}, unknown=("purple",)),
        position=2,
        heard_in=95.0,
    ),
    requests.CancelJob: results.Cancelled(job=12, song=SongCode("e57x"), title="Low Tide", name="eve", is_wish=True),
    requests.ImportFile: results.Importing(job=12, song=LANTERN.code, file="a.flac"),
    requests.RemakeSong: results.Remaking(job=12, song=ROAD.code, original=LANTERN),
    requests.ExportSong: results.Exporting(song=LANTERN, kind="midi"),
    requests.Play: results.Playing(song=LANTERN),
    requests.PlayFile: results.Ordered(job=12, song=ROAD.code, cuts_in=True),
    requests.EditSong: results.SongEdited(song=LANTERN, album="Night Buses", genre="Dub", year=1994),
    requests.TagSong: results.SongTagged(song=LANTERN, tags=("calm", "late-night")),
    requests.DeleteSong: results.SongDeleted(song=LANTERN, queued=2, is_linked=True),
    requests.RecogniseFiles: results.FilesRecognised(known=(True,)),
    requests.PlayPipe: results.Ordered(job=12, song=ROAD.code, cuts_in=True),
    requests.Replay: results.Replaying(song=LANTERN),
    requests.Enqueue: results.Enqueued(song=LANTERN, position=2),
    requests.RequestSong: results.Requested(song=LANTERN, position=2, heard_in=125.0),
    requests.SwitchRequests: results.RequestSwitches(is_on=True, here=False),
    requests.GetRequestSwitches: results.RequestSwitches(is_on=True, here=True),
    requests.GetQueue: results.Queue(
        on_air=None, songs=tuple(results.QueuedSong(CueId(7), song, "ann", 990.0, 65.0) for song in (LANTERN, ROAD))
    ),
    requests.RemoveFromQueue: results.Removed(songs=(LANTERN,)),
    requests.MoveInQueue: results.Moved(song=LANTERN, position=1),
    requests.ClearQueue: results.Removed(songs=(LANTERN, ROAD)),
    requests.Skip: results.Skipped(song=LANTERN, following=ROAD),
    requests.Stop: results.Stopped(was_stopped=False),
    requests.Pause: results.Paused(was_stopped=False, seconds=20.0),
    requests.Resume: results.Resumed(was_stopped=True, song=LANTERN),
    requests.SearchSongs: results.SongsFound(songs=(LANTERN,), found=1),
    requests.SwitchRadio: results.Radio(is_on=True, quiet=None, planned=4, stock=9, stock_seconds=1620.0),
    requests.AddJingle: results.JingleAdded(job=7, song=SongCode("j2n3"), name="hour"),
    requests.RemoveJingle: results.JingleRemoved(name="hour"),
    requests.ListJingles: results.Jingles(jingles=(Jingle(name="hour", song=LANTERN),)),
    requests.PlayIdent: results.IdentOrdered(),
    requests.GetLive: live.LiveStatus(
        djs=(
            live.Dj(name="ann", state=live.DjState.ON_AIR, since=900.0, level=-18.2, format="mp3, 44100 Hz, stereo"),
            live.Dj(name="bob", state=live.DjState.WAITING, since=950.0, is_wanted=True, trouble="it is silent"),
        )
    ),
    requests.GetBooth: live.Booth(
        name="ann",
        live=live.LiveStatus(djs=(live.Dj(name="ann", state=live.DjState.GRACE, since=900.0, grace_left=7.0),)),
        time=live.LiveTime(show="Fridays", start=900.0, end=8100.0),
        asked=(live.Asked(song=LANTERN, name="ben", at=950.0, is_waiting=True),),
    ),
    requests.GoLive: live.LiveOrdered(name="bob"),
    requests.EndLive: live.LiveEnding(name="ann"),
    requests.KickDj: live.DjKicked(name="ann", until=1600.0),
    requests.InviteGuest: live.GuestInvited(name="bob", password="s3cret", mount="/live/bob", expires=87400.0),
    requests.TellDj: live.DjIsTold(dj="ann"),
    requests.GetRadio: results.Radio(is_on=True, quiet=None, planned=4, stock=9, stock_seconds=1620.0),
    requests.ExplainSong: results.Explanation(song=LANTERN, name="ann"),
    requests.MakePlaylist: results.PlaylistDetails(playlist=MELLOW, count=0, songs=()),
    requests.ChangePlaylist: results.PlaylistDetails(playlist=MELLOW, count=0, songs=()),
    requests.AddToPlaylist: results.PlaylistDetails(playlist=MELLOW, count=1, songs=(LANTERN,)),
    requests.RemoveFromPlaylist: results.PlaylistDetails(playlist=MELLOW, count=0, songs=()),
    requests.DeletePlaylist: results.PlaylistDeleted(name="mellow"),
    requests.ListPlaylists: results.Playlists(playlists=(results.PlaylistBrief(MELLOW, 1),)),
    requests.GetPlaylist: results.PlaylistDetails(playlist=MELLOW, count=1, songs=(LANTERN,)),
    requests.SetClock: results.Clocks(clocks=(DAY,), current="", changed="day"),
    requests.DeleteClock: results.ClockDeleted(name="day"),
    requests.ListClocks: results.Clocks(clocks=(DAY,), current="day"),
    requests.UseClock: results.Clocks(clocks=(DAY,), current="day"),
    requests.Seek: results.Sought(song=LANTERN, seconds=30.0, is_stopped=False),
    requests.GetHeard: results.Heard(serial=5, now=1000.0),
    requests.GetNowPlaying: results.NowPlaying(state="playing", song=LANTERN, cue=CueId(7), seconds=20.0),
    requests.ListSongs: results.Songs(songs=(LANTERN, ROAD), total=2),
    requests.GetSongFiles: results.SongFiles(song=LANTERN, folder="/s/7kq3", audio="/s/7kq3/a", files=(), is_own=True),
    requests.GetSong: results.SongDetails(
        song=SONG,
        rating=LIKED,
        to_air=0.25,
        bookmarks=(Bookmark(song=LANTERN.code, at=SongPlace(12.0, 7, "verse"), name="bob", created=950.0),),
    ),
    requests.ListHistory: results.History(
        plays=(PlayedSong(LANTERN.code, "Blue Lantern", "ann", 910.0, 90.0, "finished"),)
    ),
    requests.GetJob: results.JobDetails(job=JOB, generator="mine", errors=("Traceback:", "ValueError: 0 Hz")),
    requests.ListJobs: results.Jobs(jobs=(JOB,), open=1),
    requests.ListGenerators: results.Generators(
        generators=(
            results.GeneratorBrief("mine", "waves", "2", True),
            results.GeneratorBrief("other", "other:song", "", False, "it ended with status 1"),
        )
    ),
    requests.DescribeGenerator: results.GeneratorDetails(name="mine", help="waves", parameters=PARAMETERS),
    requests.ReloadGenerators: results.Reloaded(file="bandstand.toml", generators=("mine", "other")),
    requests.WatchGenerator: results.Watching(generator="mine", seed=5),
    requests.UnwatchGenerator: results.Unwatched(generators=("mine",)),
    requests.CompareSongs: results.Comparing(job=12, song=ROAD.code, bars=4),
    requests.Vote: results.Voted(choice="x"),
    requests.Reveal: results.Revealed(x=LANTERN, y=ROAD, x_votes=2, y_votes=1),
    requests.AddBookmark: results.Bookmarked(song=LANTERN, at=SongPlace(65.0, 17, "chorus")),
    requests.ListBands: results.Bands(bands=(results.BandBrief(ROCK, 3), results.BandBrief(TECHNO, 0))),
    requests.GetBand: results.BandDetails(form=TECHNO),
    requests.FoundBand: results.BandDetails(form=ROCK, is_new=True),
    requests.GetArtist: results.Artist(players=(results.PlayerDetails(TECHNO, TECHNO.band.members[1], (LANTERN,)),)),
    requests.Rate: results.Rated(song=LANTERN, section="verse", value=1.0, rating=LIKED),
    requests.AddFavourite: results.FavouriteAdded(song=LANTERN, is_new=True, favourites=3),
    requests.RemoveFavourite: results.FavouriteRemoved(song=LANTERN, was_there=True, favourites=2),
    requests.ListFavourites: results.Favourites(name="", songs=(LANTERN, ROAD), total=2),
    requests.RequestRandom: results.Requested(song=LANTERN, position=2, heard_in=65.0),
    requests.RequestFirst: results.Requested(song=LANTERN, position=2, heard_in=65.0),
    requests.GetLastRequest: results.LastRequest(name="", song=LANTERN, requested=900.0),
    requests.VoteSkip: results.SkipVoted(song=LANTERN, is_new=True, votes=1, needed=3, is_skipped=False),
    requests.SetNotices: results.Notices(is_on=True),
    requests.EvolveBand: results.Evolving(band="Gravel Theory", ratings=9),
    requests.GetFamily: results.Family(
        band="Gravel Theory",
        forms=(results.FamilyForm(ROCK, 3, LIKED), results.FamilyForm(ROCK, 0, RatingMean())),
    ),
    requests.RevertBand: results.Reverted(form=TECHNO),
    requests.Grant: results.Granted(name="libera/ann", right=Right.DJ, before=Right.ADMIN),
    requests.Revoke: results.Revoked(name="ann", before=Right.DJ),
    requests.MakeLink: results.LinkMade(url="https://radio.example/link/abc", expires=1600.0, wait=600.0),
    requests.GetSelf: results.You(name="ann", right=Right.DJ, known_as="libera/ann"),
    requests.ListPeople: results.People(
        grants=(GrantedRight("libera/ann", "admin", "owner", 500.0),),
        accounts=("bob",),
        present=(PersonPresent("bob", "telnet from 192.0.2.1"),),
    ),
    requests.SetPassword: results.PasswordSet(name="bob", is_new=True, right=Right.LISTENER),
    requests.RemoveAccount: results.AccountRemoved(name="bob"),
    requests.GetStatus: results.Status(station=STATION, is_healthy=False),
    requests.GetVersion: results.Version(bandstand="0.1.0", parts={"twisted": "24.7"}),
    requests.ListNames: results.Names(names=("7kq3", "Blue Lantern")),
    requests.ExamineMachine: results.Diagnosis(
        symptoms=(
            Symptom("ports", Grade.WORSE, "web.port 8080 is taken by nginx (process 9)", "set web.port to a free one"),
            Symptom("disk", Grade.OK, "station 59.4 GB free"),
        )
    ),
    requests.GetFigures: results.Figures(
        counted="", stock=(StockFigure("bossa", 2, 360.0),), jobs={"running": 1}, queue=2, queue_seconds=400.0
    ),
    requests.CountHlsListeners: results.ListenersNoted(),
    requests.RestartStreamer: results.Restarting(),
    requests.Quit: results.Quitting(),
}
"""Request -> a result that it may have."""
