from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from common.lineups import HOUSE
from composer.draw import Draw
from composer.voices.chords import arpeggio, comp, pad
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
KEYS, PAD = HOUSE["small-robots"].members[2:4]
PULSE = HOUSE["8-bit-picnic"].members[2]
GUITAR = HOUSE["gravel-theory"].members[2]


@pytest.mark.parametrize("seed", range(20))
def test_only_notes_of_the_chord_are_played(seed: int, scene: MakeScene) -> None:
    for style in ("pop", "ballad", "swing"):
        here = scene(energy=0.8, seed=seed, style=style)
        for hit in comp(here, KEYS, Draw(seed), Draw(0)) + pad(here, PAD, Draw(seed), Draw(0)):
            assert hit.pitch % 12 in here.chord(hit.step).pitches
            assert here.chord(hit.step) == here.chord(min(127, round(hit.step + hit.length) - 1)) or hit.length > 16


@pytest.mark.parametrize("seed", range(20))
def test_no_voice_of_the_pad_leaps(seed: int, scene: MakeScene) -> None:
    bars: defaultdict[int, list[int]] = defaultdict(list)
    for hit in pad(scene(seed=seed), PAD, Draw(seed), Draw(0)):
        bars[hit.step].append(hit.pitch)
    for one, other in pairwise(bars[step] for step in sorted(bars)):
        assert max(min(abs(a - b) for b in one) for a in other) <= 4


def test_an_arpeggio_is_quick_where_the_player_is_busy(scene: MakeScene) -> None:
    def notes(density: float) -> int:
        return len(arpeggio(scene(style="chiptune"), msgspec.structs.replace(PULSE, density=density), Draw(1), Draw(0)))

    assert notes(1.0) == 8 * 16
    assert notes(0.1) == 8 * 4


def test_a_low_guitar_of_a_rock_band_leaves_out_the_third(scene: MakeScene) -> None:
    here = scene(style="rock", energy=0.8)
    for hit in comp(here, GUITAR, Draw(1), Draw(0)):
        chord = here.chord(hit.step)
        assert hit.pitch % 12 in (chord.root, (chord.root + 7) % 12, (chord.root + 6) % 12)
