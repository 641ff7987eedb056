"""The section context: everything that a voice needs to know to play in one section. Voices return notes on the grid.

Also chooses among a style's patterns by a member's habits, in the same way for all voices.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple, Protocol, TypeVar

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.harmony import HALF, BarChords
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import Section
from bandstand.composer.stagecraft import Stage
from bandstand.composer.style import Style, find_level
from bandstand.composer.theory import Chord, Key

T = TypeVar("T")

PATTERN_WIDTH: Final = 0.6
"""Largest random difference between a member's density and that of its pattern, on the scale of density."""
DENSITY_WEIGHT: Final = 0.3
"""Weight of a member's density beside the section's energy in the choice of the intensity level."""
CHANGED_BARS: Final = (0.15, 0.95, 0.6, 1.3)
"""Probability that this bar of a phrase has another pattern where a section returns, for each unit of development."""
RESTLESS: Final = 0.7
"""Factor of that probability for a player without variety, whose variety is added to it."""


class GridNote(NamedTuple):
    """A note on the grid: `step` counts sixteenths from the beginning of the section, `length` is in sixteenths."""

    step: int
    length: float
    pitch: int
    force: float  # 0 to 1


class ChordSpan(NamedTuple):
    """A chord and its place in a bar, from step `begin` up to step `end`."""

    begin: int
    end: int
    chord: Chord


class RiffNote(NamedTuple):
    """A note of a riff: its step in the riff, length in steps, and pitch in scale steps above the chord's root."""

    step: int
    length: int
    degree: int


class Riff(msgspec.Struct, frozen=True):
    """The riff of a song, see `voices/riffs.py`."""

    notes: tuple[RiffNote, ...]
    turned: tuple[RiffNote, ...]
    """The same with another end, for phrases of a section that returns."""
    steps: int
    """Its length; then it begins again."""
    players: tuple[str, ...]
    """Names of the members who play it."""
    kinds: tuple[str, ...]
    """Kinds of sections that have it."""


class Tune(Protocol):
    """A tune that is written as far as it is asked for."""

    def write(self, bars: int | None = None) -> list[GridNote]: ...


class SectionContext(msgspec.Struct, frozen=True, kw_only=True):
    """One section with its style and harmony."""

    section: Section
    style: Style
    key: Key
    bars: tuple[BarChords, ...]
    """The chords of each bar."""
    following: Chord
    """First chord of the next section."""
    motif: tuple[int, ...]
    """The song's motif: intervals from note to note, in scale steps."""
    rhythm: tuple[int, ...] = ()
    """The song's rhythmic motif: a bar, the steps on which notes begin."""
    riff: Riff | None = None
    """The song's riff, if the section has it."""
    loop: int = 0
    """Bars of the figures that chords keep, see `composer.setting`; 0 if they keep none."""
    is_thin: bool = False
    """Whether chords are played without their fifths."""
    is_strict: bool = False
    """Whether these figures stay in sections that return, and all sections have them in one register."""
    touch: str = "chords"
    """How chords are struck, see `composer.setting.TOUCHES`."""
    has_halves: bool = False
    """Whether others than the first who accompanies join in halfway through a verse."""
    is_free: bool = False
    """Whether no chord is played as it was before."""
    swing: float = 0.0
    """See `common.bands.Band.swing`."""
    fills: float = 0.5
    """See `common.bands.Band.fills`."""
    development: float = 0.5
    """See `common.bands.Band.development`."""
    stage: Stage = Stage()
    """What is staged in the section."""
    syncopation: float = 0.5
    """See `common.bands.Band.syncopation`."""
    pickups: float = 0.5
    """See `common.bands.Band.pickups`."""
    leaps: float = 0.5
    """See `common.bands.Band.leaps`."""
    ahead: "Ahead | None" = None
    """The next section, if the player goes on in it; only a melody is told."""
    hook: "Ahead | None" = None
    """The first chorus, if this is an intro that quotes its tune,"""
    hook_bar: int = 0
    """from this bar on."""
    tune: tuple[GridNote, ...] = ()
    """What the melody plays in this section, for the others to keep clear of; empty while it is not known."""
    written: dict[Hashable, Tune] = {}
    """The tunes that were begun for the song, which all of its sections share: most return, or begin with a pickup in
    the section before."""

    @property
    def steps(self) -> int:
        """Steps in a bar."""
        return self.style.beats * 4

    @property
    def is_last_chorus(self) -> bool:
        """Whether it is the song's last chorus, which alone has the energy 1."""
        return self.section.kind == "chorus" and self.section.energy == 1.0

    @property
    def change(self) -> float:
        """How far the section is to differ from the first of its kind, 0 to 1.

        A chorus before the last is what people know by then, and stays as it was.
        """
        is_known = self.section.number == 1 or (self.section.kind == "chorus" and not self.is_last_chorus)
        return 0.0 if is_known else self.development

    def chord_spans(self, bar: int) -> list[ChordSpan]:
        """The chords of a bar with their places."""
        chords = self.bars[bar]
        if len(chords) == 1:
            return [ChordSpan(0, self.steps, chords[0])]
        return [ChordSpan(0, HALF, chords[0]), ChordSpan(HALF, self.steps, chords[1])]

    def chord_at(self, step: int) -> Chord:
        """The chord at a step of the section."""
        bar, step_in_bar = divmod(step, self.steps)
        return self.bars[bar][-1 if step_in_bar >= HALF else 0]

    def find_tune(self, begin: int, end: int) -> list[GridNote]:
        """The notes of the tune that sound between two steps of the section."""
        return [note for note in self.tune if note[0] < end and begin < note[0] + note[1]]  # step and length

    def find_next_chord(self, bar: int, span: ChordSpan) -> Chord:
        """The chord after that of `span` in `bar`, in the next section if necessary."""
        if span.end < self.steps:
            return self.bars[bar][-1]
        return self.bars[bar + 1][0] if bar + 1 < len(self.bars) else self.following

    def find_level(self, member: Member) -> int:
        """The intensity level at which a member plays the section, see `style.find_level`."""
        return find_level(self.section.energy + DENSITY_WEIGHT * (member.density - 0.5))


