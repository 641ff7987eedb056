"""A band as plain values: what the bot keeps and breeds, and what a composer worker is handed with its job.

A member is a player with habits; the habits are numbers within limits, so that they can be mixed and mutated. Knows
no music: what a style's patterns are, and what becomes of a habit, is the composer's.
"""

from typing import Final, NamedTuple

import msgspec


class Habit(NamedTuple):
    """The limits of a number, and how far one mutation takes it (a standard deviation)."""

    low: float
    high: float
    stray: float

    def within(self, value: float) -> float:
        return round(min(self.high, max(self.low, value)), 3)


HABITS: Final = {
    "density": Habit(0, 1, 0.08),
    "register": Habit(-1, 1, 0.12),
    "force": Habit(0, 1, 0.08),
    "variety": Habit(0, 1, 0.08),
    "length": Habit(0.4, 1.15, 0.06),
    "loose": Habit(0, 12, 1.0),
    "late": Habit(-5, 10, 1.0),
}
"""Of every member; the names are fields of `Member`."""
TEMPO_STRAY: Final = 4.0
"""How far one mutation takes a band's tempo, beats a minute."""
REACH: Final = 6
"""How many semitones of a compass the register can leave out at either end."""
SWING: Final = Habit(0, 0.36, 0.03)
COLOUR: Final = Habit(0, 1, 0.07)
"""The share of chords with a seventh."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One player of a band, and the habits that are this player's own."""

    name: str
    """The part, such as double bass."""
    player: str = ""
    """Who plays it."""
    voice: str
    """Drums, bass, chords, arpeggio, pad or melody: what this member has to do."""
    instruments: tuple[int, ...]
    """General MIDI programs, from 0: a song has one of them."""
    bottom: int = 0
    top: int = 127
    """The instrument's compass, MIDI pitches."""
    pan: float = 0.0
    reverb: float = 0.2
    enters: float = 0.0
    """The energy of a section from which this member plays."""
    density: float = 0.5
    """0 sparse to 1 busy; at 0.5 the style's own measure."""
    register: float = 0.0
    """-1 low to 1 high in the compass."""
    force: float = 0.5
    """0 soft to 1 hard."""
    variety: float = 0.3
    """How often this member departs from the pattern."""
    length: float = 0.95
    """How long notes are held, against what is written: short is staccato."""
    loose: float = 6.0
    """The most by which a note is early or late, milliseconds."""
    late: float = 0.0
    """How far behind the beat this member sits, milliseconds."""

    @property
    def low(self) -> int:
        """The lowest pitch that this member likes to play."""
        return self.bottom + round(REACH * max(0.0, self.register))

    @property
    def high(self) -> int:
        return self.top + round(REACH * min(0.0, self.register))


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A band as it plays now. The same band and seed make the same song."""

    name: str
    style: str
    tempo: float
    """What its songs keep to, beats a minute, within a tenth."""
    keys: tuple[str, ...]
    """Its favourite keys, such as C or F#m."""
    forms: tuple[str, ...]
    """A letter for each section: Intro, Verse, Chorus, Bridge, Solo, breaK, Outro."""
    swing: float = 0.0
    """How late every second eighth or sixteenth is, as a share of it: 0.33 is a triplet."""
    colour: float = 0.3
    members: tuple[Member, ...]


def slug(name: str) -> str:
    """The word that names a band in commands: `The Small Robots` is `small-robots`."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return "-".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)
