"""A plain sentence for each refusal."""

import time
import typing

import msgspec
import pytest

from bandstand.bot.commands.phrases import say_ago, say_moment, say_place
from bandstand.bot.commands.reply import Level
from bandstand.bot.commands.sentences import NAME_PROBLEMS, NOT_MADE, SENTENCES, say_refusal, show_refusal
from bandstand.common.api import refusals
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import PlaylistRule
from bandstand.common.api.refusals import Refusal
from bandstand.common.api.values import SlotKind, SongKind, SongPlace, SongState
from tests.bot.commands.samples import LANTERN, ROAD, UNTITLED

NOON = time.mktime((2026, 7, 1, 12, 0, 0, 0, 0, -1))
"""In the time zone of whoever runs the tests."""
SAID: list[tuple[Refusal, str]] = [
    (
        refusals.NotUnderstood(("purple", "blob")),
        "did not understand: purple, blob; say a style, a band, a tempo, a mood, a key, a length or instruments, as in "
        "slow bossa in Dm, 2 minutes, with flute",
    ),
    (refusals.NoSuchDj("ann"), "no DJ ann is connected"),
    (refusals.NoSuchDj("", ("bob",)), "no DJ is connected"),
    (refusals.NobodyLive(), "no DJ is on the air"),
    (refusals.NothingToTell(), "say what the DJ is to be told"),
    (
        refusals.TooManyMessages("ann"),
        "so many write to ann at the moment that nobody could read it; try again in a minute",
    ),
    (refusals.GuestTaken("ann"), "ann has an account already, and connects with its password"),
    (refusals.TooManyGuests(20), "there are 20 guests already; each may come for a day"),
    (refusals.BandsMissing(), "the station has no band that could play; band new STYLE founds one"),
    (
        refusals.WishTooSoon(2, 1370.2, 370.2),
        f"you have had 2 wishes in a short time; you may wish again {say_moment(1370.2, 370.2)}",
    ),
    (
        refusals.WishUnheard(UNTITLED, 3, None, 1000.0, 0.0),
        "your wish song m4wd waits for its turn, number 3 in the queue; you may wish again when it begins",
    ),
    (
        refusals.WishUnheard(LANTERN, 1, 90.0, 1090.0, 90.0),
        'your wish "Blue Lantern" (7kq3) waits for its turn, number 1 in the queue; you may wish again '
        f"{say_moment(1090, 90)}, if the queue stays as it is",
    ),
    (refusals.TooManyWishes(20, None, None), "20 wishes wait already; try again when one of them begins"),
    (refusals.TooManyWishes(20, 1060.0, 60.0), f"20 wishes wait already; try again {say_moment(1060, 60)}"),
    (refusals.NoSuchSong("two", 1), 'no song "two" (there is 1); songs lists the newest'),
    (refusals.NoSuchSong("two", 0), 'no song "two" (there are 0); generate makes one'),
    (
        refusals.AmbiguousSong(3, (LANTERN, ROAD, msgspec.structs.replace(ROAD, code="a2b3", title=""))),
        "3 songs fit; give the code of one: 7kq3 Blue Lantern, x2mv Old Road, a2b3 being made",
    ),
    (
        refusals.BadQuery("empty", "", ()),
        "search WORDS (words of the title, artist or style, or filters such as style:bossa)",
    ),
    (refusals.BadQuery("filter", "mood", ("title", "key")), "there is no filter mood:; there are title:, key:"),
    (
        refusals.BadQuery("year", "soon", ()),
        "year: takes a year, two of them such as year:1990-1999, or a decade such as year:1990s",
    ),
    (refusals.BadQuery("value", "style", ()), "style: needs its value right behind it, without a space"),
    (refusals.BadQuery("tempo", "fast", ()), "tempo: takes beats a minute, or two figures such as tempo:120-130"),
    (
        refusals.BadQuery("excluded", "", ()),
        "that only says what a song must not have; add what it must have, such as style:bossa -live",
    ),
    (refusals.BadQuery("key", "H", ()), "H is no key; write one such as key:Dm or key:Bb"),
    (
        refusals.NoSuchTarget("swng", ("style:swing",)),
        "there is no playlist, clock, band or style swng; did you mean style:swing?",
    ),
    (refusals.NoSuchTarget("x", ()), "there is no playlist, clock, band or style x; bands and playlists list them"),
    (refusals.BadShow("24:00 ends a show"), "24:00 ends a show"),
    (refusals.NoSuchShow("x", 0), "there is no show x; there is none yet"),
    (refusals.NoSuchShow("x", 2), "there is no show x; schedule lists them"),
    (refusals.AmbiguousShow("x", (1, 2)), "several shows are called x; give the number of one: 1, 2"),
    (refusals.NoSuchRecording("x"), "there is no recording x; recordings lists them"),
    (refusals.ShowInFile("x"), "x stands in the station's file of shows, and is changed there"),
    (refusals.TooManyShows(200), "there are 200 shows already; remove one first"),
    (refusals.NoSongsYet(), "there are no songs yet; generate makes the first"),
    (
        refusals.StillBeingMade(UNTITLED, "play"),
        "song m4wd is still being made; queue m4wd plays it as soon as it can be heard",
    ),
    (refusals.NothingOnAir(), "nothing is on the air"),
    (refusals.NothingHeard(), "no song has been heard long enough yet; try again in a few seconds"),
    (refusals.NothingBefore(), "nothing was on the air before; history shows what was"),
    (refusals.NotKept(LANTERN), '"Blue Lantern" (7kq3) is not kept, so it cannot be a favourite'),
    (
        refusals.NotKept(msgspec.structs.replace(LANTERN, kind=SongKind.JINGLE)),
        'jingle "Blue Lantern" (7kq3) is no song, so it cannot be a favourite',
    ),
    (refusals.SkipVotesOff(), "this station skips no song by vote; skip needs the right dj"),
    (refusals.NoFavourites(), "you have no favourites yet; fave keeps the song on the air as one"),
    (refusals.NothingFits(is_favourite=True), "none of your favourites fits; faves lists them"),
    (refusals.NoSuchFan("ann"), "nobody called ann has favourites here"),
    (refusals.SeekBeyondEnd(LANTERN), '"Blue Lantern" (7kq3) is only 1:30 long'),
    (refusals.IsLive(ROAD), '"Old Road" (x2mv) is live; there is no other place in it to go to'),
    (refusals.NoSuchJob(9), "there is no open job 9; jobs lists them"),
    (refusals.TooManyJobs(2), "you have 2 songs being made; try again when one is done"),
    (refusals.TooManyQueued(1), "you have 1 song in the queue; try again when one has begun"),
    (
        refusals.TooManyQueued(2, 1090.0, 90.0),
        f"you have 2 songs in the queue; one more may come {say_moment(1090, 90)}, if the queue stays as it is",
    ),
    (
        refusals.QueuedAlready(LANTERN, 3),
        '"Blue Lantern" (7kq3) is the last in the queue already (number 3), and you asked for it',
    ),
    (refusals.RequestsOff(""), "requests are off on this station; a dj can switch them on"),
    (refusals.RequestsOff("page"), "requests are off on the page; a dj can switch them on"),
    (refusals.RequestsOff("libera/#radio"), "requests are off in libera/#radio; a dj can switch them on"),
    (
        refusals.NoSuchPlace("mars", ("oftc",)),
        'there is no place "mars" where requests could be switched; give a network (oftc), a channel (oftc/#radio), '
        "page, or in a channel here",
    ),
    (
        refusals.SongLost(msgspec.structs.replace(LANTERN, state=SongState.DISCARDED)),
        '"Blue Lantern" (7kq3) was removed from the library, so it cannot be requested',
    ),
    (refusals.SongLost(LANTERN), '"Blue Lantern" (7kq3) is heard this once and not kept, so it cannot be requested'),
    (
        refusals.RequestedAlready(LANTERN, "bob", False, 2, 125.0),
        'bob has asked for "Blue Lantern" (7kq3) already: it is number 2 in the queue, heard in 2:05',
    ),
    (
        refusals.RequestedAlready(LANTERN, "bob", True, 2, None),
        'you have asked for "Blue Lantern" (7kq3) already: it is number 2 in the queue',
    ),
    (
        refusals.SongTooSoon(LANTERN, NOON - 600.0, True, False, NOON + 2040.0, 2040.0),
        '"Blue Lantern" (7kq3) was heard 10 minutes ago and may be requested again from 12:34, in 34 minutes',
    ),
    (
        refusals.SongTooSoon(LANTERN, NOON - 7200.0, False, False, NOON + 40.2, 40.2, 3, 125.0),
        '"Blue Lantern" (7kq3) was requested 2 hours ago and may be requested again from 12:01, in 41 seconds; '
        "the programme plays it anyway: it is number 3 in the queue, heard in 2:05",
    ),
    (
        refusals.SongTooSoon(LANTERN, NOON - 10.0, True, True, NOON + 86400.0, 86400.0),
        '"Blue Lantern" (7kq3) is on the air and may be requested again from Thu 02 Jul 12:00, in 24 hours',
    ),
    (
        refusals.RequestTooSoon(ROAD, NOON - 1560.0, NOON + 2040.0, 2040.0),
        'you requested "Old Road" (x2mv) 26 minutes ago; you may request another song from 12:34, in 34 minutes',
    ),
    (refusals.NotInQueue("two", 3), 'no song in the queue is called "two"; queue shows what is there'),
    (refusals.NotInQueue("", 3), "no song in the queue is yours; queue shows what is there"),
    (refusals.NotInQueue("two", 0), "the queue is empty"),
    (
        refusals.NotYourSong(LANTERN, False),
        '"Blue Lantern" (7kq3) was not ordered by you; to change what is written of it you need the right dj',
    ),
    (
        refusals.NotYourSong(LANTERN, True),
        'the artist of "Blue Lantern" (7kq3) is the band that plays it; to change that you need the right dj',
    ),
    (
        refusals.NotYours(LANTERN, "bob"),
        '"Blue Lantern" (7kq3) was asked for by bob; to remove it you need the right dj',
    ),
    (refusals.TooSoon(20, True), "try again in 20 s"),
    (
        refusals.NeedsRight("found_band", Right.DJ),
        "that needs the right dj; whoever runs the station can give it to you",
    ),
    (refusals.NeedsRight("skip", Right.DJ, ("ann", "bob")), "that needs the right dj; ann or bob can give it to you"),
    (refusals.NoSuchGenerator("mien", ("mine", "other")), "mien: there is no such generator; there are mine, other"),
    (
        refusals.NoSuchGenerator("mien", ()),
        "mien: there is no such generator; none is declared; docs/generators.md says how to declare one",
    ),
    (
        refusals.GeneratorNotLoaded("mine", "b.toml: generators.mine.rat: no such key"),
        "mine is in the configuration, but not loaded: b.toml: generators.mine.rat: no such key",
    ),
    (
        refusals.GeneratorGone("mine"),
        "mine: there is no such generator any more; generate makes another song",
    ),
    (refusals.BadParameter("tempo: 9 is not a number"), "tempo: 9 is not a number"),
    (refusals.NotWatched(""), "nothing is watched"),
    (refusals.CannotWatch("saved files cannot be noticed"), "saved files cannot be noticed"),
    (refusals.NotWatched("mine"), "mine is not watched"),
    (refusals.IsComparison(LANTERN), '"Blue Lantern" (7kq3) is a comparison; remake one of its songs'),
    (
        refusals.StillBeingMade(ROAD, "delete"),
        '"Old Road" (x2mv) is still being made; cancel its job instead, or delete it when it is done',
    ),
    (refusals.IsOnAir(LANTERN), '"Blue Lantern" (7kq3) is on the air; skip it first, or delete it afterwards'),
    (refusals.BadLabel("", "no_title"), "a song needs a title"),
    (refusals.BadLabel("5", "year"), "5 is no year; one is from 1000 to 2999, and 0 removes it"),
    (
        refusals.BadLabel("a,b", "tag"),
        "a,b is no tag; one is a word of at most 30 letters and digits, perhaps with hyphens",
    ),
    (refusals.BadLabel("", "too_many_tags"), "a song has at most 16 tags; take some away with -word first"),
    (refusals.SameSong(LANTERN), '"Blue Lantern" (7kq3) twice is no comparison; give two songs'),
    (refusals.NoComparison(), "there has been no comparison yet; compare SONG OTHER begins one"),
    (refusals.VotesClosed(), "the votes are closed: reveal has told already which song is which"),
    (refusals.BadChoice(), "vote X, or vote Y (np says which of them you hear)"),
    (
        refusals.NoSuchBand("zydeco", ("small-robots", "null-modem"), ("mine",)),
        "zydeco: there is no such band or generator; there are the bands small-robots, null-modem, "
        "and the generators mine",
    ),
    (refusals.NoSuchStyle("zydeco", ("pop", "rock")), "zydeco: there is no such style; there are pop, rock"),
    (refusals.NoNameLeft(), "every name that the station knows for a band is taken"),
    (refusals.NoSuchArtist("bo"), "bo: nobody of that name plays here; band NAME lists a band's members"),
    (
        refusals.NeverRated("Null Modem"),
        "nobody has rated a song of Null Modem yet; give +1, -1 or rate while one of them plays",
    ),
    (
        refusals.FirstForm("Null Modem"),
        "Null Modem is in its first generation; there is no earlier one to go back to",
    ),
    (
        refusals.NoSuchExport("cassette", ("midi", "flac")),
        "export SONG KIND (the kind is one of midi, flac, not cassette)",
    ),
    (
        refusals.BadPath("a.flac", "relative"),
        "a.flac: the whole path is needed, from /; bandstand import takes any path",
    ),
    (refusals.BadPath("/a.flac", "missing"), "/a.flac: there is no such file"),
    (
        refusals.ImportedAlready("/a.flac", LANTERN),
        '/a.flac: it is in the library already, as "Blue Lantern" (7kq3)',
    ),
    (refusals.BadName("x" * 120, "too_long"), "a name has at most 120 characters"),
    (refusals.BadName("*!*@*.com", "mask_too_wide"), "that mask fits too many people; give more of the host"),
    (
        refusals.NeedsMask("home"),
        "on home nobody has an account that could be checked; give the right to a mask there, such as "
        "home/*!*@host.example (whoami shows each person theirs)",
    ),
    (refusals.BadRight("king"), "the right is one of listener, dj, admin, owner"),
    (refusals.RightTooHigh(Right.ADMIN), "you cannot give a higher right than your own, and you have the right admin"),
    (refusals.Outranked("ann", Right.OWNER), "ann has the right owner, which is higher than yours"),
    (refusals.TooManyGrants(5000), "5000 people have rights already; revoke some first"),
    (refusals.NoSuchGrant("ann", 3), "no right was granted to ann; who shows the 3 grants"),
    (refusals.TooManyAccounts(1000), "there are 1000 accounts already; remove some first"),
    (refusals.NoSuchAccount("ann"), "there is no account ann; who lists the accounts"),
    (
        refusals.BadHash(),
        "that is not the hash of a password; bandstand passwd NAME makes one and hands it over",
    ),
    (refusals.NoSuchPlaylist("x", ()), "x: there is no such playlist; playlist new NAME makes one"),
    (refusals.NoSuchPlaylist("x", ("mellow",)), "x: there is no such playlist; the playlists are: mellow"),
    (refusals.PlaylistExists("x"), "there is a playlist x already; playlist set x changes it"),
    (
        refusals.BadListName("?"),
        '"?" can be no name; one has at most 40 letters, digits and dashes; new, set, add, remove, delete, use, list '
        "are none",
    ),
    (refusals.BadListName("Bad/Name", "bad-name"), '"Bad/Name" can be no name; bad-name could be one'),
    (
        refusals.NoSuchTarget("x", (), SlotKind.PLAYLIST, ("calm", "news")),
        "there is no playlist x; there are calm, news",
    ),
    (refusals.NoSuchTarget("x", (), SlotKind.JINGLE, ()), "there is no jingle x; there is none yet"),
    (
        refusals.PlaylistIsSearch("x", "style:bossa"),
        'x has whatever the search "style:bossa" finds; a playlist that is made without a search is a list',
    ),
    (refusals.NotInPlaylist("x", LANTERN), '"Blue Lantern" (7kq3) is not in the playlist x'),
    (refusals.BadRule(PlaylistRule.HOURLY, 0, 59), "--hourly=N takes a minute of the hour, from 0 to 59"),
    (refusals.TooManyLists("clocks", 100), "there may be 100 clocks, and no more; remove some first"),
    (refusals.NoSuchClock("x", ()), "there is no clock x; clock NAME = SLOT SLOT ... makes one"),
    (refusals.NoSuchClock("x", ("day",)), "there is no clock x; there are day"),
    (refusals.ClockCycle(("a", "b", "a")), "that clock would never end: a leads to b leads to a"),
    (refusals.BadSlot("clock", "the slot clock needs a name"), "clock: the slot clock needs a name"),
    (
        refusals.NotHeardLately(LANTERN, 120),
        '"Blue Lantern" (7kq3) was not on the air within the last 2 minutes; you can rate and mark what you hear',
    ),
    (
        refusals.NotComposed(LANTERN),
        'no band of this station composed "Blue Lantern" (7kq3), so there can be no other like it',
    ),
    (refusals.WrongPassword(), "there is no account of that name with that password"),
    (refusals.TooManyLogIns(5.0), "too many people are logging in; try again in 5 s"),
    (refusals.LinkOver(), "the link was used already, or is too old; web on IRC gives another one"),
    (refusals.PageOff(), "this station has no page"),
    (refusals.NotAVisitor(), "only visitors of the page log in there"),
    (
        refusals.BadVisitorName("<b>", "form"),
        "a name has 2 to 24 letters of one script, digits, blanks and the signs . _ ' -, and begins with a letter",
    ),
    (
        refusals.BadVisitorName("Boss", "taken"),
        "Boss looks like the name of somebody who is known here; choose another, or log in if it is you",
    ),
    (refusals.BadVisitorName("", "account"), "you are logged in, so your name is that of your account"),
    (refusals.BadRequest("seconds: expected a number"), "seconds: expected a number"),
]


