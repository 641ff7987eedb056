"""Status, version, restart, quit, and help."""

import msgspec
import pytest

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.frontend import Help
from bandstand.bot.commands.render import render_text
from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.values import Loudness
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import STATION


def test_status_shows_every_process_and_mount(person: Person) -> None:
    reply = person.say("status", Right.LISTENER)
    assert reply.summary == "Radio is not wholly on the air, up 1:01:40"
    assert reply.rows == (
        ("bot", "running", "", "for 1:01:40", "17"),
        ("streamer", "answers", "", "", ""),
        ("/radio.mp3", "on the air", "http://localhost:8000/radio.mp3", "1 listener", ""),
        ("/radio.ogg", "off the air: the server refused the password", "", "for 0:05", ""),
        ("level", "-16.0 LUFS", "peak -1.5 dBTP", "", ""),
    )


def test_silence_has_a_level_too(person: Person) -> None:
    station = msgspec.structs.replace(STATION, loudness=Loudness(), processes=(), mounts=())
    reply = person.see("status", results.Status(station=station, is_healthy=True))
    assert reply.summary == "Radio is on the air, up 1:01:40"
    assert reply.rows == (("level", "silence", "", "", ""),)


def test_the_versions_of_all_parts_are_shown(person: Person) -> None:
    reply = person.say("version")
    assert (reply.summary, reply.rows) == ("Bandstand 0.1.0", (("twisted", "24.7"),))


def test_the_streamer_alone_can_be_restarted(person: Person) -> None:
    assert person.ask("restart Streamer") == requests.RestartStreamer()
    assert person.say("restart streamer").summary == (
        "a new streamer is being started; when it is ready it takes over the song where it is"
    )


@pytest.mark.parametrize("part", ["icecast", "bot", "everything"])
def test_what_cannot_be_restarted_says_what_can(part: str, person: Person) -> None:
    reply = person.say(f"restart {part}")
    assert (reply.level, reply.summary[:17]) == (Level.USAGE, "restart streamer ")


def test_quit_says_how_the_station_goes_on(person: Person) -> None:
    assert person.ask("quit --yes") == requests.Quit()
    assert person.say("quit --yes").summary == "the station stops; the next bandstand up goes on where it was"


def test_help_lists_what_this_person_may_use(person: Person) -> None:
    reply = person.say("help", Right.LISTENER)
    names = [row[0] for row in reply.rows]
    assert "queue" in names and "skip" not in names
    assert isinstance(reply.value, Help)
    assert [entry.name for entry in reply.value.commands] == names
    assert len(person.say("help", Right.OWNER).rows) == len(TABLE)
    assert person.core.asked == []


def test_the_list_of_commands_fits_a_terminal_of_80_columns(person: Person) -> None:
    assert max(len(line) for line in render_text(person.say("help")).splitlines()) <= 80


def test_help_on_a_command_shows_its_parameters_and_options(person: Person) -> None:
    reply = person.say("help !Q", Right.LISTENER)
    assert reply.summary == "queue [SONG] [--crossfade=SECONDS]: show the queue, or append a song to it"
    assert reply.rows == (
        ("example", "queue blue lantern"),
        ("[SONG]", "a code, or words of the title; length: how long the queue is"),
        ("--crossfade=SECONDS", "how long it fades in, over the end of the song before it"),
        ("or q", ""),
    )


def test_help_knows_no_command_that_one_may_not_use(person: Person) -> None:
    for line in ("help skip", "help skip mine", "help nonsense"):
        reply = person.say(line, Right.LISTENER)
        assert (reply.level, reply.summary) == (
            Level.ERROR,
            f"there is no command {line.split()[1]} that you may give; help lists yours",
        )


def test_help_on_a_band_is_for_commands_that_make_songs(person: Person) -> None:
    reply = person.say("help play rock")
    assert reply.level is Level.USAGE
    assert reply.summary.startswith("help play (")
