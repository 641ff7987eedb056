"""The characters of songs' tunes: unlike each other, the same throughout a song, and heard in the notes."""

from collections.abc import Callable
from statistics import mean

import msgspec
import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.styles import STYLES
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.tunes import character, writer
from bandstand.composer.voices.tunes.character import ROUND_COMPASS, Character, draw_character
from bandstand.composer.voices.tunes.rhythms import TuneHabits

MakeContext = Callable[..., SectionContext]
LEAD = HOUSE["small-robots"].members[4]
DRAWN = [draw_character(STYLES["pop"], RandomSource(seed).song) for seed in range(200)]


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch, context: MakeContext) -> Callable[..., list[list[GridNote]]]:
    """Write the verses of twenty songs whose tunes have one character."""

    def write_all(**features: float) -> list[list[GridNote]]:
        drawn = msgspec.structs.replace(Character(), **features)
        monkeypatch.setattr(writer, "draw_character", lambda style, song: drawn)
        return [
            writer.TuneWriter(context(seed=seed), LEAD, TuneHabits(), RandomSource(seed)).write() for seed in range(20)
        ]

    return write_all


def find_compass(notes: list[GridNote]) -> int:
    pitches = [note.pitch for note in notes]
    return max(pitches) - min(pitches)


def test_a_song_has_one_character() -> None:
    source = RandomSource(3, "/part/lead/verse"), RandomSource(3, "/part/lead/chorus")
    assert draw_character(STYLES["pop"], source[0].song) == draw_character(STYLES["pop"], source[1].song)


def test_tunes_of_one_style_are_narrow_or_wide_and_literal_or_not() -> None:
    assert {compass for compass, _ in character.COMPASSES} == {one.compass for one in DRAWN}
    assert 60 <= sum(one.is_literal for one in DRAWN) <= 160
    assert max(one.flow for one in DRAWN) > 8 * min(one.flow for one in DRAWN)


def test_a_tune_goes_round_in_some_songs_and_in_none_where_chords_never_do() -> None:
    assert 0.03 < mean(one.round > 0 for one in DRAWN) < 0.3
    assert all(one.compass >= ROUND_COMPASS for one in DRAWN if one.round)
    assert not any(draw_character(STYLES["baroque"], RandomSource(seed).song).round for seed in range(200))


def test_a_narrow_tune_stays_near_an_octave_and_a_wide_one_leaves_it(
    write: Callable[..., list[list[GridNote]]],
) -> None:
    narrow, wide = (mean(map(find_compass, write(compass=compass))) for compass in (5, 13))
    assert narrow <= 12
    assert wide >= narrow + 5


def test_a_figure_of_two_bars_returns_as_it_was(write: Callable[..., list[list[GridNote]]]) -> None:
    def count_bars(tunes: list[list[GridNote]]) -> float:
        kinds = []
        for notes in tunes:
            bars: dict[int, list[tuple[int, int]]] = {}
            for note in notes:
                bars.setdefault(note.step // 16, []).append((note.step % 16, note.pitch))
            kinds.append(len({tuple(bar) for bar in bars.values()}))
        return mean(kinds)

    assert count_bars(write(round=2, is_literal=True)) <= count_bars(write()) - 0.5


def test_a_tune_that_rises_begins_lower(write: Callable[..., list[list[GridNote]]]) -> None:
    def find_first(tunes: list[list[GridNote]]) -> float:
        return mean(notes[0].pitch - mean(note.pitch for note in notes) for notes in tunes)

    assert find_first(write(rise=4.0)) < find_first(write(rise=0.0)) - 1
