"""What is heard between songs: which of jingle, ident and bridge comes, when, and only there."""

from pathlib import Path

import msgspec
import pytest

from bandstand.bot.station import between
from bandstand.bot.station.rules import Between
from bandstand.common.api import requests
from bandstand.common.api.events import JobOrdered, SongDiscarded
from bandstand.common.api.refusals import BadRequest, NothingOnAir
from bandstand.common.api.values import Choice, Song, SongKind, SongState, Source
from bandstand.common.generators import BRIDGE, IDENT, JINGLE
from bandstand.common.types import SongCode
from tests.bot.station.conftest import LENGTH, Station


@pytest.fixture
def station(station: Station) -> Station:
    station.settle_bands()
    return station


def set_rules(station: Station, **rules: object) -> None:
    set_to = Between(name="Test", **rules)  # type: ignore[arg-type]
    station.tx.rules = msgspec.structs.replace(station.tx.rules, between=set_to)


def store_songs(station: Station, *titles: str) -> None:
    """Songs of the station, queued in this order; the first is heard."""
    for title in titles:
        code = station.store(title, key="C, later D", tempo=101)
        station.ask(requests.Enqueue(song=code))
    station.listen(1.0)


def keep_seam(station: Station) -> None:
    station.tx.events.clear()
    between.keep_seam(station.tx)


def make_ordered(station: Station) -> Song:
    """The worker makes what was ordered for the seam."""
    (ordered,) = station.get_events(JobOrdered)
    assert station.claim() == ordered.job
    station.finish(ordered.job, "Test")
    return station.tx.songs.get(ordered.song)


def add_jingle(station: Station, name: str) -> None:
    song = Song(
        code=SongCode(f"j{name}"), title=name, artist="", state=SongState.READY, generator=JINGLE, seed=0,
        parameters={"file": f"/{name}.wav", "name": name}, seconds=4.0, created=station.tx.now,
    )  # fmt: skip
    station.tx.songs.add(song)


def next_kind(station: Station) -> SongKind:
    return station.get_queue()[0].song.kind


def hear_out(station: Station) -> None:
    """What is on the air is heard to its end, and the streamer begins what follows."""
    station.end(station.get_air().id)
    station.listen(1.0)


def test_nothing_comes_between_songs_unless_somebody_wants_it(station: Station) -> None:
    store_songs(station, "One", "Two")
    keep_seam(station)
    assert station.queue == ["Two"] and station.get_events(JobOrdered) == []


def test_a_dj_s_ident_is_composed_for_the_song_on_the_air_and_comes_after_it(station: Station) -> None:
    set_rules(station, motif="5 6 5 3 1")
    store_songs(station, "One", "Two")
    station.ask(requests.PlayIdent())
    keep_seam(station)
    ident = make_ordered(station)
    assert ident.generator == IDENT
    air = station.tx.songs.get(station.get_air().song.code)
    assert (ident.parameters["key"], ident.parameters["tempo"], ident.parameters["motif"]) == ("C", 100.0, "5 6 5 3 1")
    assert ident.form == air.form
    keep_seam(station)
    keep_seam(station)
    assert [cue.song.kind for cue in station.get_queue()] == [SongKind.IDENT, SongKind.SONG]
    hear_out(station)
    hear_out(station)
    keep_seam(station)
    assert station.air == "Two" and station.queue == []


def test_an_ident_that_fits_is_used_again(station: Station) -> None:
    store_songs(station, "One", "Two", "Three")
    form = station.tx.songs.get(station.get_air().song.code).form
    for code in station.queue:
        song = next(station.tx.songs.get(cue.song.code) for cue in station.get_queue() if cue.song.title == code)
        station.tx.songs.save(msgspec.structs.replace(song, form=form))
    station.ask(requests.PlayIdent())
    keep_seam(station)
    make_ordered(station)
    keep_seam(station)
    hear_out(station)
    hear_out(station)
    station.ask(requests.PlayIdent())
    keep_seam(station)
    assert next_kind(station) is SongKind.IDENT and station.get_events(JobOrdered) == []


def test_a_jingle_that_a_person_takes_out_does_not_come_back_at_that_seam_but_at_the_next(station: Station) -> None:
    add_jingle(station, "hour")
    set_rules(station, every_songs=1, idents=False)
    store_songs(station, "One", "Two", "Three")
    keep_seam(station)
    assert next_kind(station) is SongKind.JINGLE
    station.ask(requests.RemoveFromQueue(which="1"))
    keep_seam(station)
    assert station.queue == ["Two", "Three"]
    hear_out(station)
    keep_seam(station)
    assert next_kind(station) is SongKind.JINGLE


def test_what_failed_is_not_ordered_again_for_the_same_seam(station: Station) -> None:
    store_songs(station, "One", "Two")
    station.ask(requests.PlayIdent())
    keep_seam(station)
    (ordered,) = station.get_events(JobOrdered)
    station.claim()
    station.fail(ordered.job)
    keep_seam(station)
    assert station.get_events(JobOrdered) == []


def test_jingles_come_every_so_many_songs_and_the_one_that_rested_longest(station: Station) -> None:
    set_rules(station, every_songs=2, idents=False)
    add_jingle(station, "a")
    station.pass_time()
    add_jingle(station, "b")
    store_songs(station, *"123456")
    heard = []
    for _ in range(8):
        keep_seam(station)
        heard.append(station.air)
        if station.queue:
            hear_out(station)
    assert heard == ["1", "2", "a", "3", "4", "b", "5", "6"]


