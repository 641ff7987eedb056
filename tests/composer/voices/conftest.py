"""A section context to play in."""

from collections.abc import Callable

import pytest

from bandstand.composer.enrichment import draw_enrichment
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import Section
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key
from bandstand.composer.voices.context import SectionContext
from bandstand.composer.voices.melody import draw_motif

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
            bars=Harmoniser(
                tonic, 0.3, own.harmony, RandomSource(seed), draw_enrichment(own.harmony, 0.5, RandomSource(seed))
            ).make_progression(kind, bars),
            following=tonic.build_chord(0),
            motif=draw_motif(RandomSource(seed, "/motif")),
        )

    return make
