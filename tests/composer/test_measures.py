"""The gate of what separates music from noise: songs pass it, four kinds of noise do not."""

from collections.abc import Callable

import msgspec
import pytest

from composer.draw import Draw
from composer.measures import measured
from composer.score import STEP, Note, Score


def changed(score: Score, change: Callable[[Note, bool], Note]) -> Score:
    parts = tuple(
        msgspec.structs.replace(part, notes=tuple(change(note, part.voice == "drums") for note in part.notes))
        for part in score.parts
    )
    return msgspec.structs.replace(score, parts=parts)


def random_pitch(score: Score) -> Score:
    draw = Draw(score.seed, "/noise")
    return changed(score, lambda note, drum: note if drum else Note(note.start, note.length, draw.between(40, 84), 90))


def random_rhythm(score: Score) -> Score:
    draw = Draw(score.seed, "/noise")
    steps = score.ticks // STEP
    return changed(score, lambda note, drum: Note(draw.below(steps) * STEP, note.length, note.pitch, note.velocity))


def all_random(score: Score) -> Score:
    return random_rhythm(random_pitch(score))


def random_diatonic(score: Score) -> Score:
    draw = Draw(score.seed, "/noise")
    scale = [pitch for pitch in range(40, 85) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)]
    return changed(score, lambda note, drum: note if drum else Note(note.start, note.length, draw.pick(scale), 90))


def test_every_song_is_musical(songs: list[Score]) -> None:
    assert [(song.seed, measured(song)) for song in songs if not measured(song).musical] == []


@pytest.mark.parametrize("noise", [random_pitch, random_rhythm, all_random, random_diatonic])
def test_no_noise_passes(noise: Callable[[Score], Score], songs: list[Score]) -> None:
    assert [song.seed for song in songs[:20] if measured(noise(song)).musical] == []


def test_random_pitches_lose_the_scale_and_keep_the_groove(short: Score) -> None:
    composed, noise = measured(short), measured(random_pitch(short))
    assert noise.scale < 0.7
    assert noise.entropy > composed.entropy
    assert noise.groove == composed.groove


def test_random_rhythm_keeps_the_scale_and_loses_the_groove(short: Score) -> None:
    composed, noise = measured(short), measured(random_rhythm(short))
    assert noise.scale == composed.scale
    assert noise.groove < 0.7
    assert noise.recurrence < 0.1
