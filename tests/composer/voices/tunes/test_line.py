"""The rules by which a tune moves."""

from itertools import pairwise

import pytest

from bandstand.composer.random_source import RandomSource
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key
from bandstand.composer.voices.tunes.idioms import mix_intervals
from bandstand.composer.voices.tunes.line import BACK, LEAP, Bounds, Place, Taste, TuneLine

KEY = Key.parse("C")
CHORDS = [KEY.build_chord(degree) for degree in (0, 5, 3, 4)]
LOW = KEY.step_at(64)
TASTE = Taste(mix_intervals(STYLES["pop"].tune), 3.0, 1.0, ())


def write(seed: int, peak: int | None = None, taste: Taste = TASTE) -> tuple[list[Place], list[int]]:
    """A line of 32 notes, of which every second has to belong to its chord; the note `peak` is the climax."""
    places = [
        Place(CHORDS[index // 8], must_belong=index % 2 == 0, aim=LOW + 4, is_peak=index == peak) for index in range(32)
    ]
    return places, TuneLine(KEY, Bounds(LOW, LOW + 9, LOW + 8), taste, RandomSource(seed)).write(places)


@pytest.mark.parametrize("seed", range(40))
def test_a_leap_is_followed_by_a_step_back(seed: int) -> None:
    _, line = write(seed)
    moves = [after - before for before, after in pairwise(line)]
    for move, following in pairwise(moves):
        if abs(move) >= LEAP:
            assert move * following < 0 and abs(following) <= BACK


def test_tunes_leap_at_times_and_more_where_the_taste_is_for_it() -> None:
    def leaps(taste: Taste) -> int:
        return sum(abs(b - a) >= 4 for seed in range(40) for a, b in pairwise(write(seed, taste=taste)[1]))

    assert 10 < leaps(TASTE._replace(leaps=0.5)) < leaps(TASTE._replace(leaps=6.0))


@pytest.mark.parametrize("seed", range(40))
def test_notes_that_have_to_belong_do_and_others_are_passed_by_step(seed: int) -> None:
    places, line = write(seed)
    for index, (place, step) in enumerate(zip(places, line, strict=True)):
        if KEY.pitch_at(step) % 12 not in place.chord.pitches:
            assert not place.must_belong
            assert index == 0 or abs(step - line[index - 1]) <= 1
            assert index == len(line) - 1 or abs(line[index + 1] - step) <= 1


@pytest.mark.parametrize("seed", range(40))
def test_the_climax_alone_is_the_highest_note(seed: int) -> None:
    _, line = write(seed, peak=20)
    assert line[20] == LOW + 9
    assert max(line[:20] + line[21:]) < LOW + 9


def test_no_chord_raises_another_note_above_the_climax() -> None:
    raising = KEY.build_secondary_dominant(KEY.build_chord(1))  # A7, which has C sharp
    climax = KEY.step_at(84)
    for seed in range(40):
        places = [Place(raising, index % 2 == 0, aim=climax, is_peak=index == 12) for index in range(24)]
        line = TuneLine(KEY, Bounds(climax - 9, climax, climax), TASTE, RandomSource(seed))
        steps = line.write(places)
        others = [line.find_pitch(step, raising) for index, step in enumerate(steps) if index != 12]
        assert max(others) <= 84


def test_a_note_that_returns_stays_over_another_chord_unless_it_rubs_or_a_phrase_ends() -> None:
    first, other = KEY.build_chord(0), KEY.build_chord(4)
    for target, is_close, stays in ((69, False, True), (69, True, False), (72, False, False)):
        chosen = []
        for seed in range(20):
            line = TuneLine(KEY, Bounds(LOW, LOW + 9, LOW + 8), TASTE, RandomSource(seed))
            places = [
                Place(first, must_belong=True, aim=LOW + 3),
                Place(other, True, LOW + 3, target=KEY.step_at(target), is_close=is_close),
            ]
            chosen.append(line.find_pitch(line.write(places)[1], other))
        assert (target in chosen) == stays


@pytest.mark.parametrize("seed", range(10))
def test_no_tritone_and_no_seventh_is_sung(seed: int) -> None:
    _, line = write(seed)
    pitches = [KEY.pitch_at(step) for step in line]
    assert all(abs(b - a) in (*range(6), 7, 8, 9, 12) for a, b in pairwise(pitches))


def test_a_target_is_followed_where_the_chord_has_it() -> None:
    places, line = write(3)
    again = [place._replace(target=step) for place, step in zip(places, line, strict=True)]
    assert TuneLine(KEY, Bounds(LOW, LOW + 9, LOW + 8), TASTE, RandomSource(99)).write(again) == line
