"""Marks: what was in the ear, not what the station is at."""

import pytest

from bot.database.models import Song
from bot.songs import library, marks, station
from bot.view import AirView, StationView
from common.errors import CommandError


def test_a_mark_is_where_the_listener_hears_it_with_its_bar_and_section(bench) -> None:
    code = bench.stored("One")
    Song.update(facts='{"tempo": 120, "sections": "intro 1, verse 5"}').where(Song.code == code).execute()
    bench.say("play one")
    slot = station.on_air(library.slots())
    assert slot is not None
    bench.view = StationView(connected=True, air=AirView(slot.cue, 8.0 + marks.DELAY + 0.1))
    assert bench.say("mark bass is late").reply.summary.startswith(f'marked "One" ({code}) at 0:08, bar 5, verse')
    bench.view = StationView(connected=True, air=AirView(slot.cue, 8.0 + marks.DELAY - 0.1))
    assert ", bar 4, intro" in bench.say("mark").reply.summary
    rows = dict(bench.say(f"song {code}").reply.rows)
    assert rows["mark 1"] == "0:07, bar 4, intro: marked (ann)"
    assert rows["mark 2"] == "0:08, bar 5, verse: bass is late (ann)"


def test_a_song_that_says_nothing_of_its_bars_is_marked_by_the_time(bench) -> None:
    bench.stored("One")
    bench.say("play one")
    slot = station.on_air(library.slots())
    assert slot is not None
    bench.view = StationView(connected=True, air=AirView(slot.cue, 0.1))
    assert "at 0:00;" in bench.say("mark").reply.summary


def test_silence_cannot_be_marked(bench) -> None:
    with pytest.raises(CommandError, match="nothing is on the air that could be marked"):
        bench.say("mark here")
