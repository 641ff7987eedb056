from pathlib import Path

import pytest

from composer.score import TICKS, Score, Section, Tempo, channels, decoded, encoded, read


def score(*tempi: Tempo) -> Score:
    section = Section("verse", 1, 0, 2, 0.5)
    return Score(title="T", artist="A", seed=1, key="C", beats=4, tempi=tempi, sections=(section,), chords=(), parts=())


def test_a_score_is_read_back_as_it_was_written(short: Score, tmp_path: Path) -> None:
    (tmp_path / "score.json").write_bytes(encoded(short))
    assert read(tmp_path / "score.json") == short


def test_the_same_score_is_the_same_bytes(short: Score) -> None:
    assert encoded(decoded(encoded(short))) == encoded(short)


def test_time_follows_the_tempo() -> None:
    plain = score(Tempo(0, 120))
    assert plain.seconds(plain.ticks) == pytest.approx(4.0)


def test_time_follows_a_change_of_tempo() -> None:
    slowing = score(Tempo(0, 120), Tempo(4 * TICKS, 60))
    assert slowing.seconds(2 * TICKS) == pytest.approx(1.0)
    assert slowing.seconds(4 * TICKS) == pytest.approx(2.0)
    assert slowing.seconds(8 * TICKS) == pytest.approx(6.0)


def test_drums_have_midis_drum_channel_and_the_rest_their_own(short: Score) -> None:
    assert channels(short) == [9, 0, 1, 2, 3]
