"""The voices that play chords: comping in a rhythm, arpeggios, and held pads.

All three lead their voices: each chord gets the voicing that moves least from the one before (`theory.lead_voices`).
They give way to the tune: while it is heard they stay below it, and if need be go below their own register
(`_find_register`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import ALL, UPPER, CompingPattern
from bandstand.composer.theory import Chord, lead_voices
from bandstand.composer.voices.context import ChordSpan, GridNote, SectionContext, choose_patterns, develop_patterns

Voicing = tuple[int, ...]
"""Pitches from low to high."""
Change = tuple[Chord, Chord]
"""The chord before, and a chord."""
ORDERS: Final[tuple[Callable[[int], list[int]], ...]] = (
    lambda count: list(range(count)),
    lambda count: list(range(count))[::-1],
    lambda count: [*range(count), *range(count - 2, 0, -1)],
    lambda count: [index * (count // 2 + 1) % count for index in range(count)],
)
"""Orders of an arpeggio: up, down, up and down, in leaps. From the number of notes to their indices."""
CHANGED_BARS: Final = (1, 3)
"""Bars of a phrase in which an arpeggio has another order where a section returns."""
CLEAR_OF_TUNE: Final = 2
"""Semitones that the accompaniment stays below the tune: a semitone would rub."""
NARROWEST: Final = 16
"""Semitones of a register in which every chord has a voicing."""
RUBBING: Final = (1, 13)
"""Semitones between two notes that rub when one of them is held."""
HELD_STEPS: Final = 4
LOWEST_CHORD: Final = 48
"""Chords below this pitch sound muddy, unless the member's own register is there."""
LOWEST_CLUSTER: Final = 55
"""Two notes a semitone apart are a blur below this pitch."""
HIGHER: Final = 5
"""Semitones by which the first chord of the last chorus lies higher."""
BROKEN: Final = 2
"""Steps between two notes of a broken chord."""
LOW_HAND: Final = 6
"""Semitones above the lowest pitch round which a player begins whose compass is the narrowest."""
LOW_GUITAR: Final = 50
"""An instrument whose compass begins below this pitch plays power chords if the style has them."""
LOW: Final = (44, 58)
"""Where a player's compass begins below the one and ends at the other at most, thirds would be a blur, and the chords
are open: a root, and above it the fifth and the octave, or what is further up."""