@pytest.mark.parametrize(("why", "sentence"), SAID, ids=lambda value: type(value).__name__)
def test_a_refusal_says_what_is_wrong_and_what_to_do(why: Refusal, sentence: str) -> None:
    assert say_refusal(why) == sentence


def test_every_refusal_has_a_sentence_and_a_test_of_it() -> None:
    every = set(typing.get_args(Refusal))
    assert set(SENTENCES) == every
    assert {type(why) for why, _ in SAID} == every


def test_the_level_is_the_kind_of_the_refusal() -> None:
    assert {show_refusal(why).level for why, _ in SAID} == {Level.ERROR, Level.USAGE, Level.DENIED, Level.BUSY}
    assert all(show_refusal(why).level == why.kind for why, _ in SAID)
    assert all(show_refusal(why).value is why for why, _ in SAID)


def test_nothing_that_a_person_typed_comes_back_raw() -> None:
    typed = "\x1b[31mx\n!quit"
    for why, _ in SAID:
        raw = {name: typed for name, value in msgspec.structs.asdict(why).items() if isinstance(value, str)}
        assert say_refusal(msgspec.structs.replace(why, **raw)).isprintable(), why


@pytest.mark.parametrize("purpose", ["play", "replay", "export", "remake", "compare", "something new"])
def test_a_song_that_is_being_made_is_told_for_every_use(purpose: str) -> None:
    assert say_refusal(refusals.StillBeingMade(LANTERN, purpose)).startswith(
        '"Blue Lantern" (7kq3) is still being made'
    )
    assert purpose in NOT_MADE or purpose == "something new"


@pytest.mark.parametrize("problem", ["too_long", "form", "mask_form", "mask_too_wide", "account_form"])
def test_every_fault_of_a_name_has_its_own_sentence(problem: str) -> None:
    assert len(set(NAME_PROBLEMS.values())) == len(NAME_PROBLEMS)
    assert say_refusal(refusals.BadName("x", problem)) == NAME_PROBLEMS[problem]


def test_times_and_places_are_said_as_people_say_them() -> None:
    assert say_ago(100.0, 285.0) == "3:05 ago"
    assert say_ago(285.0, 100.0) == "just now"
    assert say_place(SongPlace(65.5, 17, "chorus")) == "1:05, bar 17, chorus"
    assert say_place(SongPlace(5.0)) == "0:05"
