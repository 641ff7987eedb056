"""Live shows in the station: who is let in, waits, goes on the air, and what follows."""

import msgspec
import pytest

from bandstand.bot.station import live_shows
from bandstand.bot.station.passwords import hash_password, is_right
from bandstand.common.api import requests
from bandstand.common.api.live import (
    DjState,
    GuestTaken,
    LeftReason,
    LiveConnected,
    LiveDisconnected,
    LiveKicked,
    LiveLeft,
    LiveTitled,
    LiveTookOver,
    NobodyLive,
    NoSuchDj,
)
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import BadRequest
from bandstand.common.api.values import EndReason, SongKind, SongState
from bandstand.common.live import LiveInput, make_mount
from tests.bot.station.conftest import Station, make_person


@pytest.fixture
def station(station: Station) -> Station:
    for name in ("ann", "bob"):
        station.tx.people.put_account(name, "hash", 0.0)
        station.tx.people.put_grant(name, Right.DJ, "owner", 0.0)
    return station


def hear(station: Station, **djs: float | None) -> None:
    """The streamer reads these mounts: seconds of sound; None: nothing comes."""
    station.tx.outside = msgspec.structs.replace(
        station.tx.outside,
        live={
            name: LiveInput(mount=make_mount(name), is_connected=heard is not None, heard=heard or 0.0, level=-18.0)
            for name, heard in djs.items()
        },
    )


def connect(station: Station, **djs: float | None) -> None:
    for name in djs:
        station.pass_time()
        live_shows.expect(station.tx, name)
    hear(station, **djs)
    keep(station)


def keep(station: Station) -> None:
    station.tx.events.clear()
    live_shows.keep_line(station.tx)


def go(station: Station, name: str = "", *, is_now: bool = False) -> object:
    result = station.ask(requests.GoLive(name=name, is_now=is_now))
    keep(station)
    return result


def list_djs(station: Station) -> list[tuple[str, DjState]]:
    return [(dj.name, dj.state) for dj in station.ask(requests.GetLive()).djs]


def test_a_dj_waits_unheard_until_somebody_says_go(station: Station) -> None:
    connect(station, ann=5.0)
    assert station.get_events(LiveConnected)
    assert (station.air, list_djs(station)) == (None, [("ann", DjState.WAITING)])
    station.ask(requests.GoLive(name="ann"))
    assert [event.name for event in station.get_events(LiveTookOver)] == ["ann"]
    assert station.get_air().song.kind is SongKind.LIVE
    assert (station.air, list_djs(station)) == ("live: ann", [("ann", DjState.ON_AIR)])


def test_whose_sound_is_too_short_goes_on_the_air_when_it_is_enough(station: Station) -> None:
    connect(station, ann=0.5)
    assert station.ask(requests.GoLive()).is_waited_for
    keep(station)
    assert station.air is None
    hear(station, ann=2.0)
    keep(station)
    assert station.air == "live: ann"


def test_now_waits_for_nothing(station: Station) -> None:
    connect(station, ann=5.0, bob=0.0)
    go(station, "ann")
    go(station, "bob", is_now=True)
    assert station.air == "live: bob"
    assert list_djs(station) == [("bob", DjState.ON_AIR), ("ann", DjState.WAITING)]


def test_the_next_in_the_line_follows(station: Station) -> None:
    connect(station, ann=5.0, bob=5.0)
    go(station, "ann")
    assert station.ask(requests.GoLive(name="bob")).after == "ann"
    keep(station)
    assert station.air == "live: ann"
    station.ask(requests.EndLive())
    keep(station)
    assert station.air == "live: bob"


def test_a_song_goes_on_to_its_next_bar_and_is_over(station: Station) -> None:
    code = station.store("Song", tempo=120, beats=4)
    station.ask(requests.Play(song=code))
    song = station.listen(10.0)
    connect(station, ann=5.0)
    go(station, "ann")
    cue = station.get_air()
    assert cue.bars is not None
    assert cue.crossfade is None
    assert station.get_cue(song.id).reason is EndReason.CUT
    assert station.queue == []


def test_a_song_without_bars_fades(station: Station) -> None:
    station.ask(requests.Play(song=station.store("Song")))
    station.listen(10.0)
    connect(station, ann=5.0)
    go(station, "ann")
    cue = station.get_air()
    assert (cue.bars, cue.crossfade) == (None, 1.0)


def test_back_the_programme_begins_with_a_song(station: Station) -> None:
    code = station.store("Next")
    connect(station, ann=5.0)
    go(station, "ann")
    station.ask(requests.Enqueue(song=code))
    show = station.listen(60.0)
    station.ask(requests.EndLive())
    assert (station.air, station.get_air().start) == ("Next", 0)
    station.end(show.id, EndReason.CUT, 60.0)
    left = station.get_events(LiveLeft)
    assert [(event.name, event.reason) for event in left] == [("ann", LeftReason.ENDED)]
    assert station.get_song(show.song.code).state is SongState.GONE
    keep(station)
    assert list_djs(station) == [("ann", DjState.WAITING)]  # and does not come back by themselves


