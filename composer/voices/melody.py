"""The melody: a motif that returns and varies, in phrases of call and response.

A phrase is four bars: call, response, the call again a little higher or lower, and a cadence. The motif is a row of
intervals in scale steps; each kind of section has its own transformation of it (inversion, rotation, retrograde). Notes
on strong beats and long notes belong to the chord, others to the scale. Intervals are small (see `WIDEST`), and the
melody stays near an anchor in the register, higher in a chorus than in a verse.
"""

from typing import Final, NamedTuple

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import Rhythm
from bandstand.composer.theory import Chord
from bandstand.composer.voices.context import GridNote, SectionContext, choose_pattern

WIDEST: Final = 5
"""Widest interval of the melody, semitones."""
INTERVALS: Final = ((1, 5), (-1, 5), (0, 2), (2, 2), (-2, 2), (3, 0.5))
"""(scale steps, weight) of the intervals of a motif."""
ANCHOR_RANGE: Final = 4
"""Largest distance from the anchor, scale steps."""
MOTIF_LENGTH: Final = 8
"""Intervals in a motif: enough for the fullest bar."""
MOTIF_RANGE: Final = 4
"""Largest distance of a motif from its beginning, scale steps: a fifth."""
HEIGHTS: Final = {"verse": 0, "chorus": 3, "bridge": 2, "solo": 4, "break": 0, "outro": 1, "ending": 0}
"""Kind of section -> anchor, in scale steps above the lowest third of the register."""
LONG_STEPS: Final = 4
"""A note of at least this many steps belongs to the chord."""
SECOND_VOICE: Final = (3, 9)
"""Smallest and largest distance of the second voice below the tune, semitones: from a minor third to a major sixth."""


class PhraseMaterial(NamedTuple):
    """The material of a phrase."""

    call: Rhythm
    response: Rhythm
    cadence: Rhythm
    intervals: tuple[int, ...]
    shift: int  # scale steps by which the call is higher in the third bar


def draw_motif(random: RandomSource) -> tuple[int, ...]:
    """Draw a motif: intervals in scale steps. An interval that would leave `MOTIF_RANGE` is inverted."""
    intervals: list[int] = []
    for _ in range(MOTIF_LENGTH):
        interval = random.choose_weighted(INTERVALS)
        intervals.append(-interval if abs(sum(intervals) + interval) > MOTIF_RANGE else interval)
    return tuple(intervals)


def transform_motif(motif: tuple[int, ...], kind: str, random: RandomSource) -> tuple[int, ...]:
    """Transform the motif for a kind of section.

    It is unchanged in a verse, inverted or rotated in a chorus or solo, and in retrograde elsewhere.
    """
    if kind == "verse":
        return motif
    split = random.draw_integer(1, len(motif) - 1)
    inverted, rotated = tuple(-interval for interval in motif), motif[split:] + motif[:split]
    return random.choose((inverted, rotated)) if kind in ("chorus", "solo") else motif[::-1]


