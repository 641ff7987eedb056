"""What a style is: patterns for every voice, and its way with harmony. Only the shapes are here; the styles are data.

The band that plays in a style is in `common.bands`, as the bot keeps it.
"""

from typing import Final

import msgspec

DrumLine = tuple[tuple[int, tuple[str, ...]], ...]
"""For each drum (a General MIDI key), the bars it may play: one character a step, see `FORCES`."""
BassCell = tuple[tuple[int, float, str], ...]
"""(step, length, role) with the role R root, 3 third, 5 fifth, 8 octave, W a step on the way to the
next root, A approach to the next root."""
CompCell = tuple[tuple[int, float, int], ...]
"""(step, length, which voice of the voicing from the lowest), or `ALL`, or `UPPER`: all but the lowest."""
Rhythm = tuple[tuple[int, float], ...]
"""(step, length) of the notes of one bar."""

ALL: Final = -1
UPPER: Final = -2
FORCES: Final = {"x": 1.0, "o": 0.8, "-": 0.6, "g": 0.38}
"""How hard a character of a drum line strikes; any other is a rest."""
LEVELS: Final = (0.45, 0.75)
"""The energies at which playing changes from quiet to moving, and from moving to full."""


def level(energy: float) -> int:
    """0 quiet, 1 moving, 2 full: the index into a style's patterns."""
    return sum(energy >= threshold for threshold in LEVELS)


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """A style's way with harmony. Templates have a function for each bar of a phrase, and how often they are chosen."""

    open: tuple[tuple[str, float], ...] = (("TTSD", 4), ("TSTD", 3), ("TDTS", 3), ("TSSD", 2))
    closed: tuple[tuple[str, float], ...] = (("TSDT", 4), ("SSDT", 2), ("STDT", 2), ("TTDT", 1))
    leads: bool = True
    """A close is a dominant seventh and its tonic."""
    split: float = 0.15
    """The share of bars with two chords."""
    spice: float = 0.0
    """The share of two-chord bars whose second is the next chord's own dominant."""
    lifts: tuple[tuple[int, float], ...] = ((0, 3), (2, 1), (1, 0.5))
    """By how many semitones the last chorus and what follows lie higher."""
    bridges: tuple[tuple[int, float], ...] = ((0, 3), (5, 1))
    """In which key a bridge is, in semitones above the song's."""


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns in sixteenth steps. Those in three groups are for the three levels of energy."""

    name: str
    beats: int = 4
    swung: int = 1
    """The steps of which every second is late: sixteenths, or eighths at 2."""
    power: bool = False
    """Low guitars leave out the third."""
    language: Language = Language()
    drums: tuple[DrumLine, DrumLine, DrumLine]
    fills: tuple[DrumLine, ...]
    basses: tuple[tuple[BassCell, ...], tuple[BassCell, ...], tuple[BassCell, ...]]
    comps: tuple[tuple[CompCell, ...], tuple[CompCell, ...], tuple[CompCell, ...]]
    calls: tuple[Rhythm, ...]
    hooks: tuple[Rhythm, ...]
    """The calls of a chorus."""
    answers: tuple[Rhythm, ...]
    closes: tuple[Rhythm, ...]
