"""Composed songs pass as music; four kinds of random notes do not."""

from collections.abc import Callable

import msgspec
import pytest

from bandstand.common.bands import Band
from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose
from bandstand.composer.measures import add_wrong_notes, measure_notes, measure_score
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, Note, Score

pytestmark = pytest.mark.slow
"""Whole songs are composed."""


def changed(score: Score, change: Callable[[Note, bool], Note]) -> Score:
    parts = tuple(
        msgspec.structs.replace(part, notes=tuple(change(note, part.voice == "drums") for note in part.notes))
        for part in score.parts
    )
    return msgspec.structs.replace(score, parts=parts)


def random_pitch(score: Score) -> Score:
    random = RandomSource(score.seed, "/noise")
    return changed(
        score, lambda note, drum: note if drum else Note(note.start, note.length, random.draw_integer(40, 84), 90)
    )


def random_rhythm(score: Score) -> Score:
    random = RandomSource(score.seed, "/noise")
    steps = score.ticks // STEP
    return changed(
        score, lambda note, drum: Note(random.draw_index(steps) * STEP, note.length, note.pitch, note.velocity)
    )


def all_random(score: Score) -> Score:
    return random_rhythm(random_pitch(score))


def random_diatonic(score: Score) -> Score:
    random = RandomSource(score.seed, "/noise")
    scale = [pitch for pitch in range(40, 85) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)]
    return changed(score, lambda note, drum: note if drum else Note(note.start, note.length, random.choose(scale), 90))


def test_every_song_is_musical(songs: list[Score]) -> None:
    assert [(song.seed, measure_score(song)) for song in songs if not measure_score(song).is_musical] == []


@pytest.mark.parametrize("noise", [random_pitch, random_rhythm, all_random, random_diatonic])
def test_random_notes_do_not_pass(noise: Callable[[Score], Score], songs: list[Score]) -> None:
    assert [song.seed for song in songs[:20] if measure_score(noise(song)).is_musical] == []


def test_random_pitches_lose_the_scale_and_keep_the_groove(short: Score) -> None:
    composed, noise = measure_score(short), measure_score(random_pitch(short))
    assert noise.scale < 0.7
    assert noise.entropy > composed.entropy
    assert noise.groove == composed.groove


def test_random_rhythm_keeps_the_scale_and_loses_the_groove(short: Score) -> None:
    composed, noise = measure_score(short), measure_score(random_rhythm(short))
    assert noise.scale == composed.scale
    assert noise.groove < 0.7
    assert noise.recurrence < 0.1


@pytest.mark.parametrize("band", HOUSE.values(), ids=lambda band: band.style)
def test_the_notes_of_three_hundred_songs_are_right(band: Band) -> None:
    counted = add_wrong_notes([measure_notes(compose(band, seed, {})) for seed in range(100, 122)])
    assert counted.second_voice[0] < 0.02
    assert counted.cadence[0] < 0.01, "people resolve 3 to 8 % of them"
    assert counted.rubs[0] <= 0.07
    assert counted.buried[0] <= 0.25
    assert counted.out_of_range[0] == 0
    assert all(count for _, count in msgspec.structs.astuple(counted))


def test_wrong_notes_are_counted_where_random_pitches_are_played(songs: list[Score]) -> None:
    counted = add_wrong_notes([measure_notes(random_pitch(song)) for song in songs[::8]])
    assert counted.second_voice[0] > 0.5
    assert counted.cadence[0] > 0.5
    assert counted.rubs[0] > 0.1
    assert counted.buried[0] > 0.25
    assert counted.out_of_range[0] > 0.1
