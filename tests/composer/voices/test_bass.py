from collections.abc import Callable

import pytest

from composer.bands import ROBOTS
from composer.draw import Draw
from composer.voices.bass import play
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
BASSIST = ROBOTS.members[1]


@pytest.mark.parametrize("seed", range(20))
def test_every_bar_begins_with_the_root(seed: int, scene: MakeScene) -> None:
    here = scene(energy=0.8, key="Ebm", seed=seed)
    downbeats = {hit.step: hit.pitch % 12 for hit in play(here, BASSIST, Draw(seed), Draw(0)) if hit.step % 16 == 0}
    assert downbeats == {bar * 16: chord.root for bar, chord in enumerate(here.chords)}


def test_the_bass_waits_for_the_second_half_of_an_intro(scene: MakeScene) -> None:
    assert min(hit.step for hit in play(scene("intro", 4, 0.35), BASSIST, Draw(1), Draw(0))) == 32


def test_the_ending_is_one_root_held(scene: MakeScene) -> None:
    [hit] = play(scene("ending", 2), BASSIST, Draw(1), Draw(0))
    assert (hit.step, hit.length, hit.pitch % 12) == (0, 32, 0)
