"""The means by which a song begins, goes from section to section, and ends; and how much a style likes each.

Data alone: `staging.py` chooses among them and changes the notes. A song has one opening and one ending; a section has
a seam to the next one, perhaps a counter-melody, and perhaps a surprise.
"""

from enum import Enum
from typing import Final

import msgspec


class Opening(Enum):
    """How the intro enters."""

    BAND = "band"
    """Drums and bass are complete from its middle on."""
    LAYERS = "layers"
    """One player after the other."""
    CHORDS = "chords"
    """Chords alone, and a pickup of the drums."""
    DRUMS = "drums"
    """The drums alone for its first half."""
    BASS = "bass"
    """Bass and drums for its first half."""
    ALL = "all"
    """All from the first beat."""

    @property
    def has_bass(self) -> bool:
        """Whether the bass plays from its first bar on."""
        return self in (Opening.BASS, Opening.ALL)


class Ending(Enum):
    """How the song ends."""

    HELD = "held"
    """The tempo slows, and the last chord is held."""
    TAG = "tag"
    """The tempo slows, and a few chords together lead to the last one, which is held."""
    RING = "ring"
    """The same without slowing."""
    STOP = "stop"
    """In tempo to a figure that all play together, and its last, short stroke."""
    FADE = "fade"
    """The players go on in tempo, ever softer, and leave."""
    SWELL = "swell"
    """The last chord grows from next to nothing, and is cut off."""
    TAPE = "tape"
    """The players go on in tempo; the last chord sinks and dies, as on a tape that is stopped."""

    @property
    def slows(self) -> bool:
        """Whether the tempo slows towards it."""
        return self in (Ending.HELD, Ending.TAG)


class Seam(Enum):
    """How a section goes over into the next one."""

    PLAIN = "plain"
    STOP = "stop"
    """All but the tune rest for the last beat."""
    DROP = "drop"
    """Bass and drums drop out for the last bar, but for a pickup of the drums."""
    SWELL = "swell"
    """A cymbal rises in the last bar, under what all play."""
    RISE = "rise"
    """One of the players runs up the scale through the last bar, ever faster, and a cymbal rises."""
    REVERSE = "reverse"
    """A reversed cymbal rises to the first beat of the next section."""
    BUILD = "build"
    """The drums give way to a roll that grows faster and louder, the bass leaves, and what else plays grows with it."""


class Staging(msgspec.Struct, frozen=True, kw_only=True):
    """How much a style likes each means. Choices carry weights."""

    openings: tuple[tuple[Opening, float], ...] = (
        (Opening.BAND, 2), (Opening.LAYERS, 3), (Opening.CHORDS, 2), (Opening.DRUMS, 1), (Opening.BASS, 1),
    )  # fmt: skip
    endings: tuple[tuple[Ending, float], ...] = (
        (Ending.HELD, 2), (Ending.TAG, 1), (Ending.RING, 2), (Ending.STOP, 3), (Ending.FADE, 2),
    )  # fmt: skip
    seams: tuple[tuple[Seam, float], ...] = (
        (Seam.PLAIN, 3), (Seam.STOP, 2), (Seam.DROP, 2), (Seam.SWELL, 3), (Seam.BUILD, 1),
    )  # fmt: skip
    """Before a chorus."""
    build_bars: int = 2
    layered: tuple[str, ...] = ()
    """Kinds of sections in which the drums enter one after the other."""
    counter_share: float = 0.6
    """Share of the sections that may have a counter-melody that have one: later verses and the last chorus."""
    surprises: tuple[tuple[int, str], ...] = ((81, "o..............."),)
    """(drum, bar) of what is heard once in a section, in the first bar of its second half."""
    surprise_share: float = 0.8


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What is staged in one section."""

    opening: Opening = Opening.BAND
    ending: Ending = Ending.HELD
    seam: Seam = Seam.PLAIN
    has_counter: bool = False
    surprise: tuple[int, str] | None = None


FIGURES: Final[dict[int, tuple[tuple[tuple[int, int], ...], ...]]] = {
    4: (
        ((0, 3), (6, 2), (14, 2)),
        ((0, 2), (3, 2), (6, 2), (14, 2)),
        ((0, 4), (4, 4), (8, 3), (14, 2)),
        ((0, 2), (4, 2), (10, 2), (14, 2)),
    ),
    3: (((0, 4), (4, 4), (10, 2)), ((0, 2), (4, 2), (10, 2)), ((0, 6), (6, 2), (10, 2))),
}
"""Beats in a bar -> figures for the last bar of a song that stops: (step, length)."""
TAGS: Final[dict[int, tuple[tuple[tuple[int, int], ...], ...]]] = {
    4: (((0, 4), (8, 4)), ((0, 6), (6, 2), (12, 4)), ((4, 4), (12, 4)), ((0, 2), (6, 2), (8, 6))),
    3: (((0, 4), (4, 4), (8, 4)), ((0, 6), (8, 4))),
}
"""The same for the bar before the last chord of a tag."""
