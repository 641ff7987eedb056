"""Figures of the bass: what a song's bass goes round and round, under whatever chords there are.

Many basses are no lines from root to root but one figure of a bar or two, moved from chord to chord: a broken chord, a
riff of a pentatonic scale, neighbours a semitone or a step away, octaves, root and fifth in turn, or the root alone. A
song that has a figure keeps it, in some songs with another one in the choruses. Its rhythm is a steady row of equal
notes, or one of the style's. Other songs have lines, see `voices/bass.py`.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log2
from statistics import mean
from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.harmony import HALF, PHRASE_BARS
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import BassNote, BassPattern, Style
from bandstand.composer.theory import Chord
from bandstand.composer.voices.context import SectionContext, choose_pattern, develop_patterns

SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "chord": ("R 3 5 3", "R 5 3 5", "R 3 5 8", "R 3 5 6", "R 5 8 5", "8 5 3 5"),
    "riff": ("R 7 R 3", "R 3 4 3", "R 7 L 7", "R R 3 4", "R M L M", "R L 7 R", "5 4 3 R", "R 3 R 3", "R M R 3"),
    "neighbours": ("R - R R", "R R - R", "R - R +", "R + R -", "3 - R -", "5 - - 3"),
    "scale": ("R U 3 U", "R 7 R U", "R U 3 4 5 4 3 U", "R U R 7", "3 U R 7"),
    "octaves": ("R 8", "R R 8 R", "R 8 R R", "R 8 5 8"),
    "fifths": ("R L", "R 5", "R L 3 L", "R L R 5"),
    "roots": ("R",),
}
"""Kind of figure -> the roles of its notes, see `style.BassPattern`, which go round."""
DEPTHS: Final = {"L": 5, "M": 4, "7": 2, "-": 1}
"""Role -> semitones that it may lie below the root."""
STRIKES: Final = ((1, 4.0), (2, 1.0), (4, 2.0))
"""(how often each note is struck before the next, weight)."""
MISSING: Final = (("x", 3.0), ("x.xx", 1.0), ("xxx.", 1.0), ("x.xxxxxx", 1.0), ("xxxxxx.x", 1.0))
"""(which notes of an even row are there, weight)."""
SLOW: Final = 3
"""Steps beyond which no note is a semitone beside a note of the chord, but a step of the scale."""
STEPWISE: Final = {"+": "U", "-": "D"}
"""Role -> what is played for it then."""
OTHER_CHORUS: Final = 0.4
"""Share of songs whose choruses have another figure."""
STEADY: Final = 0.6
"""Share of songs whose even notes are as fast in a quiet section as in all others; in others they are half as fast."""
ANSWERING: Final = 0.35
"""Share of figures with a second bar of its own."""
LEADING: Final = 0.25
"""Share of songs whose figure leads on to the next root where a phrase ends."""
DEEP: Final = 0.4
"""Share of pedals that stay on the tonic also under chords without it, if they have no note a semitone beside it."""
HELD: Final = 0.92
"""Length of a note, of the time to the next."""


def keeps_figure(style: Style, material: RandomSource) -> bool:
    """Whether the bass of a song keeps a figure."""
    return _branch_song(style, material).branch("keeps").draw_bool(style.bass.figures)


def repeat_figure(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> Sequence[Sequence[BassNote]]:
    """A pattern for each bar of a section. Where the section returns, some bars have another shape."""
    song = _branch_song(context.style, material)
    has_other = context.section.kind == "chorus" and song.branch("other").draw_bool(OTHER_CHORUS)
    random = song.branch("chorus") if has_other else song
    kind = random.branch("kind").choose_weighted(context.style.bass.kinds)
    rhythm = _draw_rhythm(context, member, random)
    strikes = 1 if kind == "octaves" else random.branch("strikes").choose_weighted(STRIKES)
    shapes = [_shape_bar(rhythm, shape, strikes) for shape in _shuffle(SHAPES[kind], random.branch("shapes"))]
    figure = shapes[: 2 if random.branch("answers").draw_bool(ANSWERING) else 1]
    bars: list[Sequence[BassNote]] = [figure[bar % len(figure)] for bar in range(context.section.bars)]
    bars = develop_patterns(bars, shapes, context, member, occurrence)
    if song.branch("leads").draw_bool(LEADING):
        bars = [_lead_on(one) if bar % PHRASE_BARS == PHRASE_BARS - 1 else one for bar, one in enumerate(bars)]
    return bars


def choose_foot(context: SectionContext, material: RandomSource) -> Callable[[Chord], Chord]:
    """How the bass reads a chord: in some songs with figures it stands on the tonic where the chord's triad has it."""
    song, share = _branch_song(context.style, material), context.style.bass.pedals
    if not keeps_figure(context.style, material) or not song.branch("pedal").draw_bool(share):
        return lambda chord: chord
    tonic, is_deep = context.key.tonic, song.branch("deep").draw_bool(DEEP)
    beside = {(tonic - 1) % 12, (tonic + 1) % 12}

    def read(chord: Chord) -> Chord:
        stands = tonic in chord.pitches[:3] or (is_deep and not beside.intersection(chord.pitches))
        return msgspec.structs.replace(chord, bass=tonic) if stands else chord

    return read


def find_depth(patterns: Sequence[Sequence[BassNote]]) -> int:
    """Semitones below the root that patterns need."""
    return max((DEPTHS.get(role, 0) for pattern in patterns for _, _, role in pattern), default=0)


def _branch_song(style: Style, random: RandomSource) -> RandomSource:
    """What is drawn once for a song; of each style its own, so that a seed means nothing for all of them."""
    return random.song.branch("bass figure", style.name)


def _shuffle(shapes: Sequence[str], random: RandomSource) -> list[str]:
    return sorted(shapes, key=lambda shape: random.branch(shape).draw_uniform())


def _draw_rhythm(context: SectionContext, member: Member, random: RandomSource) -> list[tuple[int, float]]:
    """(step, length) of the notes of a bar: equal notes, about as many as the style has, or a pattern's."""
    style, level = context.style, context.find_level(member)
    if not random.branch("even").draw_bool(style.bass.even):
        pattern = choose_pattern(style.bass_lines[level], len, member, random.branch("rhythm"))
        return [(step, length) for step, length, _ in pattern]
    usual = log2(context.steps / mean([len(pattern) for pattern in style.bass_lines[1]]))
    gap = min(HALF, 2 ** int(usual + random.branch("gap").draw_uniform()))
    if not level and not random.branch("steady").draw_bool(STEADY):
        gap = min(HALF, 2 * gap)
    missing = random.branch("missing").choose_weighted(MISSING)
    steps = [step for step in range(0, context.steps, gap) if missing[step // gap % len(missing)] == "x"]
    return [(step, (after - step) * HELD) for step, after in pairwise([*steps, context.steps])]


def _shape_bar(rhythm: Sequence[tuple[int, float]], shape: str, strikes: int) -> BassPattern:
    """Notes of these steps and lengths, each role of the shape struck so often, where there is time for two of them."""
    roles, often = shape.split(), max(1, min(strikes, len(rhythm) // 2))
    if max(length for _, length in rhythm) > SLOW:
        roles = [STEPWISE.get(role, role) for role in roles]
    return tuple((step, length, roles[index // often % len(roles)]) for index, (step, length) in enumerate(rhythm))


def _lead_on(bar: Sequence[BassNote]) -> BassPattern:
    """The bar with a last note from which the next root is reached."""
    *before, (step, length, role) = bar
    return (*before, (step, length, "A" if before else role))
