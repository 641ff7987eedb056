"""Enriches a progression: sixths, ninths and suspensions, chords over their third, and chords of the parallel minor.

What is plain stays the frame: functions, roots and cadences are those of `harmony.py`. In one song every degree has one
extension (`Enrichment.palette`), so that a song has its own sound and not every chord there is. An inversion is used
where the bass then moves by step, as in C, G/B, Am. Knows no rhythm but that of two chords in a bar.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.theory import FLATS, QUALITIES, Chord, Extension, Key

STEPS: Final = (1, 2, 10, 11)
"""Intervals between pitch classes that are a step up or down."""
BORROWED: Final = ((10, (4, 7), 6), (5, (3, 7), 3))
"""(semitones above the tonic, intervals, degree) of the chords that a major key borrows: bVII and the minor IV."""


class Enrichment(msgspec.Struct, frozen=True):
    """What a song's progressions are enriched by. The shares are those of `style.HarmonicLanguage`."""

    palette: Mapping[int, Extension] = {}
    """Degree -> its extension in this song."""
    extension_share: float = 0.0
    suspension_share: float = 0.0
    inversion_share: float = 0.0
    borrowed_share: float = 0.0


def draw_enrichment(language: HarmonicLanguage, richness: float, random: RandomSource) -> Enrichment:
    """Draw a song's enrichment. `richness` is the band's, 0 to 1; 0.5 is usual for the style."""
    scale = 2 * richness
    return Enrichment(
        palette={degree: random.choose_weighted(language.extensions) for degree in range(7)},
        extension_share=min(1.0, language.extension_share * scale),
        suspension_share=min(1.0, language.suspension_share * scale),
        inversion_share=min(1.0, language.inversion_share * scale),
        borrowed_share=min(1.0, language.borrowed_share * scale),
    )


def enrich_phrase(
    bars: Sequence[tuple[Chord, ...]], key: Key, enrichment: Enrichment, random: RandomSource
) -> tuple[tuple[Chord, ...], ...]:
    """Enrich a phrase of chords by bars. Its last bar keeps its chord, but for a suspended dominant before it."""
    inner = [
        tuple(
            _extend(_borrow(chord, key, enrichment, random) if bar else chord, key, enrichment, random)
            for chord in chords
        )
        for bar, chords in enumerate(bars[:-1])
    ]
    last = bars[-1]
    if len(last) == 1 and last[0].degree == 4 and random.draw_bool(enrichment.suspension_share):
        suspended = key.extend_chord(last[0], "sus4")
        last = (suspended, last[0]) if suspended != last[0] else last
    return _step_in_bass([*inner, last], key, enrichment, random)


def _borrow(chord: Chord, key: Key, enrichment: Enrichment, random: RandomSource) -> Chord:
    """Perhaps a chord of the parallel minor in place of a subdominant of a major key."""
    if key.mode != "major" or chord.degree != 3 or not random.draw_bool(enrichment.borrowed_share):
        return chord
    above, intervals, degree = random.choose(BORROWED)
    root = (key.tonic + above) % 12
    pitches = tuple((root + interval) % 12 for interval in (0, *intervals))
    return Chord((key.names if root in key.scale else FLATS)[root] + QUALITIES[intervals], degree, pitches)


def _extend(chord: Chord, key: Key, enrichment: Enrichment, random: RandomSource) -> Chord:
    is_extended = random.draw_bool(enrichment.extension_share)
    is_own = all(pitch in key.scale for pitch in chord.pitches)
    return key.extend_chord(chord, enrichment.palette[chord.degree]) if is_extended and is_own else chord


def _step_in_bass(
    bars: Sequence[tuple[Chord, ...]], key: Key, enrichment: Enrichment, random: RandomSource
) -> tuple[tuple[Chord, ...], ...]:
    """Put some chords over their third, where the bass then comes and goes by step; a cadence stays."""
    flat = [chord for chords in bars for chord in chords]
    for index in range(1, len(flat) - 1):
        before, chord, after = flat[index - 1 : index + 2]
        third = chord.pitches[1]
        comes = (third - before.foot) % 12 in STEPS and (after.root - third) % 12 in STEPS
        is_cadence = chord.degree == 4 and after.degree == 0
        if comes and not is_cadence and chord.symbol != after.symbol and _has_third(chord):
            flat[index] = key.invert_chord(chord) if random.draw_bool(enrichment.inversion_share) else chord
    chords = iter(flat)
    return tuple(tuple(next(chords) for _ in bar) for bar in bars)


def _has_third(chord: Chord) -> bool:
    return (chord.pitches[1] - chord.root) % 12 in (3, 4)
