"""What tunes are like is counted as a person would count it, on tunes small enough to count by hand."""

import pytest

from bandstand.composer.score import STEP, Note
from bandstand.composer.tune_measures import find_skyline, list_rhythms, measure_tune, split_phrases

BAR = 16 * STEP


def bars(*rows: str) -> list[Note]:
    """A tune from rows such as `0:60 4:62`: step in the bar, pitch. A note lasts until the next one, or two beats."""
    placed = [
        (index * 16 + int(step), int(pitch))
        for index, row in enumerate(rows)
        for step, pitch in (word.split(":") for word in row.split())
    ]
    ends = [step for step, _ in placed[1:]] + [len(rows) * 16]
    return [
        Note(step * STEP, min(8, end - step) * STEP, pitch, 90) for (step, pitch), end in zip(placed, ends, strict=True)
    ]


def test_different_rhythms_and_repeated_bars_are_counted_in_sixteen_bars() -> None:
    tune = bars(*(["0:60 8:62", "0:64 8:62", "0:60 4:62 8:64"] * 4), "0:67", "4:67", "8:67", "12:67")
    found = measure_tune(tune, BAR)
    assert found.rhythms == 6
    assert found.repeats == 12 / 16
    assert found.peaks == 4


def test_a_tune_of_fewer_bars_has_no_figure_for_repetition() -> None:
    found = measure_tune(bars("0:60 8:62", "0:64"), BAR)
    assert (found.rhythms, found.repeats, found.peaks) == (None, None, None)


def test_rests_between_the_bars_do_not_make_a_tune_longer() -> None:
    assert measure_tune(bars(*["0:60 8:62", ""] * 15, "0:60"), BAR).rhythms == 2


def test_a_leap_is_wider_than_a_fifth_and_repeated_notes_are_no_intervals() -> None:
    assert measure_tune(bars("0:60 4:60 6:67 8:75 10:77"), BAR).leaps == pytest.approx(1 / 3)


def test_a_rest_and_a_long_note_end_a_phrase() -> None:
    tune = [Note(start * STEP, length * STEP, 60, 90) for start, length in ((0, 2), (2, 2), (8, 2), (10, 2), (12, 2))]
    assert [len(phrase) for phrase in split_phrases(tune, BAR)] == [2, 3]
    long = bars("0:60 2:62 4:64 6:65 8:67", "0:60 2:62 4:64")
    assert [len(phrase) for phrase in split_phrases(long, BAR)] == [5, 3]


def test_a_phrase_begins_with_a_pickup_if_it_leads_over_the_bar_line() -> None:
    assert measure_tune(bars("12:60 14:62", "0:64 2:65 4:67"), BAR).pickups == 1
    assert measure_tune(bars("0:60 2:62 4:64 6:65"), BAR).pickups == 0
    assert measure_tune(bars("8:60 10:62 12:64 14:65"), BAR).pickups == 0
    assert measure_tune([], BAR).pickups is None


def test_notes_that_are_early_or_late_keep_their_place() -> None:
    tune = bars("0:60 4:62")
    moved = [Note(note.start + 20, note.length, note.pitch, note.velocity) for note in tune]
    assert list_rhythms(moved, BAR) == list_rhythms(tune, BAR) == {frozenset({0, 4})}


def test_the_highest_note_of_each_step_is_the_tune() -> None:
    chord = [Note(0, STEP, pitch, 90) for pitch in (60, 67, 64)]
    assert [note.pitch for note in find_skyline(chord)] == [67]
