import pytest

from bandstand.common.wish_numbers import read_length, read_tempo
from bandstand.common.wish_splitting import split_words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("two minutes", 120), ("2 min", 120), ("2m", 120), ("90s", 90), ("90 sec", 90), ("1m30s", 90),
        ("1 m 30 s", 90), ("2 min 30", 150), ("2 minutes and 10 seconds", 130), ("1:30", 90), ("1:30 minutes", 90),
        ("2'30\"", 150), ("2\u203230\u2033", 150), ("1.5 min", 90), ("1,5 minutes", 90), ("2\xbd minutes", 150),
        ("\xbd minute", 30), ("half a minute", 30), ("a minute and a half", 90), ("one and a half minutes", 90),
        ("two and a half minutes", 150), ("three quarters of an hour", 2700), ("a quarter of an hour", 900),
        ("half an hour", 1800), ("an hour", 3600), ("an hour and a half", 5400), ("1h30", 5400), ("two hours", 7200),
        ("1 h 5 min", 3900), ("twenty-five seconds", 25), ("ninety seconds", 90), ("a hundred seconds", 100),
        ("a hundred and twenty seconds", 120), ("a couple of minutes", 120), ("a few minutes", 180),
        ("2-3 minutes", 150), ("2 \u2013 3 minutes", 150), ("two or three minutes", 150), ("two to four minutes", 180),
        ("between two and three minutes", 150), ("0 seconds", 0), ("9" * 30 + " minutes", 60 * (10.0**30 - 1)),
        ("2 minutes long", 120), ("2 minutes in length", 120),
    ],
)  # fmt: skip
def test_a_length_is_read_whole(text: str, seconds: float) -> None:
    words = split_words(text.casefold())
    read = read_length(words, 0)
    assert read is not None
    assert read.value == pytest.approx(seconds)
    assert read.words == len(words)


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("90 bpm", 90), ("90bpm", 90), ("at 90", 90), ("at 90 bpm", 90), ("tempo 90", 90), ("tempo: 90", 90),
        ("bpm=90", 90), ("bpm 90", 90), ("92.5 bpm", 92.5), ("90 beats per minute", 90), ("90 beats a minute", 90),
        ("ninety bpm", 90), ("one hundred and twenty bpm", 120), ("one twenty bpm", 120), ("tempo one twenty", 120),
        ("100-120 bpm", 110), ("100 - 120bpm", 110), ("between 100 and 120 bpm", 110), ("about 100 bpm", 100),
        ("\u2669=120", 120),
    ],
)  # fmt: skip
def test_a_tempo_is_read_whole(text: str, bpm: float) -> None:
    words = split_words(text.casefold())
    read = read_tempo(words, 0)
    assert read is not None
    assert (read.value, read.words) == (bpm, len(words))


@pytest.mark.parametrize("text", ["90", "two flutes", "a waltz", "minutes", "-5 minutes", "1e9 minutes", "a m", "at 3"])
def test_other_words_are_no_amount(text: str) -> None:
    words = split_words(text)
    assert read_length(words, 0) is None
    assert read_tempo(words, 0) is None


def test_a_tempo_behind_a_length_is_not_its_seconds() -> None:
    words = split_words("2 minutes 50 bpm")
    length, tempo = read_length(words, 0), read_tempo(words, 2)
    assert length is not None and (length.value, length.words) == (120, 2)
    assert tempo is not None and tempo.value == 50
