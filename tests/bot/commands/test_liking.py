import pytest

from bot.database.models import Cue, Rating
from bot.effects import Send
from bot.request import Right
from bot.songs import bands
from bot.view import AirView, StationView
from common.background_jobs import Breed, Export
from common.errors import CommandError, UsageError
from tests.bot.conftest import Bench


@pytest.fixture(autouse=True)
def settled(bench: Bench) -> None:
    bands.settle(1000.0)


def plays(bench: Bench) -> None:
    job = bench.say("generate rock").reply.job
    bench.begun(int(job))
    cue = Cue.select().first()
    bench.view = StationView(connected=True, air=AirView(cue.id, 30.0))


@pytest.mark.parametrize(
    ("line", "value"), [("+1", 1.0), ("-1", -1.0), ("!+1", 1.0), ("rate 1", -1.0), ("rate 4", 0.5)]
)
def test_what_is_heard_can_be_rated_by_anybody(line: str, value: float, bench: Bench) -> None:
    plays(bench)
    reply = bench.say(line, Right.LISTENER).reply
    assert '"Blue Lantern"' in reply.summary
    assert [row.value for row in Rating.select()] == [value]


@pytest.mark.parametrize("line", ["rate 0", "rate 6", "rate much", "rate"])
def test_a_rating_is_one_to_five(line: str, bench: Bench) -> None:
    plays(bench)
    with pytest.raises(UsageError):
        bench.say(line)


def test_a_band_is_bred_from_its_ratings_by_an_errand(bench: Bench) -> None:
    with pytest.raises(CommandError, match="nobody has rated a song of Gravel Theory"):
        bench.say("evolve rock")
    plays(bench)
    bench.say("+1")
    [send] = bench.say("evolve rock").effects
    assert isinstance(send, Send)
    assert isinstance(send.errand, Breed)
    assert (send.slug, send.genome) == ("gravel-theory", bands.find("rock").genome)


def test_the_family_is_shown_and_can_be_gone_back_in(bench: Bench) -> None:
    first = bands.find("rock")
    bands.bred(first.slug, first.genome, first.band, 1001.0)
    assert [row[0] for row in bench.say("family rock").reply.rows] == ["2", "1"]
    assert "generation 1" in bench.say("revert rock").reply.summary
    with pytest.raises(CommandError, match="as it was in the beginning"):
        bench.say("revert rock")


def test_an_export_is_an_errand_for_a_stored_song(bench: Bench) -> None:
    code = bench.stored("Blue Lantern")
    [send] = bench.say("export blue lantern musicxml").effects
    assert isinstance(send, Send)
    assert send.errand == Export(code, "musicxml")
    with pytest.raises(UsageError, match="midi, musicxml, flac, stems"):
        bench.say(f"export {code} cassette")
    with pytest.raises(UsageError):
        bench.say("export midi")


def test_a_rated_song_says_so(bench: Bench) -> None:
    plays(bench)
    bench.say("rate 5")
    assert ("rated", "+1.0 of 1 rating") in bench.say("song blue lantern").reply.rows
