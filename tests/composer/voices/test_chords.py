from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest

from composer.bands import ROBOTS
from composer.draw import Draw
from composer.voices.chords import comp, pad
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]
KEYS, PAD = ROBOTS.members[2], ROBOTS.members[3]


@pytest.mark.parametrize("seed", range(20))
def test_only_notes_of_the_chord_are_played(seed: int, scene: MakeScene) -> None:
    here = scene(energy=0.8, seed=seed)
    for hit in comp(here, KEYS, Draw(seed), Draw(0)) + pad(here, PAD, Draw(seed), Draw(0)):
        assert hit.pitch % 12 in here.chords[hit.step // 16].pitches


@pytest.mark.parametrize("seed", range(20))
def test_no_voice_of_the_pad_leaps(seed: int, scene: MakeScene) -> None:
    bars: defaultdict[int, list[int]] = defaultdict(list)
    for hit in pad(scene(seed=seed), PAD, Draw(seed), Draw(0)):
        bars[hit.step].append(hit.pitch)
    for one, other in pairwise(bars[step] for step in sorted(bars)):
        assert max(min(abs(a - b) for b in one) for a in other) <= 4
