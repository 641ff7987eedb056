"""The bass: a pattern of roots, fifths, octaves and steps of the scale, with an approach note before the next root.

The lowest note of a chord, its foot, is its root unless it is inverted; a pattern's roles are counted from there, third
and fifth as the next notes of the chord above it. In more than half of the songs the bass keeps one figure, see
`bass_figures.py`. In the others it has lines. In many of these it stays on the root for most of a pattern, as people's
basses do, and leads on where a phrase ends; in some it has octaves in place of other notes of the chord, or nothing but
roots; in some it is free, and each bar of a phrase is another one.
Where a section returns, some of its bars have another pattern.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.harmony import HALF, PHRASE_BARS
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import BassNote, BassPattern, Style
from bandstand.composer.theory import Chord, Key, find_nearest_pitch, fold_into_register
from bandstand.composer.voices.bass_figures import choose_foot, find_depth, keeps_figure, repeat_figure
from bandstand.composer.voices.context import ChordSpan, GridNote, SectionContext, choose_patterns, develop_patterns

ROOT_RANGE: Final = 12
"""Semitones above the lowest pitch within which roots lie. Above them is room for fifths and octaves."""
MANNERS: Final = (("plain", 5), ("octaves", 2), ("roots", 2))
"""(how the bass of a song is plain, weight)."""
STEADY: Final = 0.5
"""Share of songs whose bass has one pattern for all bars of a section."""
FREEDOM: Final = 0.5
"""Share of the notes that a free bass changes in each bar, among those that are not the root; none where it walks."""
FREE_BARS: Final = (4, 4, 8)
"""Bars after which a free bass goes round."""
HELD_SHARE: Final = 0.4
"""Share of the notes that are left out of a plainer pattern, among those that are not the root in it."""
WALKING: Final = 3
"""Notes of at least so many steps make a line that walks, and does not stand."""
OCTAVES: Final = {"5": "8", "3": "R"}
"""Role -> what a bass plays for it that likes octaves."""
STEPS: Final = {"U": 1, "D": -1}
"""Role -> scale steps from the current pitch."""
DEGREES: Final = {"4": 3, "6": 5, "7": -1, "M": -2}
"""Role -> scale steps from the root."""
SEMITONES: Final = {"+": 1, "-": -1}
"""Role -> semitones from the current pitch."""


def play_bass(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play a section. The bass rests in the first half of an intro, and holds the root through an ending."""
    section = context.section
    patterns = _choose_patterns(context, member, material, occurrence)
    lowest = member.low + find_depth(patterns)
    find_chord = choose_foot(context, material)
    last, roots = member.low + 5, dict[int, int]()
    notes: list[GridNote] = []
    for bar, pattern in enumerate(patterns):
        for span in context.chord_spans(bar):
            chord = find_chord(span.chord)
            root = roots.setdefault(chord.foot, _find_root(last, chord, lowest))
            if section.kind == "ending":
                return [GridNote(0, section.bars * context.steps, root, 0.9)]
            if section.kind == "intro" and bar < section.bars // 2 and not context.stage.opening.has_bass:
                continue
            next_chord = find_chord(context.find_next_chord(bar, span))
            line = _BassLine(root, chord, next_chord, context.key, member, lowest)
            notes += line.play(tuple(pattern), span, bar * context.steps)
            last = root
    return notes


