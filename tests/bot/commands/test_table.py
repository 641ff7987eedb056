"""What every entry of the table keeps to, and how a command is found and its words fitted."""

import pytest

from bandstand.bot.commands.all_commands import BY_NAME, TABLE
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.grammar import parse_line
from bandstand.bot.commands.table import Call, Command, find_command, fit_line
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.requests import (
    ChooseName,
    CountHlsListeners,
    GetBooth,
    GetFigures,
    GetHeard,
    GetListeners,
    GetLog,
    GetSongFiles,
    ListNames,
    LogIn,
    LogOut,
    OpenLink,
    PlayPipe,
    ReadWish,
    RecogniseFiles,
    WishAlike,
)
from bandstand.common.errors import CommandError, UsageError

NAMES = """
    remove move clear wish request r requests jingle jingles ident live dj kick guest telldj
    generate gen again pl play queue q skip stop resume np cancel quit pause seek generators watch unwatch replay remake
    edit tag tags delete
    compare vote reveal mark bands band artist +1 -1 rate evolve family revert export import songs song info history
    job jobs status doctor help version grant revoke whoami web who logout exit bye account restart radio why search
    find reload schedule fave fav unfave unfav faves favelist fl notify voteskip vs random ra lucky lastrequest lp
    record recordings recording
    playlist playlists clock clocks
"""


def fit(text: str) -> Call:
    parsed = parse_line(text)
    return fit_line(BY_NAME[parsed.command], parsed, Call(Line(text, Requester("ann"))))


def test_every_command_has_the_names_that_people_know() -> None:
    assert sorted(BY_NAME) == sorted(NAMES.split())


def test_no_name_or_alias_stands_for_two_commands() -> None:
    names = [name for command in TABLE for name in command.names]
    assert len(names) == len(set(names))


def test_every_request_but_those_of_programs_and_of_the_page_can_be_made_in_words() -> None:
    made = {request for command in TABLE for request in command.requests}
    assert set(REQUESTS) - made == {
        *(GetHeard, GetSongFiles, ListNames, PlayPipe, RecogniseFiles),
        *(GetFigures, GetListeners, GetLog, CountHlsListeners),
        *(GetBooth, ReadWish, WishAlike, LogIn, LogOut, OpenLink, ChooseName),
    }


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_every_example_is_a_line_that_its_command_takes(command: Command) -> None:
    parsed = parse_line(command.example)
    assert BY_NAME[parsed.command] is command
    fit(command.example)


def test_the_lowest_right_of_its_requests_shows_a_command() -> None:
    assert BY_NAME["band"].rights == (Right.LISTENER, Right.DJ)
    assert BY_NAME["queue"].rights == (Right.LISTENER,)
    assert BY_NAME["skip"].rights == (Right.DJ,)
    assert BY_NAME["help"].rights == (Right.LISTENER,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("play", r"play SONG .*\(song: a code"),
        ('play ""', "play SONG"),
        ("cancel", "cancel JOB"),
        ("skip now", "too many words"),
        ("rate much", "stars is a whole number"),
        ("rate ²", "stars is a whole number"),
        ("skip --all", "it takes no options"),
        ("skip --yes", "it takes no options"),
        ("stop --yes", "it takes no other options"),
    ],
)
def test_words_that_do_not_fit_are_told_with_the_usage(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fit(text)


def test_words_become_arguments_and_a_rest_takes_all_that_are_left() -> None:
    assert fit("queue blue  lantern --crossfade=2").arguments == {"song": "blue lantern"}
    assert fit("queue blue lantern --crossfade=2").options == {"crossfade": "2"}
    assert fit("queue")["song"] == ""
    assert fit('compare "blue lantern" x2mv').arguments == {"song": "blue lantern", "other": "x2mv"}
    assert fit("account ann --remove --yes").options == {"remove": "yes"}


def test_a_command_may_be_shortened_only_where_that_is_understood() -> None:
    assert find_command("hist", BY_NAME, is_abbreviated=True).name == "history"
    with pytest.raises(CommandError, match=r"no command of that name; did you mean history\?"):
        find_command("hist", BY_NAME, is_abbreviated=False)
    with pytest.raises(CommandError, match=r"^that may be schedule or search or seek or .*skip or .*song or songs or"):
        find_command("s", BY_NAME, is_abbreviated=True)
    with pytest.raises(CommandError, match="help lists them"):
        find_command("", BY_NAME, is_abbreviated=True)


def test_pl_is_play_though_playlist_begins_so_too() -> None:
    assert find_command("pl", BY_NAME, is_abbreviated=True).name == "play"


def test_the_quotes_of_a_search_are_kept_for_its_phrases() -> None:
    assert fit('search moon "blue lantern"')["query"] == 'moon "blue lantern"'
    assert fit('queue "blue lantern"')["song"] == "blue lantern"


def test_a_name_wins_over_what_it_begins() -> None:
    assert find_command("song", BY_NAME, is_abbreviated=True).name == "song"
