"""From a line to its answer, over a database in memory: rights, limits, confirmation, abbreviations, completion."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from bot.commands.table import Quotas
from bot.dispatch import Dispatcher
from bot.effects import Compose, Effect, Quit
from bot.people.limits import COMMANDS, SONGS, Limits
from bot.request import Identity, Level, Reply, Request, Right
from bot.songs import programme
from bot.view import StationView
from common.generators import Generator, Parameter

ANN = Identity("irc:libera", account="ann")


class DirectStore:
    """Runs each piece of work at once; the tests' database is in memory."""

    def transact(self, work: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        done.callback(None)
        return done.addCallback(lambda _: work(*arguments))


class Station:
    def __init__(self, limits: Limits, quotas: Quotas) -> None:
        self.now = 1000.0
        self.done: list[Effect] = []
        store: Any = DirectStore()
        mine = Generator(command=["./mine", "{output}"], parameters={"tempo": Parameter(type="int", default=90)})
        view = StationView(connected=True, generators={"mine": mine})
        self.commands = Dispatcher(
            store, lambda: self.now, Random(1), lambda _: succeed(view), self.done.extend, limits, quotas
        )

    def ask(self, line: str, right: Right = Right.DJ, identity: Identity | None = ANN, terminal: bool = False) -> Reply:
        request = Request(line, "ann", "irc:libera/#radio", right, identity, terminal)
        replies: list[Reply] = []
        self.commands.answer(request).addCallback(replies.append)
        return replies[0]

    def offered(self, text: str, right: Right = Right.OWNER) -> Sequence[str]:
        found: list[list[str]] = []
        self.commands.completions(text, right).addCallback(found.append)
        return found[0]


@pytest.fixture
def station(database: Any) -> Station:
    return Station(Limits({COMMANDS: 20, SONGS: 3}), Quotas(open_jobs=2, queued_songs=1))


def test_a_command_needs_its_right_before_anything_else_is_said_of_it(station: Station) -> None:
    reply = station.ask('skip "too many words', Right.LISTENER)
    assert reply.level is Level.USAGE  # a line that cannot be read names no command
    reply = station.ask("skip too many words", Right.LISTENER)
    assert (reply.level, reply.summary) == (Level.DENIED, '"skip" needs the right dj')


def test_songs_are_limited_and_the_time_left_is_told_once(station: Station) -> None:
    for number in range(3):
        assert station.ask("generate").good or number == 2  # two jobs are open after the second
    first, second = station.ask("generate"), station.ask("generate")
    assert (first.level, first.summary, first.repeated) == (Level.BUSY, "try again in 20 s", False)
    assert second.repeated
    assert station.ask("np").good


def test_lines_of_all_kinds_are_limited_even_those_that_are_none(station: Station) -> None:
    for _ in range(20):
        station.ask("frobnicate", Right.LISTENER)
    assert station.ask("np", Right.LISTENER).level is Level.BUSY
    station.now += 3
    assert station.ask("np", Right.LISTENER).good


def test_an_admin_is_not_limited(station: Station) -> None:
    assert all(station.ask("generate", Right.ADMIN).good for _ in range(30))


def test_a_person_has_only_so_many_open_jobs(station: Station) -> None:
    assert station.ask("generate").good
    assert station.ask("generate").good
    reply = station.ask("generate")
    assert (reply.level, reply.summary) == (Level.BUSY, "you have 2 songs being made; try again when one is done")
    assert station.done.count(Compose()) == 2
    assert station.ask("generate", identity=Identity("irc:libera", account="bob")).good


def test_a_person_has_only_so_many_songs_in_the_queue(station: Station, bench: Any) -> None:
    code = bench.stored("Blue Lantern")
    programme.cut_in(code, "bob", "console", 1.0)
    assert station.ask(f"queue {code}").good
    reply = station.ask(f"queue {code}")
    assert (reply.level, reply.summary) == (
        Level.BUSY,
        "you have 1 song in the queue; try again when one has been played",
    )
    assert station.ask("generate --queue").level is Level.BUSY


def test_a_dangerous_command_is_said_twice(station: Station) -> None:
    asked = station.ask("quit", Right.OWNER, terminal=True)
    assert (asked.level, station.done) == (Level.USAGE, [])
    assert "stop the whole station" in asked.summary
    station.now += 29
    assert station.ask("quit", Right.OWNER, terminal=True).good
    assert station.done == [Quit()]


def test_the_second_time_counts_within_half_a_minute_only(station: Station) -> None:
    station.ask("quit", Right.OWNER)
    station.now += 31
    assert station.ask("quit", Right.OWNER).level is Level.USAGE
    assert station.done == []


def test_something_else_in_between_makes_it_the_first_time_again(station: Station) -> None:
    station.ask("quit", Right.OWNER)
    station.ask("np", Right.OWNER)
    assert station.ask("quit", Right.OWNER).level is Level.USAGE
    assert station.done == []


def test_what_one_said_another_does_not_confirm(station: Station) -> None:
    station.ask("quit", Right.OWNER)
    other = Request("quit", "bob", "irc:libera/#radio", Right.OWNER, Identity("irc:libera", account="bob"))
    replies: list[Reply] = []
    station.commands.answer(other).addCallback(replies.append)
    assert replies[0].level is Level.USAGE


def test_yes_confirms_at_once_and_a_program_need_not_confirm(station: Station) -> None:
    assert station.ask("quit --yes", Right.OWNER).good
    assert station.ask("quit", Right.OWNER, identity=None).good


def test_abbreviations_are_understood_on_terminals_only(station: Station) -> None:
    assert station.ask("hist", terminal=True).good
    assert station.ask("hist").summary == "there is no command of that name; did you mean history?"
    several = station.ask("s", terminal=True).summary
    assert several.startswith("that may be seek or skip or song or songs or")


def test_what_was_typed_is_never_said_back_raw(station: Station) -> None:
    for line in ("fro\x1b[31mb", "play \x1b]0;x\x07", "cancel \x9b1m", "grant a\x1bb dj", "help \x1b", "song \x00"):
        reply = station.ask(line, Right.OWNER)
        assert not reply.good
        assert reply.summary.isprintable()


def test_a_private_answer_says_so(station: Station) -> None:
    assert station.ask("whoami").private
    assert station.ask("whoami").summary == "libera/ann, with the right dj"
    assert not station.ask("np").private


def test_completion_knows_commands_options_codes_titles_jobs_and_names(station: Station, bench: Any) -> None:
    code = bench.stored("Blue Lantern Road")
    job = station.ask("generate").job
    station.ask("grant libera/ann dj", Right.OWNER)
    assert station.offered("hi") == ["history"]
    assert station.offered("generate --se") == ["--seed="]
    assert station.offered(f"play {code[:2]}") == [code]
    assert station.offered("play blue") == ["Blue Lantern Road"]
    assert station.offered("queue blue la") == ["Lantern Road"]
    assert station.offered("queue blue lantern ") == ["Road"]
    assert station.offered("cancel ") == [job]
    assert station.offered("revoke lib") == ["libera/ann"]
    assert station.offered("grant libera/ann d") == ["dj"]
    assert station.offered("np ") == []
    assert station.offered("nonsense ") == []


def test_completion_knows_generators_bands_and_what_a_generator_takes(station: Station) -> None:
    assert station.offered("generate mi") == ["mine"]
    assert station.offered("generate boss") == ["bossa"]
    assert station.offered("band boss") == ["bossa"]
    assert station.offered("generate mine te") == ["tempo="]


def test_completion_offers_nothing_that_one_may_not(station: Station) -> None:
    assert station.offered("qu", Right.LISTENER) == ["queue"]
    assert station.offered("revoke ", Right.LISTENER) == []
