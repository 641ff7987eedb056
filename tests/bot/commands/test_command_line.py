"""From a line to its reply, over a core that records what it is asked: rights, limits, confirmation, faults."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from twisted.logger import LogEvent, globalLogPublisher

from bandstand.bot.commands import render
from bandstand.bot.commands.all_commands import BY_NAME, TABLE
from bandstand.bot.commands.frontend import Commands, Goodbye
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.table import Command
from bandstand.common.api import refusals, requests
from bandstand.common.api.people import Identity, Place, Right
from bandstand.common.api.socket import InternalFault
from bandstand.common.errors import BandstandError, Hindered
from bandstand.common.reference import get_reference
from bandstand.common.text import harmless
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, RESULTS

BOB = Identity("irc:libera", account="bob")
CORPUS = Path(__file__).parents[2] / "corpus"
WORDS = ["7kq3", "1", "-1", "+10", "0:10", "new", "X", "--queue", "--seed=3", "--yes", "key=Dm", "tempo=1e9",
         "mine", '"', '""', "²", "9" * 5000,
         "ann", "dj", "libera/ann", "libera/*!*@host.example", "\x1b[2J", "\ud800", "x" * 300]  # fmt: skip
LINES = st.one_of(
    st.text(max_size=80),
    st.builds(
        lambda name, words: " ".join([name, *words]),
        st.sampled_from(sorted(BY_NAME)),
        st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=4),
    ),
)
quickly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_corpus(name: str) -> list[bytes]:
    lines = (CORPUS / name).read_text("ascii").split("\n")
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in lines if not line.startswith("#")]


# The way of a line


def test_a_line_becomes_one_request_and_its_result_one_reply(person: Person) -> None:
    reply = person.say("play blue lantern")
    assert person.core.asked == [requests.Play(song="blue lantern")]
    assert reply == Reply('playing "Blue Lantern" (7kq3)', value=RESULTS[requests.Play])


def test_the_command_line_is_what_front_ends_are_given(person: Person) -> None:
    commands: Commands = person.commands
    assert commands.knows("np")


@pytest.mark.parametrize("line", ["+1", "!+1", " !+1"])
def test_a_vote_may_have_an_exclamation_mark_before_it(line: str, person: Person) -> None:
    assert person.ask(line, Right.LISTENER) == requests.Rate(value=1.0)
    assert person.commands.knows(line)


def test_what_names_no_command_is_not_known(person: Person) -> None:
    assert not any(person.commands.knows(text) for text in ("", " ", "!", "hello there", "npx"))
    assert person.commands.knows("  !NP now")


def test_an_unknown_command_is_told_with_the_nearest_one(person: Person) -> None:
    reply = person.say("hist")
    assert (reply.level, reply.summary) == (
        Level.ERROR,
        "there is no command of that name; did you mean history?",
    )
    assert reply.value == refusals.BadRequest(reply.summary)


def test_abbreviations_are_understood_at_terminals_only(person: Person) -> None:
    assert person.say("hist", is_terminal=True).is_good
    assert not person.say("hist").is_good


# Rights and limits


def test_a_command_needs_its_right_before_anything_else_is_said_of_it(person: Person) -> None:
    reply = person.say('skip "too many words', Right.LISTENER)
    assert reply.level is Level.USAGE  # a line that cannot be read names no command
    reply = person.say("skip too many words", Right.LISTENER)
    assert (reply.level, reply.summary) == (
        Level.DENIED,
        '"skip" needs the right dj; whoever runs the station can give it to you',
    )
    assert reply.value == refusals.NeedsRight("skip", Right.DJ)
    assert person.core.asked == []
    person.core.granters = ("ann", "bob", "cyd")
    assert person.say("skip", Right.LISTENER).summary == '"skip" needs the right dj; ann, bob or cyd can give it to you'


def test_what_the_core_denies_of_a_command_that_may_be_seen_is_told(person: Person) -> None:
    assert person.say("band null modem", Right.LISTENER).is_good
    reply = person.say("band new waltz", Right.LISTENER)
    assert (reply.level, reply.summary) == (
        Level.DENIED,
        "that needs the right dj; whoever runs the station can give it to you",
    )


def test_every_line_is_counted_even_one_that_is_no_command(person: Person) -> None:
    person.say("frobnicate")
    person.say("np")
    assert person.core.lines == 2


def test_the_time_to_wait_is_told_and_said_again_only_as_a_repetition(person: Person) -> None:
    person.core.too_soon = refusals.TooSoon(20, is_first=True)
    first = person.say("np")
    assert (first.level, first.summary, first.is_repeated) == (Level.BUSY, "try again in 20 s", False)
    person.core.too_soon = refusals.TooSoon(19, is_first=False)
    assert person.say("np").is_repeated
    assert person.core.asked == []


# Confirmation


def test_a_dangerous_command_is_given_twice(person: Person) -> None:
    asked = person.say("quit", is_terminal=True)
    assert (asked.level, person.core.asked) == (Level.USAGE, [])
    assert asked.summary == (
        "this would stop the whole station in order; if you mean it, give it again within 30 s, or with --yes"
    )
    person.monotonic += 29
    assert person.say("quit", is_terminal=True).is_good
    assert person.core.asked == [requests.Quit()]


def test_the_second_time_counts_within_half_a_minute_only(person: Person) -> None:
    person.say("quit")
    person.monotonic += 31
    assert person.say("quit").level is Level.USAGE
    assert person.core.asked == []


def test_a_clock_that_somebody_sets_confirms_nothing(person: Person) -> None:
    person.say("quit")
    person.wall -= 3600
    person.monotonic += 31
    assert person.say("quit").level is Level.USAGE


def test_another_command_in_between_takes_the_question_back(person: Person) -> None:
    person.say("quit")
    person.say("np")
    assert person.say("quit").level is Level.USAGE


def test_one_person_does_not_confirm_for_another_nor_for_another_line(person: Person) -> None:
    person.say("quit")
    assert person.say("quit", place=Place("irc", "libera/#other")).level is Level.USAGE
    person.say("account ann --remove")
    assert person.say("account bob --remove").level is Level.USAGE
    assert person.core.asked == []


def test_yes_confirms_at_once_and_a_program_need_not_confirm(person: Person) -> None:
    assert person.say("quit --yes").is_good
    assert person.say("quit", identity=None).is_good


def test_questions_do_not_pile_up(person: Person) -> None:
    for number in range(2500):
        person.say("quit", place=Place("irc", str(number)))
    assert len(person.commands._confirmations._asked) <= 1000


# Sessions, privacy, faults


def test_a_session_ends_where_people_log_in(person: Person) -> None:
    place = Place("terminal", "ann:1")
    reply = person.say("bye", Right.LISTENER, place=place)
    assert (reply.summary, reply.level, reply.value) == ("goodbye", Level.NOTICE, Goodbye())
    assert person.terminals.left == [place]


def test_nobody_leaves_a_channel_by_logout(person: Person) -> None:
    reply = person.say("logout", Right.LISTENER)
    assert (reply.level, reply.summary) == (Level.ERROR, "you are not logged in; quit stops the whole station")


def test_a_private_answer_says_so_even_where_it_is_a_refusal(person: Person) -> None:
    assert person.say("whoami").is_private
    assert person.see("grant ann dj", refusals.RightTooHigh(Right.DJ)).is_private
    assert not person.say("np").is_private


def test_a_refusal_is_told_in_words_with_its_value(person: Person) -> None:
    why = refusals.StillBeingMade(LANTERN, "play")
    reply = person.see("play blue", why)
    assert (reply.level, reply.value) == (Level.ERROR, why)


@pytest.mark.parametrize("kind", [Hindered, BandstandError])
def test_a_fault_that_has_a_sentence_is_told_and_logged_under_a_reference(
    kind: type[BandstandError], person: Person
) -> None:
    reply = person.see("skip", kind("the disk is full; free some space and try again"))
    assert reply.level is Level.ERROR
    assert isinstance(reply.value, InternalFault) and reply.value.is_passing is (kind is Hindered)
    assert reply.summary == f"the disk is full; free some space and try again (ref {reply.value.reference})"


def test_what_nobody_foresaw_is_logged_whole_under_the_reference_that_is_told(person: Person) -> None:
    logged: dict[str, LogEvent] = {}

    def keep(event: LogEvent) -> None:
        logged[get_reference()] = event

    globalLogPublisher.addObserver(keep)
    try:
        reply = person.see("np", ZeroDivisionError("secret"))
    finally:
        globalLogPublisher.removeObserver(keep)
    assert isinstance(reply.value, InternalFault)
    assert reply.level is Level.FAILED
    assert "secret" not in reply.summary and reply.value.reference in reply.summary
    assert logged[reply.value.reference]["log_failure"]


def test_a_refusal_without_a_sentence_is_a_fault_with_a_reply(person: Person) -> None:
    class Odd(refusals.Base, frozen=True, tag="odd"):
        pass

    person.core.results[requests.GetNowPlaying] = Odd()  # type: ignore[assignment]
    assert person.say("np").level is Level.FAILED


def test_a_result_that_cannot_be_shown_is_a_fault_with_a_reply(person: Person) -> None:
    assert person.see("queue", RESULTS[requests.Quit]).level is Level.FAILED


# Any line


def check_reply(reply: Reply) -> None:
    assert reply.level is not Level.FAILED, reply
    for line in render.render_text(reply, 80).split("\n"):
        assert harmless(line) == line
    assert isinstance(json.loads(render.as_json(reply)), dict)


@pytest.mark.parametrize("line", read_corpus("lines.txt"))
def test_each_line_of_the_corpus_has_a_reply(person: Person, line: bytes) -> None:
    check_reply(person.say(line.decode("utf-8", "replace"), is_terminal=True))


@quickly
@given(LINES, st.sampled_from(Right), st.booleans())
@example("play \ud800", Right.DJ, True)
@example("rate " + "9" * 5000, Right.DJ, True)
@example("compare a b bars=" + "9" * 5000, Right.DJ, True)
def test_any_line_has_one_reply_and_no_line_an_exception(
    person: Person, line: str, right: Right, is_terminal: bool
) -> None:
    check_reply(person.say(line, right, is_terminal=is_terminal))


@quickly
@given(LINES, st.sampled_from(Right))
def test_any_line_can_be_completed(person: Person, line: str, right: Right) -> None:
    assert all(harmless(word) == word for word in person.complete(line, right))


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_every_example_has_a_good_reply_that_fits_json(command: Command, person: Person) -> None:
    yes = " --yes" if command.needs_confirmation else ""
    reply = person.say(command.example + yes, place=Place("terminal", "ann:1"))
    assert reply.is_good, reply
    check_reply(reply)
    assert all(len(row) == len(reply.columns) for row in reply.rows)
    assert "result" in json.loads(render.as_json(reply))


def test_what_was_typed_is_never_said_back_raw(person: Person) -> None:
    for line in ("fro\x1b[31mb", "cancel \x9b1m", "help \x1b", "seek \x00", "export \x1b[31m"):
        reply = person.say(line)
        assert not reply.is_good
        assert reply.summary.isprintable()
