"""Commands that move within the song on the air, and fades."""

import pytest

from bot.database.models import Cue
from bot.effects import Seek, Sync
from bot.songs import library, programme, station
from bot.songs.station import Slot
from bot.view import AirView, StationView
from common.errors import CommandError, UsageError
from common.types import RATE


def on_air() -> Slot:
    slot = station.on_air(library.slots())
    assert slot is not None
    return slot


def playing(bench, title: str = "One", seconds: float = 20.0) -> Slot:
    """A stored song on the air, as far as that."""
    bench.stored(title)
    bench.say(f"play {title}")
    return heard_at(bench, seconds)


def heard_at(bench, seconds: float) -> Slot:
    slot = on_air()
    programme.started(slot.cue, bench.now)
    bench.view = StationView(connected=True, air=AirView(slot.cue, seconds))
    return slot


@pytest.mark.parametrize(
    ("place", "seconds"),
    [("1:20", 80), ("75", 75), ("0:01:05.5", 65.5), ("+10", 30), ("-5", 15), ("-1:00", 0), ("+0:30", 50), ("0", 0)],
)
def test_a_place_is_a_time_or_so_much_on_or_back(bench, place: str, seconds: float) -> None:
    slot = playing(bench)
    assert bench.say(f"seek {place}").effects == (Seek(slot.cue, round(seconds * RATE)),)


@pytest.mark.parametrize("place", ["soon", "1:2:3:4", "--10", "1:-5", "+", "1e3", ""])
def test_what_is_no_place_gets_the_usage(bench, place: str) -> None:
    playing(bench)
    with pytest.raises(UsageError, match="seek PLACE"):
        bench.say(f"seek {place}")


def test_nobody_seeks_past_the_end_or_in_silence(bench) -> None:
    with pytest.raises(CommandError, match="nothing is on the air"):
        bench.say("seek 1:00")
    playing(bench)
    with pytest.raises(CommandError, match="is only 1:30 long"):
        bench.say("seek 1:30")


def test_a_seek_while_stopped_moves_the_place_where_it_goes_on(bench) -> None:
    slot = playing(bench)
    bench.say("stop")
    programme.ended(slot.cue, "stopped", 20 * RATE, "", bench.now)
    outcome = bench.say("seek +10")
    assert outcome.reply.summary.endswith("is at 0:30 now; resume goes on there")
    bench.say("resume")
    assert on_air().start == 30 * RATE


def test_pause_keeps_the_place_to_the_frame(bench) -> None:
    slot = playing(bench)
    outcome = bench.say("pause")
    assert (outcome.reply.summary, outcome.effects) == ("paused at 0:20; resume goes on there", (Sync(),))
    assert library.stop_fade() == 0.01
    programme.ended(slot.cue, "stopped", 960_001, "", bench.now)
    bench.say("resume")
    wanted = station.programme(library.slots(), library.stopped())
    assert wanted.current is not None and wanted.current.start == 960_001


def test_a_stop_may_take_its_time(bench) -> None:
    playing(bench)
    bench.say("stop --fade=5")
    assert station.programme(library.slots(), library.stopped(), 0.0, library.stop_fade()) == station.Programme(fade=5)


@pytest.mark.parametrize("line", ["stop --fade", "stop --fade=21", "play one --crossfade=-1", "play one crossfade=nan"])
def test_a_fade_is_a_number_of_seconds(bench, line: str) -> None:
    bench.stored("One")
    with pytest.raises(UsageError, match="=SECONDS"):
        bench.say(line)


def test_a_crossfade_belongs_to_one_playing(bench) -> None:
    for title in ("One", "Two", "Three"):
        bench.stored(title)
    bench.say("play one --crossfade=2")
    bench.say("queue two --crossfade=4")
    bench.say("queue three")
    assert [slot.crossfade for slot in (on_air(), *station.in_order(library.slots()))] == [2, 4, None]


def test_an_interrupted_song_goes_on_after_the_one_that_cut_in_from_the_very_frame(bench) -> None:
    first = playing(bench, "One", 20.0)
    bench.stored("Two")
    bench.say("queue two")
    bench.stored("Jingle")
    outcome = bench.say("play jingle --resume")
    assert outcome.reply.summary.endswith('; then "One" (' + first.song + ") goes on at 0:20")
    programme.ended(first.cue, "cut", 960_123, "", bench.now)
    back, two = station.in_order(library.slots())
    assert (back.title, back.start, two.title) == ("One", 960_123, "Two")
    jingle = on_air()
    programme.ended(jingle.cue, "finished", 100, "", bench.now)
    assert (on_air().title, on_air().start) == ("One", 960_123)


def test_interruptions_come_back_in_the_reverse_order(bench) -> None:
    playing(bench, "One", 20.0)
    for title, seconds in (("Two", 5.0), ("Three", 1.0)):
        bench.stored(title)
        bench.say(f"play {title} --resume")
        heard_at(bench, seconds)
    assert [(slot.title, slot.start) for slot in station.in_order(library.slots())] == [
        ("Two", 5 * RATE),
        ("One", 20 * RATE),
    ]


def test_a_song_that_ended_before_it_was_interrupted_does_not_come_back(bench) -> None:
    first = playing(bench, "One", 89.99)
    bench.stored("Two")
    bench.say("play two --resume")
    programme.ended(first.cue, "finished", 90 * RATE, "", bench.now)
    assert station.in_order(library.slots()) == []
    assert Cue.select().where(Cue.returns == first.cue).get().reason == "finished"


def test_a_song_that_interrupts_silence_leaves_nothing_behind(bench) -> None:
    bench.stored("One")
    assert bench.say("play one --resume").reply.summary.endswith(")")
    assert station.in_order(library.slots()) == []
