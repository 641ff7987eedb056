from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from common.lineups import HOUSE
from composer.draw import Draw
from composer.voices.bass import play
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
BASSIST = HOUSE["small-robots"].members[1]
WALKER = HOUSE["ninth-floor-quartet"].members[1]


@pytest.mark.parametrize("seed", range(20))
def test_every_bar_begins_with_the_root(seed: int, scene: MakeScene) -> None:
    here = scene(energy=0.8, key="Ebm", seed=seed)
    downbeats = {hit.step: hit.pitch % 12 for hit in play(here, BASSIST, Draw(seed), Draw(0)) if hit.step % 16 == 0}
    assert downbeats == {bar * 16: chords[0].root for bar, chords in enumerate(here.bars)}


def test_the_bass_waits_for_the_second_half_of_an_intro(scene: MakeScene) -> None:
    assert min(hit.step for hit in play(scene("intro", 4, 0.35), BASSIST, Draw(1), Draw(0))) == 32


def test_the_ending_is_one_root_held(scene: MakeScene) -> None:
    [hit] = play(scene("ending", 2), BASSIST, Draw(1), Draw(0))
    assert (hit.step, hit.length, hit.pitch % 12) == (0, 32, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_second_chord_in_a_bar_begins_with_its_root(seed: int, scene: MakeScene) -> None:
    here = scene(energy=0.8, seed=seed, style="swing")
    struck = {hit.step: hit.pitch % 12 for hit in play(here, WALKER, Draw(seed), Draw(0))}
    split = {bar * 16 + 8: chords[1].root for bar, chords in enumerate(here.bars) if len(chords) == 2}
    assert {step: struck.get(step) for step in split} == split


def test_a_walking_bass_plays_every_beat_and_seldom_leaps(scene: MakeScene) -> None:
    for seed in range(20):
        here = scene(energy=0.6, seed=seed, style="swing")
        hits = play(here, msgspec.structs.replace(WALKER, variety=0.0), Draw(seed), Draw(0))
        assert {hit.step for hit in hits} == set(range(0, 8 * 16, 4))
        moves = [abs(a.pitch - b.pitch) for a, b in pairwise(hits)]
        assert sum(move <= 5 for move in moves) > 0.6 * len(moves)
