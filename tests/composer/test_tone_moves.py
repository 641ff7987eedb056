import numpy as np
import pytest

from bandstand.common.types import RATE
from bandstand.composer.score import EXPRESSION, TICKS, VIBRATO, Bend, Control, Score, Section, Tempo
from bandstand.composer.streaming_score import Performance
from bandstand.composer.tone_moves import PartMoves, Wave

SCORE = Score(
    title="T", artist="A", seed=1, key="C", beats=4, tempi=(Tempo(0, 60),),
    sections=(Section("verse", 1, 0, 1, 0.5), Section("chorus", 1, 1, 1, 1.0)), chords=(), parts=(),
)  # fmt: skip
SECOND = TICKS
SINE: Wave = np.sin(2 * np.pi * 500 / RATE * np.arange(RATE)).astype(np.float32)


def count_waves(sound: Wave) -> int:
    return int((np.diff(np.signbit(sound)) & ~np.signbit(sound[1:])).sum())


def shape(controls: list[Control], bends: list[Bend], frame: int = 0) -> Wave:
    return PartMoves(SCORE, Performance([], controls, bends)).shape(SINE, frame, RATE)


def test_a_note_without_moves_stays_as_it_is() -> None:
    assert shape([], []) is SINE


def test_expression_is_a_square_law_that_holds_until_the_next_move() -> None:
    sound = shape([Control(0, EXPRESSION, 64), Control(SECOND // 2, EXPRESSION, 127)], [])
    assert np.abs(sound[: RATE // 4]).max() == pytest.approx((64 / 127) ** 2, abs=0.01)
    assert np.abs(sound[RATE * 3 // 4 :]).max() == pytest.approx(1, abs=0.01)


def test_a_controller_stands_where_it_was_moved_before_the_note() -> None:
    sound = shape([Control(0, EXPRESSION, 64)], [], frame=RATE)
    assert np.abs(sound).max() == pytest.approx((64 / 127) ** 2, abs=0.01)


@pytest.mark.parametrize(("cents", "waves"), [(200, 561), (-200, 445), (0, 500)])
def test_a_bend_changes_the_frequency(cents: int, waves: int) -> None:
    assert count_waves(shape([], [Bend(0, cents)])[: RATE // 2]) == pytest.approx(waves / 2, abs=3)


def test_vibrato_moves_the_pitch_around_its_place() -> None:
    sound = shape([Control(0, VIBRATO, 127)], [])
    assert not np.allclose(sound, SINE, atol=0.1)
    assert count_waves(sound) == pytest.approx(500, abs=3)


def test_moves_of_the_next_section_do_not_reach_back() -> None:
    """So that it makes no difference whether they are known when the note is made."""
    ahead = Control(4 * SECOND - 10, EXPRESSION, 1)
    frame = round(3.5 * RATE)
    known = shape([Control(0, EXPRESSION, 100), ahead], [], frame)
    assert np.array_equal(known, shape([Control(0, EXPRESSION, 100)], [], frame))
