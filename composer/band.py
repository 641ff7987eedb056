"""What a band is: members, each with an instrument and habits of its own, and the style that they play in.

Only the shapes are here; the bands and styles themselves are data, in `bands.py` and `styles.py`.
"""

from typing import Final

import msgspec

from composer.theory import Mode

DrumLine = tuple[tuple[int, tuple[str, ...]], ...]
"""For each drum (a General MIDI key), the bars it may play: one character a step, see `FORCES`."""
BassCell = tuple[tuple[int, float, str], ...]
"""(step, length, role) with the role R root, 3 third, 5 fifth, 8 octave, A approach to the next root."""
CompCell = tuple[tuple[int, float, int], ...]
"""(step, length, which voice of the voicing from the lowest), or `ALL`."""
Rhythm = tuple[tuple[int, float], ...]
"""(step, length) of the notes of one bar."""

ALL: Final = -1
FORCES: Final = {"x": 1.0, "o": 0.8, "-": 0.6, "g": 0.38}
"""How hard a character of a drum line strikes; any other is a rest."""
LEVELS: Final = (0.45, 0.75)
"""The energies at which playing changes from quiet to moving, and from moving to full."""


def level(energy: float) -> int:
    """0 quiet, 1 moving, 2 full: the index into a style's patterns."""
    return sum(energy >= threshold for threshold in LEVELS)


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns in sixteenth steps. Those in three groups are for the three levels of energy."""

    name: str
    beats: int
    tempi: tuple[int, int]
    modes: tuple[tuple[Mode, float], ...]
    sevenths: float
    swing: float  # how late every second step is, in steps
    drums: tuple[DrumLine, DrumLine, DrumLine]
    fills: tuple[DrumLine, ...]
    basses: tuple[tuple[BassCell, ...], tuple[BassCell, ...], tuple[BassCell, ...]]
    comps: tuple[tuple[CompCell, ...], tuple[CompCell, ...], tuple[CompCell, ...]]
    calls: tuple[Rhythm, ...]
    hooks: tuple[Rhythm, ...]  # the calls of a chorus
    answers: tuple[Rhythm, ...]
    closes: tuple[Rhythm, ...]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One player. The voice says which of `voices` plays; the rest is what this player makes of it."""

    name: str
    voice: str
    instruments: tuple[tuple[int, float], ...]
    """(General MIDI program from 0, level from 0 to 1): a song has one. Programs differ in how loud they are."""
    low: int = 0
    high: int = 127
    pan: float = 0.0
    reverb: float
    enters: float = 0.0
    """The energy of a section from which this member plays."""
    loose: float
    """The most by which a note is early or late, in milliseconds."""
    late: float = 0.0
    """How far behind the beat this member sits, in milliseconds."""


class Band(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    style: Style
    members: tuple[Member, ...]
