"""Generators that are watched: what a save leads to."""

import msgspec
import pytest

from bandstand.bot.station import watches
from bandstand.common.api.events import (
    JobCancelled,
    JobOrdered,
    QueueChanged,
    SongStarted,
    VersionReady,
    WatchEnded,
    WatchesChanged,
    WatchFailed,
)
from bandstand.common.api.refusals import BadParameter, CannotWatch, NoSuchGenerator, NotWatched
from bandstand.common.api.requests import CancelJob, Enqueue, Play, Stop, UnwatchGenerator, WatchGenerator
from bandstand.common.api.values import Bars, Cue, JobState, Song
from bandstand.common.generators import Generator, Parameter
from bandstand.common.types import RATE, Frames
from tests.bot.station.conftest import CONSOLE, LENGTH, Station

MINE = Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=40, max=200, default=120)})


@pytest.fixture
def watching(station: Station) -> Station:
    station.declare(mine=MINE)
    watching = station.ask(WatchGenerator(generator="Mine", parameters={"tempo": "90"}, seed=7))
    assert (watching.generator, watching.seed) == ("mine", 7)
    return station


def begin(station: Station, job: int, **facts: float) -> None:
    station.tx.events.clear()
    station.begin(job, f"version {job}", **facts)


def save(station: Station) -> None:
    station.pass_time()
    station.tx.events.clear()
    watches.record_saved(station.tx, "mine")


def get_newest(station: Station) -> Song:
    song = station.tx.songs.get_newest("mine")
    assert song is not None
    return song


def get_states(station: Station) -> list[JobState]:
    return [job.state for job in station.tx.jobs.list_in_state(*JobState)]


def test_watching_runs_it_and_each_save_runs_it_again_with_the_same_seed_and_parameters(watching: Station) -> None:
    for number in (1, 2, 3):
        if number > 1:
            save(watching)
        assert watching.events[-2:] == [JobOrdered, WatchesChanged]
        song = get_newest(watching)
        assert (song.seed, song.parameters) == (7, {"tempo": 90, "duration": 120.0})
    assert len(get_states(watching)) == 3
    assert watches.list_watched(watching.tx) == ["mine"]
    assert watching.tx.queue.list_open() == [], "it is heard when there is something to be heard"


def test_the_first_version_cuts_in_at_once_where_nothing_has_bars(watching: Station) -> None:
    begin(watching, 1)
    assert QueueChanged in watching.events
    assert watching.air == "version 1"


def test_a_newer_version_waits_for_the_bar_of_the_older_one(watching: Station) -> None:
    begin(watching, 1, tempo=120)
    first = watching.listen(5.0)
    save(watching)
    begin(watching, 2)
    bars = Bars(Frames(96_000), Frames(0))
    assert watching.tx.events[-1] == VersionReady(job=2, cue=first.id, bars=bars)
    assert watching.air == "version 1"
    watching.tx.events.clear()
    watches.cut_in_version(watching.tx, 2, bars)
    assert [event.job for event in watching.get_events(JobCancelled)] == [1]
    assert watching.get_events(JobCancelled)[0].by_place is None
    assert (watching.air, watching.get_air().bars, watching.get_air().cuts) == ("version 2", bars, first.id)
    watching.tx.events.clear()
    watches.cut_in_version(watching.tx, 2, None)
    assert watching.events == []


def watch_here(station: Station) -> Cue:
    """Version 1 is at its third bar, and each new version is to go on there."""
    station.declare(mine=MINE)
    assert station.ask(WatchGenerator(generator="mine", seed=7, continues=True)).continues
    begin(station, 1, tempo=120)
    return station.listen(5.0)


def test_a_version_that_goes_on_here_says_its_bars_and_those_of_the_older_one(station: Station) -> None:
    first = watch_here(station)
    save(station)
    begin(station, 2, tempo=60)
    bars, own = Bars(Frames(96_000), Frames(0)), Bars(Frames(192_000), Frames(0))
    ready = VersionReady(job=2, cue=first.id, bars=bars, continues=True, own_bars=own)
    assert station.tx.events[-1] == ready
    watches.cut_in_version(station.tx, 2, bars, Frames(576_000))
    cue = station.get_air()
    assert (station.air, cue.bars, cue.start) == ("version 2", bars, 576_000)
    station.start(cue.id)
    assert station.get_events(SongStarted)[-1].waited == 2.0, "its author is told how long that took"


def test_without_bars_a_version_goes_on_here_all_the_same(station: Station) -> None:
    station.declare(mine=Generator(command=["mine"]))
    station.ask(WatchGenerator(generator="mine", continues=True))
    begin(station, 1)
    first = station.listen(5.0)
    save(station)
    begin(station, 2)
    assert station.tx.events[-1] == VersionReady(job=2, cue=first.id, bars=None, continues=True)


