from collections.abc import Callable
from itertools import pairwise

import pytest

from common.lineups import HOUSE
from composer.draw import Draw
from composer.voices.melody import WIDEST, motif, play, varied
from composer.voices.scene import Hit, Scene

MakeScene = Callable[..., Scene]
LEAD = HOUSE["small-robots"].members[4]


def tune(here: Scene, seed: int) -> list[Hit]:
    return play(here, LEAD, Draw(seed), Draw(0))


@pytest.mark.parametrize("seed", range(50))
def test_a_motif_does_not_stray(seed: int) -> None:
    moves = motif(Draw(seed))
    assert all(abs(sum(moves[:length])) <= 6 for length in range(len(moves)))


def test_a_verse_has_the_motif_and_the_others_vary_it() -> None:
    moves = (1, 2, -1, 0, 1, -2, 1, 3)
    assert varied(moves, "verse", Draw(1)) == moves
    assert varied(moves, "bridge", Draw(1)) == moves[::-1]
    assert all(varied(moves, "chorus", Draw(seed)) != moves for seed in range(20))


@pytest.mark.parametrize("seed", range(30))
def test_the_tune_moves_by_a_fourth_at_most(seed: int, scene: MakeScene) -> None:
    hits = tune(scene(seed=seed, key="F#"), seed)
    assert all(abs(a.pitch - b.pitch) <= WIDEST for a, b in pairwise(hits))


@pytest.mark.parametrize("seed", range(30))
def test_the_downbeat_of_a_bar_is_a_note_of_its_chord(seed: int, scene: MakeScene) -> None:
    here = scene(seed=seed, key="Am")
    for hit in tune(here, seed):
        if hit.step % 16 == 0 and hit.step // 16 % 4 != 3:
            assert hit.pitch % 12 in here.chord(hit.step).pitches


@pytest.mark.parametrize("seed", range(30))
def test_a_chorus_closes_at_home_and_then_breathes(seed: int, scene: MakeScene) -> None:
    here = scene("chorus", seed=seed, energy=0.8)
    last = tune(here, seed)[-1]
    assert last.pitch % 12 == here.key.tonic
    assert last.step + last.length <= 8 * 16 - 3


def test_choruses_lie_above_verses(scene: MakeScene) -> None:
    def middle(kind: str) -> float:
        pitches = [hit.pitch for seed in range(20) for hit in tune(scene(kind, energy=0.8, seed=seed), seed)]
        return sum(pitches) / len(pitches)

    assert middle("chorus") > middle("verse") + 2


def test_the_last_chorus_has_a_second_voice_below(scene: MakeScene) -> None:
    single, double = tune(scene("chorus", energy=0.8), 1), tune(scene("chorus", energy=1.0), 1)
    second = double[len(single) :]
    assert double[: len(single)] == single
    above = {hit.step: hit.pitch for hit in single}
    assert second
    assert all(above[hit.step] - hit.pitch in (3, 4) for hit in second)
