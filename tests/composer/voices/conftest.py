"""A section context to play in."""

from collections.abc import Callable

import pytest

from composer.harmony import Harmoniser
from composer.random_source import RandomSource
from composer.score import Section
from composer.styles import STYLES
from composer.theory import Key
from composer.voices.context import SectionContext
from composer.voices.melody import draw_motif

MakeContext = Callable[..., SectionContext]


@pytest.fixture
def context() -> MakeContext:
    def make(
        kind: str = "verse", bars: int = 8, energy: float = 0.5, key: str = "C", seed: int = 1, style: str = "pop"
    ) -> SectionContext:
        tonic, own = Key.parse(key), STYLES[style]
        return SectionContext(
            section=Section(kind, 1, 0, bars, energy),
            style=own,
            key=tonic,
            bars=Harmoniser(tonic, 0.3, own.harmony, RandomSource(seed)).make_progression(kind, bars),
            following=tonic.build_chord(0),
            motif=draw_motif(RandomSource(seed, "/motif")),
        )

    return make
