"""A week of the station in which nobody looks after it: no dead air, and no rule broken without a word.

It begins on the 28th of March 2026, so that the clocks change in Berlin on its first night and in Sydney on its last.
"""

import pytest

from bandstand.bot.station.repositories import Rules
from bandstand.bot.station.rotation import ARTIST_DISTANCE, SONG_DISTANCE, fold
from bandstand.common.api import requests
from bandstand.common.api.events import ShowEnded, ShowMissed, ShowStarted
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import Distance
from tests.bot.simulated_week import Played, World, add_imports, make_listener, schedule_listeners

BEGIN = "2026-03-28T18:00+00:00"
DAY = 24 * 3600.0
SHOWS = (
    ("daily 2:30-4:00", "bossa", "Europe/Berlin"),
    ("mon-fri 7:00-9:00", "techno", "Europe/Berlin"),
    ("sun 2:00-4:00", "waltz", "Australia/Sydney"),
    ("sat,sun 20:00-22:00", "swing", "America/New_York"),
    ("fri 12:00-15:00", "rock", "UTC"),
    ("fri 13:00-14:00", "bossa", "UTC"),
)


def find_unexplained(played: list[Played]) -> list[str]:
    """Songs that the programme played too soon after another one, without the rule among those that it left out."""
    faults = []
    for index, one in enumerate(played):
        choice = one.cue.choice
        if choice is None:
            continue
        for before in reversed(played[:index]):
            age = one.began - before.began
            if age >= SONG_DISTANCE:
                break
            if before.cue.choice is None and before.cue.created > one.cue.created:
                continue  # somebody asked for it after the entry was planned
            song, other = one.cue.song, before.cue.song
            broken = {Distance.SONG} if song.code == other.code else set()
            broken |= {Distance.TITLE} if fold(song.title) == fold(other.title) else set()
            broken |= {Distance.ARTIST} if age < ARTIST_DISTANCE and fold(song.artist) == fold(other.artist) else set()
            if broken - set(choice.relaxed):
                faults.append(f"{song.title} {age:.0f} s after {other.title}: {broken}, {choice}")
    return faults


def run(days: float) -> World:
    world = World(BEGIN, Rules(zone="Europe/Berlin", stock=1800.0))
    until = world.now + days * DAY
    world.store.do(lambda tx: add_imports(tx, 300, world.chance))
    for rule, target, zone in SHOWS:
        assert world.ask(AddShow(rule=rule, target=target, zone=zone))

    def act(number: int) -> None:
        by = make_listener(number)
        code = f"imp{world.chance.randrange(300):04}"
        world.ask(world.chance.choice([requests.Enqueue(song=code), requests.AddFavourite(song=code)]), by)

    schedule_listeners(world, until, 600.0, act, 500)
    world.run(until)
    return world


@pytest.mark.slow
def test_a_week_has_no_dead_air_and_breaks_no_rule_without_a_word() -> None:
    world = run(7.0)
    first = world.played[0].began
    assert [(begin, end) for begin, end in world.silences if begin >= first] == []
    assert first - world.begin < 5.0
    assert find_unexplained(world.played) == []
    assert world.list_events(ShowMissed) == []
    assert len(world.list_events(ShowStarted)) - len(world.list_events(ShowEnded)) <= 1
    for at, event in world.list_events(ShowStarted):
        assert at - event.start < 1.0 or event.show.name == "rock", "it goes on after the narrower one"
