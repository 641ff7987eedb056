"""The requests that decide what is heard."""

import msgspec
import pytest

from bandstand.bot.station import on_air
from bandstand.bot.station.scheduling import Plan
from bandstand.common.api.events import (
    CueSkipped,
    CueSought,
    PlaybackResumed,
    PlaybackStopped,
    QueueChanged,
    SongEnded,
    SongStarted,
)
from bandstand.common.api.refusals import (
    AmbiguousSong,
    NoSuchSong,
    NothingOnAir,
    SeekBeyondEnd,
    StillBeingMade,
)
from bandstand.common.api.requests import (
    CancelJob,
    Enqueue,
    Generate,
    GetNowPlaying,
    ListHistory,
    Pause,
    Play,
    Replay,
    Resume,
    Seek,
    Skip,
    Stop,
)
from bandstand.common.api.results import NowPlaying, Paused, Resumed, Stopped
from bandstand.common.api.values import EndReason, OnAir, SongState
from bandstand.common.types import RATE, CueId
from tests.bot.station.conftest import Station


def play(station: Station, title: str = "One", seconds: float = 20.0) -> CueId:
    """A stored song is on the air, so far."""
    station.store(title)
    station.ask(Play(song=title))
    return station.listen(seconds).id


# Play


def test_play_cuts_in_and_the_log_says_that_the_other_was_cut(station: Station) -> None:
    old = play(station, "Old Road")
    station.store("New Road")
    assert station.ask(Play(song="new road")).song.title == "New Road"
    assert station.events == [QueueChanged]
    station.end(old, EndReason.CUT, 0.1)
    assert station.air == "New Road"
    [played] = station.ask(ListHistory()).plays
    assert (played.title, played.reason, played.seconds) == ("Old Road", "cut", 0.1)


def test_play_ends_a_stop(station: Station) -> None:
    play(station)
    station.ask(Stop())
    station.ask(Play(song="one"))
    assert not on_air.is_stopped(station.tx)


def test_a_song_that_is_being_made_can_be_queued_and_neither_played_nor_replayed(station: Station) -> None:
    song = station.ask(Generate(cuts_in=True)).song
    assert station.refuse(Play(song=song)) == StillBeingMade(station.get_song(song).brief, "play")
    assert station.refuse(Replay(song=song)) == StillBeingMade(station.get_song(song).brief, "replay")
    assert station.ask(Enqueue(song=song)).position == 1
    assert station.air is None


def test_a_song_is_refused_in_values(station: Station) -> None:
    one, two = station.store("Blue Road"), station.store("Blue Lantern")
    assert station.refuse(Play(song="red\x1b road")) == NoSuchSong("red road", 2)
    refused = station.refuse(Play(song="blue"))
    assert isinstance(refused, AmbiguousSong)
    assert (refused.count, {song.code for song in refused.songs}) == (2, {one, two})


def test_a_crossfade_belongs_to_one_playing(station: Station) -> None:
    for title in ("One", "Two", "Three"):
        station.store(title)
    station.ask(Play(song="one", crossfade=2))
    station.ask(Enqueue(song="two", crossfade=4))
    station.ask(Enqueue(song="three"))
    assert [cue.crossfade for cue in (station.get_air(), *station.get_queue())] == [2, 4, None]


def test_replay_begins_the_song_on_the_air_again_and_a_name_another(station: Station) -> None:
    first = play(station)
    station.store("Two")
    assert station.ask(Replay()).song.title == "One"
    assert station.get_air().id != first
    assert station.get_air().start == 0
    assert station.ask(Replay(song="two")).song.title == "Two"


# Songs that are interrupted


def test_an_interrupted_song_goes_on_after_the_one_that_cut_in_from_the_very_frame(station: Station) -> None:
    first = play(station, "One", 20.0)
    for title in ("Two", "Jingle"):
        station.store(title)
    station.ask(Enqueue(song="two"))
    playing = station.ask(Play(song="jingle", resumes=True))
    assert (playing.song.title, playing.then.title, playing.then_at) == ("Jingle", "One", 20.0)
    station.end(first, EndReason.CUT, 960_123 / RATE)
    back, two = station.get_queue()
    assert (back.song.title, back.start, two.song.title) == ("One", 960_123, "Two")
    station.end(station.get_air().id, EndReason.FINISHED, 0.1)
    assert (station.air, station.get_air().start) == ("One", 960_123)


def test_interruptions_come_back_in_the_reverse_order(station: Station) -> None:
    play(station, "One", 20.0)
    for title, seconds in (("Two", 5.0), ("Three", 1.0)):
        station.store(title)
        station.ask(Play(song=title, resumes=True))
        station.listen(seconds)
    assert [(cue.song.title, cue.start) for cue in station.get_queue()] == [("Two", 5 * RATE), ("One", 20 * RATE)]


