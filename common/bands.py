"""A band as plain values. The bot stores and breeds bands, and sends one to a composer worker with each job.

A member is a player with habits. Habits are numbers within limits, so that breeding can cross and mutate them. This
module knows no music: the composer defines the patterns of each style and plays by the habits.
"""

from typing import Final, NamedTuple

import msgspec


class Habit(NamedTuple):
    """The limits of a number that varies, and the standard deviation of one mutation."""

    low: float
    high: float
    deviation: float

    def clamp(self, value: float) -> float:
        """Limit `value` to the range and round it to three decimals."""
        return round(min(self.high, max(self.low, value)), 3)


HABITS: Final = {
    "density": Habit(0, 1, 0.08),
    "register": Habit(-1, 1, 0.12),
    "force": Habit(0, 1, 0.08),
    "variety": Habit(0, 1, 0.08),
    "length": Habit(0.4, 1.15, 0.06),
    "loose": Habit(0, 12, 1.0),
    "late": Habit(-5, 10, 1.0),
    "lean": Habit(-1, 1, 0.1),
    "bend": Habit(0, 1, 0.08),
    "vibrato": Habit(0, 1, 0.08),
    "swell": Habit(0, 1, 0.08),
}
"""The habits of every member. The names are fields of `Member`; one without a habit has its default."""
TIMING_HABITS: Final = ("loose", "late", "lean")
"""Habits that a member without timing errors (`loose` 0, a sequencer) does not take on."""
TEMPO_DEVIATION: Final = 4.0
"""Standard deviation of one mutation of a band's tempo, beats a minute."""
REGISTER_SEMITONES: Final = 6
"""Semitones at one end of the compass that an extreme `register` avoids."""
SWING: Final = Habit(0, 0.36, 0.03)
"""See `Band.swing`."""
COLOUR: Final = Habit(0, 1, 0.07)
"""See `Band.colour`."""
BAND_HABITS: Final = {
    "swing": SWING,
    "colour": COLOUR,
    "fills": Habit(0, 1, 0.08),
    "development": Habit(0, 1, 0.08),
    "richness": Habit(0, 1, 0.08),
    "syncopation": Habit(0, 1, 0.08),
    "pickups": Habit(0, 1, 0.08),
    "leaps": Habit(0, 1, 0.08),
}
"""The habits of a band as a whole. The names are fields of `Band`; a band without one of them has its default."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One player of a band with this player's own habits."""

    name: str
    """Name of the part, such as double bass."""
    player: str = ""
    """Name of the person who plays it."""
    voice: str
    """The role: drums, bass, chords, arpeggio, pad or melody."""
    instruments: tuple[int, ...]
    """General MIDI programs, counted from 0. Each song uses one of them."""
    bottom: int = 0
    """Lowest pitch of the compass, MIDI note number."""
    top: int = 127
    """Highest pitch of the compass, MIDI note number."""
    pan: float = 0.0
    """-1 left to 1 right."""
    reverb: float = 0.2
    """Reverb send, 0 to 1."""
    enters: float = 0.0
    """Lowest energy of a section in which this member plays."""
    density: float = 0.5
    """0 sparse to 1 busy; 0.5 is usual for the style."""
    register: float = 0.0
    """Preferred part of the compass, -1 low to 1 high."""
    force: float = 0.5
    """Dynamics, 0 soft to 1 hard."""
    variety: float = 0.3
    """Probability of another pattern in the last bar of a phrase, 0 to 1."""
    length: float = 0.95
    """Played length of a note as a share of the written one; a small value is staccato."""
    loose: float = 6.0
    """Largest random timing error of a note in either direction, milliseconds."""
    late: float = 0.0
    """Constant delay behind the beat, milliseconds."""
    lean: float = 0.0
    """How far the player leans within a phrase: -1 ahead of the beat, 1 laid back."""
    bend: float = 0.5
    """How often a lead bends into, between and out of notes, where the instrument can."""
    vibrato: float = 0.5
    """Depth of the vibrato of a lead's long notes, where the instrument can."""
    swell: float = 0.5
    """Depth of the swells of a lead's and a pad's long notes, where the instrument can."""

    @property
    def low(self) -> int:
        """Lowest pitch that this member plays, MIDI note number."""
        return self.bottom + round(REGISTER_SEMITONES * max(0.0, self.register))

    @property
    def high(self) -> int:
        """Highest pitch that this member plays, MIDI note number."""
        return self.top + round(REGISTER_SEMITONES * min(0.0, self.register))


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a band. The same band, seed and song parameters make the same song."""

    name: str
    style: str
    tempo: float
    """Beats a minute; a song's tempo differs from it by at most a tenth."""
    keys: tuple[str, ...]
    """Keys of its songs, such as C or F#m."""
    forms: tuple[str, ...]
    """Song forms, one letter for each section: Intro, Verse, Chorus, Bridge, Solo, breaK, Outro."""
    swing: float = 0.0
    """Delay of every second eighth or sixteenth, as a share of its length: 0.33 is a triplet."""
    colour: float = 0.3
    """Share of chords with a seventh, 0 to 1."""
    fills: float = 0.5
    """How often drums fill inside a section and soft strokes surround the beat, 0 to 1; 0.5 is usual for the style."""
    development: float = 0.5
    """How far a section differs from the one before of its kind, 0 to 1."""
    richness: float = 0.5
    """How many chords have sixths, ninths or suspensions, or stand on another note than their root, 0 to 1."""
    syncopation: float = 0.5
    """How many notes of the tune come ahead of the beat, 0 to 1; 0.5 is usual for the style."""
    pickups: float = 0.5
    """How many of the tune's phrases begin before the bar, 0 to 1."""
    leaps: float = 0.5
    """How often the tune leaps rather than steps, 0 to 1."""
    members: tuple[Member, ...]


def slug(name: str) -> str:
    """Make the word that names a band in commands: `small-robots` for `The Small Robots`."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return "-".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)
