"""The melody: a tune in phrases, as `composer/voices/tunes` writes it, with a second voice below in the last chorus.

The song's motif, a row of intervals in scale steps, begins the tune of each kind of section in a transformation of its
own (inversion, rotation, retrograde). A section's tune is the same wherever the section returns, but for the variations
of `voices/tunes/variation.py`; a solo is new each time. The pickup to the next section's tune is played here, because
its notes begin before that section does.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import Style
from bandstand.composer.theory import find_nearest_pitch
from bandstand.composer.voices.context import Ahead, GridNote, SectionContext, Tune
from bandstand.composer.voices.tunes.rhythms import RhythmWriter, TuneHabits
from bandstand.composer.voices.tunes.variation import raise_climax, vary_tune
from bandstand.composer.voices.tunes.writer import LONG_STEPS, TuneWriter, make_room

INTERVALS: Final = ((1, 5), (-1, 5), (0, 2), (2, 2), (-2, 2), (3, 0.5))
"""(scale steps, weight) of the intervals of a motif."""
MOTIF_LENGTH: Final = 8
"""Intervals in a motif: enough for the fullest bar."""
MOTIF_RANGE: Final = 4
"""Largest distance of a motif from its beginning, scale steps: a fifth."""
VARIED: Final = ("verse", "bridge", "break")
"""Kinds of sections whose tune is varied when they return. A chorus stays what it is."""
SECOND_VOICE: Final = (3, 9)
"""Smallest and largest distance of the second voice below the tune, semitones: from a minor third to a major sixth."""


def draw_motif(random: RandomSource) -> tuple[int, ...]:
    """Draw a motif: intervals in scale steps. An interval that would leave `MOTIF_RANGE` is inverted."""
    intervals: list[int] = []
    for _ in range(MOTIF_LENGTH):
        interval = random.choose_weighted(INTERVALS)
        intervals.append(-interval if abs(sum(intervals) + interval) > MOTIF_RANGE else interval)
    return tuple(intervals)


def draw_rhythm(style: Style, random: RandomSource) -> tuple[int, ...]:
    """Draw the rhythmic motif: a bar that the tunes of all sections like to have."""
    return RhythmWriter(style, TuneHabits(), (), random).draw_bar()


def transform_motif(motif: tuple[int, ...], kind: str, random: RandomSource) -> tuple[int, ...]:
    """Transform the motif for a kind of section.

    It is unchanged in a verse, inverted or rotated in a chorus or solo, and in retrograde elsewhere.
    """
    if kind == "verse" or not motif:
        return motif
    split = random.draw_integer(1, len(motif) - 1)
    inverted, rotated = tuple(-interval for interval in motif), motif[split:] + motif[:split]
    return random.choose((inverted, rotated)) if kind in ("chorus", "solo") else motif[::-1]


def play_melody(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play a section, and the pickup to the next one. The melody rests in an intro without a hook."""
    section = context.section
    if section.kind == "ending":
        return [GridNote(0, section.bars * context.steps, _find_final_pitch(context, member), 0.8)]
    if section.kind == "intro":
        notes = _quote_hook(context, member)
    else:
        notes = _play_tune(context, member, material, occurrence)
    pickup = _play_pickup(context.ahead, member)
    end = section.bars * context.steps
    opening = [note._replace(step=end + note.step) for note in pickup]
    kept = make_room(notes, opening[0].step) if opening else notes
    if opening and (not kept or kept[-1].step < end - context.steps):
        opening[0] = _belong(opening[0], context, member)
    return [*kept, *opening]


def _play_tune(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    section = context.section
    is_solo = section.kind == "solo"
    notes = [
        note for note in _find_tune(context, member, occurrence if is_solo else material).write() if note.step >= 0
    ]
    if context.is_last_chorus:
        raised = raise_climax(notes, context, member.high)
        return _add_second_voice(raised, context, member)
    if section.number > 1 and section.kind in VARIED:
        return vary_tune(notes, context, occurrence.branch("variation"))
    return notes


def _quote_hook(context: SectionContext, member: Member) -> list[GridNote]:
    """The head of the chorus, with its pickup, as far as the intro has room for it."""
    if context.hook is None:
        return []
    bars, steps = context.section.bars, context.steps
    begin, end = context.hook_bar * steps, bars * steps
    written = _find_tune(context.hook.context, member, context.hook.material).write(bars=bars - context.hook_bar)
    moved = [note._replace(step=note.step + begin) for note in written]
    notes = [note._replace(length=min(note.length, end - note.step)) for note in moved if 0 <= note.step < end]
    close = next((index for index, note in enumerate(notes) if note.step >= end - steps), None)
    if close is not None and begin:  # where the chorus has no close
        notes[close] = _belong(notes[close], context, member)
    return notes


def _belong(note: GridNote, context: SectionContext, member: Member) -> GridNote:
    """The note, moved to the chord inside the register: for one that alone begins a bar which ends a phrase."""
    chord = context.chord_at(note.step).pitches
    inside = [pitch for pitch in range(member.low, member.high + 1) if pitch % 12 in chord]
    return note._replace(pitch=min(inside, key=lambda pitch: abs(pitch - note.pitch), default=note.pitch))


def _play_pickup(ahead: Ahead | None, member: Member) -> list[GridNote]:
    """The notes of the next section's tune that come before it: their steps are negative."""
    if ahead is None or ahead.context.section.kind in ("intro", "ending"):
        return []
    source = ahead.occurrence if ahead.context.section.kind == "solo" else ahead.material
    return [note for note in _find_tune(ahead.context, member, source).write(bars=1) if note.step < 0]


def _find_tune(context: SectionContext, member: Member, source: RandomSource) -> Tune:
    """The section's tune: the one that was begun already, if it is made of the same."""
    kind, habits = context.section.kind, TuneHabits(member.density, context.syncopation, context.pickups, context.leaps)
    name = (source.origin, kind, context.key, context.bars, context.motif, context.rhythm, habits, member)
    if name not in context.written:
        motif = transform_motif(context.motif, kind, source.branch("motif"))
        context.written[name] = TuneWriter(msgspec.structs.replace(context, motif=motif), member, habits, source)
    return context.written[name]


def _find_final_pitch(context: SectionContext, member: Member) -> int:
    """The root of the last chord, in the middle of the register."""
    return find_nearest_pitch((member.low + member.high) // 2, context.bars[0][0].pitches[:1])


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
        over = context.chord_at(note.step)
        third = context.key.pitch_over(context.key.step_over(note.pitch, over) - 2, over)
        chord = over.pitches
        is_passing = note.step % context.steps % strong != 0 and note.length < LONG_STEPS
        pitch = third if is_passing or third % 12 in chord else _find_below(note.pitch, chord)
        if pitch is not None and pitch >= member.low:
            below.append(note._replace(pitch=pitch, force=note.force * 0.75))
    return notes + below


def _find_below(pitch: int, chord: tuple[int, ...]) -> int | None:
    """The highest note of the chord that is within `SECOND_VOICE` below."""
    nearest, farthest = SECOND_VOICE
    return next((p for p in range(pitch - nearest, pitch - farthest - 1, -1) if p % 12 in chord), None)
