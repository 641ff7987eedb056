"""The hour that is kept, and a show, begin in their second, whatever becomes of the songs before.

At moments that hypothesis chooses the song on the air is skipped or breaks off, or one that is being composed fails.
"""

from typing import NamedTuple

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from bandstand.bot.station import making, scheduling
from bandstand.bot.station.filling import SHORTEST_SONG
from bandstand.bot.station.planning import GRACE
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rules import Rules
from bandstand.common.api import requests
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import EndReason, JobState
from bandstand.common.jobs import Failed
from bandstand.common.song_parameters import TAIL
from tests.bot.simulated_week import Played, World, add_imports

BEGIN, HOUR = "2026-03-28T12:35+00:00", 25 * 60.0
"""When a world begins, and how many seconds later the hour is."""
TOO_SHORT = SHORTEST_SONG - TAIL + 0.5
"""Seconds before the hour in which no song can be composed any more that would end at it."""
MOMENTS = st.one_of(st.floats(0.0, 60.0), st.floats(0.0, 400.0), st.floats(0.0, 1200.0))
"""Seconds before the hour."""


class Mishap(NamedTuple):
    kind: str
    before: float


def skip(world: World) -> None:
    world.ask(requests.Skip())


def break_off(world: World) -> None:
    """The streamer cannot go on with what is on the air, and goes on to what is next by itself."""
    if world.streamer.current is not None:
        world.streamer._go_on(EndReason.BROKEN)


def fail_next(world: World) -> None:
    """A worker cannot compose what is next."""

    def work(tx: Transaction) -> None:
        for cue in scheduling.sort_queue(tx.queue.list_open())[:1]:
            job = tx.jobs.get(cue.job) if cue.job is not None else None
            if job is not None and job.state is JobState.RUNNING:
                making.record_failed(tx, job.id, Failed("it crashed"))

    world.store.do(work)


KINDS = {"skip": skip, "break": break_off, "fail": fail_next}
MISHAPS = st.lists(st.builds(Mishap, st.sampled_from(sorted(KINDS)), MOMENTS), min_size=1, max_size=3)


def run(mishaps: list[Mishap], seed: int, *, has_show: bool) -> World:
    world = World(BEGIN, Rules(zone="UTC", stock=600.0, is_on_the_hour=not has_show), seed, every=30.0)
    world.store.do(lambda tx: add_imports(tx, 30, world.chance))
    if has_show:
        assert world.ask(AddShow(rule="daily 13:00-14:00", target="bossa", zone="UTC", name="show"))
    for one in mishaps:
        world.clock.callLater(HOUR - one.before, KINDS[one.kind], world)
    world.run(world.begin + HOUR + 400.0)
    return world


def find_begun_at(world: World, at: float) -> Played:
    """What began within a second of this moment; the last of several."""
    current = world.streamer.current
    assert current is not None
    heard = [*world.played, Played(current, world.streamer.began, world.now)]
    begun = [one for one in heard if abs(one.began - at) <= 1.0]
    assert begun, [(one.cue.song.title, one.began - at, one.ended - at) for one in heard]
    return begun[-1]


def get_longest_silence(world: World) -> float:
    return max((end - begin for begin, end in world.silences), default=0.0)


@pytest.mark.slow
@given(mishaps=MISHAPS, seed=st.integers(0, 5))
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@example(mishaps=[Mishap("skip", 300.0)], seed=1)
@example(mishaps=[Mishap("skip", 120.0)], seed=1)
@example(mishaps=[Mishap("skip", 30.0)], seed=1)
@example(mishaps=[Mishap("skip", 331.0)], seed=1)
def test_the_hour_is_hit_by_an_ending_whatever_is_skipped_or_breaks(mishaps: list[Mishap], seed: int) -> None:
    """Unless nothing can be composed any more for the seconds that are left; then what comes is heard at once."""
    assume(all(one.before > TOO_SHORT for one in mishaps))
    world = run(mishaps, seed, has_show=False)
    begun = find_begun_at(world, world.begin + HOUR)
    before = world.played[[one.began for one in world.played].index(begun.began) - 1] if begun in world.played else None
    assert before is None or before.cue.reason is not EndReason.CUT, "by an ending"
    assert get_longest_silence(world) < GRACE + 0.5


@pytest.mark.slow
@given(mishaps=MISHAPS, seed=st.integers(0, 5))
@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@example(mishaps=[Mishap("fail", 124.1), Mishap("skip", 1.15)], seed=4)
@example(mishaps=[Mishap("break", 2.0)], seed=0)
def test_a_show_begins_in_its_second_whatever_is_skipped_or_breaks(mishaps: list[Mishap], seed: int) -> None:
    world = run(mishaps, seed, has_show=True)
    begun = find_begun_at(world, world.begin + HOUR)
    assert begun.cue.choice is not None
    assert begun.cue.choice.show == "show"
    assert get_longest_silence(world) < GRACE + 0.5
