from collections.abc import Callable
from itertools import count

import msgspec
import pytest
from msgspec.structs import replace

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.arranging import HIRED
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import CLOSED, CRASH, KICK, OPEN, SHAKER, SIDESTICK, SNARE, TOMS, Style
from bandstand.composer.styles import STYLES
from bandstand.composer.styles.latin import MUTED
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.drums import draw_manner, play_drums

MakeContext = Callable[..., SectionContext]
DRUMMER = msgspec.structs.replace(HOUSE["small-robots"].members[0], variety=0.0)


def play(context: SectionContext, member: Member = DRUMMER, seed: int = 1, occurrence: int = 2) -> list[GridNote]:
    return play_drums(context, member, find_song("usual", seed, context.style), RandomSource(occurrence))


def find_song(manner: str, seed: int, style: Style) -> RandomSource:
    """The first song from this seed on, in steps of 100, whose drummer has this manner."""
    return next(song for song in map(RandomSource, count(seed, 100)) if draw_manner(style, song) == manner)


def without_fills(notes: list[GridNote]) -> tuple[GridNote, ...]:
    return tuple(note for note in notes if note.step // 16 % 4 != 3)


def test_fills_differ_by_occurrence_and_the_groove_does_not(context: MakeContext) -> None:
    sections = [play(context(energy=0.8), occurrence=occurrence) for occurrence in range(12)]
    assert len({without_fills(notes) for notes in sections}) == 1
    assert len({tuple(note for note in notes if note.step >= 7 * 16) for notes in sections}) > 1
    assert len({tuple(note for note in notes if 3 * 16 <= note.step < 4 * 16) for notes in sections}) > 1


def test_a_band_that_likes_fills_ends_every_phrase_with_one_and_another_none_inside(context: MakeContext) -> None:
    def count_filled(fills: float) -> int:
        phrases = [
            {
                note.pitch
                for note in play(replace(context(bars=16), fills=fills), occurrence=n)
                if note.step // 16 == bar
            }
            for n in range(20)
            for bar in (3, 7, 11)
        ]
        return sum(bool(set(TOMS) & drums) for drums in phrases)

    assert count_filled(0.0) == 0
    assert count_filled(1.0) > count_filled(0.3) > 0


def test_a_plain_drummer_leaves_the_groove_alone_and_a_busy_one_fills_every_second_bar(context: MakeContext) -> None:
    def list_filled(manner: str) -> set[int]:
        songs = [
            play_drums(context(bars=8, energy=0.8), DRUMMER, find_song(manner, seed, STYLES["pop"]), RandomSource(seed))
            for seed in range(20)
        ]
        return {note.step // 16 for notes in songs for note in notes if note.pitch in TOMS}

    assert [list_filled(manner) for manner in ("plain", "usual", "busy")] == [set(), {3, 7}, {1, 3, 5, 7}]


def test_a_section_that_returns_keeps_most_of_its_groove(context: MakeContext) -> None:
    shares = []
    for seed in range(20):
        first = context(energy=0.5)
        again = replace(first, section=replace(first.section, number=2))
        one, other = (
            {(note.step, note.pitch) for note in without_fills(play(each, seed=seed, occurrence=n))}
            for n, each in enumerate((first, again))
        )
        shares.append(len(one & other) / len(one | other))
    assert min(shares) > 0.5
    assert 0.6 < sum(shares) / len(shares) < 0.95


def test_the_second_bar_answers_the_first(context: MakeContext) -> None:
    pairs = [play(context(energy=0.6), seed=seed) for seed in range(100)]
    differ = [
        {(note.step % 16, note.pitch) for note in notes if note.step // 16 == 0}
        != {(note.step % 16, note.pitch) for note in notes if note.step // 16 == 1}
        for notes in pairs
    ]
    assert sum(differ) > 70


BACKBEATS = {"latin": MUTED, "reggae": SIDESTICK, "ambient": SHAKER}
"""Style -> the drum of its backbeat, where that is no snare."""


@pytest.mark.parametrize("style", STYLES)
def test_soft_strokes_surround_the_backbeat(style: str, context: MakeContext) -> None:
    seats = {band.style: band.members[0] for band in HOUSE.values() if band.members[0].voice == "drums"}
    played = [
        note
        for seed in range(20)
        for energy in (0.6, 0.9)
        for note in play(context(energy=energy, style=style), seats.get(style, HIRED["drums"]), seed)
    ]
    backbeat = [note.force for note in played if note.pitch == BACKBEATS.get(style, SNARE)]
    assert sum(force < 0.5 for force in backbeat) > 0.08 * len(backbeat) > 0


def test_hats_open_in_some_bars(context: MakeContext) -> None:
    notes = [note for seed in range(20) for note in play(context(energy=0.6), seed=seed)]
    assert 0 < sum(note.pitch == OPEN for note in notes) < 0.3 * sum(note.pitch == CLOSED for note in notes)


def test_a_section_with_high_energy_begins_with_a_crash(context: MakeContext) -> None:
    assert CRASH in {note.pitch for note in play(context(energy=0.8)) if note.step == 0}
    assert CRASH not in {note.pitch for note in play(context(energy=0.5))}


def test_the_kick_rests_in_the_first_half_of_an_intro(context: MakeContext) -> None:
    assert min(note.step for note in play(context("intro", 4, 0.35)) if note.pitch == KICK) >= 32


def test_the_snare_accents_every_backbeat(context: MakeContext) -> None:
    for seed in range(20):
        snare = [
            note for note in play(context(energy=0.8), seed=seed) if note.pitch == SNARE and note.step // 16 % 4 != 3
        ]
        backbeats = [note.force for note in snare if note.step % 16 in (4, 12)]
        assert len(backbeats) == 12
        assert set(backbeats) == {1.0}


def test_a_sparse_drummer_plays_less_than_a_busy_one(context: MakeContext) -> None:
    def count_strokes(density: float) -> int:
        member = msgspec.structs.replace(DRUMMER, density=density)
        return sum(len(play(context(energy=0.6), member, seed)) for seed in range(10))

    assert count_strokes(0.0) < 0.7 * count_strokes(0.5) < 0.7 * 0.9 * count_strokes(1.0)
