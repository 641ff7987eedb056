"""Composes a bridge: two to eight bars that lead from the end of one song to the beginning of the next.

The band of the song that ended plays on, without its tune. The bridge begins on the tonic of the old key, goes by a
chord that both keys have, where there is one, and ends on the dominant seventh of the new key, which the next song
resolves with its first bar; distant keys are joined by fifths. The tempo moves from the old one to the new one in even
steps, beat by beat, and has arrived when the last bar begins, so that the next song comes in time. Of tempi that are
far apart a beat of the one becomes two of the other.
"""

from math import log
from typing import Final

import msgspec

from bandstand.common.bands import Band
from bandstand.common.errors import ComposeError
from bandstand.composer.compose import find_style
from bandstand.composer.expression import perform
from bandstand.composer.harmony import BarChords
from bandstand.composer.parts import make_part, settle_instrument
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import TICKS, ChordMark, Score, Section, Tempo
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.theory import Chord, Key
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.context import SectionContext

SECONDS: Final = 7.0
"""About how long a bridge is."""
FEWEST, MOST = 2, 8
"""Bars."""
ENERGY: Final = 0.55
FAR: Final = log(1.5)
"""Difference of two tempi, as a logarithm, from which on twice or half of the new one may be nearer."""
PIVOTS: Final = (5, 3, 1, 2, 0)
"""Degrees of the old key, in the order in which one that the new key has too is looked for."""


class BridgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Keys as `Key.parse` takes them, tempi in quarter notes a minute."""

    title: str
    key: str
    tempo: float
    to_key: str
    to_tempo: float


def compose_bridge(band: Band, seed: int, plan: BridgePlan) -> StreamingScore:
    """Compose a bridge of one section. Raises ComposeError as `compose` does."""
    if min(plan.tempo, plan.to_tempo) <= 0:
        raise ComposeError("a bridge needs two tempi")
    style, random = find_style(band), RandomSource(seed).branch("bridge", band.style)
    key, to_key = Key.parse(plan.key), Key.parse(plan.to_key)
    to_tempo = find_meeting_tempo(plan.tempo, plan.to_tempo)
    bars = count_bars(style.beats, plan.tempo, to_tempo)
    chords = lead_over(key, to_key, bars)
    context = SectionContext(
        section=Section("bridge", 1, 0, bars, ENERGY), style=style, key=key, bars=chords,
        following=to_key.build_chord(0), motif=(), swing=band.swing,
    )  # fmt: skip
    header = Score(
        title=plan.title, artist=band.name, style=band.style, seed=seed, key=key.name, beats=style.beats,
        tempi=ramp_tempo(plan.tempo, to_tempo, style.beats, bars),
        sections=(context.section,),
        chords=tuple(ChordMark(bar * context.steps * TICKS // 4, own[0].symbol) for bar, own in enumerate(chords)),
        parts=tuple(make_part(member, style.name, random.branch("part", member.name)) for member in band.members),
    )  # fmt: skip
    notes = []
    for member in band.members:
        source = random.branch("part", member.name)
        played = [] if member.voice == "melody" else VOICES[member.voice](context, member, source, source.branch(1))
        notes.append(perform(played, context, settle_instrument(member, source), plan.tempo, source.branch("human")))
    return StreamingScore(header, iter([notes]))


def count_bars(beats: int, tempo: float, to_tempo: float) -> int:
    """As many bars as take about `SECONDS`."""
    bar = beats * 60 / ((tempo + to_tempo) / 2)
    return min(MOST, max(FEWEST, round(SECONDS / bar)))


def lead_over(key: Key, to_key: Key, bars: int) -> tuple[BarChords, ...]:
    """One chord a bar, from the tonic of `key` to the dominant seventh of `to_key`.

    Where there are few bars, what both keys have in common stays: a bridge of three bars is tonic, pivot, dominant.
    """
    inner, tonic = bars - 2, key.build_chord(0)
    ways = _list_ways(key, to_key)
    middle = next((way for way in ways if len(way) <= inner), ())
    return tuple((chord,) for chord in [*[tonic] * (1 + inner - len(middle)), *middle, to_key.build_chord(4, True)])


def _list_ways(key: Key, to_key: Key) -> tuple[tuple[Chord, ...], ...]:
    """What may stand between the old tonic and the new dominant, the longest first."""
    before = to_key.build_chord(1 if to_key.mode == "major" else 3)
    if key == to_key:
        return tuple(tuple(key.build_chord(degree) for degree in way) for way in ((5, 3, 1), (5, 3), (3,)))
    pivot = find_pivot(key, to_key)
    if pivot is None:  # by fifths: each chord is the dominant of the next
        double = to_key.build_secondary_dominant(to_key.build_chord(4))
        return ((to_key.build_chord(5), before, double), (before, double), (double,))
    if pivot.root == before.root:
        return ((to_key.build_chord(5), pivot), (pivot,))
    inner = [chord for chord in (to_key.build_chord(3), before) if chord.root != pivot.root]
    return ((pivot, *dict.fromkeys(inner)), (pivot, before), (pivot,))


def find_pivot(key: Key, to_key: Key) -> Chord | None:
    """A triad that both keys have; None: there is none. The dominant is none, as it would come before its time."""
    new = {frozenset(to_key.build_chord(degree).pitches) for degree in (0, 1, 2, 3, 5)}
    own = (key.build_chord(degree) for degree in PIVOTS)
    return next((chord for chord in own if frozenset(chord.pitches) in new), None)


def find_meeting_tempo(tempo: float, to_tempo: float) -> float:
    """The tempo to which a bridge moves: the new one, or twice or half of it where that is much nearer, so that a beat
    of the one song is two beats of the other."""
    if abs(log(tempo / to_tempo)) <= FAR:
        return to_tempo
    return min((to_tempo, 2 * to_tempo, to_tempo / 2), key=lambda one: abs(log(tempo / one)))


def ramp_tempo(tempo: float, to_tempo: float, beats: int, bars: int) -> tuple[Tempo, ...]:
    """The tempo of each beat: even steps until the last bar begins, which has the new tempo."""
    moving = (bars - 1) * beats
    return tuple(
        Tempo(beat * TICKS, round(tempo + (to_tempo - tempo) * min(1.0, beat / moving), 2))
        for beat in range(moving + 1)
    )
