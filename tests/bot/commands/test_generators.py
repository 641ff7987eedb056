"""What a generator's author sees: the list, the parameters, the endings that are offered, where a song came from."""

import pytest

from bot.commands import TABLE
from bot.completion import completions
from bot.database.models import Song
from bot.request import Right
from bot.songs import bands, programme
from bot.view import StationView
from common.errors import CommandError
from common.generators import Generator, Parameter
from common.jobs import Done, Provenance
from common.types import SongCode
from tests.bot.conftest import made

MINE = Generator(
    command=["python3", "mine.py"],
    help="waves",
    version="2",
    parameters={
        "tempo": Parameter(type="int", min=40, max=200, default=120, help="beats a minute"),
        "key": Parameter(choices=["C", "Dm"]),
    },
)
KNOWN = {"mine": MINE, "other": Generator(callable="other:song")}


@pytest.fixture
def author(bench):
    bench.view = StationView(connected=True, generators=KNOWN, generator_troubles={"other": "it ended with status 1"})
    return bench


def test_the_generators_are_listed_with_what_is_known_of_them(author) -> None:
    author.say("watch mine key=C")
    reply = author.say("generators").reply
    assert reply.rows == (("mine", "waves", "2", "watched"), ("other", "other:song", "", "it ended with status 1"))


def test_without_any_the_guide_is_named(bench) -> None:
    assert "docs/generators.md" in bench.say("generators").reply.summary
    with pytest.raises(CommandError, match=r"docs/generators\.md"):
        bench.say("watch mine")


def test_help_lists_the_parameters_of_a_generator(author) -> None:
    reply = author.say("help generate mine").reply
    assert reply.summary == "generate mine [NAME=VALUE ...]: waves"
    assert reply.rows == (
        ("duration", "a number from 1 to 1800", "120", "seconds of sound"),
        ("tempo", "a whole number from 40 to 200", "120", "beats a minute"),
        ("key", "one of C, Dm", "must be given", ""),
    )
    with pytest.raises(CommandError, match=r"mien: there is no such band; .* and the generators mine, other"):
        author.say("help generate mien")


def test_help_lists_what_may_be_asked_of_a_band(author) -> None:
    bands.settle(0.0)
    reply = author.say("help generate gravel theory").reply
    assert reply.summary == "generate gravel-theory [NAME=VALUE ...]: a song by Gravel Theory"
    assert reply.rows[1] == ("tempo", "a number of beats a minute from 50 to 200", "the band's choice", "how fast")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("watch m", ["mine"]),
        ("unwatch ", ["mine", "other"]),
        ("help generate o", ["other"]),
        ("watch mine t", ["tempo="]),
        ("generate rock k", ["key="]),
        ("watch mine key=C d", ["duration="]),
        ("watch mine key=", ["key=C", "key=Dm"]),
        ("watch mine key=D", ["key=Dm"]),
    ],
)
def test_names_parameters_and_choices_are_offered(text: str, offered: list[str], author) -> None:
    assert completions(text, Right.OWNER, TABLE, KNOWN) == offered


def test_a_song_shows_where_it_came_from(author) -> None:
    code = author.stored("One")
    came = Provenance(
        program="abc",
        version="2",
        sound="d" * 64,
        status=0,
        errors="first\nlast words",
        notes=["it clips"],
    )
    Song.update(provenance=programme.written(came)).where(Song.code == code).execute()
    facts = dict(author.say(f"song {code}").reply.rows)
    assert {name: facts[name] for name in ("program", "version", "sound", "exit status", "said last", "note 1")} == {
        "program": "abc",
        "version": "2",
        "sound": "d" * 12,
        "exit status": "0",
        "said last": "last words",
        "note 1": "it clips",
    }
    assert "to the air" not in facts


def test_the_time_from_the_command_to_the_air_is_that_of_the_first_playing(author) -> None:
    author.say("generate")
    author.begun(1)
    began = author.now
    programme.started(1, began + 1.5)
    code = Song.select().first().code
    facts = dict(author.say(f"song {code}").reply.rows)
    assert facts["to the air"] == "2.50 s after it was asked for"


def test_replay_begins_the_song_on_the_air_again_and_a_name_another(author) -> None:
    one, two = author.stored("One"), author.stored("Two")
    author.say("play one")
    assert author.say("replay").reply.summary == f'playing "One" ({one}) from its beginning, as it was made'
    assert author.say("replay two").reply.summary.startswith(f'playing "Two" ({two})')


def test_a_done_step_with_its_provenance_is_kept(author) -> None:
    code = author.stored("One")
    step = made(SongCode(code), "One")
    assert isinstance(step, Done)
    assert Song.get_by_id(code).provenance == programme.written(step.provenance)
