"""A week of the station in which nobody looks after it: no dead air, and no rule broken without a word.

It begins on the 28th of March 2026, so that the clocks change in Berlin on its first night and in Sydney on its last.
"""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bandstand.bot.station.requesting import PERSON_WAIT
from bandstand.bot.station.rotation import ARTIST_DISTANCE, SONG_DISTANCE, fold
from bandstand.bot.station.rules import Rules
from bandstand.bot.station.wish_rules import BURST, REFILL
from bandstand.common.api import requests
from bandstand.common.api.asking import RequestedAlready, RequestSong, RequestTooSoon, SongTooSoon
from bandstand.common.api.events import ShowEnded, ShowHeld, ShowMissed, ShowStarted
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import Distance
from bandstand.common.api.wishing import Wish, WishTooSoon, WishUnheard
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


ASKED_EVERY = 200.0
"""Seconds from one thing that somebody asks to the next: three thousand in a week."""
WISHES = (
    "slow bossa in Dm, 2 minutes",
    "something fast, with flute",
    "techno 130",
    "a waltz of three minutes, quacking",
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
            song, other = one.cue.song, before.cue.song
            broken = {Distance.SONG} if song.code == other.code else set()
            broken |= {Distance.TITLE} if fold(song.title) == fold(other.title) else set()
            broken |= {Distance.ARTIST} if age < ARTIST_DISTANCE and fold(song.artist) == fold(other.artist) else set()
            if broken - set(choice.relaxed):
                faults.append(f"{song.title} {age:.0f} s after {other.title}: {broken}, {choice}")
    return faults


def run(begin: str, days: float) -> World:
    world = World(begin, Rules(zone="Europe/Berlin", stock=1800.0))
    until = world.now + days * DAY
    world.store.do(lambda tx: add_imports(tx, 300, world.chance))
    for rule, target, zone in SHOWS:
        assert world.ask(AddShow(rule=rule, target=target, zone=zone, name=f"{rule} {zone}"))

    def act(number: int) -> None:
        """Most of what is asked comes from two who never tire, and the rest from anybody."""
        chance = world.chance
        by = make_listener(number if chance.random() < 0.1 else number % 2)
        song = f"imp{chance.randrange(300):04}"
        kinds = [RequestSong(song=song), Wish(words=chance.choice(WISHES)), requests.AddFavourite(song=song)]
        world.ask(chance.choices(kinds, (70, 15, 15))[0], by)

    schedule_listeners(world, until, ASKED_EVERY, act, 500)
    world.run(until)
    return world


def check(world: World) -> None:
    """No dead air, every show told in the second of its start, no rule broken without a word."""
    first = world.played[0].began
    assert first - world.begin < 5.0
    assert [(begin, end) for begin, end in world.silences if begin >= first] == []
    assert find_unexplained(world.played) == []
    for at, event in world.list_events(ShowMissed):  # an hour of it may be asked for when an hour's show is due
        assert event.is_held
        check_asked_for(world.played, event.start, at)
    check_quotas(world)
    held = {(event.held.show.key, event.held.start) for _, event in world.list_events(ShowHeld)}
    begun: set[tuple[str, float]] = set()
    for at, event in world.list_events(ShowStarted):
        key = (event.show.key, event.start)
        if key in held - begun:
            check_held(world.played, event.start, at)
        else:
            assert key in begun or at - event.start < 1.0 or event.start < world.begin
        begun.add(key)


def check_quotas(world: World) -> None:
    """Nobody has more than their share; who asks again too soon is told from when they may, and then it is true."""
    requested, wished = defaultdict(list), defaultdict(list)
    for one in world.granted:
        if isinstance(one.request, RequestSong):
            requested[one.name].append(one.at)
        elif isinstance(one.request, Wish):
            wished[one.name].append(one.at)
    for times in requested.values():
        assert all(later - earlier >= PERSON_WAIT for earlier, later in pairwise(times))
    for times in wished.values():
        assert all(later - earlier >= REFILL for earlier, later in zip(times, times[BURST:], strict=False))
    for at, _, why in world.refused:
        assert isinstance(why, RequestTooSoon | SongTooSoon | RequestedAlready | WishTooSoon | WishUnheard), why
        if isinstance(why, RequestTooSoon | SongTooSoon | WishTooSoon):
            assert why.allowed_at == pytest.approx(at + why.wait)
            assert why.wait > 0


def check_held(played: list[Played], start: float, at: float) -> None:
    """A show that was due at `start` and began `at`: nothing but what people had asked for was heard until then."""
    assert min(abs(one.ended - at) for one in played) < 1.0
    check_asked_for(played, start, at)


def check_asked_for(played: list[Played], start: float, end: float) -> None:
    """No song that began between the two is the programme's own choice."""
    later = [one for one in played if start < one.began < end - 1.0]
    assert [one.cue.choice for one in later if one.cue.choice is not None] == []


def list_starts(world: World) -> list[tuple[str, str]]:
    return [
        (datetime.fromtimestamp(event.start, UTC).strftime("%d %H:%M:%S"), event.show.name.rpartition("/")[2])
        for _, event in world.list_events(ShowStarted)
    ]


@pytest.mark.slow
def test_the_night_on_which_an_hour_is_left_out_in_berlin() -> None:
    world = run("2026-03-28T23:00+00:00", 0.15)
    check(world)
    assert ("29 01:00:00", "Berlin") in list_starts(world), "half past two is left out"


@pytest.mark.slow
def test_the_night_on_which_an_hour_comes_twice_in_sydney() -> None:
    world = run("2026-04-04T14:00+00:00", 0.18)
    check(world)
    assert ("04 15:00:00", "Sydney") in list_starts(world), "the first of the two"
    ended = [at for at, event in world.list_events(ShowEnded) if event.show.zone == "Australia/Sydney"]
    assert [datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S") for at in ended] == ["18:00:00"], "three hours long"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_week_has_no_dead_air_keeps_quotas_and_breaks_no_rule_without_a_word() -> None:
    world = run(BEGIN, 7.0)
    check(world)
    granted = [type(one.request) for one in world.granted]
    assert granted.count(RequestSong) > 200
    assert granted.count(Wish) > 100
    assert len(granted) + len(world.refused) > 2500