@pytest.mark.parametrize("reason", [EndReason.FINISHED, EndReason.SKIPPED, EndReason.BROKEN])
def test_a_song_that_ended_before_it_was_interrupted_does_not_come_back(station: Station, reason: EndReason) -> None:
    first = play(station, "One", 89.99)
    station.store("Two")
    station.ask(Play(song="two", resumes=True))
    [rest] = station.get_queue()
    station.end(first, reason)
    assert station.queue == []
    assert station.get_cue(rest.id).reason is reason


def test_a_song_that_interrupts_silence_leaves_nothing_behind(station: Station) -> None:
    station.store("One")
    playing = station.ask(Play(song="one", resumes=True))
    assert (playing.then, station.queue) == (None, [])


def test_what_breaks_off_is_not_to_come_back(station: Station) -> None:
    station.store("One")
    job = station.ask(Generate()).job
    station.begin(job)
    station.listen(5.0)
    station.fail(job)
    assert station.air == "Blue Lantern", "it is heard to where it breaks off"
    assert station.ask(Play(song="one", resumes=True)).then is None
    assert station.queue == []


# Skip


def test_a_skip_on_nothing_does_nothing(station: Station) -> None:
    assert station.refuse(Skip()) == NothingOnAir()


def test_a_skip_names_the_cue_that_was_on_the_air(station: Station) -> None:
    cue = play(station)
    station.store("Two")
    station.ask(Enqueue(song="two"))
    skipped = station.ask(Skip())
    assert (skipped.song.title, skipped.following.title) == ("One", "Two")
    assert station.get_events(CueSkipped) == [CueSkipped(cue=cue)]
    assert station.air == "One", "until the streamer says that it has ended"


def test_a_skip_that_means_another_cue_is_refused(station: Station) -> None:
    cue = play(station)
    assert station.refuse(Skip(cue=cue + 1)) == NothingOnAir()
    assert station.ask(Skip(cue=cue)).following is None


def test_a_skip_while_stopped_needs_no_streamer(station: Station) -> None:
    play(station)
    station.ask(Stop())
    station.ask(Skip())
    assert station.events == [SongEnded, QueueChanged]
    assert station.air is None
    assert station.ask(Resume()) == Resumed(was_stopped=True, song=None)


def test_a_skip_while_the_streamer_is_away_goes_on_in_the_database(station: Station) -> None:
    play(station)
    station.store("Two")
    station.ask(Enqueue(song="two"))
    station.lose_streamer()
    skipped = station.ask(Skip())
    assert (skipped.song.title, skipped.following.title, station.air) == ("One", "Two", "Two")


