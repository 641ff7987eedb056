"""The programme on a machine that has too much to do: songs that are to be composed are not there at their turn.

Something else is heard in their place, no show begins before its time, and there is no silence but the moment in which
a song is waited for that may begin at any time.
"""

import pytest

from bandstand.bot.station.planning import GRACE
from bandstand.bot.station.rules import Rules
from bandstand.common.api import requests
from bandstand.common.api.schedule import AddShow
from tests.bot.simulated_week import Pace, World, add_imports

BEGIN = "2026-03-28T12:15+00:00"
SHOW = 25 * 60.0
"""Seconds until the show."""
BUSY, STUCK = Pace(60.0, 1.5), Pace(400.0, 1.0)


def run(pace: Pace, target: str, *skips: float) -> World:
    """A show is due soon, and somebody skips what is heard so many seconds before it."""
    world = World(BEGIN, Rules(zone="UTC", stock=600.0), 1, pace, 30.0)
    world.store.do(lambda tx: add_imports(tx, 30, world.chance))
    assert world.ask(AddShow(rule="daily 12:40-13:00", target=target, zone="UTC", name="show"))
    for before in skips:
        world.clock.callLater(SHOW - before, world.ask, requests.Skip())
    world.run(world.now + SHOW + 400.0)
    return world


@pytest.mark.slow
@pytest.mark.parametrize("target", ["bossa", "any"])
@pytest.mark.parametrize("skips", [(), (240.0,), (200.0, 170.0), (20.0,), (-10.0,)])
@pytest.mark.parametrize("pace", [BUSY, STUCK])
def test_a_show_begins_in_its_second_and_nothing_is_silent(pace: Pace, skips: tuple[float, ...], target: str) -> None:
    world = run(pace, target, *skips)
    start = world.begin + SHOW
    current = world.streamer.current
    assert current is not None
    heard = [*((one.cue, one.began) for one in world.played), (current, world.streamer.began)]
    of_show = [began for cue, began in heard if cue.choice is not None and cue.choice.show]
    assert of_show[0] == pytest.approx(start, abs=1.0)
    assert max((end - begin for begin, end in world.silences), default=0.0) < GRACE + 0.5
