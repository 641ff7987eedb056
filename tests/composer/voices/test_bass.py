from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.bass import play_bass
from bandstand.composer.voices.context import GridNote, SectionContext

MakeContext = Callable[..., SectionContext]
BASSIST = HOUSE["small-robots"].members[1]
WALKER = HOUSE["ninth-floor-quartet"].members[1]


def change_bass(context: SectionContext, **changes: float) -> SectionContext:
    bass = msgspec.structs.replace(context.style.bass, **changes)
    return msgspec.structs.replace(context, style=msgspec.structs.replace(context.style, bass=bass))


def play(context: SectionContext, member: Member, seed: int) -> list[GridNote]:
    return play_bass(context, member, RandomSource(seed), RandomSource(0))


@pytest.mark.parametrize("seed", range(20))
def test_every_bar_begins_with_the_root(seed: int, context: MakeContext) -> None:
    section = change_bass(context(energy=0.8, key="Ebm", seed=seed), pedals=0.0)
    downbeats = {note.step: note.pitch % 12 for note in play(section, BASSIST, seed) if note.step % 16 == 0}
    assert downbeats == {bar * 16: chords[0].foot for bar, chords in enumerate(section.bars)}


def test_the_bass_rests_in_the_first_half_of_an_intro(context: MakeContext) -> None:
    assert min(note.step for note in play(context("intro", 4, 0.35), BASSIST, 1)) == 32


def test_an_ending_is_one_root_that_is_held(context: MakeContext) -> None:
    [note] = play(context("ending", 2), BASSIST, 1)
    assert (note.step, note.length, note.pitch % 12) == (0, 32, 0)


@pytest.mark.parametrize("seed", range(20))
def test_the_second_chord_of_a_bar_begins_with_its_root(seed: int, context: MakeContext) -> None:
    section = change_bass(context(energy=0.8, seed=seed, style="swing"), pedals=0.0)
    played = {note.step: note.pitch % 12 for note in play(section, WALKER, seed)}
    second = {bar * 16 + 8: chords[1].foot for bar, chords in enumerate(section.bars) if len(chords) == 2}
    assert {step: played.get(step) for step in second} == second


def test_a_walking_bass_plays_every_beat_and_mostly_by_small_intervals(context: MakeContext) -> None:
    for seed in range(20):
        section = change_bass(context(energy=0.6, seed=seed, style="swing"), figures=0.0, free=0.0)
        notes = play(section, msgspec.structs.replace(WALKER, variety=0.0), seed)
        assert {note.step for note in notes} == set(range(0, 8 * 16, 4))
        intervals = [abs(a.pitch - b.pitch) for a, b in pairwise(notes)]
        assert sum(interval <= 5 for interval in intervals) > 0.6 * len(intervals)


SEATS = {band.style: next(one for one in band.members if one.voice == "bass") for band in HOUSE.values()}


@pytest.mark.parametrize("style", SEATS)
def test_the_bass_moves_by_step_more_than_by_leaps(style: str, context: MakeContext) -> None:
    moves = [
        abs(one.pitch - other.pitch)
        for seed in range(30)
        for energy in (0.5, 0.8)
        for one, other in pairwise(play(context(energy=energy, seed=seed, style=style), SEATS[style], seed))
        if one.pitch != other.pitch
    ]
    assert sum(move <= 2 for move in moves) >= 0.3 * len(moves)
    assert sum(move >= 10 for move in moves) <= 0.3 * len(moves)


def test_a_section_that_returns_changes_some_bars_and_a_second_chorus_none(context: MakeContext) -> None:
    def share(kind: str, number: int) -> float:
        shares = []
        for seed in range(20):
            first = context(kind, seed=seed, energy=0.6)
            again = msgspec.structs.replace(first, section=msgspec.structs.replace(first.section, number=number))
            one, other = (
                {note[:3] for note in play_bass(each, BASSIST, RandomSource(seed), RandomSource(n))}
                for n, each in enumerate((first, again))
            )
            shares.append(len(one & other) / len(one | other))
        return sum(shares) / len(shares)

    assert 0.4 < share("verse", 2) < 0.9
    assert share("chorus", 2) == 1.0


def test_a_free_bass_has_more_rhythms_than_a_line_that_is_not(context: MakeContext) -> None:
    def count_rhythms(free: float) -> float:
        counts = []
        for seed in range(30):
            notes = play(change_bass(context(energy=0.8, seed=seed), figures=0.0, free=free), BASSIST, seed)
            bars: dict[int, list[int]] = {}
            for note in notes:
                bars.setdefault(note.step // 16, []).append(note.step % 16)
            counts.append(len({tuple(steps) for steps in bars.values()}))
        return sum(counts) / len(counts)

    assert count_rhythms(1.0) > 3 > 2.5 > count_rhythms(0.0)
