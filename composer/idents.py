"""Composes an ident: the station's motif, played by the band of a song in its key and tempo, with a clean ending.

The motif takes the bars before the last, one note after the other in a rhythm that is drawn anew for each ident; its
last note falls on the first beat of the last bar, where the band holds the tonic. The accompaniment is the band's own,
as in a chorus, over a cadence. Knows nothing of sound or of the voice that may speak over the last chord.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Band, Member
from bandstand.common.errors import ComposeError
from bandstand.composer.compose import find_style
from bandstand.composer.expression import perform
from bandstand.composer.harmony import BarChords
from bandstand.composer.parts import make_part, settle_instrument
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import ChordMark, Score, Section, Tempo
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.theory import Key, fold_into_register
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.context import GridNote, SectionContext

MOTIF_SECONDS: Final = 3.0
"""About how long the motif takes before its last note."""
CADENCES: Final[dict[int, tuple[tuple[int, ...], ...]]] = {
    1: ((0, 4),),
    2: ((0,), (3, 4)),
    3: ((0,), (3,), (4,)),
    4: ((0,), (5,), (3,), (4,)),
}
"""Bars before the last -> the degrees of each bar's chords."""
LONGEST_END: Final = 4
"""Bars of the last chord, where speech needs them."""
FORCE: Final = 0.9


class IdentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an ident is made of. `hold`: seconds for which the last chord is held."""

    title: str
    key: str
    tempo: float
    motif: tuple[int, ...]
    hold: float


def compose_ident(band: Band, seed: int, plan: IdentPlan) -> StreamingScore:
    """Compose an ident, whose last section is its last chord. Raises ComposeError as `compose` does."""
    style, key, random = find_style(band), Key.parse(plan.key), RandomSource(seed).branch("ident", band.style)
    if plan.tempo <= 0:
        raise ComposeError("an ident needs a tempo")
    bar = style.beats * 60 / plan.tempo
    bars = min(max(CADENCES), max(1, round(MOTIF_SECONDS / bar)))
    chords = tuple(tuple(key.build_chord(degree) for degree in degrees) for degrees in CADENCES[bars])
    held = min(LONGEST_END, max(1, -int(-plan.hold // bar)))
    tonic: BarChords = (key.build_chord(0),)
    contexts = [
        SectionContext(
            section=section, style=style, key=key, bars=progression, following=tonic[0], motif=(), swing=band.swing
        )
        for section, progression in (
            (Section("chorus", 1, 0, bars, 0.8), chords),
            (Section("ending", 1, bars, held, 0.8), (tonic,) * held),
        )
    ]
    header = Score(
        title=plan.title, artist=band.name, style=band.style, seed=seed, key=key.name, beats=style.beats,
        tempi=(Tempo(0, plan.tempo),),
        sections=tuple(context.section for context in contexts),
        chords=(ChordMark(0, chords[0][0].symbol),),
        parts=tuple(make_part(member, style.name, random.branch("part", member.name)) for member in band.members),
    )  # fmt: skip
    soloist = find_soloist(band)
    tune = _lay_out_motif(plan.motif, key, soloist, bars * contexts[0].steps, random.branch("motif"))
    notes = []
    for context, own in zip(contexts, tune, strict=True):
        notes.append(
            [
                perform(
                    own if member is soloist else _accompany(member, context, random), context,
                    settle_instrument(member, random.branch("part", member.name)), plan.tempo,
                    random.branch("human", member.name, context.section.kind),
                )
                for member in band.members
            ]
        )  # fmt: skip
    return StreamingScore(header, iter(notes))


def find_soloist(band: Band) -> Member:
    """Who plays the tune."""
    return next((member for member in band.members if member.voice == "melody"), band.members[-1])


def _accompany(member: Member, context: SectionContext, random: RandomSource) -> list[GridNote]:
    if member.voice == "melody":
        return []
    source = random.branch("part", member.name)
    return VOICES[member.voice](context, member, source.branch("material"), source.branch(context.section.kind))


def _lay_out_motif(
    motif: tuple[int, ...], key: Key, member: Member, steps: int, random: RandomSource
) -> tuple[list[GridNote], list[GridNote]]:
    """The notes of the motif: all but the last over `steps` steps, and the last one, which is held."""
    starts = _draw_starts(len(motif) - 1, steps, random)
    tonic = fold_into_register(60 + key.tonic, member.bottom, member.bottom + 11)
    pitches = [key.pitch_at(key.step_at(tonic) + degree - 1) for degree in motif]
    if member.voice == "drums":
        return [], []
    ends = [*starts[1:], steps]
    tune = [
        GridNote(start, end - start, pitch, FORCE) for start, end, pitch in zip(starts, ends, pitches[:-1], strict=True)
    ]
    return tune, [GridNote(0, 16.0, pitches[-1], 1.0)]


def _draw_starts(count: int, steps: int, random: RandomSource) -> list[int]:
    """The steps on which `count` notes begin: the first on the first, the others on eighths that chance chooses."""
    eighths = list(range(2, steps, 2))
    if len(eighths) < count - 1:
        eighths = list(range(1, steps))
    while len(eighths) > count - 1:
        del eighths[random.draw_index(len(eighths))]
    return [0, *eighths]
