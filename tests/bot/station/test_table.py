"""The table of requests: every request is in it, and what only looks takes no write lock."""

from typing import Any, get_args

import pytest

from bandstand.bot.station import bands, library, making
from bandstand.bot.station.limits import SONGS
from bandstand.bot.station.on_air import cut_in, get_asker, record_started
from bandstand.bot.station.ordering import Order, order_song
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.table import REQUESTS
from bandstand.bot.storage.executor import OutsideTransaction
from bandstand.common.api import recordings, requests, results, schedule
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import Playlist
from bandstand.common.api.requests import Request
from bandstand.common.api.values import OnAir, Outside
from bandstand.common.generators import Generator
from bandstand.common.jobs import Begun
from bandstand.common.types import SongCode
from tests.bot.commands.samples import RECORDING
from tests.bot.memory import DirectStore
from tests.bot.station.conftest import ANN, make_done

READING: dict[type[Request], Request] = {
    requests.GetQueue: requests.GetQueue(),
    requests.GetHeard: requests.GetHeard(),
    requests.GetNowPlaying: requests.GetNowPlaying(),
    requests.GetLive: requests.GetLive(),
    requests.GetBooth: requests.GetBooth(),
    requests.RecogniseFiles: requests.RecogniseFiles(files=()),
    requests.ListSongs: requests.ListSongs(),
    requests.GetSong: requests.GetSong(song="one"),
    requests.GetSongFiles: requests.GetSongFiles(song=SongCode("none")),
    requests.ListHistory: requests.ListHistory(),
    requests.ListFavourites: requests.ListFavourites(),
    requests.GetLastRequest: requests.GetLastRequest(),
    requests.ListJobs: requests.ListJobs(),
    requests.GetJob: requests.GetJob(job=1),
    requests.ListGenerators: requests.ListGenerators(),
    requests.DescribeGenerator: requests.DescribeGenerator(name="rock"),
    requests.ListBands: requests.ListBands(),
    requests.GetBand: requests.GetBand(band="rock"),
    requests.GetArtist: requests.GetArtist(name=""),
    requests.GetFamily: requests.GetFamily(band="rock"),
    requests.GetSelf: requests.GetSelf(),
    requests.ChooseName: requests.ChooseName(name="Ann"),
    requests.ReadWish: requests.ReadWish(words="slow bossa"),
    requests.ListPeople: requests.ListPeople(),
    requests.SearchSongs: requests.SearchSongs(query="one"),
    requests.GetRadio: requests.GetRadio(),
    requests.ExplainSong: requests.ExplainSong(),
    schedule.GetSchedule: schedule.GetSchedule(),
    requests.ListPlaylists: requests.ListPlaylists(),
    requests.GetPlaylist: requests.GetPlaylist(name="mellow"),
    requests.ListClocks: requests.ListClocks(),
    requests.ListJingles: requests.ListJingles(),
    requests.GetRequestSwitches: requests.GetRequestSwitches(),
    recordings.ListRecordings: recordings.ListRecordings(),
    recordings.GetRecording: recordings.GetRecording(code="8wq2z"),
    requests.GetStatus: requests.GetStatus(),
    requests.GetListeners: requests.GetListeners(),
    requests.GetLog: requests.GetLog(),
    requests.ExamineMachine: requests.ExamineMachine(),
    requests.GetFigures: requests.GetFigures(),
    requests.CountHlsListeners: requests.CountHlsListeners(source="web 1", listeners=0),
    requests.GetVersion: requests.GetVersion(),
    requests.ListNames: requests.ListNames(kind="song"),
}


@pytest.fixture
def store() -> DirectStore:
    """A station with a song on the air, one in the making, and its bands."""
    store = DirectStore()

    def work(tx: Transaction) -> None:
        tx.playlists.put(Playlist(name="mellow"))
        bands.settle_house_bands(tx)
        tx.recordings.put(RECORDING)
        job = order_song(tx, Order("band", get_asker(ANN), {}, is_played=False))
        making.claim_job(tx)
        making.record_begun(tx, job.id, Begun("One", "x", 90.0))
        making.record_done(tx, job.id, make_done(job.song, "One"))
        record_started(tx, cut_in(tx, tx.songs.get(job.song).brief, get_asker(ANN)).id, tx.now)
        order_song(tx, Order("band", get_asker(ANN), {}))

    store.do(work)
    return store


def test_every_request_is_in_the_table() -> None:
    assert set(REQUESTS) == set(get_args(Request))


def test_every_reading_request_is_tested_here() -> None:
    assert {request for request, entry in REQUESTS.items() if not entry.writes} == set(READING)


@pytest.mark.parametrize("kind", READING, ids=lambda kind: kind.__name__)
def test_what_only_looks_takes_no_write_lock(kind: type[Request], store: DirectStore) -> None:
    request: Any = READING[kind]
    if kind is requests.GetArtist:
        member = store.do(lambda tx: tx.bands.list_all())[0].band.members[0]
        request = requests.GetArtist(name=member.player)
    if kind is requests.GetSongFiles:
        request = requests.GetSongFiles(song=store.do(lambda tx: library.find_song(tx, "one")).code)
    outside = Outside(is_connected=True, on_air=OnAir(1, 20.0), generators={"mine": Generator(command=["mine"])})  # type: ignore[arg-type]
    given: list[Any] = []
    store.read(lambda tx: REQUESTS[kind].handler(request, ANN, tx), outside).addBoth(given.append)
    assert isinstance(given[0], get_args(results.Result)), given[0]


def test_a_handler_that_writes_could_not_hide_there(store: DirectStore) -> None:
    given: list[Any] = []
    entry = REQUESTS[requests.Stop]
    store.read(lambda tx: entry.handler(requests.Stop(), ANN, tx)).addErrback(given.append)
    assert given[0].check(OutsideTransaction)


def test_what_sets_a_worker_to_work_is_counted() -> None:
    counted = {request for request, entry in REQUESTS.items() if entry.limit == SONGS}
    assert counted == {
        requests.Generate, requests.GenerateAgain, requests.RemakeSong, requests.WatchGenerator, requests.CompareSongs,
        requests.Wish, requests.WishAlike,
    }  # fmt: skip


def test_listeners_may_look_queue_and_take_back_rate_vote_like_mark_log_in_write_to_a_dj_and_nothing_more() -> None:
    writing = {request for request, entry in REQUESTS.items() if entry.right is Right.LISTENER and entry.writes}
    assert writing == {
        requests.Enqueue, requests.RemoveFromQueue, requests.Vote, requests.AddBookmark, requests.Rate,
        requests.AddFavourite, requests.RemoveFavourite, requests.SetNotices, requests.VoteSkip,
        requests.RequestRandom, requests.RequestFirst, requests.RequestSong, requests.Wish, requests.EditSong,
        requests.TagSong, requests.WishAlike, requests.LogIn, requests.LogOut, requests.MakeLink, requests.OpenLink,
        requests.TellDj,
    }  # fmt: skip


def test_only_owners_end_the_station_read_its_files_and_make_accounts() -> None:
    owners = {request for request, entry in REQUESTS.items() if entry.right is Right.OWNER}
    assert owners == {
        requests.AddJingle,
        requests.ImportFile,
        requests.RecogniseFiles,
        requests.GetSongFiles,
        requests.CountHlsListeners,
        requests.PlayFile,
        requests.PlayPipe,
        requests.SetPassword,
        requests.RemoveAccount,
        requests.Quit,
    }