def test_here_is_no_place_in_another_song(station: Station) -> None:
    watch_here(station)
    station.ask(Play(song=station.store("One", tempo=120)))
    station.listen(3.0)
    save(station)
    begin(station, 3)
    assert [ready.continues for ready in station.get_events(VersionReady)] == [False]


def test_a_version_that_is_over_by_then_begins_at_its_beginning(station: Station) -> None:
    watch_here(station)
    save(station)
    begin(station, 2)
    station.finish(2, "version 2")
    watches.cut_in_version(station.tx, 2, None, Frames(round(LENGTH * RATE)))
    assert (station.air, station.get_air().start) == ("version 2", 0)


def test_a_version_cuts_in_at_once_while_the_station_is_stopped(watching: Station) -> None:
    begin(watching, 1, tempo=120)
    watching.listen(5.0)
    save(watching)
    watching.ask(Stop())
    begin(watching, 2)
    assert watching.get_events(VersionReady) == []
    assert watching.air == "version 2"


def test_a_run_that_nobody_hears_yet_is_ended_by_the_next_save(watching: Station) -> None:
    watching.claim()
    save(watching)
    assert [event.job for event in watching.get_events(JobCancelled)] == [1]
    watches.cut_in_version(watching.tx, 1, None)
    assert watching.air is None
    assert get_states(watching) == [JobState.CANCELLED, JobState.WAITING]


def test_the_version_on_the_air_is_not_ended_before_a_newer_one_is_heard(watching: Station) -> None:
    begin(watching, 1)
    watching.listen(5.0)
    save(watching)
    assert watching.get_events(JobCancelled) == []
    assert watching.air == "version 1"


def test_a_version_that_fails_leaves_the_old_song(watching: Station) -> None:
    begin(watching, 1)
    watching.listen(5.0)
    save(watching)
    watching.claim()
    watching.fail(2)
    assert watching.air == "version 1"


def test_a_version_that_fails_while_it_waits_for_its_bar_is_never_cut_in(watching: Station) -> None:
    begin(watching, 1, tempo=120)
    watching.listen(5.0)
    save(watching)
    begin(watching, 2)
    watching.fail(2)
    watches.cut_in_version(watching.tx, 2, None)
    assert watching.air == "version 1"


def test_what_is_cut_in_over_a_song_that_broke_off_waits_for_none_of_its_bars(watching: Station) -> None:
    begin(watching, 1, tempo=120)
    watching.listen(5.0)
    watching.fail(1)
    save(watching)
    begin(watching, 2)
    assert watching.air == "version 2"


def test_a_parameter_that_a_save_took_away_is_forgotten_and_one_that_does_not_fit_is_told(watching: Station) -> None:
    watching.declare(mine=Generator(command=["mine"]))
    save(watching)
    assert get_newest(watching).parameters == {"duration": 120.0}
    watching.declare(mine=Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=100)}))
    save(watching)
    why = BadParameter("tempo: 90 is not a whole number from 100")
    assert watching.tx.events == [WatchFailed(generator="mine", place=CONSOLE, why=why)]


def test_unwatch_ends_it_and_tells_whoever_watched(watching: Station) -> None:
    assert watching.ask(UnwatchGenerator()).generators == ("mine",)
    assert watching.tx.events == [WatchEnded(generator="mine", place=CONSOLE, by_place=CONSOLE), WatchesChanged()]
    save(watching)
    assert watching.events == []
    assert watching.refuse(UnwatchGenerator()) == NotWatched("")
    assert watching.refuse(UnwatchGenerator(generator="mine")) == NotWatched("mine")


def test_what_is_no_generator_cannot_be_watched(watching: Station) -> None:
    assert watching.refuse(WatchGenerator(generator="mi\x1ben")) == NoSuchGenerator("mi en", ("mine",))
    refused = watching.refuse(WatchGenerator(generator="mine", parameters={"tempo": "9"}))
    assert isinstance(refused, BadParameter)


def test_watching_again_takes_the_last_songs_seed_and_parameters(watching: Station) -> None:
    assert watching.ask(WatchGenerator(generator="mine")).seed == 7
    assert get_newest(watching).parameters["tempo"] == 90


def test_a_version_that_was_cancelled_is_made_again_by_the_next_save(watching: Station) -> None:
    watching.ask(CancelJob(job=1))
    watching.ask(Enqueue(song=watching.store("One")))
    save(watching)
    begin(watching, 3)
    assert watching.air == "version 3"


def test_where_saves_cannot_be_noticed_watching_is_refused(station: Station) -> None:
    station.declare(mine=MINE)
    station.tx.outside = msgspec.structs.replace(station.tx.outside, watch_trouble="no inotify left")
    assert station.refuse(WatchGenerator(generator="mine")) == CannotWatch("no inotify left")
    assert watches.list_watched(station.tx) == []