def play_chords(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Comp: play the chords in the rhythm of a pattern."""
    section = context.section
    choices = context.style.comping[context.find_level(member)]
    player = msgspec.structs.replace(member, variety=max(member.variety, context.style.comping_variety))
    patterns = choose_patterns(choices, section.bars, player, material, context.loop)
    patterns = develop_patterns(patterns, choices, context, member, occurrence)
    if section.kind == "ending":
        return _hold_first_chord(context, member, 1.0)
    notes: list[GridNote] = []
    for bar, pattern, spans in zip(range(section.bars), patterns, _voice_chords(context, member), strict=True):
        for span, voicing in spans:
            struck = _play_pattern(tuple(pattern), span, voicing, bar * context.steps)
            notes += _break_chords(struck) if context.touch == "broken" else struck
    return notes


def play_arpeggio(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play the notes of each chord, and its lowest an octave up, one after another: quarters, eighths or sixteenths.

    The speed rises with the member's density and the section's energy.
    """
    if context.section.kind == "ending":
        return _hold_first_chord(context, member, 0.8)
    orders = [material.choose(ORDERS)] * context.section.bars
    if context.is_free:
        orders = [occurrence.choose(ORDERS) for _ in orders]
    elif context.change and not context.is_strict:  # a section that returns ends its phrases in another order
        other = occurrence.branch("order").choose(ORDERS)
        orders = [other if bar % 4 in CHANGED_BARS else order for bar, order in enumerate(orders)]
    every = (4, 2, 1)[min(2, int(3 * (0.6 * member.density + 0.5 * context.section.energy)))]
    notes: list[GridNote] = []
    for bar, spans in enumerate(_voice_chords(context, member)):
        for span, voicing in spans:
            _, top = _find_register(context, member, bar, span)
            pitches = (*voicing, voicing[0] + 12) if voicing[0] + 12 <= top else voicing
            order = orders[bar](len(pitches))
            for index, step in enumerate(range(span.begin, span.end, every)):
                force = 0.95 if step % 4 == 0 else 0.75
                notes.append(GridNote(bar * context.steps + step, every, pitches[order[index % len(order)]], force))
    return notes


def play_pad(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Hold each chord for its whole length."""
    if context.section.kind == "ending":
        return _hold_first_chord(context, member, 0.8)
    return [
        GridNote(bar * context.steps + span.begin, span.end - span.begin, pitch, 0.8)
        for bar, spans in enumerate(_voice_chords(context, member))
        for span, voicing in spans
        for pitch in voicing
    ]


def _hold_first_chord(context: SectionContext, member: Member, force: float) -> list[GridNote]:
    length = context.section.bars * context.steps
    [(_, voicing), *_] = _voice_chords(context, member)[0]
    return [GridNote(0, length, pitch, force) for pitch in voicing]


def _voice_chords(context: SectionContext, member: Member) -> list[list[tuple[ChordSpan, Voicing]]]:
    """Choose the voicings of each bar. The first is led from the middle of the register, each other from the last.

    A change of chords that comes again is played as it was: a hand that goes round the same chords stays where it is.
    """
    is_narrow = member.high - member.low <= NARROWEST
    middle = member.low + LOW_HAND if is_narrow else (member.low + member.high) // 2
    middle += HIGHER if context.is_last_chorus else 0
    previous: Voicing = (middle - 4, middle, middle + 4)
    is_low = member.voice != "arpeggio" and member.bottom < LOW[0] and member.top <= LOW[1]
    has_power_chords = is_low or (context.style.has_power_chords and member.bottom < LOW_GUITAR)
    changes = _list_changes(context)
    registers, known = _find_registers(context, member, changes), dict[Change, Voicing]()
    bars: list[list[tuple[ChordSpan, Voicing]]] = [[] for _ in context.bars]
    for bar, span, change in changes:
        chord: Chord = span.chord.power_chord if has_power_chords else span.chord
        if change not in known or context.is_free:
            known[change] = lead_voices(chord, previous, *registers[change])
        previous = known[change]
        voicing = _clear_low(previous, chord)
        if is_low and not context.is_thin:
            voicing = open_low(voicing, span.chord)
        if context.is_thin and member.voice != "arpeggio":
            voicing = _leave_out_fifth(voicing, chord)
        clear = _keep_clear_of_tune(voicing, context, bar, span)
        has_octave = context.touch == "octaves" and member.voice == "chords"
        bars[bar].append((span, _add_octave(clear, member) if has_octave else clear))
    return bars


def _list_changes(context: SectionContext) -> list[tuple[int, ChordSpan, Change]]:
    """(bar, its span, change) of each chord; before the first one is the last, as chords go round."""
    spans = [(bar, span) for bar in range(len(context.bars)) for span in context.chord_spans(bar)]
    before = [spans[-1], *spans[:-1]]
    return [(bar, span, (last.chord, span.chord)) for (bar, span), (_, last) in zip(spans, before, strict=True)]


def _find_registers(
    context: SectionContext, member: Member, changes: Sequence[tuple[int, ChordSpan, Change]]
) -> dict[Change, tuple[int, int]]:
    """The register of each change: what the tune leaves free wherever it comes."""
    registers: dict[Change, tuple[int, int]] = {}
    for bar, span, change in changes:
        low, high = _find_register(context, member, bar, span)
        lowest, highest = registers.get(change, (low, high))
        registers[change] = (min(low, lowest), min(high, highest))
    return registers


def _clear_low(voicing: Voicing, chord: Chord) -> Voicing:
    """The voicing without the root where that is a semitone beside another note so low that both would be a blur."""
    for low, high in pairwise(voicing):
        if high - low == 1 and low < LOWEST_CLUSTER and len(voicing) > 2:
            left_out = high if high % 12 == chord.root else low
            return tuple(pitch for pitch in voicing if pitch != left_out)
    return voicing


def open_low(voicing: Voicing, chord: Chord) -> Voicing:
    """A low root and fifth, `voicing`, with the lower of them an octave higher, if that is low enough; of a chord that
    has a seventh the root alone, with third and seventh at `LOWEST_CHORD` and above, as a pianist's left hand lays it.
    """
    if len(chord.pitches) < 4:
        return (*voicing, voicing[0] + 12) if voicing[0] < LOWEST_CHORD else voicing
    root = next(pitch for pitch in voicing if pitch % 12 == chord.root)
    return (root, *sorted(LOWEST_CHORD + (pitch - LOWEST_CHORD) % 12 for pitch in (chord.pitches[1], chord.pitches[3])))


def _leave_out_fifth(voicing: Voicing, chord: Chord) -> Voicing:
    """The voicing without its fifth, the note that is missed least; two notes stay."""
    if len(chord.pitches) < 3:  # a power chord
        return voicing
    thin = tuple(pitch for pitch in voicing if pitch % 12 != chord.pitches[2] % 12)
    return thin if len(thin) >= 2 else voicing


def _keep_clear_of_tune(voicing: Voicing, context: SectionContext, bar: int, span: ChordSpan) -> Voicing:
    """The voicing without what is above the tune, where its register left no room for all of it, and without what is a
    semitone or a minor ninth beside a held note of the tune, such as the seventh of a major chord under its root."""
    start = bar * context.steps
    tune = context.find_tune(start + span.begin, start + span.end)
    if not tune:
        return voicing
    lowest = min(note.pitch for note in tune)
    below = tuple(pitch for pitch in voicing if pitch < lowest)
    voicing = below if len(below) >= 2 else voicing[:2]
    held = [note.pitch for note in tune if note.length >= HELD_STEPS]
    clear = tuple(pitch for pitch in voicing if not any(abs(note - pitch) in RUBBING for note in held))
    return clear or voicing


def _find_register(context: SectionContext, member: Member, bar: int, span: ChordSpan) -> tuple[int, int]:
    """The lowest and the highest pitch for a chord: the member's register, as far as the tune leaves it free."""
    start, highest = bar * context.steps, member.high
    if context.is_strict:  # where the hand may stay, whatever the tune does
        low = min(member.low, max(LOWEST_CHORD, RANGES[member.instruments[0]][0]))
        return low, min(highest, low + NARROWEST)
    tune = min([note.pitch for note in context.find_tune(start + span.begin, start + span.end)], default=128)
    high = min(highest, tune - CLEAR_OF_TUNE)
    lowest = max(LOWEST_CHORD, RANGES[member.instruments[0]][0])
    low = min(member.low, max(lowest, high - NARROWEST))
    return low, min(highest, max(high, low + NARROWEST))


def _play_pattern(pattern: CompingPattern, span: ChordSpan, voicing: Voicing, start: int) -> Iterator[GridNote]:
    """Play the part of a bar's pattern that falls under the chord; `start` is the first step of the bar.

    A note of the pattern that is held over the beginning of the chord is struck again there.
    """
    for step, written, voice in pattern:
        begin, end = max(step, span.begin), min(step + written, span.end)
        if not span.begin <= begin < end:
            continue
        force = 1.0 if begin == 0 else 0.9 if begin % 4 == 0 else 0.8
        first, length = start + begin, end - begin
        yield from [GridNote(first, length, pitch, force) for pitch in _select_voices(voicing, voice)]


def _break_chords(struck: Iterable[GridNote]) -> Iterator[GridNote]:
    """The notes of each chord one after the other, an eighth apart, up and down for as long as it was held."""
    chords: dict[int, list[GridNote]] = {}
    for note in struck:
        chords.setdefault(note.step, []).append(note)
    for step, chord in chords.items():
        length = chord[0].length
        order = ORDERS[2](len(chord))
        for index in range(max(1, round(length) // BROKEN)):
            note = chord[order[index % len(order)]]
            yield note._replace(step=step + index * BROKEN, length=min(length, BROKEN))


def _add_octave(voicing: Voicing, member: Member) -> Voicing:
    """The voicing and its lowest note an octave lower, if the player has that."""
    lowest = max(RANGES[member.instruments[0]][0], min(member.low, LOWEST_CHORD))
    return (voicing[0] - 12, *voicing) if voicing[0] - 12 >= lowest else voicing


def _select_voices(voicing: Voicing, voice: int) -> Voicing:
    if voice == ALL:
        return voicing
    return voicing[1:] if voice == UPPER else (voicing[voice % len(voicing)],)
