import math

import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.jobs import Value
from bandstand.common.song_parameters import SongParameters, checked


def test_nothing_asked_leaves_all_to_the_band() -> None:
    assert checked({}) == SongParameters()


def test_numbers_may_come_as_text() -> None:
    assert checked({"key": "Dm", "tempo": "96.5", "minutes": 2}) == SongParameters("Dm", 96.5, 2.0)


def test_instruments_come_as_a_list_with_commas() -> None:
    asked = checked({"with": "Flute, strings,,flute", "without": "drums"})
    assert (asked.wanted, asked.unwanted) == (("flute", "strings"), ("drums",))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"temp": 100}, "temp: there is no such parameter; did you mean tempo?"),
        ({"colour": "red"}, "colour: there is no such parameter; known are key, mode, tempo, minutes, seconds, "),
        ({"mode": "dorian"}, "mode: dorian is not major or minor"),
        ({"seconds": 3}, "seconds: 3 is not a number of seconds from 20 to 900"),
        ({"energy": 2}, "energy: 2 is not a number of strength from 0 to 1"),
        ({"with": "flute,trumpt"}, "with: trumpt is no instrument that the bands know; did you mean trumpet?"),
        ({"without": "xyzzy"}, "without: xyzzy is no instrument that the bands know; write instruments"),
        ({"with": "a,b,c,d,e,f,g"}, "with: at most 6 instruments can be named"),
        ({"tempo": 20}, "tempo: 20 is not a number of beats a minute from 50 to 200"),
        ({"tempo": "fast"}, "tempo: fast is not"),
        ({"tempo": True}, "tempo: True is not"),
        ({"tempo": math.nan}, "tempo: nan is not"),
        ({"minutes": 1e9}, "minutes: 1000000000.0 is not a number of minutes from 1 to 15"),
        ({"key": 7}, "key: '7' is not a key"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(parameters: dict[str, Value], sentence: str) -> None:
    with pytest.raises(ComposeError) as caught:
        checked(parameters)
    assert str(caught.value).startswith(sentence)