def test_jingles_and_idents_take_turns(station: Station) -> None:
    set_rules(station, every_songs=1)
    add_jingle(station, "a")
    store_songs(station, "One", "Two", "Three")
    keep_seam(station)
    assert next_kind(station) is SongKind.JINGLE
    hear_out(station)
    hear_out(station)
    keep_seam(station)
    make_ordered(station)
    keep_seam(station)
    assert next_kind(station) is SongKind.IDENT


def test_jingles_come_by_the_clock(station: Station) -> None:
    set_rules(station, every_seconds=600.0)
    add_jingle(station, "a")
    store_songs(station, "One", "Two", "Three")
    keep_seam(station)
    hear_out(station)
    assert station.air == "a"
    hear_out(station)
    keep_seam(station)
    assert station.queue == ["Three"]
    station.pass_time(600.0)
    keep_seam(station)
    assert station.queue[0] == "Test" or station.get_events(JobOrdered)


def test_a_bridge_leads_to_the_next_song_and_is_made_anew_when_that_changes(station: Station) -> None:
    set_rules(station, bridges=True)
    store_songs(station, "One", "Two", "Three")
    keep_seam(station)
    bridge = make_ordered(station)
    assert bridge.generator == BRIDGE
    assert (bridge.parameters["key"], bridge.parameters["to_key"], bridge.parameters["title"]) == ("C", "C", "to Two")
    keep_seam(station)
    assert [cue.song.kind for cue in station.get_queue()][:2] == [SongKind.BRIDGE, SongKind.SONG]
    station.ask(requests.RemoveFromQueue(which="Two"))
    keep_seam(station)
    other = make_ordered(station)
    assert other.parameters["title"] == "to Three"
    keep_seam(station)
    assert station.get_queue()[0].song.code == other.code


def test_a_bridge_that_was_heard_makes_room(station: Station) -> None:
    set_rules(station, bridges=True)
    store_songs(station, "One", "Two")
    keep_seam(station)
    bridge = make_ordered(station)
    keep_seam(station)
    hear_out(station)
    keep_seam(station)
    assert station.get_events(SongDiscarded) == []
    hear_out(station)
    keep_seam(station)
    assert station.get_events(SongDiscarded) == [SongDiscarded(song=bridge.code)]


def test_a_bridge_that_is_late_is_left_out(station: Station) -> None:
    set_rules(station, bridges=True)
    store_songs(station, "One", "Two")
    keep_seam(station)
    make_ordered(station)
    station.listen(LENGTH - 0.5)
    keep_seam(station)
    assert station.queue == ["Two"]


def test_nothing_comes_before_a_fixed_time_but_what_a_dj_wants(station: Station) -> None:
    set_rules(station, every_songs=1, idents=False, bridges=True)
    add_jingle(station, "a")
    store_songs(station, "One", "Two")
    station.tx.rules = msgspec.structs.replace(station.tx.rules, is_on_the_hour=True)
    station.tx.now = 2 * 3600.0 - 200.0
    keep_seam(station)
    assert station.queue == ["Two"] and station.get_events(JobOrdered) == []
    station.ask(requests.PlayIdent())
    keep_seam(station)
    assert len(station.get_events(JobOrdered)) == 1
    station.tx.settings.remove(between.WANTED)
    station.tx.now += 300.0
    keep_seam(station)
    assert station.queue == ["a", "Two"]


def test_nothing_comes_before_an_entry_that_is_to_end_at_a_fixed_time(station: Station) -> None:
    set_rules(station, every_songs=1, idents=False)
    add_jingle(station, "a")
    store_songs(station, "One", "Two")
    (two,) = station.get_queue()
    choice = Choice(source=Source.COMPOSED, ends_at=station.tx.now + 900.0)
    station.tx.queue.save(msgspec.structs.replace(two, choice=choice))
    keep_seam(station)
    assert station.queue == ["Two"]


def test_what_is_no_song_is_not_asked_for_and_not_in_the_history_or_the_search(station: Station) -> None:
    set_rules(station, every_songs=1, idents=False)
    add_jingle(station, "ding")
    store_songs(station, "One", "Two")
    keep_seam(station)
    hear_out(station)
    hear_out(station)
    assert isinstance(station.refuse(requests.Enqueue(song="jding")), BadRequest)
    titles = [play.title for play in station.ask(requests.ListHistory()).plays]
    assert titles == ["Two", "One"]
    assert [play.title for play in station.ask(requests.ListHistory(is_whole=True)).plays] == ["Two", "ding", "One"]
    assert [song.title for song in station.tx.songs.list_newest(10)] == ["Two", "One"]


def test_a_jingle_has_a_name_of_its_own_and_goes_when_it_is_removed(station: Station, tmp_path: Path) -> None:
    (file := tmp_path / "hour.wav").write_bytes(b"")
    added = station.ask(requests.AddJingle(path=str(file)))
    assert added.name == "hour"
    station.claim()
    station.finish(added.job, "Hour")
    assert isinstance(station.refuse(requests.AddJingle(path=str(file), name="HOUR")), BadRequest)
    assert [jingle.name for jingle in station.ask(requests.ListJingles()).jingles] == ["hour"]
    station.ask(requests.RemoveJingle(name="Hour"))
    assert station.ask(requests.ListJingles()).jingles == ()
    assert isinstance(station.refuse(requests.RemoveJingle(name="hour")), BadRequest)


def test_there_is_no_ident_after_silence(station: Station) -> None:
    assert isinstance(station.refuse(requests.PlayIdent()), NothingOnAir)