def play_melody(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play a section. The melody rests in an intro. A solo has new material in each phrase."""
    section = context.section
    if section.kind == "intro":
        return []
    is_solo = section.kind == "solo"
    phrase = _choose_material(context, member, occurrence if is_solo else material)
    line = _MelodyLine(context, member, HEIGHTS[section.kind])
    if section.kind == "ending":
        return [GridNote(0, section.bars * context.steps, line.find_goal(context.bars[0][0]), 0.8)]
    notes: list[GridNote] = []
    for bar in range(section.bars):
        bar_in_phrase, start = (bar - section.bars) % 4, bar * context.steps
        if is_solo and bar and bar_in_phrase == 0:
            phrase = _choose_material(context, member, occurrence)
        if bar_in_phrase == 3:
            notes += line.play_cadence(phrase.cadence, start)
        elif bar_in_phrase == 1:
            notes += line.play_bar(phrase.response, phrase.intervals[::-1], start, 0)
        else:
            notes += line.play_bar(phrase.call, phrase.intervals, start, phrase.shift if bar_in_phrase == 2 else 0)
    return _add_second_voice(notes, context, member) if section.kind == "chorus" and section.energy == 1.0 else notes


def _choose_material(context: SectionContext, member: Member, random: RandomSource) -> PhraseMaterial:
    style, kind = context.style, context.section.kind
    return PhraseMaterial(
        call=choose_pattern(style.chorus_rhythms if kind == "chorus" else style.call_rhythms, len, member, random),
        response=choose_pattern(style.response_rhythms, len, member, random),
        cadence=choose_pattern(style.cadence_rhythms, len, member, random),
        intervals=transform_motif(context.motif, kind, random),
        shift=random.choose((-1, 0, 0, 1, 2)),
    )


class _MelodyLine:
    """The melody in progress: its current position and its limits, in scale steps."""

    def __init__(self, context: SectionContext, member: Member, height: int) -> None:
        key = self._key = context.key
        self._chord_at = context.chord_at
        self._strong = 8 if context.style.beats == 4 else context.steps
        self._low, self._high = key.step_at(member.low) + 1, key.step_at(member.high)
        self._floor = self._low + (self._high - self._low) // 3
        self._anchor = self._floor + height
        self._now = self._anchor

    def find_goal(self, chord: Chord) -> int:
        """Find the pitch of the root of `chord` that is nearest to the current position."""
        return self._key.pitch_at(self._find_nearest(self._now, chord.pitches[:1]))

    def play_bar(self, rhythm: Rhythm, intervals: tuple[int, ...], start: int, shift: int) -> list[GridNote]:
        """Play a bar from the anchor, `shift` scale steps higher, on by the intervals."""
        notes: list[GridNote] = []
        for index, (step, length) in enumerate(rhythm):
            chord, is_strong = self._chord_at(start + step), step % self._strong == 0
            target = self._anchor + shift if index == 0 else self._limit(self._now + intervals[index])
            self._move(target, chord if is_strong or index == 0 or length >= LONG_STEPS else None)
            notes.append(self._make_note(start + step, length, chord, 1.0 if is_strong else 0.85))
        return notes

    def play_cadence(self, rhythm: Rhythm, start: int) -> list[GridNote]:
        """Begin on a note of the chord, and move in even steps to another, to its root if the chord is the tonic."""
        chord = self._chord_at(start + rhythm[-1][0])
        is_tonic = chord.degree == 0
        reach = 0 if len(rhythm) == 1 else 2
        near = max(self._now - reach, min(self._now + reach, self._floor)) if is_tonic else self._anchor - 1
        goal = self._find_nearest(near, chord.pitches[:1] if is_tonic else chord.pitches)
        notes: list[GridNote] = []
        for index, (step, length) in enumerate(rhythm):
            here, left = self._chord_at(start + step), len(rhythm) - index
            interval = round((goal - self._now) / left)
            must_belong = index == 0 or left == 1 or length >= LONG_STEPS
            self._move(goal if left == 1 else self._now + interval, here if must_belong else None)
            notes.append(self._make_note(start + step, length, here, 0.9))
        return notes

    def _limit(self, step: int) -> int:
        """Limit a position to the range around the anchor."""
        return max(self._anchor - ANCHOR_RANGE, min(self._anchor + ANCHOR_RANGE, step))

    def _move(self, target: int, chord: Chord | None) -> None:
        """Move as near to `target` as `WIDEST` and the register allow, to a note of `chord` if one is given."""
        here = self._key.pitch_at(self._now)
        reachable = [
            step
            for step in range(max(self._low, self._now - 4), min(self._high, self._now + 4) + 1)
            if abs(self._key.pitch_at(step) - here) <= WIDEST
            and (chord is None or self._find_pitch(step, chord) % 12 in chord.pitches)
        ]
        self._now = min(reachable, key=lambda step: abs(step - target), default=self._now)

    def _belongs_to(self, step: int, classes: tuple[int, ...]) -> bool:
        return self._key.pitch_at(step) % 12 in classes

    def _find_nearest(self, step: int, classes: tuple[int, ...]) -> int:
        steps = [step + move for move in range(-4, 5) if self._belongs_to(step + move, classes)]
        return min(steps, key=lambda other: abs(other - step))

    def _make_note(self, step: int, length: float, chord: Chord, force: float) -> GridNote:
        """Make a note at the current position."""
        return GridNote(step, length, self._find_pitch(self._now, chord), force)

    def _find_pitch(self, step: int, chord: Chord) -> int:
        """The pitch of a scale step over a chord.

        It is raised if the chord raises this note of the scale, as the dominant of a minor key has the leading note.
        """
        pitch = self._key.pitch_at(step)
        above = (pitch + 1) % 12
        return pitch + (above in chord.pitches and above not in self._key.scale)


def _add_second_voice(notes: list[GridNote], context: SectionContext, member: Member) -> list[GridNote]:
    """Add a second voice below, without the shortest notes: for the last chorus.

    It is a third below in the scale, where that belongs to the chord or passes by quickly between strong beats;
    otherwise it takes the nearest note of the chord from a third to a sixth below, or rests.
    """
    below: list[GridNote] = []
    strong = 8 if context.style.beats == 4 else context.steps
    for note in notes:
        if note.length < 2:
            continue
        third = context.key.pitch_at(context.key.step_at(note.pitch) - 2)
        chord = context.chord_at(note.step).pitches
        is_passing = note.step % context.steps % strong != 0 and note.length < LONG_STEPS
        pitch = third if is_passing or third % 12 in chord else _find_below(note.pitch, chord)
        if pitch is not None and pitch >= member.low:
            below.append(note._replace(pitch=pitch, force=note.force * 0.75))
    return notes + below


def _find_below(pitch: int, chord: tuple[int, ...]) -> int | None:
    """The highest note of the chord that is within `SECOND_VOICE` below."""
    nearest, farthest = SECOND_VOICE
    return next((p for p in range(pitch - nearest, pitch - farthest - 1, -1) if p % 12 in chord), None)
