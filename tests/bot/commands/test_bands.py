import pytest

from bot.database.models import Song
from bot.request import Right
from bot.songs import bands
from common.errors import CommandError
from common.lineups import STYLES
from tests.bot.conftest import Bench


@pytest.fixture(autouse=True)
def settled(bench: Bench) -> None:
    bands.settle(1000.0)


def test_the_bands_are_listed_with_their_styles(bench: Bench) -> None:
    reply = bench.say("bands", Right.LISTENER).reply
    assert {row[2] for row in reply.rows} == set(STYLES)


def test_a_band_is_shown_with_its_players(bench: Bench) -> None:
    reply = bench.say("band null modem", Right.LISTENER).reply
    assert reply.summary.startswith("Null Modem, techno: ")
    assert [row[1] for row in reply.rows] == ["drums", "bass", "stabs", "sequence", "air", "lead"]
    assert all("to the millisecond" in row[3] for row in reply.rows)


def test_a_new_band_is_founded_by_a_dj_and_can_be_asked_to_play(bench: Bench) -> None:
    with pytest.raises(CommandError, match="needs the right dj"):
        bench.say("band new waltz", Right.LISTENER)
    reply = bench.say("band new waltz", Right.DJ).reply
    assert "waltz" in reply.summary
    newest = bands.every()[-1]
    bench.say(f"generate {newest.slug} queue=yes")
    song = Song.select().order_by(Song.created.desc()).first()
    assert bands.name_of(song.genome) == newest.slug


@pytest.mark.parametrize("words", ["trio-maresol", "trio maresol", "bossa"])
def test_a_band_or_a_style_can_be_asked_for(words: str, bench: Bench) -> None:
    bench.say(f"generate {words} key=Dm tempo=130 minutes=2")
    song = Song.select().first()
    assert bands.name_of(song.genome) == "trio-maresol"
    assert song.parameters == '{"key": "Dm", "minutes": 2, "tempo": 130}'


def test_again_keeps_the_band(bench: Bench) -> None:
    bench.say("generate chiptune")
    bench.say("again")
    assert {bands.name_of(song.genome) for song in Song.select()} == {"8-bit-picnic"}


def test_who_is_neither_band_nor_generator_is_told_what_there_is(bench: Bench) -> None:
    with pytest.raises(CommandError, match="zydeco: there is no such band; there are "):
        bench.say("generate zydeco")


def test_an_artist_is_shown_with_part_and_habits(bench: Bench) -> None:
    player = bands.find("swing").band.members[1].player
    reply = bench.say(f"artist {player}", Right.LISTENER).reply
    assert ("plays", "double bass with The Ninth Floor Quartet") in reply.rows
    with pytest.raises(CommandError, match="nobody of that name"):
        bench.say("artist nobody")