class Ahead(msgspec.Struct, frozen=True):
    """Another section, which follows or is quoted, with its player's random sources (see `voices.Voice`)."""

    context: SectionContext
    material: RandomSource
    occurrence: RandomSource


def choose_pattern(choices: Sequence[T], size: Callable[[T], int], member: Member, random: RandomSource) -> T:
    """Choose a pattern that suits the member's density. `size` counts the notes of a pattern."""
    ordered = sorted(choices, key=size)
    density = member.density + random.draw_triangular(PATTERN_WIDTH)
    return ordered[max(0, min(len(ordered) - 1, int(density * len(ordered))))]


def choose_patterns(
    choices: Sequence[Sequence[T]], bars: int, member: Member, random: RandomSource, loop: int = 0
) -> list[Sequence[T]]:
    """Choose a pattern for each bar: the same for most, others by the member's variety, mostly at a phrase's end.

    With `loop`, the first so many bars go round.
    """
    usual = choose_pattern(choices, len, member, random)
    chosen: list[Sequence[T]] = []
    for bar in range(bars):
        probability = member.variety if bar % 4 == 3 else member.variety**2 / 2
        is_varied, other = random.draw_bool(probability), choose_pattern(choices, len, member, random)
        chosen.append(other if is_varied else usual)
    return [chosen[bar % loop] for bar in range(bars)] if loop else chosen


def develop_patterns(
    patterns: list[Sequence[T]],
    choices: Sequence[Sequence[T]],
    context: SectionContext,
    member: Member,
    occurrence: RandomSource,
) -> list[Sequence[T]]:
    """Put another pattern into some bars of a section that returns: in the same bars of each of its phrases, in more of
    them by a player who varies much."""
    if not context.change or (context.is_strict and member.voice != "bass"):
        return patterns
    random = occurrence.branch("develop")
    other = random.choose([one for one in choices if one != patterns[0]] or list(choices))
    change = context.change * (RESTLESS + member.variety)
    changed = [random.draw_bool(share * change) for share in CHANGED_BARS]
    if not any(changed):
        changed[random.choose_weighted(tuple(enumerate(CHANGED_BARS)))] = True
    return [other if changed[bar % 4] else pattern for bar, pattern in enumerate(patterns)]