def test_a_skip_of_what_breaks_off_brings_the_streamer_into_step(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    station.listen(5.0)
    station.fail(job)
    station.ask(Skip())
    assert QueueChanged in station.events
    assert on_air.make_plan(station.tx) == Plan()


# Stop, pause and resume


def test_stop_empties_nothing_and_resume_goes_on_where_it_was(station: Station) -> None:
    cue = play(station)
    station.store("Two")
    station.ask(Enqueue(song="two"))
    assert station.ask(Stop()) == Stopped(was_stopped=False)
    assert station.events == [PlaybackStopped, QueueChanged]
    station.end(cue, EndReason.STOPPED, 1.0)
    assert (on_air.make_plan(station.tx), station.queue) == (Plan(fade=0.2), ["Two"])
    assert station.ask(Stop()) == Stopped(was_stopped=True)
    assert station.events == []
    resumed = station.ask(Resume())
    assert (resumed.was_stopped, resumed.song.title) == (True, "One")
    assert station.get_events(PlaybackResumed) == [PlaybackResumed()]
    plan = on_air.make_plan(station.tx)
    assert plan.current is not None
    assert (plan.current.song.title, plan.current.start) == ("One", 48_000)
    assert station.ask(Resume()) == Resumed(was_stopped=False)


def test_a_song_queued_while_stopped_waits(station: Station) -> None:
    station.store("One")
    station.ask(Stop())
    assert station.ask(Enqueue(song="one")).position == 1
    assert station.air is None
    assert station.ask(Resume()).song.title == "One"
    assert station.air == "One"


def test_a_stop_may_take_its_time(station: Station) -> None:
    play(station)
    station.ask(Stop(fade=5))
    assert station.get_events(PlaybackStopped) == [PlaybackStopped(fade=5)]
    assert on_air.make_plan(station.tx) == Plan(fade=5)


def test_pause_keeps_the_place_to_the_frame(station: Station) -> None:
    assert station.refuse(Pause()) == NothingOnAir()
    cue = play(station)
    assert station.ask(Pause()) == Paused(was_stopped=False, seconds=20.0)
    assert on_air.get_stop_fade(station.tx) == 0.01
    assert station.ask(Pause()) == Paused(was_stopped=True)
    station.end(cue, EndReason.STOPPED, 960_001 / RATE)
    station.ask(Resume())
    assert station.get_air().start == 960_001


def test_what_breaks_off_while_stopped_holds_nobody_up(station: Station) -> None:
    job = station.ask(Generate()).job
    station.store("Two")
    station.ask(Enqueue(song="two"))
    station.begin(job)
    cue = station.listen(5.0)
    station.ask(Stop())
    station.end(cue.id, EndReason.STOPPED, 5.0)
    station.fail(job)
    station.ask(Resume())
    assert station.air == "Two"


# Seek


@pytest.mark.parametrize(
    ("request_", "seconds"),
    [(Seek(seconds=80), 80), (Seek(seconds=65.5), 65.5), (Seek(seconds=10, is_relative=True), 30),
     (Seek(seconds=-5, is_relative=True), 15), (Seek(seconds=-60, is_relative=True), 0), (Seek(seconds=0), 0)],
)  # fmt: skip
def test_a_place_is_a_time_or_so_much_on_or_back(station: Station, request_: Seek, seconds: float) -> None:
    cue = play(station)
    sought = station.ask(request_)
    assert (sought.seconds, sought.is_stopped) == (seconds, False)
    assert station.events == [CueSought]
    assert station.get_events(CueSought) == [CueSought(cue=cue, frames=round(seconds * RATE))]  # type: ignore[arg-type]


def test_nobody_seeks_past_the_end_or_in_silence(station: Station) -> None:
    assert station.refuse(Seek(seconds=60)) == NothingOnAir()
    play(station)
    assert station.refuse(Seek(seconds=90)) == SeekBeyondEnd(station.get_air().song)
    assert station.refuse(Seek(seconds=70, is_relative=True)) == SeekBeyondEnd(station.get_air().song)


def test_a_seek_while_stopped_moves_the_place_where_it_goes_on(station: Station) -> None:
    cue = play(station)
    station.ask(Stop())
    station.end(cue, EndReason.STOPPED, 20)
    sought = station.ask(Seek(seconds=10, is_relative=True))
    assert (sought.seconds, sought.is_stopped) == (30, True)
    station.ask(Resume())
    assert station.get_air().start == 30 * RATE


def test_a_seek_in_a_song_that_is_about_to_begin_reaches_the_streamer_that_may_have_it_by_now(
    station: Station,
) -> None:
    station.store("One")
    station.ask(Play(song="one"))
    station.ask(Seek(seconds=30))
    assert station.get_air().start == 30 * RATE
    assert station.events == [QueueChanged, CueSought]


# What is on the air


def test_what_is_on_the_air_now_is_told_with_its_place(station: Station) -> None:
    assert station.ask(GetNowPlaying()) == NowPlaying(state="silence")
    station.store("One")
    station.ask(Play(song="one"))
    cue = station.get_air()
    assert station.ask(GetNowPlaying()) == NowPlaying(state="starting", song=cue.song, cue=cue.id, name="ann")
    station.listen(20.0)
    now = station.ask(GetNowPlaying())
    assert (now.state, now.seconds, now.started) == ("playing", 20.0, station.get_air().started)
    on_air.record_lost(station.tx, cue.id, 21 * RATE)  # type: ignore[arg-type]
    station.lose_streamer()
    now = station.ask(GetNowPlaying())
    assert (now.state, now.seconds) == ("held", 21.0)
    station.ask(Stop())
    assert station.ask(GetNowPlaying()).state == "stopped"


def test_a_comparison_says_whose_turn_is_heard(station: Station) -> None:
    code = station.store("One", x=4.0, y=2.0, lead=1.0)
    station.ask(Play(song=code))
    cue = station.listen(5.5)
    assert station.ask(GetNowPlaying()).turn == "Y"
    station.tx.outside = msgspec.structs.replace(station.tx.outside, on_air=OnAir(cue.id, 0.5))
    assert station.ask(GetNowPlaying()).turn == "X"


def test_a_song_is_announced_when_it_begins_and_not_when_it_goes_on(station: Station) -> None:
    cue = play(station)
    started = station.get_events(SongStarted)
    assert [(one.cue, one.song.title, one.name, one.is_first) for one in started] == [(cue, "One", "ann", True)]
    station.tx.events.clear()
    station.start(cue)
    assert [one.is_first for one in station.get_events(SongStarted)] == [False]


def test_a_cancelled_song_leaves_the_air_to_what_is_next(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    station.listen(5.0)
    station.store("Two")
    station.ask(Enqueue(song="two"))
    station.ask(CancelJob(job=job))
    assert station.air == "Two"
    assert station.get_song(station.get_job(job).song).state is SongState.FAILED
