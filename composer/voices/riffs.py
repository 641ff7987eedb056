"""Riffs: a short figure in the low parts that a song is known by, and that returns.

A riff is drawn once for a song: two bars of which the second begins as the first does and ends in another way. It is
written in scale steps above the root of whatever chord is under it, so that it moves with the chords and keeps its
shape. Some kinds of sections have it (`style.RiffStyle`); in those its players have it in place of their patterns, each
in the own register. It stays below the tune. Where a section returns, its phrases end with another turn.
"""

from typing import Final

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.composer.harmony import PHRASE_BARS
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import RiffRhythm, RiffStyle
from bandstand.composer.theory import Chord, find_nearest_pitch, fold_into_register
from bandstand.composer.voices.chords import LOWEST_CHORD
from bandstand.composer.voices.context import GridNote, Riff, RiffNote, SectionContext

OCTAVE: Final = 7
"""Scale steps."""
BELOW: Final = 2
"""Semitones of the register below the lowest root, for what lies below it."""
TURN: Final = 8
"""Steps at the end of the riff that are others where a section returns."""
LONG: Final = 3
"""A root of at least this many steps gets its fifth, where the style has fifths."""
CLEAR_OF_TUNE: Final = 2
"""Semitones that a riff stays below the tune."""
RUBBING: Final = (1, 13)
"""Semitones between two notes that rub."""
REPEATED: Final = 0.25
"""Factor of the weight of a pitch that came twice already."""
FEWEST_PITCHES: Final = 3
TRIES: Final = 20


def draw_riff(style: RiffStyle, members: tuple[Member, ...], random: RandomSource) -> Riff | None:
    """Draw the riff of a song for those of its members who play riffs; None if it has none."""
    first = {member.voice: member.name for member in reversed(members)}
    players = tuple(first[voice] for voice in style.players if voice in first)
    if not players or not random.draw_bool(style.share):
        return None
    kinds, rhythm = random.choose_weighted(style.kinds), random.choose(style.rhythms)
    other = random.choose([one for one in style.rhythms if one != rhythm] or list(style.rhythms))
    middle = max((begin for begin, _ in rhythm if begin <= style.turn), default=0)
    head = [note for note in rhythm if note[0] < middle]
    answer = (*head, *(note for note in other if note[0] >= middle))
    notes, until = tuple[RiffNote, ...](), 2 * style.bar - TURN
    for _ in range(TRIES):
        bar = _draw_pitches(rhythm, (), style, random)
        end = _draw_pitches(answer, bar[: len(head)], style, random)
        notes = (*bar, *(note._replace(step=note.step + style.bar) for note in end))
        if len({note.degree for note in notes}) >= FEWEST_PITCHES and bar != end:
            break
    kept = [note._replace(length=min(note.length, until - note.step)) for note in notes if note.step < until]
    turn = random.branch("turn").choose([one for one in style.rhythms if one != rhythm] or list(style.rhythms))
    ending = [(step + style.bar, length) for step, length in turn if step >= style.bar - TURN]
    turned = _draw_pitches((*((one.step, one.length) for one in kept), *ending), tuple(kept), style, random)
    return Riff(notes, turned, 2 * style.bar, players, kinds)


def _draw_pitches(
    rhythm: RiffRhythm, known: tuple[RiffNote, ...], style: RiffStyle, random: RandomSource
) -> tuple[RiffNote, ...]:
    """Give each note of a bar a pitch: the first the root, each other one that is near the note before."""
    notes = list(known)
    for step, length in rhythm[len(known) :]:
        now = notes[-1].degree if notes else 0
        held = REPEATED if len(notes) > 1 and notes[-2].degree == now else 1.0
        near = [
            (degree, weight / (1 + abs(degree - now)) * (held if degree == now else 1))
            for degree, weight in style.degrees
        ]
        notes.append(RiffNote(step, length, random.choose_weighted(near) if notes else 0))
    return tuple(notes)


def play_riff(context: SectionContext, member: Member) -> list[GridNote]:
    """Play the riff of the song through a section. In an intro the bass waits as it does without a riff."""
    riff, section = context.riff, context.section
    if riff is None:
        return []
    waits = section.kind == "intro" and member.voice == "bass" and not context.stage.opening.has_bass
    begin, end = section.bars // 2 * context.steps if waits else 0, section.bars * context.steps
    notes: list[GridNote] = []
    for start in range(0, end, riff.steps):
        is_last = (start + riff.steps) % (PHRASE_BARS * context.steps) == 0
        for one in riff.turned if context.change and is_last else riff.notes:
            step = start + one.step
            if begin <= step < end:
                notes += _play_note(one._replace(step=step), context, member)
    return notes


def _play_note(one: RiffNote, context: SectionContext, member: Member) -> list[GridNote]:
    chord, length = context.chord_at(one.step), min(one.length, _find_room(one.step, context))
    tune = [note.pitch for note in context.find_tune(one.step, one.step + length)]
    top = min(tune, default=128) - CLEAR_OF_TUNE
    pitch = find_riff_pitch(one.degree, chord, context, member)
    if pitch > top and pitch - 12 >= _find_lowest(member):
        pitch -= 12
    if any(abs(other - pitch) in RUBBING for other in tune):
        pitch = fold_into_register(
            find_nearest_pitch(pitch, chord.power_chord.pitches), _find_lowest(member), member.high
        )
    force = 1.0 if one.step % 8 == 0 else 0.9 if one.length >= LONG else 0.8
    played = [GridNote(one.step, length, pitch, force)]
    has_fifth = (
        context.style.riffs.has_fifths
        and member.voice == "chords"
        and one.length >= LONG
        and pitch + 7 <= min(top, member.high)
    )
    if has_fifth and one.degree % OCTAVE == 0 and chord.has_perfect_fifth:
        played.append(GridNote(one.step, length, pitch + 7, force))
    return played


def _find_lowest(member: Member) -> int:
    lowest = member.low if member.voice == "bass" else min(member.low, LOWEST_CHORD)
    return max(lowest, RANGES[member.instruments[0]][0])


def _find_room(step: int, context: SectionContext) -> int:
    """Steps until the bar's next chord, or its end."""
    bar, within = divmod(step, context.steps)
    return next(span.end for span in context.chord_spans(bar) if within < span.end) - within


def find_riff_pitch(degree: int, chord: Chord, context: SectionContext, member: Member) -> int:
    """The pitch of a note of the riff: a note of the chord where it has one there, otherwise one of the scale."""
    root = fold_into_register(find_nearest_pitch(member.low, chord.pitches[:1]), member.low + BELOW, member.high)
    octaves, within = divmod(degree, OCTAVE)
    if within in (0, 2, 4):
        pitch = root + (chord.pitches[within // 2] - chord.pitches[0]) % 12
    else:
        pitch = context.key.pitch_over(context.key.step_over(root, chord) + within, chord)
    return fold_into_register(pitch + 12 * octaves, member.low, member.high)