def _choose_patterns(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> Sequence[Sequence[BassNote]]:
    """The pattern of each bar: those of the song's figure, or of the style's lines.

    Lines are free in some songs, in which the bars of a phrase are unlike each other; in others one pattern stays
    through a section.
    """
    style, bars = context.style, context.section.bars
    if keeps_figure(style, material):
        return repeat_figure(context, member, material, occurrence)
    song, lines = material.song.branch("bass line", style.name), style.bass_lines[context.find_level(member)]
    is_free, is_steady = song.draw_bool(style.bass.free), song.draw_bool(STEADY)
    patterns = choose_patterns(lines, bars, member, material, loop=1 if is_steady else 0)
    if is_free:
        freedom = min(FREEDOM, style.bass.plain)
        phrase = [_make_one_plainer(material.choose(lines), freedom, material) for _ in range(song.choose(FREE_BARS))]
        patterns = [phrase[bar % len(phrase)] for bar in range(bars)]
    patterns = develop_patterns(patterns, lines, context, member, occurrence)
    if is_free:
        return patterns
    return _make_plainer(patterns, style, material.branch("plain")) if style.bass.plain else patterns


def _make_plainer(
    patterns: Sequence[Sequence[BassNote]], style: Style, random: RandomSource
) -> list[Sequence[BassNote]]:
    """Strike the root again, or hold what sounds, in place of other notes: of many in one song, of few in another.

    The bars that end phrases lead on as they are written, if not all is plain. One pattern is changed in one way in a
    section.
    """
    song = random.song.branch("bass", style.name)
    probability, manner = min(1.0, 2 * style.bass.plain * song.draw_uniform()), song.choose_weighted(MANNERS)
    if manner == "octaves":
        patterns = [tuple((step, length, OCTAVES.get(role, role)) for step, length, role in one) for one in patterns]
    elif manner == "roots":
        probability = 1.0
    plainer: dict[Sequence[BassNote], Sequence[BassNote]] = {}
    for pattern in patterns:
        if pattern not in plainer:
            plainer[pattern] = _make_one_plainer(pattern, probability, random)
    leads = random.draw_bool(1 - probability / 2)
    return [
        pattern if leads and bar % PHRASE_BARS == PHRASE_BARS - 1 else plainer[pattern]
        for bar, pattern in enumerate(patterns)
    ]


def _make_one_plainer(pattern: Sequence[BassNote], probability: float, random: RandomSource) -> BassPattern:
    plainer: list[BassNote] = []
    for step, length, role in pattern:
        is_plain, is_held = random.draw_bool(probability), random.draw_bool(HELD_SHARE)
        if not step or role == "R" or not is_plain:
            plainer.append((step, length, role))
        elif is_held and step != HALF:  # where a second chord may begin
            begin, before, kept = plainer[-1]
            plainer[-1] = (begin, before + length, kept)
        else:
            plainer.append((step, length, "R"))
    return tuple(plainer)


def _find_root(last: int, chord: Chord, lowest: int) -> int:
    """Find the foot of the chord that is nearest to the last pitch, in the range of roots, which begins at `lowest`."""
    return fold_into_register(find_nearest_pitch(last, (chord.foot,)), lowest, lowest + ROOT_RANGE)


class _BassLine:
    """The bass under one chord."""

    def __init__(self, root: int, chord: Chord, next_chord: Chord, key: Key, member: Member, lowest: int) -> None:
        above = sorted((pitch - chord.foot) % 12 for pitch in chord.pitches[:3] if pitch != chord.foot)
        third, fifth = root + above[0], root + above[1]
        self._pitches = {"R": root, "3": third, "5": fifth, "8": root + 12, "L": fifth - 12}
        self._now = root
        self._chord = chord
        self._next_chord = next_chord
        self._key = key
        self._lowest, self._low, self._high = lowest, member.low, member.high

    def play(self, pattern: BassPattern, span: ChordSpan, start: int) -> Iterator[GridNote]:
        """Play the part of a bar's pattern that falls under the chord. `start` is the first step of the bar.

        A note at the beginning of the chord is its root, unless the pattern has the octave there.
        """
        inside = [event for event in pattern if span.begin <= event[0] < span.end]
        for index, (step, length, role) in enumerate(inside):
            own = "R" if index == 0 and step == span.begin and role != "8" else role
            pitch = self._choose_pitch(own)
            if length >= WALKING and own != "R":
                pitch = self._walk_on(pitch, own, is_last=index == len(inside) - 1)
            self._now = self._fit(pitch)
            yield GridNote(start + step, min(length, span.end - step), self._now, 1.0 if step == 0 else 0.85)

    def _fit(self, pitch: int) -> int:
        """The pitch, as few octaves lower or higher as the register wants."""
        if pitch > self._high:
            return self._high - (self._high - pitch) % 12
        return fold_into_register(pitch, self._low, self._high)

    def _choose_pitch(self, role: str) -> int:
        """The pitch of a role, see `style.BassPattern`. W, A and C lead from the current pitch to the next root."""
        if role in self._pitches:
            return self._pitches[role]
        if role in STEPS:
            return self._move(self._now, STEPS[role], self._chord)
        if role in DEGREES:
            return self._move(self._pitches["R"], DEGREES[role], self._chord)
        if role in SEMITONES:
            return self._now + SEMITONES[role]
        goal = _find_root(self._now, self._next_chord, self._lowest)
        if role == "W":
            return self._move(self._now, 1 if goal > self._now or goal == self._low else -1, self._chord)
        below, above = self._find_approaches(goal, role)
        return below if goal > self._now and goal > self._low else above

    def _walk_on(self, pitch: int, role: str, is_last: bool) -> int:
        """Another note in place of one that stands: that leads on from itself, or is the next root already."""
        if role in "35" and is_last and pitch % 12 == self._next_chord.foot:
            return self._pitches["5" if role == "3" else "3"]
        if role in "AC" and pitch == self._now:
            below, above = self._find_approaches(_find_root(self._now, self._next_chord, self._lowest), role)
            return above if pitch == below or below < self._low else below
        return pitch

    def _find_approaches(self, goal: int, role: str) -> tuple[int, int]:
        """The notes below and above the next root from which it is approached."""
        if role == "C":
            return goal - 1, goal + 1
        return self._move(goal, -1, self._next_chord), self._move(goal, 1, self._next_chord)

    def _move(self, pitch: int, steps: int, chord: Chord) -> int:
        return self._key.pitch_over(self._key.step_over(pitch, chord) + steps, chord)
