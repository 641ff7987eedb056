from collections.abc import Callable

import msgspec

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import CRASH, KICK, SNARE
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.drums import play_drums

MakeContext = Callable[..., SectionContext]
DRUMMER = msgspec.structs.replace(HOUSE["small-robots"].members[0], variety=0.0)


def play(context: SectionContext, member: Member = DRUMMER, seed: int = 1, occurrence: int = 2) -> list[GridNote]:
    return play_drums(context, member, RandomSource(seed), RandomSource(occurrence))


def test_fills_differ_by_occurrence_and_the_groove_does_not(context: MakeContext) -> None:
    sections = [play(context(energy=0.8), occurrence=occurrence) for occurrence in range(12)]
    grooves = {tuple(note for note in notes if note.step < 7 * 16) for notes in sections}
    fills = {tuple(note for note in notes if note.step >= 7 * 16) for notes in sections}
    assert len(grooves) == 1
    assert len(fills) > 1


def test_a_section_with_high_energy_begins_with_a_crash(context: MakeContext) -> None:
    assert CRASH in {note.pitch for note in play(context(energy=0.8)) if note.step == 0}
    assert CRASH not in {note.pitch for note in play(context(energy=0.5))}


def test_the_kick_rests_in_the_first_half_of_an_intro(context: MakeContext) -> None:
    assert min(note.step for note in play(context("intro", 4, 0.35)) if note.pitch == KICK) >= 32


def test_the_snare_accents_every_backbeat(context: MakeContext) -> None:
    for seed in range(20):
        snare = [note for note in play(context(energy=0.8), seed=seed) if note.pitch == SNARE and note.step < 112]
        backbeats = [note.force for note in snare if note.step % 16 in (4, 12)]
        assert len(backbeats) == 14
        assert set(backbeats) == {1.0}


def test_a_sparse_drummer_plays_less_than_a_busy_one(context: MakeContext) -> None:
    def count_strokes(density: float) -> int:
        member = msgspec.structs.replace(DRUMMER, density=density)
        return sum(len(play(context(energy=0.6), member, seed)) for seed in range(10))

    assert count_strokes(0.0) < 0.7 * count_strokes(0.5) < 0.7 * 0.9 * count_strokes(1.0)
