"""What is heard is what the database says, whatever is asked, whoever dies, and while the database takes nothing."""

from collections.abc import Callable

import pytest

from bandstand.bot.playout import outage
from bandstand.bot.storage.databases import StoreError
from bandstand.bot.storage.sqlite import LOCKED
from bandstand.common.api.events import SongEnded, SongStarted
from bandstand.common.api.requests import (
    ClearQueue,
    Enqueue,
    MoveInQueue,
    Pause,
    Play,
    RemoveFromQueue,
    Request,
    Resume,
    Seek,
    Skip,
    Stop,
    SwitchRadio,
)
from tests.bot.simulated_station import LENGTHS, Station

OUTAGE_EVERY = outage.EVERY + 1.0
SEEDS = [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 10))]


def draw_request(station: Station) -> Request:
    chance = station.chance
    song = station.songs[chance.choice(list(LENGTHS))]
    fade = chance.choice([None, None, 2.0])
    requests: list[Request] = [
        Play(song=song, crossfade=fade),
        Play(song=song, crossfade=fade, resumes=True),
        Enqueue(song=song, crossfade=fade),
        Enqueue(song=song, crossfade=fade),
        Enqueue(song=song),
        RemoveFromQueue(which="1"),
        RemoveFromQueue(),
        MoveInQueue(which="2", place=1),
        MoveInQueue(which="1", place=3),
        ClearQueue(),
        Skip(),
        Pause(),
        Stop(fade=2.0),
        Resume(),
        Resume(),
        Seek(seconds=20.0),
        Seek(seconds=5.0, is_relative=True),
        Seek(seconds=-5.0, is_relative=True),
    ]
    return chance.choice(requests)


def list_faults(station: Station, *, breaks_disk: bool) -> list[Callable[[], None]]:
    away = station.chance.choice([1.0, 30.0, 100.0])
    faults = [
        station.kill_streamer,
        station.kill_bot,
        lambda: station.kill_bot(away),
        lambda: station.kill_bot(away, kills_streamer=True),
    ]
    return faults + [station.break_or_mend_disk] * 8 if breaks_disk else faults


def live(station: Station, *, breaks_disk: bool) -> None:
    """Sixty things that people and faults do, with time between them."""
    for _ in range(60):
        if station.chance.random() < (0.3 if breaks_disk else 0.1):
            station.chance.choice(list_faults(station, breaks_disk=breaks_disk))()
        else:
            try_to_ask(station)
        if station.chance.random() < 0.7:
            station.play(station.chance.choice([0.5, 2.0, 5.0, 45.0]))
        if station.chance.random() < 0.5:
            station.settle()
            if not station.bot.store.is_failing:
                station.check()


def try_to_ask(station: Station) -> None:
    before = station.select("SELECT * FROM cue")
    try:
        station.ask(draw_request(station))
    except StoreError as error:
        assert station.bot.store.is_failing and str(error) == LOCKED
        assert station.select("SELECT * FROM cue") == before


def get_heard(station: Station) -> int:
    """The number of the cue that is heard."""
    current = station.streamer.playout.current
    assert current is not None
    return current.cue


def play_to_the_end(station: Station) -> None:
    station.bot.store.mend()
    station.settle()
    station.check()
    station.ask(Resume())
    for _ in range(40):
        station.play(100.0)
        if station.streamer.playout.silent:
            break
    station.settle()
    station.check()
    assert station.streamer.playout.silent, "everything that was queued has been played"
    station.check_log()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_said_and_whoever_dies_what_is_heard_is_what_the_database_says(seed: int) -> None:
    station = Station(seed)
    live(station, breaks_disk=False)
    play_to_the_end(station)


@pytest.mark.parametrize("seed", SEEDS)
def test_writes_that_fail_for_a_while_lose_nothing_that_was_promised_and_the_music_goes_on(seed: int) -> None:
    station = Station(seed)
    live(station, breaks_disk=True)
    play_to_the_end(station)


