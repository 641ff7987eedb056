"""jingle, jingles and ident in words, and how what is no song is named."""

import msgspec

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.values import SongKind
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN

JINGLE = msgspec.structs.replace(LANTERN, title="Ding", kind=SongKind.JINGLE)


def test_jingles_are_added_and_removed_by_name(person: Person) -> None:
    assert person.ask('jingle add "/music/top hour.wav" the hour') == requests.AddJingle(
        path="/music/top hour.wav", name="the hour"
    )
    assert person.ask("jingle add /music/hour.wav") == requests.AddJingle(path="/music/hour.wav")
    assert person.ask("jingle remove the hour") == requests.RemoveJingle(name="the hour")
    assert person.say("jingle play hour").level is Level.USAGE


def test_jingles_and_ident_are_answered(person: Person) -> None:
    assert person.say("jingles").summary == "1 jingle"
    person.core.results[requests.ListJingles] = results.Jingles(jingles=())
    assert person.say("jingles").summary == "there are no jingles; jingle add FILE takes one"
    assert person.ask("ident") == requests.PlayIdent()


def test_what_is_no_song_is_called_what_it_is(person: Person) -> None:
    person.core.results[requests.GetNowPlaying] = results.NowPlaying(state="playing", song=JINGLE, seconds=1.0)
    assert person.say("np").summary.startswith(f'jingle "Ding" ({JINGLE.code}) by ')
    person.core.results[requests.ExplainSong] = results.Explanation(song=JINGLE, name="the station")
    assert person.say("why").summary == f'jingle "Ding" ({JINGLE.code}): one was due between songs'


def test_history_has_them_only_when_asked(person: Person) -> None:
    assert person.ask("history") == requests.ListHistory()
    assert person.ask("history all") == requests.ListHistory(is_whole=True)
    assert person.say("history some").level is Level.USAGE
