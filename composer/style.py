"""A musical style: rhythm patterns for every voice, and a harmonic language. `composer/styles/` has the styles as data.

All patterns are written in steps of a sixteenth, one bar at a time. A style has its patterns in three groups, one for
each intensity level: quiet, moving, full. The level follows from the energy of the section and the density of the
player. Members and tempi belong to the band (`common.bands`), not to the style.
"""

from typing import Final

import msgspec

from bandstand.composer.stagecraft import Staging
from bandstand.composer.theory import Extension

DrumPattern = tuple[tuple[int, tuple[str, ...]], ...]
"""(drum, bars) for each drum. The drum is a General MIDI key; a bar has one character for each step, see `FORCES`."""
BassNote = tuple[int, float, str]
BassPattern = tuple[BassNote, ...]
"""(step, length, role) of each note. Roles: R root, 3 third, 5 fifth, 8 octave, L the fifth below the root, 4 and 6
these steps of the scale above the root, 7 and M the step and the third below it, U and D a scale step up and down, +
and - a semitone up and down, W walk (one scale step towards the next root), A approach note (a scale step beside the
next root), C the same but a semitone beside it."""
CompingPattern = tuple[tuple[int, float, int], ...]
"""(step, length, voice) of each chord or note. The voice counts from the lowest, or is `ALL` or `UPPER`."""
Rhythm = tuple[tuple[int, float], ...]
"""(step, length) of the notes of one bar."""
RiffRhythm = tuple[tuple[int, int], ...]
"""The same in whole steps."""

ALL: Final = -1
UPPER: Final = -2
"""All voices but the lowest."""
FORCES: Final = {"x": 1.0, "o": 0.8, "-": 0.6, "g": 0.3}
"""Character of a drum pattern (accent, beat, soft, ghost) -> force of the stroke. Any other character is a rest."""
LEVEL_ENERGIES: Final = (0.45, 0.75)
"""Lowest energies of the levels moving and full."""

# The drums of a kit, by General MIDI's percussion key map.
KICK: Final = 36
SIDESTICK: Final = 37
SNARE: Final = 38
CLAP: Final = 39
CLOSED: Final = 42
PEDAL: Final = 44
OPEN: Final = 46
CRASH: Final = 49
RIDE: Final = 51
TAMBOURINE: Final = 54
SHAKER: Final = 70
CLAVES: Final = 75
TOMS: Final = (48, 45, 43)
"""High, middle, low."""


def find_level(energy: float) -> int:
    """The intensity level of a section: 0 quiet, 1 moving, 2 full. It is the index into a style's patterns."""
    return sum(energy >= threshold for threshold in LEVEL_ENERGIES)


class HarmonicLanguage(msgspec.Struct, frozen=True, kw_only=True):
    """A style's choices in harmony.

    A phrase template has one harmonic function for each bar: T tonic, S subdominant, D dominant. Choices carry weights.
    """

    open_phrases: tuple[tuple[str, float], ...] = (("TTSD", 4), ("TSTD", 3), ("TDTS", 3), ("TSSD", 2))
    """(template, weight) of phrases that end away from the tonic."""
    closed_phrases: tuple[tuple[str, float], ...] = (("TSDT", 4), ("SSDT", 2), ("STDT", 2), ("TTDT", 1))
    """(template, weight) of phrases that end on the tonic."""
    hold_share: float = 0.35
    """Share of the bars with the function of the bar before that keep its chord."""
    return_share: float = 0.8
    """Share of sections whose last phrase is the first again, but for its cadence."""
    loop_share: float = 0.15
    """Share of sections in which two bars of chords go round."""
    has_dominant_cadence: bool = True
    """True if a closed phrase ends with a dominant seventh and its tonic."""
    two_chord_share: float = 0.15
    """Share of bars with two chords."""
    secondary_dominant_share: float = 0.0
    """Share of two-chord bars whose second chord is the dominant of the next chord."""
    extensions: tuple[tuple[Extension, float], ...] = (("add9", 3), ("sus4", 2), ("sus2", 1))
    """(extension, weight) of what a chord may have beyond its triad or seventh; each degree has its own in a song."""
    extension_share: float = 0.2
    """Share of chords that have it."""
    suspension_share: float = 0.3
    """Share of dominants at the end of an open phrase that are suspended first."""
    inversion_share: float = 0.3
    """Share of chords that stand on their third, of those whose bass then moves by step."""
    borrowed_share: float = 0.0
    """Share of subdominants of a major key that are borrowed from the minor key."""
    last_chord: Extension | None = None
    """Extension of the song's last chord."""
    final_transpositions: tuple[tuple[int, float], ...] = ((0, 3), (2, 1), (1, 0.5))
    """(semitones, weight) by which the last chorus and the sections after it are transposed up."""
    bridge_transpositions: tuple[tuple[int, float], ...] = ((0, 3), (5, 1))
    """(semitones, weight) by which a bridge is transposed up."""