def test_while_writes_fail_the_queue_is_played_on_and_the_log_follows_when_they_do_not() -> None:
    station = Station()
    songs = station.songs
    for song in (songs["Short"], songs["Short"], songs["Moment"], songs["Long"], songs["Moment"]):
        station.ask(Enqueue(song=song))
    station.play(1.0)
    station.bot.store.is_failing = True
    with pytest.raises(StoreError, match="in use by another program"):
        station.ask(Enqueue(song=songs["Longer"]))
    for _ in range(6):
        station.play(3.0)
        station.settle()
    assert get_heard(station) == 4, "long after what the streamer had itself"
    assert [row[2:4] for row in station.list_log()] == [("air", ""), *[("queued", "")] * 4]
    station.bot.store.mend()
    station.settle()
    station.check()
    assert [row[1:4] for row in station.list_log()] == [
        ("Short", "over", "finished"),
        ("Short", "over", "finished"),
        ("Moment", "over", "finished"),
        ("Long", "air", ""),
        ("Moment", "queued", ""),
    ]
    play_to_the_end(station)


def test_while_writes_fail_for_long_songs_of_the_reserve_are_heard_and_written_down_later() -> None:
    station = Station()
    station.ask(Enqueue(song=station.songs["Long"]))
    station.ask(Enqueue(song=station.songs["Longer"]))
    station.play(41.0)
    station.ask(SwitchRadio(is_on=True))  # whose plan is none here, as nobody keeps it
    station.play(OUTAGE_EVERY)
    station.ask(Enqueue(song=station.songs["Short"]))
    station.play(1.0)
    before = len(station.list_log())
    station.bot.store.is_failing = True
    for _ in range(20):
        station.play(15.0)
        station.settle()
        assert not station.streamer.playout.silent
    assert len(station.list_log()) == before
    heard = get_heard(station)
    station.bot.store.mend()
    station.settle()
    station.check()
    assert get_heard(station) == heard, "it goes on"
    reserve = sorted(
        (row for row in station.list_log() if row[0] < 0), reverse=True
    )  # as they were given their numbers
    *over, on_air, left = [row[2:4] for row in reserve]
    assert over == [("over", "finished")] * len(over) and len(over) >= 4
    assert on_air == ("air", "") and reserve[-2][0] == heard
    assert left == ("over", "removed"), "it was the next, and nobody has heard it"
    assert {row[1] for row in reserve} == {"Long", "Longer"}
    play_to_the_end(station)


def test_without_the_programme_the_queue_alone_is_played_while_writes_fail() -> None:
    station = Station()
    station.ask(Enqueue(song=station.songs["Short"]))
    station.play(4.0)
    station.ask(SwitchRadio(is_on=False))
    station.play(OUTAGE_EVERY)
    station.ask(Enqueue(song=station.songs["Short"]))
    station.play(1.0)
    station.bot.store.is_failing = True
    station.play(4.0)
    station.settle()
    assert station.streamer.playout.silent


def test_a_report_that_was_recorded_by_a_bot_that_died_before_it_answered_is_recorded_once() -> None:
    station = Station()
    station.ask(Enqueue(song=station.songs["Short"]))
    station.ask(Enqueue(song=station.songs["Long"]))
    station.settle()
    station.are_answers_slow = True
    station.play(4.0)
    station.settle()
    streamer = station.streamer
    assert len(streamer.reports.unanswered()) == 2
    log = station.select("SELECT * FROM cue")
    assert [row[2:4] for row in station.list_log()] == [("over", "finished"), ("air", "")]
    station.kill_bot()
    station.settle()
    assert streamer.reports.unanswered() == []
    assert station.select("SELECT * FROM cue") == log
    assert not [event for event in station.bot.events if isinstance(event, SongStarted | SongEnded)]
    station.check()


def test_reports_that_wait_when_the_bot_dies_are_recorded_by_the_next_one_in_their_order() -> None:
    station = Station()
    station.ask(Enqueue(song=station.songs["Short"]))
    station.ask(Enqueue(song=station.songs["Long"]))
    station.settle()
    station.bot.store.is_failing = True
    station.play(4.0)
    station.settle()
    assert [row[2] for row in station.list_log()] == ["air", "queued"]
    station.kill_bot()
    station.settle()
    assert [row[2:4] for row in station.list_log()] == [("over", "finished"), ("air", "")]
    told = [type(event) for event in station.bot.events if isinstance(event, SongStarted | SongEnded)]
    assert told == [SongEnded, SongStarted]
    station.check()
