from pathlib import Path

import pytest

from bandstand.composer.score import (
    TICKS,
    Score,
    Section,
    Tempo,
    assign_channels,
    decode_score,
    encode_score,
    read_score,
)


def score(*tempi: Tempo) -> Score:
    section = Section("verse", 1, 0, 2, 0.5)
    return Score(title="T", artist="A", seed=1, key="C", beats=4, tempi=tempi, sections=(section,), chords=(), parts=())


def test_a_score_is_the_same_after_writing_and_reading(short: Score, tmp_path: Path) -> None:
    (tmp_path / "score.json").write_bytes(encode_score(short))
    assert read_score(tmp_path / "score.json") == short


def test_the_same_score_gives_the_same_bytes(short: Score) -> None:
    assert encode_score(decode_score(encode_score(short))) == encode_score(short)


def test_time_follows_the_tempo() -> None:
    plain = score(Tempo(0, 120))
    assert plain.seconds(plain.ticks) == pytest.approx(4.0)


def test_time_follows_a_change_of_tempo() -> None:
    slowing = score(Tempo(0, 120), Tempo(4 * TICKS, 60))
    assert slowing.seconds(2 * TICKS) == pytest.approx(1.0)
    assert slowing.seconds(4 * TICKS) == pytest.approx(2.0)
    assert slowing.seconds(8 * TICKS) == pytest.approx(6.0)


def test_drums_have_the_drum_channel_and_other_parts_one_each(short: Score) -> None:
    assert assign_channels(short) == [9, *range(len(short.parts) - 1)]
