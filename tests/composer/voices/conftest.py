"""A section to play in."""

from collections.abc import Callable

import pytest

from composer.draw import Draw
from composer.harmony import progression
from composer.score import Section
from composer.styles import STYLES
from composer.theory import Key
from composer.voices.melody import motif
from composer.voices.scene import Scene

MakeScene = Callable[..., Scene]


@pytest.fixture
def scene() -> MakeScene:
    def make(
        kind: str = "verse", bars: int = 8, energy: float = 0.5, key: str = "C", seed: int = 1, style: str = "pop"
    ) -> Scene:
        tonic, own = Key.parse(key), STYLES[style]
        return Scene(
            section=Section(kind, 1, 0, bars, energy),
            style=own,
            key=tonic,
            bars=progression(kind, bars, tonic, 0.3, own.language, Draw(seed)),
            following=tonic.chord(0),
            motif=motif(Draw(seed, "/motif")),
        )

    return make