class Drumming(msgspec.Struct, frozen=True, kw_only=True):
    """What a style's drummers add to its patterns."""

    ghosts: DrumPattern = ((SNARE, (".g.g..gg.g.g..g.",)),)
    """Where a soft stroke may go, if there is none of the drum: each mark is a place."""
    ghost_share: float = 0.4
    """Share of those places that have one, for a player who is neither sparse nor busy."""
    opening: str = "......o.......o."
    """Where a closed hi-hat may open instead."""
    opening_share: float = 0.35
    fill_share: float = 0.65
    """Share of the phrases inside a section that end with a short fill."""
    colours: tuple[tuple[int, str], ...] = ((TAMBOURINE, "....o.......o..."),)
    """(drum, bar): what joins in the last chorus, or when a section returns."""


class RiffStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How the riffs of a style are, see `composer/voices/riffs.py`. Without players there are none."""

    players: tuple[str, ...] = ()
    """Voices whose first player plays it."""
    share: float = 0.9
    """Share of songs that have one."""
    rhythms: tuple[RiffRhythm, ...] = ()
    """(step, length) of the notes of one bar."""
    degrees: tuple[tuple[int, float], ...] = ((0, 3), (2, 3), (3, 2), (4, 2), (-1, 2))
    """(scale steps above the chord's root, weight) of its notes after the first."""
    kinds: tuple[tuple[tuple[str, ...], float], ...] = ((("intro", "break", "solo", "outro"), 1),)
    """(kinds of sections that have it, weight)."""
    has_fifths: bool = False
    """True if a player of chords adds the fifth to long roots."""
    bar: int = 16
    """Steps in a bar."""
    turn: int = 8
    """Step up to which its second bar is as its first."""


class TuneStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How the tunes of a style are: a mixture of kinds of tunes that were learned, and some habits."""

    idioms: tuple[tuple[str, float], ...] = (("air", 1.0),)
    """(kind of tune in `composer/voices/tunes/learned.py`, weight); those of a style in 3/4 have three beats."""
    own: float = 0.5
    """Weight of the style's own rhythms beside them."""
    fullness: float = 1.0
    """Above 1 for more notes than they have, below it for fewer."""
    syncopation: float = 0.0
    """Share of the notes on strong beats that come an eighth ahead."""
    pickups: float = 0.6
    """Share of the songs whose tunes begin before the bar."""
    leaps: float = 1.0
    """Factor of the weight of intervals of a fifth and more."""
    gaps: float = 1.0
    """Factor of the weight of the notes that a pentatonic scale leaves out."""
    reuse: float = 0.78
    """Share of bars that have the rhythm of a bar before."""
    change: float = 0.2
    """Probability that a unit which returns has another end."""
    literal: float = 0.6
    """Share of the songs whose units return as they were."""
    doubles: bool = False
    """True if a short note is struck twice where a tune returns, as horns do; else it leads to the next one."""
    sequences: float = 1.0
    """Factor of the probability that a unit returns a step or two higher or lower."""


class BassStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How the basses of a style differ from song to song, see `composer/voices/bass.py` and `bass_figures.py`."""

    figures: float = 0.6
    """Share of songs whose bass keeps a figure."""
    even: float = 0.5
    """Share of figures in equal notes; others have the rhythm of a pattern."""
    kinds: tuple[tuple[str, float], ...] = (
        *(("chord", 2), ("riff", 5), ("neighbours", 3), ("scale", 2)),
        *(("octaves", 4), ("fifths", 2), ("roots", 3)),
    )
    """(kind of figure, weight)."""
    pedals: float = 0.2
    """Share of figures that stand on the tonic under all chords that have it."""
    free: float = 0.25
    """Share of the other songs whose bass plays each bar in another way."""
    plain: float = 0.6
    """Share of the notes of a pattern for which the root is struck again in these, on average over the songs."""


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """The patterns of a style. The index of `drums`, `bass_lines` and `comping` is the intensity level."""

    name: str
    beats: int = 4
    """Quarter notes in a bar."""
    swing_steps: int = 1
    """Length of the notes that swing, in steps: 1 for sixteenths, 2 for eighths. Every second one is late."""
    has_power_chords: bool = False
    """True if low guitars leave out the third."""
    harmony: HarmonicLanguage = HarmonicLanguage()
    drums: tuple[DrumPattern, DrumPattern, DrumPattern]
    fills: tuple[DrumPattern, ...]
    """Patterns for the last bar of a section."""
    drumming: Drumming = Drumming()
    staging: Staging = Staging()
    riffs: RiffStyle = RiffStyle()
    bass_lines: tuple[tuple[BassPattern, ...], tuple[BassPattern, ...], tuple[BassPattern, ...]]
    bass: BassStyle = BassStyle()
    comping: tuple[tuple[CompingPattern, ...], tuple[CompingPattern, ...], tuple[CompingPattern, ...]]
    comping_variety: float = 0.0
    """Least variety of who plays chords: from bar to bar a jazz pianist hardly comps twice in one rhythm."""
    tune: TuneStyle = TuneStyle()
    call_rhythms: tuple[Rhythm, ...]
    """Rhythms of bars that are typical of the style's tunes, see `composer/voices/tunes/idioms.py`."""
    chorus_rhythms: tuple[Rhythm, ...]
    """The same, as a chorus has them."""
    response_rhythms: tuple[Rhythm, ...]
    """The same, of bars that answer."""