def test_a_dj_who_is_lost_for_good_makes_room(station: Station) -> None:
    connect(station, ann=5.0)
    go(station, "ann")
    show = station.listen(60.0)
    station.ask(requests.Enqueue(song=station.store("Next")))
    station.tx.events.clear()
    station.end(show.id, EndReason.FINISHED, 60.0)
    assert station.get_events(LiveLeft)[0].reason is LeftReason.LOST
    assert station.air == "Next"


def test_a_dj_who_comes_back_within_the_grace_goes_on_without_a_word(station: Station) -> None:
    connect(station, ann=5.0)
    go(station, "ann")
    station.listen(60.0)
    hear(station, ann=None)
    keep(station)
    live_shows.expect(station.tx, "ann")
    hear(station, ann=0.1)
    keep(station)
    assert station.air == "live: ann"
    assert station.events == []


def test_a_waiting_dj_who_is_gone_is_forgotten_after_a_while(station: Station) -> None:
    connect(station, ann=5.0)
    hear(station, ann=None)
    keep(station)
    assert station.get_events(LiveDisconnected)
    assert list_djs(station) == [("ann", DjState.OFFLINE)]
    station.pass_time(20.0)
    keep(station)
    assert list_djs(station) == []


def test_titles_are_those_of_the_one_on_the_air(station: Station) -> None:
    connect(station, ann=5.0, bob=5.0)
    go(station, "ann")
    station.tx.outside.live["bob"] = msgspec.structs.replace(station.tx.outside.live["bob"], title="Unheard")
    keep(station)
    assert station.air == "live: ann"
    station.tx.outside.live["ann"] = msgspec.structs.replace(station.tx.outside.live["ann"], title="Heard")
    keep(station)
    assert station.air == "Heard"
    assert [event.title for event in station.get_events(LiveTitled)] == ["Heard"]


def test_where_the_station_is_set_so_a_dj_goes_on_by_connecting(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, is_live_automatic=True)
    connect(station, ann=5.0)
    assert station.air == "live: ann"
    station.listen(5.0)
    station.ask(requests.EndLive())
    keep(station)
    assert station.air is None


def test_only_djs_and_guests_are_let_in(station: Station) -> None:
    station.tx.people.put_account("eve", "hash", 0.0)
    assert "needs the right dj" in live_shows.find_obstacle(station.tx, "eve")
    assert live_shows.find_obstacle(station.tx, "ann") == ""
    invited = station.ask(requests.InviteGuest(name="Guest"))
    assert live_shows.find_obstacle(station.tx, "guest") == ""
    stored = live_shows.find_password(station.tx, "guest")
    assert is_right(invited.password, stored)
    station.pass_time(25 * 3600.0)
    assert live_shows.find_password(station.tx, "guest") is None


def test_an_account_needs_no_invitation(station: Station) -> None:
    station.tx.people.put_account("ann", hash_password("correct horse"), 0.0)
    assert station.refuse(requests.InviteGuest(name="ann")) == GuestTaken("ann")


def test_who_is_kicked_is_off_the_air_and_kept_out_for_a_while(station: Station) -> None:
    connect(station, ann=5.0)
    go(station, "ann")
    station.listen(5.0)
    station.ask(requests.KickDj(name="ann"))
    assert station.get_events(LiveKicked)[0].mount == "/live/ann"
    assert station.air is None
    assert "was kicked" in live_shows.find_obstacle(station.tx, "ann")
    station.pass_time(601.0)
    assert live_shows.find_obstacle(station.tx, "ann") == ""


def test_who_asks_without_a_name_means_themselves(station: Station) -> None:
    connect(station, ann=5.0, bob=5.0)
    on_station = msgspec.structs.replace(
        make_person("bob"), identity=msgspec.structs.replace(make_person("bob").identity, network="telnet")
    )
    assert station.ask(requests.GoLive(), on_station).name == "bob"
    assert station.ask(requests.GoLive(is_now=True)).name == "ann"


def test_refusals_say_who_is_there(station: Station) -> None:
    assert station.refuse(requests.GoLive(name="ann")) == NoSuchDj("ann", ())
    assert station.refuse(requests.EndLive()) == NobodyLive()
    connect(station, bob=1.0)
    assert station.refuse(requests.GoLive(name="ann")) == NoSuchDj("ann", ("bob",))
    assert station.refuse(requests.KickDj(name="ann")) == NoSuchDj("ann", ("bob",))


def test_a_live_show_is_neither_rated_nor_kept_nor_voted_away(station: Station) -> None:
    connect(station, ann=5.0)
    go(station, "ann")
    code = station.listen(5.0).song.code
    assert isinstance(station.refuse(requests.Rate(value=1.0)), BadRequest)
    assert isinstance(station.refuse(requests.VoteSkip()), BadRequest)
    assert station.tx.songs.count() == 0
    assert code in [play.song for play in station.ask(requests.ListHistory()).plays]


def test_skip_and_play_end_a_show_as_they_end_a_song(station: Station) -> None:
    song = station.store("Song")
    connect(station, ann=5.0)
    go(station, "ann")
    show = station.listen(5.0)
    station.ask(requests.Play(song=song))
    station.end(show.id, EndReason.CUT, 5.0)
    assert station.air == "Song"
    assert station.get_events(LiveLeft)[0].reason is LeftReason.ENDED
