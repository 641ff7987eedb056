"""fave, unfave, faves and notify in words."""

import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, ROAD
from tests.bot.commands.test_sentences import NOON


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("fave", requests.AddFavourite()),
        ("fave LAST", requests.AddFavourite(is_last=True)),
        ("fav blue lantern", requests.AddFavourite(song="blue lantern")),
        ("unfave", requests.RemoveFavourite()),
        ("unfave last", requests.RemoveFavourite(is_last=True)),
        ("unfave 7kq3", requests.RemoveFavourite(song="7kq3")),
        ("faves", requests.ListFavourites()),
        ("favelist libera/ann", requests.ListFavourites(name="libera/ann")),
        ("voteskip", requests.VoteSkip()),
        ("random", requests.RequestRandom()),
        ("ra fave", requests.RequestRandom(is_favourite=True)),
        ("random style:bossa", requests.RequestRandom(query="style:bossa")),
        ("r f", requests.RequestRandom(query="", is_favourite=True)),
        ("r f low tide", requests.RequestRandom(query="low tide", is_favourite=True)),
        ("r low tide", requests.RequestSong(song="low tide")),
        ("lucky blue", requests.RequestFirst(query="blue")),
        ("lastrequest", requests.GetLastRequest()),
        ("lp", requests.ListHistory(limit=6)),
        ("q l", requests.GetQueue()),
        ("queue length", requests.GetQueue()),
        ("notify", requests.SetNotices()),
        ("notify On", requests.SetNotices(is_on=True)),
        ("notify off", requests.SetNotices(is_on=False)),
    ],
)
def test_words_become_a_request(person: Person, text: str, request_: requests.Request) -> None:
    assert person.ask(text, Right.LISTENER) == request_


@pytest.mark.parametrize(
    ("text", "result", "said"),
    [
        (
            "fave",
            results.FavouriteAdded(song=LANTERN, is_new=True, favourites=1),
            '"Blue Lantern" (7kq3) is one of your favourites now',
        ),
        (
            "fave",
            results.FavouriteAdded(song=LANTERN, is_new=False, favourites=3),
            '"Blue Lantern" (7kq3) is one of your favourites already; it is a favourite of 3 people',
        ),
        (
            "unfave",
            results.FavouriteRemoved(song=LANTERN, was_there=True, favourites=0),
            '"Blue Lantern" (7kq3) is no favourite of yours any more',
        ),
        (
            "unfave",
            results.FavouriteRemoved(song=LANTERN, was_there=False, favourites=0),
            '"Blue Lantern" (7kq3) is not among your favourites; faves lists them',
        ),
        ("faves", results.Favourites(name="", songs=(LANTERN,), total=1), "1 favourite"),
        (
            "faves ann",
            results.Favourites(name="ann", songs=(LANTERN,), total=2),
            "2 favourites of ann, the latest 1 of them",
        ),
        (
            "faves",
            results.Favourites(name="", songs=(), total=0),
            "you have no favourites yet; fave keeps the song on the air as one",
        ),
        ("faves ann", results.Favourites(name="ann", songs=(), total=0), "ann has no favourites"),
        (
            "voteskip",
            results.SkipVoted(song=LANTERN, is_new=True, votes=1, needed=3, is_skipped=False),
            '1 of 3 votes to skip "Blue Lantern" (7kq3); 2 more are needed',
        ),
        (
            "voteskip",
            results.SkipVoted(song=LANTERN, is_new=False, votes=2, needed=3, is_skipped=False),
            'you have voted to skip "Blue Lantern" (7kq3) already; 1 more is needed',
        ),
        (
            "voteskip",
            results.SkipVoted(song=LANTERN, is_new=True, votes=3, needed=3, is_skipped=True, following=ROAD),
            'skipped "Blue Lantern" (7kq3) by 3 votes; next is "Old Road" (x2mv)',
        ),
        (
            "notify off",
            results.Notices(is_on=False),
            "you are not told when a favourite of yours begins; notify on changes that",
        ),
    ],
)
def test_what_is_said(person: Person, text: str, result: results.Result, said: str) -> None:
    assert person.see(text, result).summary == said


def test_a_list_has_a_row_for_each_song(person: Person) -> None:
    assert person.say("faves").rows[0] == ("7kq3", "Blue Lantern", "The Robots", "1:30")


def test_notify_takes_on_and_off(person: Person) -> None:
    assert person.say("notify maybe").level is Level.USAGE


def test_how_many_like_it_is_told_with_the_song(person: Person) -> None:
    playing = results.NowPlaying(state="playing", song=LANTERN, seconds=20.0, favourites=3)
    assert person.see("np", playing).summary.endswith("at 0:20 of 1:30; a favourite of 3 people")


def test_the_queue_s_length_and_the_last_songs_are_told(person: Person) -> None:
    assert person.say("q l").summary == "2 songs in the queue, 1:30 long"
    assert person.say("lp").rows == (("1:30 ago", "7kq3", "Blue Lantern"),)
    requested = 'you last requested "Blue Lantern" (7kq3), 1:40 ago; you may request another song'
    assert person.say("lastrequest").summary == f"{requested} now"
    later = results.LastRequest(name="", song=LANTERN, requested=900.0, allowed_at=NOON + 3300.0, wait=3300.0)
    assert person.see("lastrequest", later).summary == f"{requested} from 12:55, in 55 minutes"
    others = results.LastRequest(name="bob", song=LANTERN, requested=900.0)
    assert person.see("lastrequest bob", others).summary == 'bob last requested "Blue Lantern" (7kq3), 1:40 ago'
