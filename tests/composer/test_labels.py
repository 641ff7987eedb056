"""What a file says of itself, however odd."""

from pathlib import Path

import pytest

from bandstand.composer.labels import LONGEST_NAME, Labels, choose_labels

FILE = Path("/music/Low Tide.mp3")


def test_without_tags_the_file_name_is_the_title() -> None:
    assert choose_labels({}, FILE) == Labels(title="Low Tide", artist="unknown")
    assert choose_labels({"title": " \n "}, Path("/music/caf\udce9.mp3")).title == "caf\ufffd"


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "euc-jp"])
def test_a_name_of_which_no_letter_can_be_read_is_none(charset: str) -> None:
    shown = ("\u4e00\u4e8c!" if charset == "euc-jp" else "Привет !").encode(charset).decode("utf-8", "replace")
    assert choose_labels({"title": shown, "artist": shown}, FILE) == Labels(title="Low Tide", artist="unknown")
    assert choose_labels({"title": "Caf\ufffd", "artist": "!!!"}, FILE) == Labels(title="Caf\ufffd", artist="!!!")


def test_all_that_the_library_knows_is_taken() -> None:
    tags = {
        "title": "Tide", "artist": "The Bells", "album": "Night Buses", "genre": "Dub", "date": "1994-05-01",
        "mood": "Calm; Late Night", "tbpm": "120.00", "tkey": "D minor",
    }  # fmt: skip
    assert choose_labels(tags, FILE) == Labels(
        title="Tide", artist="The Bells", album="Night Buses", genre="Dub", year=1994, tags=("calm", "late-night"),
        facts={"tempo": 120.0, "key": "Dm"},
    )  # fmt: skip


def test_line_breaks_control_codes_and_great_length_do_not_get_through() -> None:
    huge = "a\r\nb\x1b[31m\u202e" * 200_000
    labels = choose_labels(dict.fromkeys(("title", "artist", "album", "genre", "date", "mood", "bpm"), huge), FILE)
    texts = (labels.title, labels.artist, labels.album, labels.genre, *labels.tags)
    assert all(text.isprintable() and len(text) <= LONGEST_NAME for text in texts)
    assert (labels.year, labels.facts) == (None, {})


@pytest.mark.parametrize(
    ("tags", "year"),
    [
        ({"date": "1994"}, 1994),
        ({"date": "01.02.2003"}, 2003),
        ({"date": "2012", "originaldate": "1971-03"}, 1971),
        ({"date": "0000"}, None),
        ({"date": "19941"}, None),
        ({"year": "unknown"}, None),
        ({"date": "", "year": "(C) 1988 by nobody"}, 1988),
    ],
)
def test_a_year_is_found_however_it_is_written(tags: dict[str, str], year: int | None) -> None:
    assert choose_labels(tags, FILE).year == year


@pytest.mark.parametrize(
    ("tags", "facts"),
    [
        ({"bpm": "0"}, {}),
        ({"bpm": "fast"}, {}),
        ({"bpm": "999"}, {}),
        ({"tmpo": "98"}, {"tempo": 98.0}),
        ({"initialkey": "f#m"}, {"key": "F#m"}),
        ({"initialkey": "Bb"}, {"key": "Bb"}),
        ({"initialkey": "8A"}, {}),
    ],
)
def test_tempo_and_key_are_taken_where_they_are_such(tags: dict[str, str], facts: dict[str, object]) -> None:
    assert choose_labels(tags, FILE).facts == facts
