"""The character of a song's tune: what sets it apart from the other tunes of its style.

A tune is narrow, or goes through two octaves; it goes in even notes, or in many lengths; it runs on in one direction,
or turns back and forth; it is sung in steps, or breaks chords; it starts low and rises, or begins where it stays. It
says things again as they were, or never quite the same; and some tunes are a figure of one, two or four bars that goes
round, as a riff does. People's tunes differ in each of these, and independently; a style has its own leaning in some
of them (`Style.tune`), of which each song has more or less. Drawn once for a song, the same for all of its sections.
Knows no notes.
"""

from math import exp, log
from typing import Final

import msgspec

from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import Style

Range = tuple[float, float]

COMPASSES: Final = ((4, 2.5), (5, 4), (6, 4), (7, 4), (8, 3), (9, 2), (11, 2), (13, 1.5), (15, 1))
"""(scale steps from a tune's lowest note to its highest, weight): from a fifth to two octaves."""
FLOW: Final = (1.5, 40.0)
"""Factors of the weight of the beat that a tune has most of the time: from one that hardly has it more than its style
to one in even notes."""
STRAIGHT: Final = (0.2, 1.5)
"""Factors of a style's syncopation."""
GOING_ON: Final = (4.0, 10.0)
"""Factors of the weight of a step in the direction of the step before: a line that turns at every note has no shape."""
LEAPS: Final = (0.15, 1.7)
"""Factors of the weight of wide intervals."""
GAPS: Final = (-0.2, 1.2)
"""Exponents of the style's weight of what a pentatonic scale leaves out: some songs have the whole scale."""
CREST: Final = (0.3, 0.6)
"""Factors of the weight of the highest note for each time that it came: in some tunes it would be no climax any more,
others come back to it."""
RISES: Final = ((0.0, 2.0), (2.0, 2.0), (4.0, 3.0))
"""(scale steps by which a tune begins lower than it goes on, weight): many rise from the dominant below."""
LIFTS: Final = ((0.0, 1.0), (0.35, 2.0), (0.7, 3.0), (1.0, 3.0), (1.3, 1.0))
"""(factor of how far a chorus lies above its verse, weight): some songs stay where they are."""
WIDE: Final = 9
"""Scale steps of the widest compass that is had below the usual highest note; a wider tune climbs higher."""
ROUNDS: Final = ((1, 1.0), (2, 3.0), (4, 2.0))
"""(bars of a tune that is a figure which goes round, weight)."""
ROUND, ROUND_OF_LOOPS = 0.12, 0.25
"""Shares of songs with such a tune: in any style, and what is added in one whose chords always go round."""

ROUND_COMPASS: Final = 7
"""Scale steps of its compass, at least: a narrow figure would come back to its highest note all the time."""


class Character(msgspec.Struct, frozen=True):
    """What sets one song's tune apart. Its factors are explained at their ranges above."""

    compass: int = 8
    """Scale steps from the lowest note to the highest."""
    flow: float = 3.0
    straight: float = 0.5
    going_on: float = 4.5
    leaps: float = 1.0
    gaps: float = 1.0
    crest: float = 0.45
    rise: float = 0.0
    """Scale steps by which the first unit begins lower."""
    lift: float = 1.0
    is_literal: bool = False
    """Whether a unit that returns is never moved, and has its old end."""
    round: int = 0
    """Bars of the figure that the tune is; 0 if it is none."""

    def find_peak(self, verse: int, usual: int) -> int:
        """The highest note of a section in scale steps above the floor, of which the usual ones of a verse and of this
        section are known: where choruses rise less, verses are higher."""
        return verse + round(self.lift * (usual - verse) + 2 - 2 * self.lift) + max(0, self.compass - WIDE)


def draw_character(style: Style, song: RandomSource) -> Character:
    """Draw the character of a song's tune. `song` is the source that all parts of the song have in common."""
    source = song.branch("character", style.name)
    share = ROUND + ROUND_OF_LOOPS * style.harmony.loop_share if style.harmony.loop_share else 0.0
    is_round = source.branch("round").draw_bool(share)
    compass = source.branch("compass").choose_weighted(COMPASSES)
    return Character(
        compass=max(compass, ROUND_COMPASS) if is_round else compass,
        flow=_draw_factor(FLOW, source.branch("flow")),
        straight=_draw_factor(STRAIGHT, source.branch("straight")),
        going_on=_draw_factor(GOING_ON, source.branch("going_on")),
        leaps=_draw_factor(LEAPS, source.branch("leaps")),
        gaps=style.tune.gaps ** _draw_between(GAPS, source.branch("gaps")),
        crest=_draw_factor(CREST, source.branch("crest")),
        rise=source.branch("rise").choose_weighted(RISES),
        lift=source.branch("lift").choose_weighted(LIFTS),
        is_literal=is_round or source.branch("literal").draw_bool(style.tune.literal),
        round=source.branch("bars").choose_weighted(ROUNDS) if is_round else 0,
    )


def _draw_factor(limits: Range, random: RandomSource) -> float:
    """A factor between two limits, of which each octave is as likely as any other."""
    low, high = limits
    return exp(_draw_between((log(low), log(high)), random))


def _draw_between(limits: Range, random: RandomSource) -> float:
    low, high = limits
    return low + (high - low) * random.draw_uniform()
