from collections.abc import Callable

import msgspec

from common.lineups import HOUSE
from composer.draw import Draw
from composer.kit import CRASH, KICK, SNARE
from composer.voices.drums import play
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
DRUMMER = msgspec.structs.replace(HOUSE["small-robots"].members[0], variety=0.0)


def test_fills_differ_by_occasion_and_the_groove_does_not(scene: MakeScene) -> None:
    plays = [play(scene(energy=0.8), DRUMMER, Draw(1), Draw(occasion)) for occasion in range(12)]
    grooves = {tuple(hit for hit in hits if hit.step < 7 * 16) for hits in plays}
    fills = {tuple(hit for hit in hits if hit.step >= 7 * 16) for hits in plays}
    assert len(grooves) == 1
    assert len(fills) > 1


def test_a_section_with_energy_begins_with_a_crash(scene: MakeScene) -> None:
    assert CRASH in {hit.pitch for hit in play(scene(energy=0.8), DRUMMER, Draw(1), Draw(2)) if hit.step == 0}
    assert CRASH not in {hit.pitch for hit in play(scene(energy=0.5), DRUMMER, Draw(1), Draw(2))}


def test_the_kick_waits_for_the_second_half_of_an_intro(scene: MakeScene) -> None:
    kicks = [hit.step for hit in play(scene("intro", 4, 0.35), DRUMMER, Draw(1), Draw(2)) if hit.pitch == KICK]
    assert min(kicks) >= 32


def test_the_snare_has_ghosts_and_backbeats(scene: MakeScene) -> None:
    for seed in range(20):
        hits = play(scene(energy=0.8), DRUMMER, Draw(seed), Draw(2))
        backbeats = [hit.force for hit in hits if hit.pitch == SNARE and hit.step % 16 in (4, 12) and hit.step < 112]
        assert len(backbeats) == 14
        assert set(backbeats) == {1.0}


def test_a_sparse_drummer_plays_less_than_a_busy_one(scene: MakeScene) -> None:
    def strokes(density: float) -> int:
        member = msgspec.structs.replace(DRUMMER, density=density)
        return sum(len(play(scene(energy=0.6), member, Draw(seed), Draw(2))) for seed in range(10))

    assert strokes(0.0) < 0.7 * strokes(0.5) < 0.7 * 0.9 * strokes(1.0)
